"""Asking a server that goes wrong: every article is decided or waits for a person, and the books agree call by call."""

import asyncio
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from app.bootstrap.classifying import compose_classifier
from app.category_files.loading import load_taxonomy
from app.classifier.way import Classifier
from app.domain.article import Article
from app.domain.decision import Decision
from app.domain.errand import Errand
from app.settings import Settings
from app.store.database import Database
from app.store.opening import open_database
from tests.servers.composition import QuickClock, WholeLedger, build_word_counter, open_model_at
from tests.servers.faults import PASSING, Fault, Plan, at_random, in_order, out_of_money
from tests.servers.faulty_server import FaultyServer, Traits, serve_faults
from tests.servers.reconciling import count_sent_after_refusal, reconcile
from tests.servers.varied_articles import build_varied_articles

pytestmark = pytest.mark.anyio

CATEGORIES = {
    "funding": "How decisions about money are made.",
    "value-streams": "The flow of work from request to release.",
    "team-design": "How teams are cut and led.",
    "contracts": "Suppliers and what is agreed with them.",
}
HELD = 0.5
TIMES_FASTER = 50
TIMEOUT_S = 0.8
JOB = Errand(urgency="job", job="j")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, scope in CATEGORIES.items():
        text = f"---\ntitle: {name.title()}\nInstructions: |\n  {scope}\n\n  Key topics:\n  - {scope}\n---\n"
        (tmp_path / f"{name}.md").write_text(text)
    return tmp_path


@pytest.fixture
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """A store beside the definitions."""
    opened = open_database(f"sqlite:///{tmp_path_factory.mktemp('store')}/store.db")
    yield opened
    opened.close()


class Asked:
    """A classifier that asks one server, and its books."""

    def __init__(
        self,
        folder: Path,
        database: Database,
        server: FaultyServer,
        *,
        judge: str = "llm",
        timeout_s: float = TIMEOUT_S,
    ) -> None:
        self.server = server
        self.ledger = WholeLedger(database)
        self.model = open_model_at(
            server.base_url,
            counter=build_word_counter(),
            ledger=self.ledger,
            timeout_s=timeout_s,
            clock=QuickClock(TIMES_FASTER),
        )
        settings = Settings.model_validate({"categories": folder, "judge": judge, "second_opinion": "off"})
        self.classifier: Classifier = compose_classifier(load_taxonomy(folder), settings, None, self.model)

    async def decide(self, articles: Sequence[Article]) -> list[Decision]:
        """One decision per article, all asked at once."""
        try:
            return await asyncio.gather(*(self.classifier.classify(article, errand=JOB) for article in articles))
        finally:
            await self.model.close()


async def _decide(
    folder: Path, database: Database, articles: Sequence[Article], plan: Plan | None = None
) -> tuple[Asked, list[Decision]]:
    with serve_faults(plan, Traits(held_share=HELD)) as server:
        asked = Asked(folder, database, server, judge="auto")
        return asked, await asked.decide(articles)


def _find_losses(clean: Decision, faulty: Decision) -> list[str]:
    """What a fault made of an article beyond sending it to a person or having the local judge stand in."""
    before = {assignment.category: assignment.status for assignment in clean.assignments}
    after = {assignment.category: assignment for assignment in faulty.assignments}
    losses = [f"{id_} is gone" for id_ in before.keys() - after.keys()]
    losses += [
        f"{id_} waits without a reason" for id_, a in after.items() if a.status == "review" and not a.review_reasons
    ]
    if not faulty.judge.degraded:
        losses += [
            f"{id_} was {status} and is {after[id_].status}"
            for id_, status in before.items()
            if after[id_].status not in {status, "review"}
        ]
    return losses


@pytest.mark.parametrize("fault", PASSING)
async def test_what_goes_wrong_once_loses_nothing(folder: Path, database: Database, fault: Fault) -> None:
    articles = build_varied_articles(1, sentences=20)
    _, (clean,) = await _decide(folder, database, articles)
    asked, (faulty,) = await _decide(folder, database, articles, in_order(fault))
    assert clean.tags
    assert _find_losses(clean, faulty) == []
    books = reconcile(asked.ledger.attempts, asked.server.log)
    assert books.wrong == []
    assert books.calls >= 1


async def test_sixty_articles_with_faults_of_all_kinds_are_decided_and_the_books_agree(
    folder: Path, database: Database
) -> None:
    articles = build_varied_articles(60, sentences=20)
    _, clean = await _decide(folder, database, articles)
    asked, faulty = await _decide(folder, database, articles, at_random(0.15, seed=225))
    losses = [loss for pair in zip(clean, faulty, strict=True) for loss in _find_losses(*pair)]
    assert losses == []
    books = reconcile(asked.ledger.attempts, asked.server.log)
    assert books.wrong == []
    assert len(books.faults) >= 12
    sent = books.calls + books.unknown["never came"]
    assert sum(decision.usage.calls for decision in faulty) == sent


async def test_after_the_quota_is_gone_nothing_is_sent(folder: Path, database: Database) -> None:
    articles = build_varied_articles(60, sentences=10)
    with serve_faults(out_of_money(20), Traits(latency_s=0.01, held_share=HELD)) as server:
        # Nothing hangs here: what a busy machine answers late is not to look like a server that is away.
        asked = Asked(folder, database, server, judge="auto", timeout_s=30.0)
        decisions = await asked.decide(articles)
    refused = [entry for entry in server.log if entry.fault == "quota"]
    assert 1 <= len(refused) <= 16, "those that were in flight when the first was refused"
    sent_after = count_sent_after_refusal(asked.ledger.entries)
    assert sent_after == 0
    assert len({entry.request_id for entry in server.log}) == len(server.log)
    assert sum(decision.judge.degraded for decision in decisions) == 60 - 20
    assert all(decision.warnings for decision in decisions if decision.judge.degraded)
    assert reconcile(asked.ledger.attempts, server.log).wrong == []


async def test_what_is_called_off_is_in_the_books(folder: Path, database: Database) -> None:
    articles = build_varied_articles(20, sentences=10)
    with serve_faults(traits=Traits(latency_s=0.3)) as server:
        asked = Asked(folder, database, server)
        deciding = asyncio.create_task(asked.decide(articles))
        while not asked.ledger.entries:  # noqa: ASYNC110 - the ledger tells nobody
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.1)
        deciding.cancel()
        with pytest.raises(asyncio.CancelledError):
            await deciding
        # The server answers those who left; then its log is whole.
        await asyncio.sleep(0.4)
    assert 1 <= len(server.log) < 20
    assert "unknown" in {attempt.status for attempt in asked.ledger.attempts.values()}
    assert reconcile(asked.ledger.attempts, server.log).wrong == []


@pytest.mark.parametrize(
    ("refused", "form"),
    [
        pytest.param({"response_format.json_schema"}, "json_object", id="no schemas"),
        pytest.param({"response_format.json_object", "response_format.json_schema"}, "text", id="no forms at all"),
        pytest.param({"temperature"}, "json_schema", id="no temperature"),
        pytest.param({"max_completion_tokens"}, "json_schema", id="the older limit on tokens"),
        pytest.param({"max_tokens", "temperature"}, "json_schema", id="the newer one, and no temperature"),
    ],
)
async def test_what_a_server_does_not_take_is_left_out_and_stays_out(
    folder: Path, database: Database, refused: set[str], form: str
) -> None:
    articles = build_varied_articles(3, sentences=10)
    _, clean = await _decide(folder, database, articles)
    with serve_faults(traits=Traits(refuses=frozenset(refused), held_share=HELD)) as server:
        asked = Asked(folder, database, server)
        decisions = [(await asked.decide([article]))[0] for article in articles]
    assert [decision.tags for decision in decisions] == [decision.tags for decision in clean]
    assert [entry.status for entry in server.log[-2:]] == [200, 200]
    assert server.log[-1].response_format == form
    assert {"max_tokens", "max_completion_tokens"} & set(server.log[-1].parameters)


async def test_a_server_that_takes_a_form_and_does_not_keep_it_is_found_out(folder: Path, database: Database) -> None:
    articles = build_varied_articles(4, sentences=10)
    _, clean = await _decide(folder, database, articles)
    with serve_faults(traits=Traits(ignores_format=True, held_share=HELD)) as server:
        asked = Asked(folder, database, server)
        decisions = [(await asked.decide([article]))[0] for article in articles]
    assert [decision.tags for decision in decisions] == [decision.tags for decision in clean]
    assert server.log[-1].response_format == "text"
