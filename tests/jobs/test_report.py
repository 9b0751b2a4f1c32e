"""The report: what became of each item, as lines and as a page."""

import base64
import hashlib
import re
from datetime import datetime, timedelta

import pytest

from app.domain.attempt import Attempt, Tokens
from app.domain.decision import Assignment, ExclusionFinding
from app.domain.job import Fields, Item, Job
from app.domain.provenance import TagEvent
from app.domain.verdict import Usage
from app.errors import NotKept
from app.jobs.reporting import page as report_page
from app.jobs.reporting import report
from app.jobs.reporting.page import CONTENT_SECURITY_POLICY, render_report
from app.jobs.reporting.report import ReportLine, list_lines, tell_held_back
from app.store.articles import keep_article
from app.store.database import Database
from app.store.file_writes import FileWrite, keep_file_write
from app.store.ledger import SQLLedger
from app.store.tag_events import keep_tag_events
from app.store.taxonomies import keep_taxonomy
from tests.jobs.archives import TAXONOMY, let_stand
from tests.jobs.made_jobs import keep_made, make_job
from tests.store.kept_values import NOON, assign, build

pytestmark = pytest.mark.anyio

FINDING = ExclusionFinding(
    id="league#x1",
    text="Friendly matches.",
    kind="topic",
    finding="triggered",
    decided_by="rule",
    reason="Half of it is.",
)
EXCLUDED = assign("league", "excluded").model_copy(update={"exclusions": (FINDING,)})
REVIEW = assign("pitch", "review", reasons=("near_threshold", "judges_disagree"))


def _decide(database: Database, number: int, before: tuple[Assignment, ...], after: tuple[Assignment, ...]) -> Item:
    """An item of an article that was decided about before, and is anew."""
    key = f"content/{number}.md"
    article = build(f"Leeds won {number}.", id_=key)
    database.write_now(lambda c: keep_article(c, article, key, NOON))
    former = let_stand(database, key, *before, basis="former") if before else None
    return Item(
        job="j",
        number=number,
        article=key,
        digest=article.digest,
        path=f"/{key}",
        state="decided",
        before=former,
        after=let_stand(database, key, *after),
        usage=Usage(calls=1, input_tokens=100, output_tokens=10, cost_usd=0.0004),
    )


async def _list(database: Database) -> list[ReportLine]:
    return [line async for line in list_lines(database, "j")]


async def _render(database: Database, job_id: str = "j") -> str:
    return "".join([piece async for piece in render_report(database, job_id, NOON + timedelta(hours=1))])


async def test_a_line_tells_what_was_gained_and_lost_and_why_not(database: Database) -> None:
    item = _decide(database, 0, (assign("cup"), assign("league")), (assign("cup"), assign("final"), EXCLUDED, REVIEW))
    keep_made(database, make_job("j"), item)
    (line,) = await _list(database)
    assert (line.title, line.path, line.state, line.decision) == ("Cup", "/content/0.md", "decided", item.after)
    assert (line.tags, line.gained, line.lost) == (("cup", "final"), ("final",), ("league",))
    assert [(one.category, one.rule, one.text, one.reason) for one in line.excluded] == [
        ("league", "league#x1", "Friendly matches.", "Half of it is.")
    ]
    assert [(one.category, one.reasons) for one in line.review] == [("pitch", ("near_threshold", "judges_disagree"))]
    assert line.usage.cost_usd == 0.0004


async def test_what_is_excluded_by_no_rule_of_its_own_says_why(database: Database) -> None:
    item = _decide(database, 0, (), (assign("league", "excluded"),))
    keep_made(database, make_job("j"), item)
    (line,) = await _list(database)
    assert [(one.rule, one.reason) for one in line.excluded] == [("", "Said so.")]


async def test_an_item_that_failed_has_lost_nothing(database: Database) -> None:
    decided = _decide(database, 0, (assign("cup"),), (assign("cup"),))
    parked = decided.model_copy(update={"state": "parked", "after": None, "reason": "the server said no", "tries": 3})
    keep_made(database, make_job("j"), parked)
    (line,) = await _list(database)
    assert (line.state, line.reason, line.tries, line.decision) == ("parked", "the server said no", 3, None)
    assert (line.tags, line.gained, line.lost) == ((), (), ())
    assert line.tells_something


async def test_every_item_is_a_line_of_json_in_order(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report, "PAGE", 2)
    keep_made(database, make_job("j"), *[_decide(database, number, (), (assign("cup"),)) for number in range(5)])
    lines = await _list(database)
    assert [line.number for line in lines] == [0, 1, 2, 3, 4]
    assert ReportLine.model_validate_json(lines[0].model_dump_json()) == lines[0]


async def test_a_job_that_is_not_there_has_no_report(database: Database) -> None:
    with pytest.raises(NotKept):
        await _list(database)
    with pytest.raises(NotKept):
        await _render(database)


async def test_the_page_counts_what_the_lines_tell(database: Database) -> None:
    items = [
        _decide(database, 0, (assign("cup"),), (assign("final"), EXCLUDED, REVIEW)),
        _decide(database, 1, (assign("cup"),), (assign("cup"),)),
        _decide(database, 2, (), (assign("cup"),)).model_copy(
            update={"state": "parked", "after": None, "reason": "No."}
        ),
    ]
    keep_made(database, make_job("j", notes=("Not read: a.md: is empty.",)), *items)
    await _spend(database, "a", 0.0012)
    page = await _render(database)
    assert "1 article changed: 1 gained, 1 lost; 1 for a person to look at" in page
    assert "2 decided anew, 0 found as they were, 1 parked, 0 waiting" in page
    assert "$0.0012 spent in 1 call; the plan said $1.00, at most $2.00" in page
    assert "In files" not in page
    assert "Not read: a.md: is empty." in page
    rows = re.findall(r'<span class="where"><bdi>(.*?)</bdi>', page)
    assert rows == ["/content/2.md", "/content/0.md"], "failures first, what stays as it was not at all"


async def _spend(database: Database, id_: str, cost_usd: float | None, *, tokens: int = 110) -> None:
    attempt = Attempt(
        id=id_,
        at=NOON,
        server="s",
        model="m",
        urgency="job",
        job="j",
        purpose="question",
        status="sent",
        tokens=Tokens(input=tokens),
        estimated=True,
        cost_usd=cost_usd,
        prices_as_of=None,
    )
    await SQLLedger(database, lambda: NOON).open(attempt, lambda _: None)


TRIES = "tries that failed, or that a crash or a stop cut off"


@pytest.mark.parametrize(
    ("costs", "waits", "told"),
    [
        pytest.param([0.0004, 0.0004], False, "", id="the articles' costs add up"),
        pytest.param(
            [0.0004, 0.0004, 0.0021],
            False,
            f"of which $0.0021 in 1 call with 110 tokens in no article&#39;s cost: {TRIES}</dd>",
            id="a try whose worker was killed",
        ),
        pytest.param(
            [0.0004, 0.0004, 0.0021], True, f"{TRIES}, or are under way</dd>", id="a try that may be under way"
        ),
        pytest.param(
            [0.0004, 0.0004, None],
            False,
            f"of which 1 call with 110 tokens in no article&#39;s cost: {TRIES}</dd>",
            id="a price that is not known",
        ),
        pytest.param([0.0004, 0.0004, 0.0], False, "", id="a refusal that cost nothing"),
    ],
)
async def test_the_page_says_what_was_paid_and_is_in_no_articles_cost(
    database: Database, costs: list[float | None], waits: bool, told: str
) -> None:
    items = [_decide(database, number, (), (assign("cup"),)) for number in range(2)]
    if waits:
        waiting = {"number": 2, "state": "waiting", "after": None, "usage": Usage()}
        items.append(items[0].model_copy(update=waiting))
    keep_made(database, make_job("j"), *items)
    for number, cost_usd in enumerate(costs):
        await _spend(database, f"a{number}", cost_usd)
    page = await _render(database)
    if told:
        assert told in page
    else:
        assert "of which" not in page


async def test_the_page_tells_what_came_into_files_beside_what_was_decided(database: Database) -> None:
    items = [_decide(database, number, (), (assign("cup"), assign("final"))) for number in range(2)]
    keep_made(database, make_job("j", state="done", write=Fields()), *items)
    path, key = str(items[0].path), items[0].article
    write = FileWrite(
        job="j", number=0, article=key, path=path, before="b", after="a", state="written", reason="", at=NOON
    )
    event = TagEvent(article=key, field="tags", tag="cup", event="attached", by="scopenote", at=NOON, job="j")
    database.write_now(lambda c: keep_file_write(c, write))
    database.write_now(lambda c: keep_tag_events(c, [event]))
    page = await _render(database)
    assert "2 articles changed: 4 gained, 0 lost" in page
    assert "1 tag written to 1 file, 0 removed from 0</dd>" in page


def _take_out(database: Database, item: Item, tag: str, at: datetime) -> None:
    """A tag that we wrote, and that somebody took out of the file."""
    ours = TagEvent(article=item.article, field="tags", tag=tag, event="attached", by="scopenote", at=NOON)
    gone = ours.model_copy(update={"event": "removed", "by": "person", "at": at})
    database.write_now(lambda c: keep_tag_events(c, [ours, gone]))


async def test_tags_that_were_held_back_are_told_by_line_and_page(database: Database) -> None:
    items = [_decide(database, number, (assign("cup"),), (assign("cup"), assign("final"))) for number in range(3)]
    items.append(items[2].model_copy(update={"number": 3, "path": None}))
    keep_made(database, make_job("j", state="done", write=Fields()), *items)
    for item in items[:2]:
        _take_out(database, item, "cup", NOON)
    lines = await _list(database)
    assert [line.held_back for line in lines] == [("cup",), ("cup",), (), ()]
    assert all(line.tells_something for line in lines[:2])
    page = await _render(database)
    assert "<br>2 tags held back: they were taken out of the files since they were written (by hand, or" in page
    assert page.count('<span class="where">held back: cup</span>') == 2


async def test_where_no_files_are_written_nothing_is_held_back(database: Database) -> None:
    item = _decide(database, 0, (), (assign("cup"),))
    keep_made(database, make_job("j", state="done"), item)
    _take_out(database, item, "cup", NOON)
    assert [line.held_back for line in await _list(database)] == [()]
    assert "held back" not in await _render(database)


@pytest.mark.parametrize(
    ("finished_at", "held_back"),
    [
        pytest.param(NOON, (), id="before it was taken out"),
        pytest.param(NOON + timedelta(hours=2), ("cup",), id="after it"),
        pytest.param(None, ("cup",), id="not yet"),
    ],
)
async def test_what_was_held_back_is_told_as_it_was_when_the_job_ended(
    database: Database, finished_at: datetime | None, held_back: tuple[str, ...]
) -> None:
    item = _decide(database, 0, (), (assign("cup"),))
    job = make_job("j", state="done", write=Fields()).model_copy(update={"finished_at": finished_at})
    keep_made(database, job, item)
    _take_out(database, item, "cup", NOON + timedelta(hours=1))
    assert [line.held_back for line in await _list(database)] == [held_back]


async def test_what_a_renamed_category_was_called_is_held_back_with_it(database: Database) -> None:
    item = _decide(database, 0, (), (assign("cup"),))
    keep_made(database, make_job("j", state="done", write=Fields()), item)
    _take_out(database, item, "trophy", NOON)
    assert [line.held_back for line in await _list(database)] == [()]
    taxonomy = TAXONOMY.model_copy(update={"version": "sha256:t"})
    database.write_now(lambda c: keep_taxonomy(c, taxonomy, NOON))
    assert [line.held_back for line in await _list(database)] == [("cup",)]


@pytest.mark.parametrize(
    ("count", "told"),
    [
        (1, "1 tag held back: it was taken out of its file since it was written (by hand, or by restoring the files)"),
        (
            27,
            "27 tags held back: they were taken out of the files since they were written "
            "(by hand, or by restoring the files)",
        ),
    ],
)
def test_what_is_held_back_is_counted_in_words(count: int, told: str) -> None:
    assert tell_held_back(count) == told


async def test_what_articles_and_models_say_is_text_and_nothing_else(database: Database) -> None:
    hostile = "<script>alert(1)</script><img src=x onerror=alert(1)>"
    article = build("Leeds won.", id_=hostile).model_copy(update={"title": hostile})
    database.write_now(lambda c: keep_article(c, article, hostile, NOON))
    finding = FINDING.model_copy(update={"text": hostile, "reason": hostile})
    excluded = assign(hostile, "excluded").model_copy(update={"exclusions": (finding,)})
    after = let_stand(database, hostile, assign(f"a{hostile}"), excluded, REVIEW)
    item = Item(job="j", number=0, article=hostile, digest=article.digest, path=hostile, state="decided", after=after)
    job = make_job("j", notes=(hostile,))
    recipe = job.recipe.model_copy(update={"sources": (hostile,)})
    parked = item.model_copy(update={"number": 1, "state": "parked", "after": None, "reason": hostile})
    keep_made(database, job.model_copy(update={"recipe": recipe, "reason": hostile}), item, parked)
    page = await _render(database)
    assert "&lt;script&gt;" in page
    assert re.search(r"<(script|img|a|link|iframe|form)\b", page) is None
    assert re.search(r"<[^>]*\son\w+=", page) is None
    assert " style=" not in page


async def test_the_page_needs_nothing_else_and_its_policy_lets_nothing_in(database: Database) -> None:
    keep_made(database, make_job("j"))
    page = await _render(database)
    style = re.search(r"<style>(.*?)</style>", page, re.DOTALL)
    assert style is not None
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in CONTENT_SECURITY_POLICY
    assert "http" not in page.replace("http-equiv", "")
    assert "url(" not in page


async def test_the_page_comes_in_pieces(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report_page, "PIECE", 1000)
    keep_made(database, make_job("j"), *[_decide(database, number, (), (assign("cup"),)) for number in range(20)])
    pieces = [piece async for piece in render_report(database, "j", NOON)]
    assert len(pieces) > 5
    assert max(map(len, pieces)) < 5000


@pytest.mark.parametrize(
    ("job", "says"),
    [
        pytest.param(make_job("j"), "Still running", id="running"),
        pytest.param(
            make_job("j", state="undone").model_copy(update={"reason": "3 files restored", "finished_at": NOON}),
            "Undone, 2026-11-23 12:00 UTC: 3 files restored",
            id="undone",
        ),
        pytest.param(
            make_job("j").model_copy(
                update={"plan": make_job("j").plan.model_copy(update={"cost_usd": None, "most_usd": None})}
            ),
            "the plan could not say what it would cost",
            id="no price",
        ),
    ],
)
async def test_the_page_says_how_the_job_stands(database: Database, job: Job, says: str) -> None:
    keep_made(database, job)
    assert says in await _render(database)
