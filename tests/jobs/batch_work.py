"""A batch job over the faulty server: its articles, a desk that asks what a judge would, and all that stands between."""

import asyncio
import random
import uuid
from datetime import UTC, datetime

import httpx2

from app.domain.article import Article
from app.domain.decision import Decision
from app.domain.errand import Errand
from app.domain.job import Fields, Item, Job, JobPlan, JobState, Recipe
from app.domain.verdict import JudgeName
from app.jobs.batches.means import BatchLimits, BatchMeans
from app.jobs.batches.model import BatchedModel
from app.jobs.batches.run import BatchRunner
from app.jobs.desk import Desk
from app.judges.running import run_together
from app.llm.batch.batch_wire import BatchWire
from app.llm.batch.line_accounts import LineAccounts
from app.llm.batch.openai_batches import OpenAIBatches
from app.llm.clock import Clock
from app.llm.model import ChatModel, Message, Question
from app.llm.server.capabilities import Capabilities
from app.llm.server.capability_memory import CapabilityMemory
from app.llm.spending.budgets import Caps
from app.llm.spending.prices import Price
from app.llm.tab import Tab
from app.store.articles import keep_article
from app.store.connection import Connection
from app.store.database import Database
from app.store.decisions import keep_decision
from app.store.items import keep_items
from app.store.jobs import keep_job
from app.store.ledger import SQLLedger
from tests.articles import build_article
from tests.servers.composition import MODEL, QuickClock

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
PRICE = Price(input=1.0, cached=0.5, output=4.0, as_of="2026-10-21")
NO_CAPS = Caps()
PATIENT = BatchLimits(patience_s=1e6, file_patience_s=1e6, ending_s=1e6)
"""Time passes fast here, also for a machine that is busy with other things."""
FORM = {"type": "object", "properties": {"verdicts": {"type": "array"}, "not_applicable": {"type": "array"}}}
PARTS = 2
"""Questions about one article."""


class Questions:
    """A desk that asks two questions side by side about every article, and one more where a reply is no JSON."""

    def __init__(self, database: Database, model: ChatModel) -> None:
        self.decided: list[str] = []
        self.written: list[int] = []
        self._database = database
        self._model = model

    async def decide(self, recipe: Recipe, key: str, article: Article, errand: Errand) -> Decision:
        tab = Tab()
        texts = await run_together(self._ask(article, part, errand, tab) for part in range(PARTS))
        decision = Decision(
            id=uuid.uuid4().hex,
            created_at=datetime.now(UTC),
            article=article,
            assignments=(),
            judge=JudgeName(kind="llm", model=self._model.name),
            taxonomy_version=recipe.taxonomy_version,
            prompt_version="p",
            rules_version="r",
            usage=tab.usage,
            cached=False,
            warnings=tuple(texts),
            took_ms=1.0,
        )
        self.decided.append(key)
        kept = await self._database.write(
            lambda c: keep_decision(c, decision, key=key, fingerprint="f", stands=True, job=errand.job)
        )
        await self.note()
        return kept

    async def note(self) -> None:
        """What a test wants to see of a decision that is kept."""

    async def write_back(self, job: Job, item: Item, decision: Decision) -> None:
        self.written.append(item.number)

    async def _ask(self, article: Article, part: int, errand: Errand, tab: Tab) -> str:
        question = build_question(article, part)
        reply = await self._model.complete(question, errand, tab)
        if reply.text.startswith("{"):
            return reply.text
        await asyncio.sleep(0)
        mend = question.model_copy(
            update={
                "messages": (
                    *question.messages,
                    Message(role="assistant", content=reply.text),
                    Message(role="user", content="As JSON, please."),
                )
            }
        )
        return (await self._model.complete(mend, errand, tab)).text


def build_question(article: Article, part: int) -> Question:
    return Question(
        messages=(
            Message(role="system", content="## team: Team\nt1 teams\nverdicts", ends_prefix=True),
            Message(role="user", content=f"part {part}\n[1] {article.text}"),
        ),
        reply_schema=FORM,
        input_tokens=50,
        max_output_tokens=400,
    )


def build_job(
    count: int, *, job: str = "j1", state: JobState = "running", write: bool = False, max_cost_usd: float | None = None
) -> Job:
    """A job over so many articles, to be done by batch."""
    plan = JobPlan(
        articles=count, unchanged=0, free=0, asked=count, pairs=count, by_category={}, calls=count, input_tokens=0,
        cached_tokens=0, output_tokens=0, cost_usd=None, most_usd=None, prices_as_of=None, exact=True, may_gain=0, may_lose=0,
    )  # fmt: skip
    recipe = Recipe(
        sources=("x",), taxonomy_version="t", judge="llm", basis="b", batch_api=True, max_cost_usd=max_cost_usd,
        write=Fields() if write else None,
    )  # fmt: skip
    return Job(id=job, created_at=NOW, finished_at=None, state=state, reason="", recipe=recipe, plan=plan)


def keep_work(database: Database, made: Job) -> None:
    """Keep a job with an article for each of its items."""
    articles = [
        build_article(f"Article number {number} treats of teams, and of much else.")
        for number in range(made.plan.articles)
    ]

    def work(c: Connection) -> None:
        for article in articles:
            keep_article(c, article, article.key, NOW)
        keep_job(c, made)
        keep_items(
            c,
            [
                Item(job=made.id, number=n, article=article.key, digest=article.digest)
                for n, article in enumerate(articles)
            ],
        )

    database.write_now(work)


def build_means(
    database: Database,
    wire: BatchWire,
    *,
    limits: BatchLimits = PATIENT,
    clock: Clock | None = None,
    caps: Caps = NO_CAPS,
    price: Price | None = PRICE,
) -> BatchMeans:
    """All that stands between a desk and the server; time passes a thousand times as fast."""
    clock = clock or QuickClock(1_000)
    ledger = SQLLedger(database, clock.now)
    return BatchMeans(
        database=database,
        wire=wire,
        accounts=LineAccounts(ledger, server=wire.server, model=wire.name, price=price, caps=caps),
        capabilities=Capabilities(wire.server, wire.name, CapabilityMemory(None), clock.now, probe_text="JSON"),
        clock=clock,
        new_id=lambda: uuid.uuid4().hex,
        random=random.Random(7).random,
        limits=limits,
    )


class Works:
    """A batch job ready to run. `run` is one run of it, in which everything is opened and closed."""

    def __init__(
        self, database: Database, base_url: str, *, limits: BatchLimits = PATIENT, caps: Caps = NO_CAPS
    ) -> None:
        self.database = database
        # Reading all certificates of this machine takes longer than a whole job does here.
        self._client = httpx2.AsyncClient(verify=False)
        self.wire = OpenAIBatches(MODEL, api_key="none", base_url=base_url, http_client=self._client)
        self.means = build_means(database, self.wire, limits=limits, caps=caps)
        self.model = BatchedModel(self.means)
        self.desk = Questions(database, self.model)

    async def run(self, job: str = "j1", desk: Desk | None = None) -> JobState:
        try:
            return await BatchRunner(self.means, desk or self.desk).run(job)
        finally:
            await self.close()

    async def close(self) -> None:
        await self.wire.close()
        await self._client.aclose()
