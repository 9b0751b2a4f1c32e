"""The editor's page works without JavaScript, keeps what was typed, and never trusts what it shows."""

import re
from html.parser import HTMLParser
from http import HTTPStatus
from typing import Any

import pytest
from httpx import AsyncClient, Response
from markupsafe import escape

from app.domain.decision import Decision
from app.errors import BadArticle, ModelUnavailable, ScopenoteError, TooLarge, UnknownCategory
from tests.articles import build_article
from tests.web.page_fakes import FakeServices, build_decision

pytestmark = pytest.mark.anyio

POLICY = (
    "default-src 'none'; script-src 'nonce'; style-src 'nonce'; img-src 'self' data:; connect-src 'self'; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
HOSTILE = (
    "<script>window.harmed=1</script>",
    '"><img src=x onerror=harm()>',
    "{{7*7}}",
    "</textarea><b>",
    "'onfocus='x",
)


def find_policy(answer: Response) -> str:
    """The policy of a page, with the same nonce for every page."""
    return re.sub(r"'nonce-[\w-]{22}'", "'nonce'", answer.headers["content-security-policy"])


class Elements(HTMLParser):
    """The elements of a page with their attributes, in order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def values(self, name: str) -> list[str]:
        return [attributes[name] or "" for _, attributes in self.found if name in attributes]


async def post(client: AsyncClient, *, htmx: bool = False, **fields: str) -> Response:
    headers = {"HX-Request": "true"} if htmx else {}
    return await client.post("/classify/page", data={"article": "An article.", **fields}, headers=headers)


async def test_the_root_leads_to_the_page(client: AsyncClient) -> None:
    answer = await client.get("/")
    assert (answer.status_code, answer.headers["location"]) == (307, "/classify")


async def test_asking_for_a_result_again_leads_to_the_page(client: AsyncClient) -> None:
    assert (await client.get("/classify/page")).headers["location"] == "/classify"


async def test_the_page_has_a_language_a_title_and_a_form_that_posts(client: AsyncClient) -> None:
    html = (await client.get("/classify")).text
    assert '<html lang="en">' in html
    assert "<title>Classify an article – Scopenote</title>" in html
    assert 'method="post" action="/classify/page#result"' in html


async def test_the_page_says_who_judges_and_what_is_missing(client: AsyncClient, services: FakeServices) -> None:
    services.has_embeddings = False
    html = (await client.get("/classify")).text
    assert "Judge: local" in html
    assert "the embedding model is not installed" in html


@pytest.mark.parametrize("path", ["/classify", "/categories", "/categories/scrum", "/categories/nothing"])
async def test_every_page_forbids_what_it_does_not_need(client: AsyncClient, path: str) -> None:
    answer = await client.get(path)
    headers = answer.headers
    assert find_policy(answer) == POLICY
    assert "microphone=()" in headers["permissions-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cache-control"] == "no-store"


async def test_a_result_forbids_it_too_and_is_not_stored(client: AsyncClient) -> None:
    answer = await post(client)
    assert find_policy(answer) == POLICY
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", ["/classify", "/categories", "/categories/operating-model"])
async def test_nothing_is_inline(client: AsyncClient, path: str) -> None:
    page = (await client.get(path)).text + (await post(client)).text
    elements = Elements(page)
    assert not elements.values("style")
    assert not [name for _, attributes in elements.found for name in attributes if name.startswith("on")]
    assert all("src" in attributes for tag, attributes in elements.found if tag == "script")
    assert "<style" not in page


async def test_a_form_is_answered_with_the_whole_page(client: AsyncClient) -> None:
    answer = await post(client, title="A hospital")
    assert answer.status_code == HTTPStatus.OK
    assert "<title>Operating Model – Scopenote</title>" in answer.text
    assert 'value="A hospital"' in answer.text


async def test_htmx_is_answered_with_the_result_alone(client: AsyncClient) -> None:
    answer = await post(client, htmx=True)
    assert "<html" not in answer.text
    assert 'id="result-heading"' in answer.text
    assert "HX-Request" in answer.headers["vary"]


@pytest.mark.parametrize("way", ["data", "files"])
@pytest.mark.parametrize("kind", ["text", "markdown", "html"])
async def test_both_encodings_reach_the_classifier_in_every_format(
    client: AsyncClient, services: FakeServices, way: str, kind: str
) -> None:
    fields: dict[str, Any] = {
        "title": "Bergün – ein Ort",
        "article": "Une\r\nligne.",
        "format": kind,
        "categories": "a, b a",
    }
    body = fields if way == "data" else {name: (None, value) for name, value in fields.items()}
    answer = await client.post("/classify/page", **{way: body})  # type: ignore[arg-type]
    assert answer.status_code == HTTPStatus.OK
    (submission, only) = services.asked[0]
    assert (submission.title, getattr(submission, kind), only) == ("Bergün – ein Ort", "Une\nligne.", ("a", "b"))


@pytest.mark.parametrize("htmx", [False, True])
@pytest.mark.parametrize(
    ("failure", "status"),
    [
        pytest.param(BadArticle("nothing to read"), 422, id="an empty article"),
        pytest.param(UnknownCategory("no category 'x'"), 422, id="an unknown category"),
        pytest.param(TooLarge("over 50,000 words"), 413, id="too many words"),
        pytest.param(ModelUnavailable("the server is away"), 503, id="no model"),
        pytest.param(ScopenoteError("odd"), 500, id="anything else"),
    ],
)
async def test_a_problem_is_shown_where_the_result_would_be(
    client: AsyncClient, services: FakeServices, failure: ScopenoteError, status: int, htmx: bool
) -> None:
    services.failure = failure
    answer = await post(client, htmx=htmx, article="Typed with care.", title="Kept", categories="x")
    assert answer.status_code == status
    assert 'role="alert"' in answer.text
    assert str(failure).replace("'", "&#39;") in answer.text
    if not htmx:
        assert "\nTyped with care.</textarea>" in answer.text
        assert 'value="Kept"' in answer.text


async def test_an_unknown_category_points_to_the_list_on_the_page(client: AsyncClient, services: FakeServices) -> None:
    with pytest.raises(UnknownCategory) as caught:
        services.taxonomy.get_category("nope")
    services.failure = caught.value
    html = (await post(client, article="Text.", categories="nope")).text
    assert "/categories) has every id." in html


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        pytest.param({"article": "  \n "}, "There is no article yet", id="a blank article"),
        pytest.param({"title": "x" * 2001}, "The title is longer than 2,000 characters", id="an endless title"),
        pytest.param({"format": "pdf"}, "The format &#39;pdf&#39; is unknown", id="an unknown format"),
    ],
)
async def test_a_form_that_cannot_be_used_says_what_to_do(
    client: AsyncClient, services: FakeServices, fields: dict[str, str], told: str
) -> None:
    answer = await client.post("/classify/page", data={"article": "An article.", **fields})
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert told in answer.text
    assert not services.asked


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        pytest.param("multipart/form-data; boundary=x", b"--x\r\nnot a part", id="broken multipart"),
        pytest.param("multipart/form-data", b"", id="no boundary"),
        pytest.param("multipart/form-data; boundary=x; charset=punycode", b"--x--", id="a slow charset"),
        pytest.param("application/json", b'{"article": "text"}', id="another media type"),
        pytest.param(
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="article"; filename="a"\r\n\r\nA\r\n--x--\r\n',
            id="a file",
        ),
        pytest.param("application/x-www-form-urlencoded", b"&".join(b"a=1" for _ in range(99)), id="many fields"),
        pytest.param("application/x-www-form-urlencoded", b"article=%ZZ%", id="half an escape"),
    ],
)
async def test_a_body_that_is_no_such_form_never_breaks_the_page(client: AsyncClient, kind: str, body: bytes) -> None:
    answer = await client.post("/classify/page", content=body, headers={"content-type": kind})
    assert answer.status_code in {HTTPStatus.OK, HTTPStatus.UNPROCESSABLE_ENTITY}
    assert "<h1>Classify an article</h1>" in answer.text


@pytest.mark.parametrize("htmx", [False, True])
async def test_a_form_over_the_limit_is_refused_with_a_page(
    client: AsyncClient, services: FakeServices, htmx: bool
) -> None:
    answer = await post(client, htmx=htmx, article="word " * 60_000)
    assert answer.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    assert "SCOPENOTE_MAX_BODY_BYTES" in answer.text
    assert answer.headers["content-type"].startswith("text/html")
    assert not services.asked


async def test_an_article_just_under_the_limit_passes_whatever_the_parser_would_allow(
    client: AsyncClient, services: FakeServices
) -> None:
    answer = await client.post("/classify/page", files={"article": (None, "w" * 190_000)})
    assert answer.status_code == HTTPStatus.OK
    assert len(services.asked[0][0].text or "") == 190_000


def _make_hostile(decision: Decision, words: str) -> Decision:
    article = build_article(words, "Second.", title=words)
    quote = {"quote": words, "start": 0, "end": len(words)}
    first = decision.assignments[0].model_dump() | {
        "title": words,
        "category": words,
        "rationale": words,
        "evidence": [quote],
    }
    for finding in first["exclusions"]:
        finding.update({"text": words, "reason": words, "evidence": [quote]})
    turned_down = decision.assignments[3].model_dump() | {"title": words, "rationale": words}
    return Decision.model_validate(
        decision.model_dump(exclude={"assignments", "article"})
        | {"article": article, "assignments": [first, turned_down], "warnings": (words,)}
    )


@pytest.mark.parametrize("words", HOSTILE)
async def test_what_is_shown_is_text_and_never_markup(client: AsyncClient, services: FakeServices, words: str) -> None:
    services.decision = _make_hostile(build_decision(), "calm")
    calm = Elements((await post(client, title="calm", article="calm", categories="calm")).text)
    services.decision = _make_hostile(build_decision(), words)
    html = (await post(client, title=words, article=words, categories=words)).text
    elements = Elements(html)
    assert str(escape(words)) in html
    assert [tag for tag, _ in elements.found] == [tag for tag, _ in calm.found]
    assert [set(attributes) for _, attributes in elements.found] == [set(attributes) for _, attributes in calm.found]


async def test_a_problem_is_text_too(client: AsyncClient, services: FakeServices) -> None:
    services.failure = UnknownCategory("no category '<script>alert(1)</script>'")
    assert "<script>alert" not in (await post(client, categories="<script>alert(1)</script>")).text


async def test_every_link_into_the_page_leads_somewhere_and_ids_are_unique(client: AsyncClient) -> None:
    elements = Elements((await post(client)).text)
    ids = elements.values("id")
    assert len(ids) == len(set(ids))
    targets = {href.removeprefix("#") for href in elements.values("href") if href.startswith("#")}
    assert targets <= set(ids)
    assert {f"text-{number}" for number in range(1, 8)} <= targets
    assert {f"quote-{number}" for number in range(1, 8)} <= targets


@pytest.mark.parametrize(
    "words",
    [
        pytest.param("The score lies so close to the threshold", id="review reason in plain words"),
        pytest.param("Triggered", id="the exclusion that stands"),
        pytest.param("Waived", id="the exclusion that does not"),
        pytest.param("Only 9 % of sentences are about Scrum", id="its reason"),
        pytest.param("1 further quote could not be found", id="unverified quotes"),
        pytest.param("3 invisible characters and 1 comment", id="what was removed"),
        pytest.param("The article contains text that speaks to whoever judges it.", id="a warning"),
        pytest.param("threshold 0.60", id="a threshold of its own"),
        pytest.param("Not considered", id="the categories that were left out"),
        pytest.param("LLM: gpt-6-luna", id="the judge"),
        pytest.param("$0.0021", id="the price"),
        pytest.param("1.8 s", id="the duration"),
        pytest.param("1-0badc0de1234", id="the rules' version"),
        pytest.param('aria-label="Quote 2: Operating Model"', id="whose quote a number leads to"),
        pytest.param('title="Operating Model: carries “Decision rights', id="which topic a quote carries"),
    ],
)
async def test_a_result_tells(client: AsyncClient, words: str) -> None:
    assert words in (await post(client)).text


async def test_without_a_tag_the_result_says_why(client: AsyncClient, services: FakeServices) -> None:
    decision = services.decision
    services.decision = decision.model_copy(update={"assignments": decision.assignments[3:]})
    html = (await post(client)).text
    assert "No tag is assigned" in html
    assert "Empiricism comes closest with 0.41" in html


async def _send_address(client: AsyncClient, services: FakeServices, **fields: str) -> Response:
    services.settings = services.settings.model_copy(update={"fetch_urls": True})
    return await client.post("/classify/page", data={"article": "", **fields})


async def test_an_address_is_asked_for_only_where_pages_are_fetched(
    client: AsyncClient, services: FakeServices
) -> None:
    assert 'name="url"' not in (await client.get("/classify")).text
    services.settings = services.settings.model_copy(update={"fetch_urls": True})
    page = (await client.get("/classify")).text
    assert '<label for="url">' in page
    assert 'aria-describedby="url-hint"' in page
    assert 'aria-required="true"' not in page


@pytest.mark.parametrize(
    ("typed", "url"),
    [
        (" https://news.example/a?b=c#d ", "https://news.example/a?b=c#d"),
        ("news.example/a", "https://news.example/a"),
        ("http://news.example", "http://news.example"),
    ],
)
async def test_an_address_goes_to_the_classifier_instead_of_a_text(
    client: AsyncClient, services: FakeServices, typed: str, url: str
) -> None:
    answer = await _send_address(client, services, url=typed, title="Its title")
    ((offer, _),) = services.asked
    assert (answer.status_code, offer.url, offer.title, offer.is_address_alone) == (200, url, "Its title", True)
    assert f'value="{typed.strip()}"' in answer.text


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        pytest.param({"url": "two words"}, "is no address of a page", id="no address"),
        pytest.param({"url": "ftp://news.example/a"}, "is no address of a page", id="another scheme"),
        pytest.param({"url": "https://news.example/" + "a" * 2_000}, "is no address of a page", id="endless"),
        pytest.param({"url": "https://a/\x00"}, "is no address of a page", id="a control character"),
        pytest.param({"url": "https://a/", "article": "Text."}, "an address and a text", id="a text beside it"),
        pytest.param({"url": " "}, "There is no article yet", id="blank"),
    ],
)
async def test_an_address_that_cannot_be_used_says_what_to_do_and_is_kept(
    client: AsyncClient, services: FakeServices, fields: dict[str, str], told: str
) -> None:
    answer = await _send_address(client, services, **fields)
    assert (answer.status_code, told in answer.text, services.asked) == (422, True, [])
    assert f'value="{escape(fields["url"].strip())}"' in answer.text


@pytest.mark.parametrize(
    ("url", "is_linked"),
    [("https://news.example/a", True), ("javascript:harm()", False), ("/a", False), (None, False)],
)
async def test_a_result_leads_to_where_the_article_was_read(
    client: AsyncClient, services: FakeServices, url: str | None, is_linked: bool
) -> None:
    decision = services.decision
    services.decision = decision.model_copy(update={"article": decision.article.model_copy(update={"url": url})})
    html = (await post(client)).text
    assert (f'href="{url}"' in html) == is_linked
    assert ('rel="noreferrer nofollow"' in html) == is_linked


async def test_commands_in_a_problem_are_set_as_such_and_nothing_else_becomes_markup(
    client: AsyncClient, services: FakeServices
) -> None:
    services.failure = ModelUnavailable("Run `scopenote <x>` & wait")
    assert "Run <code>scopenote &lt;x&gt;</code> &amp; wait" in (await post(client)).text
    services.failure = ModelUnavailable("One ` <b>alone</b>")
    assert "One ` &lt;b&gt;alone&lt;/b&gt;" in (await post(client)).text


async def test_a_leading_line_end_survives_the_round_trip(client: AsyncClient, services: FakeServices) -> None:
    services.failure = BadArticle("no")
    assert "\n\n\nIndented.</textarea>" in (await post(client, article="\n\nIndented.")).text


@pytest.mark.parametrize(
    "warnings", [pytest.param((), id="no reason is kept"), pytest.param(("the local judge answered",), id="and why")]
)
async def test_that_another_judge_stood_in_is_said_once(
    client: AsyncClient, services: FakeServices, warnings: tuple[str, ...]
) -> None:
    judge = services.decision.judge.model_copy(update={"degraded": True})
    services.decision = services.decision.model_copy(update={"judge": judge, "warnings": warnings})
    elements = Elements((await post(client, htmx=True, article="Bread.")).text)
    assert elements.values("class").count("notice") == 1
