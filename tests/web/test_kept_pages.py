"""The pages of what is kept: a decision, an article's history, what waits, and an editor's word on it."""

from datetime import timedelta
from http import HTTPStatus
from urllib.parse import quote

import pytest
from httpx import AsyncClient, Response
from markupsafe import escape

from app.domain.provenance import TagEvent
from app.door.withholding import AWAY
from app.errors import ModelUnavailable, StoreUnavailable
from app.store.history import Tagged
from app.web.questions import put_question
from tests.web.page_fakes import FakeServices, build_decision
from tests.web.test_pages import HOSTILE, POLICY, Elements, find_policy

pytestmark = pytest.mark.anyio

DECISION = build_decision()
PAGE = f"/classifications/{DECISION.id}"
HISTORY = f"/articles/{quote(DECISION.article.key, safe='')}/history"
LONG_AGO = DECISION.created_at - timedelta(days=400)


@pytest.fixture
def services() -> FakeServices:
    services = FakeServices()
    services.kept.keep(DECISION)
    return services


async def say(client: AsyncClient, *, htmx: bool = False, **fields: str) -> Response:
    headers = {"HX-Request": "true"} if htmx else {}
    return await client.post(f"{PAGE}/feedback/page", data=fields, headers=headers)


def find_anchors(html: str) -> set[str]:
    return {id_ for id_ in Elements(html).values("id") if id_.startswith("category-")}


async def test_a_decision_has_a_page_with_its_text_and_its_evidence(client: AsyncClient) -> None:
    html = (await client.get(PAGE)).text
    assert f"<h1>{DECISION.article.title}</h1>" in html
    assert "The group now has nine standing teams.</mark>" in html
    assert f'href="{HISTORY}"' in html


async def test_every_category_of_a_decision_has_its_place_on_the_page(client: AsyncClient) -> None:
    assert find_anchors((await client.get(PAGE)).text) == {f"category-{a.category}" for a in DECISION.assignments}


async def test_every_category_can_be_overruled(client: AsyncClient) -> None:
    buttons = [attributes for tag, attributes in Elements((await client.get(PAGE)).text).found if tag == "button"]
    accepted = {attributes["value"] for attributes in buttons if attributes["name"] == "accept"}
    assert accepted == {assignment.category for assignment in DECISION.assignments}


async def test_a_decision_that_was_replaced_says_so_and_leads_on(client: AsyncClient) -> None:
    assert "does not stand any more" not in (await client.get(PAGE)).text
    await say(client, accept="scrum")
    html = (await client.get(PAGE)).text
    assert "does not stand any more" in html
    assert 'href="/classifications/word-1"' in html


async def test_a_decision_is_shown_without_its_articles_whole_history(
    client: AsyncClient, services: FakeServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(type(services.kept), "load_history")
    assert (await client.get(PAGE)).status_code == HTTPStatus.OK
    assert (await client.post("/classify/page", data={"article": "A board decides."})).status_code == HTTPStatus.OK


async def test_a_word_is_shown_with_who_said_it_when_and_why(client: AsyncClient, services: FakeServices) -> None:
    await services.kept.give_word(DECISION.id, "scrum", "accept", "It teaches Scrum.", "Ada")
    html = (await client.get("/classifications/word-1")).text
    assert "<strong>Applies</strong> by the word of Ada" in html
    assert "2026-03-02 09:05 UTC" in html
    assert "It teaches Scrum." in html


async def test_what_an_editor_turned_down_keeps_its_card_and_can_be_changed(client: AsyncClient) -> None:
    await say(client, reject="operating-model", note="About a hospital.")
    html = (await client.get("/classifications/word-1")).text
    assert "Change this word" in html
    assert "About a hospital." in html
    assert "The group now has nine standing teams." in html
    card = html[html.index('id="category-operating-model"') :].partition("</article>")[0]
    assert "The definition has no exclusions." not in card


async def test_a_word_about_a_former_id_is_shown_with_the_category_of_today(
    client: AsyncClient, services: FakeServices
) -> None:
    await services.kept.give_word(DECISION.id, "scrum", "accept", "It teaches Scrum.", "")
    key, word = services.kept.words[0]
    services.kept.words[0] = (key, word.model_copy(update={"category": "scrum-framework"}))
    renamed = tuple(
        c.model_copy(update={"aliases": ("scrum-framework",)}) if c.id == "scrum" else c
        for c in services.taxonomy.categories
    )
    services.taxonomy = services.taxonomy.model_copy(update={"categories": renamed})
    assert "<strong>Applies</strong> by the word of" in (await client.get("/classifications/word-1")).text


async def test_without_javascript_a_word_leads_to_the_decision_that_stands_now(client: AsyncClient) -> None:
    answer = await say(client, accept="scrum", note=" It teaches\r\nScrum. ")
    assert answer.status_code == HTTPStatus.SEE_OTHER
    assert answer.headers["location"] == "/classifications/word-1#category-scrum"


async def test_without_javascript_a_word_from_the_list_leads_back_to_its_place(client: AsyncClient) -> None:
    answer = await say(client, reject="portfolio-funding", origin="review", after=f"{DECISION.id}:portfolio-funding")
    assert answer.headers["location"].startswith("/review?after=")
    html = (await client.get("/review?said=word-1&about=portfolio-funding")).text
    assert "<strong>Portfolio Funding</strong> does not apply by your word." in html
    assert "/classifications/word-1#category-portfolio-funding" in html


async def test_a_form_elsewhere_cannot_say_where_the_browser_is_led(client: AsyncClient) -> None:
    answer = await say(client, accept="scrum", origin="https://evil.example/", after="//evil.example")
    assert answer.headers["location"] == "/classifications/word-1#category-scrum"


async def test_a_word_is_kept_as_it_was_typed(client: AsyncClient, services: FakeServices) -> None:
    await say(client, reject="kanban", note=" one\r\ntwo ")
    ((_, word),) = services.kept.words
    assert (word.category, word.verdict, word.note, word.by, word.decision) == (
        "kanban", "reject", "one\ntwo", "", DECISION.id,
    )  # fmt: skip


async def test_htmx_gets_the_whole_result_anew(client: AsyncClient) -> None:
    answer = await say(client, htmx=True, accept="scrum", note="It teaches Scrum.")
    assert "<html" not in answer.text
    assert 'id="result-heading"' in answer.text
    assert "It teaches Scrum." in answer.text
    assert 'action="/classifications/word-1/feedback/page"' in answer.text


async def test_htmx_gets_the_settled_question_and_how_many_are_left(client: AsyncClient) -> None:
    answer = await say(client, htmx=True, reject="portfolio-funding", origin="review")
    assert "<strong>Portfolio Funding</strong> does not apply to" in answer.text
    assert 'hx-swap-oob="true">Nothing waits for a person.' in answer.text


@pytest.mark.parametrize("htmx", [False, True])
@pytest.mark.parametrize(
    ("fields", "status", "told"),
    [
        pytest.param({}, 422, "Press one of its buttons", id="nothing said"),
        pytest.param({"accept": "scrum", "reject": "scrum"}, 422, "Press one of its buttons", id="both said"),
        pytest.param({"accept": "nope"}, 422, "There is no category", id="an unknown category"),
        pytest.param({"accept": "scrum", "note": "x" * 2001}, 422, "2,001 characters", id="a note over its bound"),
        pytest.param({"accept": "scrum", "note": "x" * 50_000}, 413, "Shorten it", id="a note far over it"),
    ],
)
async def test_a_word_that_cannot_be_kept_says_why(
    client: AsyncClient, services: FakeServices, fields: dict[str, str], status: int, told: str, *, htmx: bool
) -> None:
    answer = await say(client, htmx=htmx, **fields)
    assert answer.status_code == status
    assert told in answer.text
    assert answer.headers.get("hx-retarget") == ("find .told" if htmx else None)
    assert not services.kept.words


async def test_a_store_that_is_away_is_told(client: AsyncClient, services: FakeServices) -> None:
    services.kept.failure = StoreUnavailable("The store /srv/store.db cannot be written.")
    answer = await say(client, htmx=True, accept="scrum")
    assert (answer.status_code, AWAY in answer.text, "/srv" in answer.text) == (503, True, False)


@pytest.mark.parametrize("way", ["feedback/page", "feedback/page?x=1"])
async def test_asking_for_a_word_again_leads_to_its_decision(client: AsyncClient, way: str) -> None:
    assert (await client.get(f"{PAGE}/{way}")).headers["location"] == PAGE


async def test_the_list_puts_each_question_with_what_speaks_for_and_against(client: AsyncClient) -> None:
    html = (await client.get("/review")).text
    assert "1 question waits for a person" in html
    for words in (
        "Does <strong>Portfolio Funding</strong> apply to",
        f'href="{PAGE}#category-portfolio-funding"',
        "The score lies so close to the threshold",
        "Praise of one way of funding over another.",
        "spends up to 80,000 euros a quarter",
        "threshold 0.50",
    ):
        assert words in html


async def test_a_question_about_a_definition_that_is_gone_is_still_put(
    client: AsyncClient, services: FakeServices
) -> None:
    left = tuple(c for c in services.taxonomy.categories if c.id != "portfolio-funding")
    services.taxonomy = services.taxonomy.model_copy(update={"categories": left})
    assert "Does <strong>Portfolio Funding</strong> apply to" in (await client.get("/review")).text


async def test_a_question_that_its_decision_leaves_out_is_not_put(client: AsyncClient, services: FakeServices) -> None:
    page = await services.kept.list_reviews("", 1)
    gone = page.waiting[0].model_copy(update={"category": "nothing"})
    assert put_question(gone, DECISION, services.taxonomy, 0.5) is None


async def test_the_list_has_pages(client: AsyncClient, services: FakeServices) -> None:
    for number in range(24):
        article = DECISION.article.model_copy(update={"id": f"article-{number}"})
        services.kept.keep(DECISION.model_copy(update={"id": f"decision-{number}", "article": article}))
    first = Elements((await client.get("/review")).text)
    (onward,) = [href for href in first.values("href") if "after=" in href]
    second = (await client.get(onward)).text
    assert second.count("Does <strong>") == 5
    assert "Next page" not in second
    assert "25 questions" in second


async def test_an_empty_list_says_so(client: AsyncClient, services: FakeServices) -> None:
    services.kept.decisions.clear()
    assert "Nothing waits for a person." in (await client.get("/review")).text


@pytest.mark.parametrize(
    "query", ["said=nothing", f"said={DECISION.id}&about=scrum", f"said={DECISION.id}&about=<script>", "about=x"]
)
async def test_an_address_that_was_made_up_tells_of_no_word(client: AsyncClient, query: str) -> None:
    answer = await client.get(f"/review?{query}")
    assert answer.status_code == HTTPStatus.OK
    assert "by your word" not in answer.text


async def test_a_history_tells_everything_the_newest_first(client: AsyncClient, services: FakeServices) -> None:
    await say(client, accept="scrum", note="It teaches Scrum.")
    event = TagEvent(
        article=DECISION.article.key, field="tags", tag="health", event="attached", by="imported", at=LONG_AGO
    )
    services.kept.further.append(Tagged(at=LONG_AGO, event=event))
    html = (await client.get(HISTORY)).text
    told = (
        "An editor: <a",
        "stands</span>",
        "stood from",
        "The text came in",
        "Tag <code>health</code> was attached",
    )
    places = [html.index(words) for words in told]
    assert places == sorted(places)
    assert "there when the article came in, in the field" in html


async def test_a_history_leads_to_every_decision(client: AsyncClient) -> None:
    await say(client, accept="scrum")
    hrefs = Elements((await client.get(HISTORY)).text).values("href")
    assert {PAGE, "/classifications/word-1"} <= set(hrefs)


@pytest.mark.parametrize(
    ("url", "followed"),
    [
        pytest.param("https://example.org/a", True, id="a page"),
        pytest.param("javascript:alert(1)", False, id="a script"),
        pytest.param("data:text/html,x", False, id="data"),
        pytest.param(" https://example.org", False, id="not quite an address"),
    ],
)
async def test_only_an_address_of_the_web_can_be_followed(
    client: AsyncClient, services: FakeServices, url: str, followed: bool
) -> None:
    services.kept.url = url
    html = (await client.get(HISTORY)).text
    assert str(escape(url)) in html
    assert (url in Elements(html).values("href")) is followed


async def test_an_article_whose_id_is_a_path_has_a_history(client: AsyncClient, services: FakeServices) -> None:
    article = DECISION.article.model_copy(update={"id": "/posts/2024/a b?.md"})
    services.kept.keep(DECISION.model_copy(update={"id": "second", "article": article}))
    (link,) = {
        href
        for href in Elements((await client.get("/classifications/second")).text).values("href")
        if "history" in href
    }
    assert "/posts/2024/a b?.md" in (await client.get(link)).text


@pytest.mark.parametrize("path", ["/classifications/nothing", "/articles/nothing/history", "/articles//history"])
async def test_what_is_not_kept_is_a_page_that_says_so(client: AsyncClient, path: str) -> None:
    answer = await client.get(path)
    assert answer.status_code == HTTPStatus.NOT_FOUND
    assert answer.headers["content-type"].startswith("text/html")


@pytest.mark.parametrize("path", [PAGE, HISTORY, "/review", "/classifications/nothing"])
async def test_every_page_of_what_is_kept_forbids_what_it_does_not_need(client: AsyncClient, path: str) -> None:
    await say(client, reject="operating-model", note="No.")
    answer = await client.get(path)
    assert find_policy(answer) == POLICY
    assert "Accept" in answer.headers["vary"]
    elements = Elements(answer.text)
    assert not elements.values("style")
    assert not [name for _, attributes in elements.found for name in attributes if name.startswith("on")]
    assert all("src" in attributes for tag, attributes in elements.found if tag == "script")


@pytest.mark.parametrize("path", [PAGE, "/review"])
async def test_ids_are_unique_and_every_field_has_a_label(client: AsyncClient, path: str) -> None:
    elements = Elements((await client.get(path)).text)
    ids = elements.values("id")
    assert len(ids) == len(set(ids))
    assert [tag for tag, _ in elements.found if tag in {"label", "textarea"}] == ["label", "textarea"] * (
        len([tag for tag, _ in elements.found if tag == "textarea"])
    )


@pytest.mark.parametrize("words", HOSTILE)
async def test_titles_rationales_and_notes_are_text_on_every_page(
    client: AsyncClient, services: FakeServices, words: str
) -> None:
    async def read(words: str) -> list[list[str]]:
        services.kept.decisions.clear()
        services.kept.words.clear()
        article = DECISION.article.model_copy(update={"title": words, "id": f"about {words}"})
        assignments = tuple(
            a.model_copy(update={"title": words, "rationale": words}) if a.status != "rejected" else a
            for a in DECISION.assignments
        )
        services.kept.keep(DECISION.model_copy(update={"article": article, "assignments": assignments}))
        await say(client, accept="scrum", note=words)
        history = f"/articles/{quote(f'about {words}', safe='')}/history"
        pages = [(await client.get(path)).text for path in (PAGE, "/classifications/word-1", "/review", history)]
        assert all(str(escape(words)) in page for page in pages)
        return [[tag for tag, _ in Elements(page).found] for page in pages]

    assert await read(words) == await read("calm")


async def test_a_result_on_the_first_page_shows_words_that_were_said_before(
    client: AsyncClient, services: FakeServices
) -> None:
    await say(client, accept="scrum", note="It teaches Scrum.")
    services.decision = services.kept.decisions["word-1"]
    html = (await client.post("/classify/page", data={"article": "An article."})).text
    assert "It teaches Scrum." in html


async def test_a_judge_that_is_away_is_told_to_whoever_gives_a_word(
    client: AsyncClient, services: FakeServices
) -> None:
    services.kept.failure = ModelUnavailable("The server is away.")
    answer = await say(client, accept="scrum")
    assert (answer.status_code, "The server is away." in answer.text) == (503, True)
