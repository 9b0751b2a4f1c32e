"""Owns the addresses of what is kept, and the names of places inside its pages."""

from urllib.parse import quote, urlencode


def get_decision_url(decision: str, category: str = "") -> str:
    """The page of a decision, at one of its categories where one is named."""
    url = f"/classifications/{quote(decision, safe='')}"
    return f"{url}#{quote(name_anchor(category), safe='')}" if category else url


def get_word_url(decision: str) -> str:
    """Where the form goes by which an editor speaks about a decision's categories."""
    return f"{get_decision_url(decision)}/feedback/page"


def get_history_url(article: str) -> str:
    """The page of an article's history, by the key under which the article is kept."""
    return f"/articles/{quote(article, safe='')}/history"


def get_review_url(after: str = "", **said: str) -> str:
    """The list of what waits, behind a place in it; `said` is what the page is to tell of first."""
    query = urlencode({"after": after, **said} if after else said)
    return f"/review?{query}" if query else "/review"


def get_delivery_url(delivery: str) -> str:
    """The page of what a CMS sent."""
    return f"/deliveries/{quote(delivery, safe='')}"


def get_deliveries_url(**chosen: str | None) -> str:
    """The list of what CMSs sent: of one `source`, in one `state`, behind one that is `before`."""
    query = urlencode({name: value for name, value in chosen.items() if value})
    return f"/deliveries?{query}" if query else "/deliveries"


def get_job_url(job: str, part: str = "") -> str:
    """The page of a job, or a part of it: its report, its events, or where one of its buttons goes."""
    url = f"/jobs/{quote(job, safe='')}"
    return f"{url}/{part}" if part else url


def find_outer_url(url: str | None) -> str | None:
    """An article's own address where it can be followed safely: whoever sent the article chose it."""
    return url if url and url.lower().startswith(("https://", "http://")) else None


def name_anchor(category: str) -> str:
    """The id of the element that shows a category on a decision's page."""
    return f"category-{category}"
