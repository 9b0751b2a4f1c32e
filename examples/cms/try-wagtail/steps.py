"""Owns what is tried with a real Wagtail and a real service, step by step: each is told, and a wrong one ends it.

It runs with the site's own Python, and publishes both by Wagtail's models, as a site's code does, and by the
forms of its admin, as an editor does. What came of it is asked of Wagtail's interface and of Scopenote alone.
"""

import json
import sys
import time
from os import environ  # noqa: TID251 - what the script around it says; Scopenote is only called
from typing import Any

import django
import requests
from trying import BREAD, TryFailedError, begin, check, follow, list_deliveries, scopenote, see_through

environ.setdefault("DJANGO_SETTINGS_MODULE", "mysite.settings.try_wagtail")
django.setup()

from blog.models import ArticlePage  # noqa: E402 - the settings come first
from django.contrib.auth import get_user_model  # noqa: E402
from django.db import transaction  # noqa: E402
from wagtail.admin.rich_text.converters.contentstate import ContentstateConverter  # noqa: E402
from wagtail.models import APIToken, Page, Site  # noqa: E402

SITE, SERVICE, SOURCE = environ["TRY_SITE"], environ["TRY_SERVICE"], "site"
EDITOR, PASSWORD = "editor", environ["TRY_SITE_KEY"]
HARBOUR = "<p>Ships came in at noon and left in the evening with grain. Two lay at anchor for the night.</p>"


class Desk:
    """What is done to the site: with the token that Scopenote has, and with an editor's own login."""

    def __init__(self, token: str) -> None:
        self._token = token
        self._browser = requests.Session()
        self._browser.trust_env = False

    def show(self, page: int, version: str = "live") -> dict[str, Any]:
        """A page as Wagtail's interface tells it."""
        headers = {"Authorization": f"Bearer {self._token}"}
        answer = requests.get(
            f"{SITE}/api/v3/pages/{page}/", {"version": version}, headers=headers, timeout=20, proxies={"http": ""}
        )
        answer.raise_for_status()
        told: dict[str, Any] = answer.json()
        return told

    def log_in(self) -> None:
        """Log in at the admin, as an editor does."""
        self._submit("/admin/login/", {"username": EDITOR, "password": PASSWORD, "next": "/admin/"})

    def edit(self, page: int, title: str, tags: str, text: str, action: str) -> None:
        """Fill in the admin's form of a page and press one of its buttons: `action-publish`, or "" to save a draft."""
        content = ContentstateConverter(features=["bold", "link"]).from_database_format(text)
        block = {"deleted": "", "order": "0", "type": "paragraph", "id": "", "value": content}
        form = {"title": title, "slug": f"page-{page}", "tags": tags, "body-count": "1"}
        form |= {f"body-0-{name}": value for name, value in block.items()}
        form |= {"comments-TOTAL_FORMS": "0", "comments-INITIAL_FORMS": "0"}
        self._submit(f"/admin/pages/{page}/edit/", form | ({action: "1"} if action else {}))

    def unpublish(self, page: int) -> None:
        """Take a page back, in the admin."""
        self._submit(f"/admin/pages/{page}/unpublish/", {})

    def _submit(self, path: str, form: dict[str, str]) -> None:
        self._browser.get(SITE + path, timeout=20).raise_for_status()
        form = form | {"csrfmiddlewaretoken": self._browser.cookies["csrftoken"]}
        answer = self._browser.post(SITE + path, form, headers={"Referer": SITE + path}, timeout=20)
        answer.raise_for_status()
        if answer.request.method == "POST":  # a form that is taken leads on to another page
            raise TryFailedError(f"the admin did not take the form at {path}")


def publish(title: str, text: str, *tags: str) -> ArticlePage:
    """Publish a new page by Wagtail's models."""
    page = ArticlePage(title=title, body=[("paragraph", text)])
    Site.objects.get(is_default_site=True).root_page.add_child(instance=page)
    page.tags.add(*tags)
    page.save_revision().publish()
    return page


def count_revisions(page: int) -> int:
    """How many versions Wagtail keeps of a page."""
    return int(Page.objects.get(pk=page).revisions.count())


def set_up() -> Desk:
    """An editor, a token, and the source with a secret for writing."""
    scopenote("sources", "add", SOURCE, "--cms", "wagtail", "--site", SITE, "--mode", "apply",
              "--field", "categories=none", "--option", "page_types=blog.ArticlePage",
              "--option", "reconcile_minutes=0", secret=environ["TRY_WEBHOOK_SECRET"])  # fmt: skip
    user = get_user_model().objects.create_superuser(EDITOR, "editor@example.org", PASSWORD)
    made = APIToken.create_token(user=user, name="scopenote")
    token = made if isinstance(made, str) else next(part for part in made if isinstance(part, str))
    scopenote("sources", "rotate", SOURCE, "--use", "write", secret=token)
    host, port = SITE.removeprefix("http://").split(":")
    Site.objects.filter(is_default_site=True).update(hostname=host, port=int(port))
    Site.clear_site_root_paths_cache()
    return Desk(token)


def try_publishing(desk: Desk) -> ArticlePage:
    """A new article gets its tags, and what a person attached stays."""
    begin("1. An article is published, with a tag of a person's")
    page = publish("Sourdough", BREAD, "staff-pick")
    told = follow(SOURCE, 1)
    check("the delivery is done", holds=told["state"] == "done", found=told)
    live = desk.show(page.pk)
    check(
        "the published page has our tag, and the person's", holds=live["tags"] == ["baking", "staff-pick"], found=live
    )
    check("nothing is left as a draft", holds=live["has_unpublished_changes"] is False, found=live)
    return page


def try_echo(page: ArticlePage) -> None:
    """Our own writing comes back as a webhook, and comes to nothing."""
    begin("2. Wagtail tells of our own writing")
    revisions = count_revisions(page.pk)
    told = follow(SOURCE, 2)
    check("it is known as such", holds=told["outcome"]["fate"] in {"echo", "unchanged"}, found=told)
    first = list_deliveries(SOURCE)[0]["outcomes"][0]
    same = told["outcome"]["classification_url"] in {None, first["classification_url"]}
    check("nothing was decided anew", holds=same, found=told)
    check("nothing was written", holds=told["outcome"]["written"] is None, found=told)
    time.sleep(2)
    check("and nothing came of that", holds=len(list_deliveries(SOURCE)) == 2, found=len(list_deliveries(SOURCE)))
    now = count_revisions(page.pk)
    check(f"the page has {revisions} versions: one of the desk's, one of ours", holds=now == revisions == 2, found=now)


def try_person(desk: Desk, page: ArticlePage) -> None:
    """An editor attaches a tag, takes ours out and writes on: both choices stand."""
    begin("3. An editor takes our tag out, attaches one and publishes more text, in the admin")
    desk.log_in()
    desk.edit(page.pk, "Sourdough, and rye", "staff-pick, rye", BREAD + BREAD, "action-publish")
    told = follow(SOURCE, 3)
    check("the new text is decided about", holds=told["outcome"]["fate"] == "classified", found=told)
    live = desk.show(page.pk)
    check("the person's tags are there, and ours stays out", holds=live["tags"] == ["rye", "staff-pick"], found=live)


def try_draft(desk: Desk) -> None:
    """What an editor has not finished is not published by writing tags."""
    begin("4. An editor works on a draft while an article waits for its tags")
    with transaction.atomic():
        page = publish("Ovens", BREAD)
        page.title = "UNFINISHED"
        page.save_revision()
    told = follow(SOURCE, 4)
    check("tags are held back, with the reason", holds="not published" in told["outcome"]["reason"], found=told)
    live, draft = desk.show(page.pk), desk.show(page.pk, "draft")
    check(
        "readers see the published title, and no tag", holds=(live["title"], live["tags"]) == ("Ovens", []), found=live
    )
    check(
        "the draft is as the editor left it", holds=(draft["title"], draft["tags"]) == ("UNFINISHED", []), found=draft
    )

    begin("5. The editor finishes and publishes, in the admin")
    desk.edit(page.pk, "Ovens of stone", "", BREAD + HARBOUR, "action-publish")
    told = follow(SOURCE, 5)
    check("now the tags are written", holds=told["outcome"]["written"] == ["baking"], found=told)
    live = desk.show(page.pk)
    is_there = (live["title"], live["tags"]) == ("Ovens of stone", ["baking"])
    check("readers see the finished title, with our tag", holds=is_there, found=live)
    follow(SOURCE, 6)

    begin("6. The page is taken back, in the admin")
    desk.unpublish(page.pk)
    told = follow(SOURCE, 7)
    check("nothing is decided about it", holds=told["outcome"]["fate"] == "ignored", found=told)


def try_missed(desk: Desk) -> None:
    """What no webhook told of is found."""
    begin("7. Wagtail is asked what changed")
    found = json.loads(scopenote("sources", "reconcile", SOURCE, "--json"))
    check("everything was told already", holds=(found["missed"], found["listed"]) == (0, 1), found=found)
    from django.conf import settings  # noqa: PLC0415 - beside its one use

    settings.SCOPENOTE_WEBHOOK_URL = ""
    page = publish("Pastry", BREAD.replace("hour", "half hour"))
    found = json.loads(scopenote("sources", "reconcile", SOURCE, "--json"))
    check("a page whose webhook was lost is found", holds=found["missed"] == 1, found=found)
    told = follow(SOURCE, 8)
    check("and gets its tag", holds=desk.show(page.pk)["tags"] == ["baking"], found=told)


def try_forgery() -> None:
    """A call that is not signed is turned away."""
    begin("8. Somebody else calls")
    answer = requests.post(
        f"{SERVICE}/webhooks/{SOURCE}", json={"type": "page.published"}, timeout=20, proxies={"http": ""}
    )
    check("it is refused with 401", holds=answer.status_code == 401, found=answer.text)


def take_steps() -> None:
    """All steps, one after another."""
    desk = set_up()
    page = try_publishing(desk)
    try_echo(page)
    try_person(desk, page)
    try_draft(desk)
    try_missed(desk)
    try_forgery()


if __name__ == "__main__":
    sys.exit(see_through(take_steps, faults=(requests.RequestException,)))
