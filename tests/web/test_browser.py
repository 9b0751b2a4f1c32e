"""The editor's page in a real browser: with and without JavaScript, by keyboard alone, for everybody's eyes."""

import itertools
import re
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect, sync_playwright

from app.errors import BadArticle
from tests.web.page_fakes import FakeKept, FakeServices, build_app, build_decision

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()
DECISION = build_decision()
DECISION_PAGE = f"/classifications/{DECISION.id}"
HISTORY_PAGE = f"/articles/{DECISION.article.key}/history"
PAGES = (
    "/classify", "/categories", "/categories/operating-model", "/categories/scrum", "/review", DECISION_PAGE,
    HISTORY_PAGE,
)  # fmt: skip

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason=f"no browser at {CHROMIUM}"),
]


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[str, FakeServices]]:
    services = FakeServices()
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(64)
        server = uvicorn.Server(uvicorn.Config(build_app(services), log_level="error", ws="none", lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        deadline = time.monotonic() + 10
        while not server.started and time.monotonic() < deadline:
            time.sleep(0.02)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", services
        server.should_exit = True
        thread.join(timeout=10)


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="module")
def browser(playwright: Playwright) -> Iterator[Browser]:
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
    yield browser
    browser.close()


@pytest.fixture
def services(served: tuple[str, FakeServices]) -> FakeServices:
    services = served[1]
    services.failure, services.delay_s, services.decision = None, 0.0, build_decision()
    services.asked.clear()
    services.kept = FakeKept(services.taxonomy)
    services.kept.keep(services.decision)
    return services


@pytest.fixture
def context(browser: Browser, served: tuple[str, FakeServices], services: FakeServices) -> Iterator[BrowserContext]:
    context = browser.new_context(base_url=served[0], viewport={"width": 1400, "height": 900}, reduced_motion="reduce")
    context.set_default_timeout(10_000)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A page that must not complain: a breach of the security policy is an error in the console."""
    page = context.new_page()
    complaints: list[str] = []
    page.on(
        "console", lambda message: complaints.append(message.text) if message.type in {"error", "warning"} else None
    )
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    assert [words for words in complaints if "status of 4" not in words] == []


@pytest.fixture
def plain_page(browser: Browser, served: tuple[str, FakeServices], services: FakeServices) -> Iterator[Page]:
    """A page in a browser without JavaScript."""
    context = browser.new_context(base_url=served[0], java_script_enabled=False)
    context.set_default_timeout(10_000)
    yield context.new_page()
    context.close()


def classify(page: Page, text: str = "An article about a hospital.") -> None:
    page.goto("/classify")
    page.get_by_label("Article", exact=True).fill(text)
    page.get_by_role("button", name="Classify").click()
    expect(page.locator("#result-heading")).to_be_visible()


def test_without_javascript_the_form_gives_a_page_with_the_result(plain_page: Page, services: FakeServices) -> None:
    plain_page.goto("/classify")
    plain_page.get_by_label("Title").fill("A hospital")
    plain_page.get_by_label("HTML").check()
    classify_button = plain_page.get_by_role("button", name="Classify")
    plain_page.get_by_label("Article", exact=True).fill("<p>Text</p>")
    classify_button.click()
    expect(plain_page.locator("#result-heading")).to_contain_text("Operating Model")
    expect(plain_page.get_by_label("Title")).to_have_value("A hospital")
    expect(plain_page.get_by_label("Article", exact=True)).to_have_value("<p>Text</p>")
    expect(plain_page.get_by_label("HTML")).to_be_checked()
    assert services.asked[0][0].html == "<p>Text</p>"


def test_without_javascript_a_problem_keeps_what_was_typed(plain_page: Page, services: FakeServices) -> None:
    services.failure = BadArticle("There is nothing to read.")
    classify(plain_page, "Typed with care.")
    expect(plain_page.get_by_role("alert")).to_contain_text("There is nothing to read.")
    expect(plain_page.get_by_label("Article", exact=True)).to_have_value("Typed with care.")


def test_without_javascript_quotes_and_text_lead_to_each_other(plain_page: Page) -> None:
    classify(plain_page)
    plain_page.locator("#quote-2 a").click()
    assert plain_page.url.endswith("#text-2")
    plain_page.get_by_role("link", name="Quote 2: Operating Model").click()
    assert plain_page.url.endswith("#quote-2")


def test_with_javascript_only_the_result_is_put_in(page: Page) -> None:
    page.goto("/classify")
    page.evaluate("document.body.dataset.same = 'yes'")
    page.get_by_label("Article", exact=True).fill("An article.")
    page.get_by_role("button", name="Classify").click()
    expect(page.locator("#result-heading")).to_be_focused()
    assert page.evaluate("document.body.dataset.same") == "yes"
    expect(page.get_by_role("status")).to_have_text("Done: Tag: Operating Model")


def test_progress_is_told_and_the_button_waits(page: Page, services: FakeServices) -> None:
    services.delay_s = 0.5
    page.goto("/classify")
    before = page.get_by_label("Article", exact=True).bounding_box()
    page.get_by_label("Article", exact=True).fill("An article.")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("status")).to_have_text("Classifying…")
    expect(page.get_by_role("button", name="Classify")).to_be_disabled()
    assert page.get_by_label("Article", exact=True).bounding_box() == before
    page.keyboard.press("Control+Enter")
    expect(page.locator("#result-heading")).to_be_visible()
    expect(page.get_by_role("button", name="Classify")).to_be_enabled()
    assert len(services.asked) == 1


def test_with_javascript_a_problem_is_put_in_and_told(page: Page, services: FakeServices) -> None:
    services.failure = BadArticle("There is nothing to read.")
    classify(page)
    expect(page.get_by_role("alert")).to_contain_text("There is nothing to read.")
    expect(page.locator("#result-heading")).to_be_focused()
    expect(page.locator("#progress")).to_have_text("Not classified. The reason stands below.")


def test_an_article_over_the_limit_stays_in_the_form(page: Page) -> None:
    page.goto("/classify")
    page.get_by_label("Article", exact=True).fill("word " * 60_000)
    page.get_by_role("button", name="Classify").click()
    expect(page.get_by_role("alert")).to_contain_text("SCOPENOTE_MAX_BODY_BYTES")
    assert len(page.get_by_label("Article", exact=True).input_value()) == 300_000


@pytest.fixture
def fetching(services: FakeServices) -> Iterator[None]:
    """While pages are fetched."""
    own = services.settings
    services.settings = own.model_copy(update={"fetch_urls": True})
    yield
    services.settings = own


@pytest.mark.usefixtures("fetching")
def test_an_address_is_sent_by_keyboard_alone_and_survives_a_reload_until_it_is_cleared(
    page: Page, services: FakeServices
) -> None:
    page.goto("/classify")
    page.get_by_label("Title").press("Tab")
    address = page.get_by_label("Address")
    expect(address).to_be_focused()
    expect(address).to_have_accessible_description(re.compile("Where the article stands"))
    page.keyboard.type("news.example/a")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#result-heading")).to_be_focused()
    assert [offer.url for offer, _ in services.asked] == ["https://news.example/a"]
    page.reload()
    expect(address).to_have_value("news.example/a")
    assert page.evaluate(NAMELESS) == []
    page.get_by_role("link", name="Clear").click()
    expect(address).to_have_value("")
    page.reload()
    expect(address).to_have_value("")


@pytest.mark.usefixtures("fetching")
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_an_address_that_cannot_be_used_is_told_and_can_be_read(page: Page, scheme: str) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.set_viewport_size({"width": 360, "height": 800})
    page.goto("/classify")
    page.get_by_label("Address").fill("two words")
    page.get_by_role("button", name="Classify").click()
    expect(page.get_by_role("alert")).to_contain_text("is no address of a page")
    expect(page.get_by_label("Address")).to_have_value("two words")
    assert page.evaluate(DIM) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_a_service_that_is_gone_is_told(page: Page, context: BrowserContext) -> None:
    page.goto("/classify")
    context.route("**/classify/page", lambda route: route.fulfill(status=403, json={"detail": "Not from <b>here</b>."}))
    page.get_by_label("Article", exact=True).fill("An article.")
    page.get_by_role("button", name="Classify").click()
    expect(page.get_by_role("alert")).to_contain_text("Not from <b>here</b>.")


def test_what_was_typed_survives_a_reload_and_clear_forgets_it(page: Page) -> None:
    page.goto("/classify")
    page.get_by_label("Title").fill("Kept")
    page.get_by_label("Article", exact=True).fill("Kept as well.")
    page.get_by_label("Markdown").check()
    page.reload()
    expect(page.get_by_label("Title")).to_have_value("Kept")
    expect(page.get_by_label("Article", exact=True)).to_have_value("Kept as well.")
    expect(page.get_by_label("Markdown")).to_be_checked()
    page.get_by_role("link", name="Clear").click()
    expect(page.get_by_label("Article", exact=True)).to_have_value("")
    page.reload()
    expect(page.get_by_label("Article", exact=True)).to_have_value("")


def test_an_example_neither_becomes_the_draft_nor_takes_it(page: Page) -> None:
    article, only = page.get_by_label("Article", exact=True), page.get_by_label("Only these categories")
    page.goto("/classify")
    article.fill("My own.")
    only.fill("scrum")
    page.goto("/classify?example=14-eight-weeks-to-the-exam.md")
    for _ in range(2):
        expect(article).to_have_value(re.compile("PSM I"))
        expect(only).to_have_value("")
        page.reload()
    page.goto("/classify")
    expect(article).to_have_value("My own.")
    expect(only).to_have_value("")
    page.goto("/classify?example=14-eight-weeks-to-the-exam.md")
    page.get_by_role("link", name="Clear").click()
    expect(page).to_have_url(re.compile("/classify$"))
    expect(article).to_have_value("")


def test_everything_can_be_done_by_keyboard(page: Page) -> None:
    page.goto("/classify")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("A hospital")
    page.keyboard.press("Tab")
    page.keyboard.type("An article.")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#result-heading")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("region", name="Categories", exact=True)).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.url.endswith("#text-1")
    expect(page.locator("#text-1")).to_be_in_viewport()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.url.endswith("#quote-1")


def test_following_a_quote_lights_all_of_it_even_where_others_overlap(page: Page) -> None:
    classify(page)
    page.locator("#quote-3 a").click()
    lit = page.locator("mark.lit")
    assert lit.all_inner_texts() == ["its own backlog", "and spends up to 80,000 euros a quarter without asking."]


def test_a_category_under_the_pointer_lights_all_that_it_rests_on(page: Page) -> None:
    classify(page)
    page.locator(".card.excluded h4").hover()
    assert page.locator("mark.lit").all_inner_texts() == [
        "Some teams use Scrum, others a simple board on the wall.",
        "Sprint reviews are open to everybody",
    ]


def test_a_number_in_the_text_opens_what_hides_its_quote(page: Page) -> None:
    classify(page)
    page.locator("details.checked[open] summary").first.click()
    expect(page.locator("#quote-5")).to_be_hidden()
    page.get_by_role("link", name="Quote 5: Operating Model").click()
    expect(page.locator("#quote-5")).to_be_in_viewport()


@pytest.mark.parametrize("width", [360, 768, 1400])
@pytest.mark.parametrize("path", PAGES)
def test_nothing_is_wider_than_the_screen(page: Page, path: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    classify(page) if path == "/classify" else page.goto(path)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_on_a_phone_every_word_about_a_category_is_on_the_screen_and_it_is_still_a_table(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto("/categories")
    table = page.get_by_role("table")
    assert table.evaluate("(e) => e.getBoundingClientRect().right") <= 390
    row = table.get_by_role("row").nth(1)
    assert row.get_by_role("cell").count() == len(("kind", "topics", "exclusions", "remarks", "about"))
    expect(row).to_contain_text("topics")
    page.set_viewport_size({"width": 1200, "height": 800})
    expect(row.locator(".unit").first).to_be_hidden()


@pytest.mark.parametrize("width", [360, 390])
def test_on_a_phone_the_navigation_is_one_line_and_marks_where_one_is(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.goto("/review")
    assert len(set(page.locator("nav a").evaluate_all("(links) => links.map((e) => e.offsetTop)"))) == 1
    expect(page.locator("nav [aria-current=page]")).to_have_text("Review")


def test_the_text_stands_left_of_the_categories_where_there_is_room(page: Page) -> None:
    classify(page)
    text, pane = page.locator(".text").bounding_box(), page.locator(".assignments").bounding_box()
    assert text
    assert pane
    assert text["x"] + text["width"] <= pane["x"]
    page.set_viewport_size({"width": 360, "height": 800})
    text, pane = page.locator(".text").bounding_box(), page.locator(".assignments").bounding_box()
    assert text
    assert pane
    assert pane["y"] + pane["height"] <= text["y"]


NAMELESS = """() => [...document.querySelectorAll("a, button, input:not([type='hidden']), textarea, summary, [tabindex='0']")]
  .filter((e) => !(e.getAttribute("aria-label") || e.labels?.length || e.textContent.trim()
    || document.getElementById(e.getAttribute("aria-labelledby"))))
  .map((e) => e.outerHTML)"""

HEADINGS = "() => [...document.querySelectorAll('h1, h2, h3, h4, h5, h6')].map((e) => Number(e.tagName[1]))"

TWINS = """() => { const ids = [...document.querySelectorAll("[id]")].map((e) => e.id);
  return ids.filter((id, at) => ids.indexOf(id) !== at) }"""

DIM = """() => {
  const read = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((c) => c / 255)
    .map((c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
    .reduce((sum, c, at) => sum + c * [0.2126, 0.7152, 0.0722][at], 0);
  const ground = (e) => {
    for (; e; e = e.parentElement) {
      const colour = read(getComputedStyle(e).backgroundColor);
      if (colour.length === 3 || colour[3] === 1) return colour;
    }
    return [255, 255, 255];
  };
  const dim = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node; (node = walker.nextNode()); ) {
    const e = node.parentElement;
    if (!node.data.trim() || !e.checkVisibility()) continue;
    const [a, b] = [light(read(getComputedStyle(e).color)), light(ground(e))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) dim.push(`${ratio.toFixed(2)} ${node.data.trim().slice(0, 40)}`);
  }
  return dim;
}"""


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_in_order_for_those_who_hear_it(page: Page, path: str) -> None:
    classify(page) if path == "/classify" else page.goto(path)
    page.evaluate("document.querySelectorAll('details').forEach((e) => (e.open = true))")
    assert page.evaluate(NAMELESS) == []
    assert page.evaluate(TWINS) == []
    assert page.evaluate("document.documentElement.lang") == "en"
    assert page.title().endswith("– Scopenote")
    for role, number in {"banner": 1, "navigation": 1, "main": 1}.items():
        assert page.get_by_role(role).count() == number  # type: ignore[arg-type]
    headings = page.evaluate(HEADINGS)
    assert headings.count(1) == 1
    assert headings[0] == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(headings))


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", PAGES)
def test_every_word_stands_out_from_its_ground(page: Page, path: str, scheme: str) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    classify(page) if path == "/classify" else page.goto(path)
    page.evaluate("document.querySelectorAll('details').forEach((e) => (e.open = true))")
    if path == "/classify":
        page.locator("#quote-3 a").click()
    assert page.evaluate(DIM) == []


def test_focus_can_be_seen(page: Page) -> None:
    page.goto("/classify")
    for _ in range(4):
        page.keyboard.press("Tab")
        assert page.evaluate("parseFloat(getComputedStyle(document.activeElement).outlineWidth)") >= 3


def test_a_hostile_article_runs_nothing(page: Page, services: FakeServices) -> None:
    decision = build_decision(title='<img src=x onerror="window.harmed=1">')
    first, *others = decision.assignments
    words = "<script>window.harmed=1</script><svg onload=window.harmed=1>"
    hostile = first.model_copy(update={"title": words, "rationale": words})
    services.decision = decision.model_copy(update={"assignments": (hostile, *others), "warnings": (words,)})
    classify(page)
    assert page.evaluate("window.harmed") is None
    expect(page.locator("#result-heading")).to_contain_text(words)


def test_without_javascript_a_question_is_answered_and_the_answer_changed(
    plain_page: Page, services: FakeServices
) -> None:
    plain_page.goto("/review")
    plain_page.get_by_label("Note").fill("It is about funding teams.")
    plain_page.get_by_role("button", name="Does not apply: Portfolio Funding").click()
    expect(plain_page.get_by_role("status")).to_contain_text("Portfolio Funding does not apply by your word.")
    expect(plain_page.get_by_text("Nothing waits for a person.")).to_be_visible()
    plain_page.get_by_role("link", name="See or change it").click()
    card = plain_page.locator("article.card", has_text="It is about funding teams.")
    expect(card).to_be_in_viewport()
    card.get_by_text("Change this word").click()
    card.get_by_role("button", name="Applies: Portfolio Funding").click()
    expect(plain_page.locator(".card.assigned", has_text="Portfolio Funding")).to_contain_text("Applies by the word of")
    assert [word.verdict for _, word in services.kept.words] == ["reject", "accept"]


def test_with_javascript_an_answer_takes_the_place_of_its_question(page: Page, services: FakeServices) -> None:
    article = DECISION.article.model_copy(update={"id": "another", "title": "Another article"})
    services.kept.keep(DECISION.model_copy(update={"id": "second", "article": article}))
    page.goto("/review")
    page.evaluate("document.body.dataset.same = 'yes'")
    second = page.get_by_role("listitem").filter(has=page.get_by_role("heading", name="Another article"))
    second.get_by_label("Note").fill("Ours.")
    second.get_by_role("button", name="Applies: Portfolio Funding", exact=True).click()
    expect(page.get_by_role("heading", name="Portfolio Funding applies to Another article.")).to_be_focused()
    expect(page.get_by_text("1 question waits for a person")).to_be_visible()
    assert page.evaluate("document.body.dataset.same") == "yes"
    second.get_by_text("Change this word").click()
    second.get_by_role("button", name="Does not apply").click()
    expect(page.get_by_role("heading", name="Portfolio Funding does not apply to Another article.")).to_be_focused()
    ((_, first), (_, last)) = services.kept.words
    assert (first.note, first.verdict, last.verdict, last.decision) == ("Ours.", "accept", "reject", "word-1")


def test_questions_are_answered_by_keyboard_alone(page: Page, services: FakeServices) -> None:
    page.goto("/review")
    page.get_by_label("Note").focus()
    page.keyboard.type("Ours.")
    page.keyboard.press("Enter")
    assert not services.kept.words
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Applies: Portfolio Funding", exact=True)).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="does not apply")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name=DECISION.article.title)).to_be_focused()
    ((_, word),) = services.kept.words
    assert (word.verdict, word.note) == ("reject", "Ours.")


def test_a_word_on_a_result_is_put_in_where_it_was_given(page: Page, services: FakeServices) -> None:
    classify(page)
    card = page.locator("#category-scrum")
    card.get_by_text("Confirm or overrule").click()
    card.get_by_label("Note").fill("It teaches Scrum.")
    card.get_by_role("button", name="Applies: Scrum").click()
    expect(page.locator("#category-scrum .word")).to_be_focused()
    expect(page.locator("#category-scrum .word")).to_be_in_viewport()
    expect(page.locator("#category-scrum .word")).to_contain_text("It teaches Scrum.")
    expect(page.get_by_label("Article", exact=True)).to_have_value("An article about a hospital.")
    page.get_by_text("Other categories").click()
    page.get_by_role("button", name="Applies: Kanban").click()
    expect(page.locator("#category-kanban .word")).to_be_focused()
    assert [word.category for _, word in services.kept.words] == ["scrum", "kanban"]


def test_a_word_that_is_not_kept_is_told_beside_what_was_typed(
    page: Page, services: FakeServices, context: BrowserContext
) -> None:
    services.kept.failure = BadArticle("The note is about something else.")
    page.goto("/review")
    page.get_by_label("Note").fill("Typed with care.")
    button = page.get_by_role("button", name="Does not apply")
    button.click()
    expect(page.get_by_role("alert")).to_have_text("The note is about something else.")
    context.route("**/feedback/page", lambda route: route.fulfill(status=403, json={"detail": "Not from <b>here</b>."}))
    button.click()
    expect(page.get_by_role("alert")).to_have_text("Not from <b>here</b>.")
    expect(page.get_by_label("Note")).to_have_value("Typed with care.")


def test_on_the_page_of_a_decision_quotes_are_lit_too(page: Page) -> None:
    page.goto(DECISION_PAGE)
    page.locator(".card.excluded h4").hover()
    assert len(page.locator("mark.lit").all_inner_texts()) == 2


def test_a_hostile_note_runs_nothing(page: Page, services: FakeServices) -> None:
    words = "<script>window.harmed=1</script><img src=x onerror=window.harmed=1>"
    page.goto("/review")
    page.get_by_label("Note").fill(words)
    page.get_by_role("button", name="Does not apply").click()
    expect(page.locator(".note")).to_have_text(words)
    page.goto(HISTORY_PAGE)
    expect(page.locator(".note")).to_have_text(words)
    assert page.evaluate("window.harmed") is None


def test_words_of_others_do_not_turn_what_stands_around_them(page: Page) -> None:
    page.goto(DECISION_PAGE)
    expect(page.locator("main code").first).to_have_css("unicode-bidi", "isolate")
