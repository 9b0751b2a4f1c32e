"""Owns remembering: a verdict that was paid for is not asked for again, whoever asks."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache

from app.domain.article import Article
from app.domain.category import Category
from app.domain.errand import Errand
from app.domain.fingerprint import fingerprint_reading, fingerprint_verdict
from app.domain.plan import Part, Plan
from app.domain.telling import tell_count
from app.domain.verdict import Check, Judgement, Verdict
from app.judges.llm_judge import LLMJudge
from app.judges.running import run_together
from app.judges.turns import Turns
from app.llm.tab import Tab
from app.store.database import Database
from app.store.verdicts import KeptVerdict, find_verdicts, keep_verdicts


class Identity:
    """Who judges and by what words: all of a verdict's fingerprint but the article and the definition.

    `define` gives the part of a definition that reaches the judge.
    """

    def __init__(self, *, judge: str, model: str, prompt_version: str, define: Callable[[Category], str]) -> None:
        self.judge = judge
        self.model = model
        self.prompt_version = prompt_version
        self._define = define

    def fingerprint(self, reading: str, category: Category) -> str:
        """The fingerprint of this judge's verdict about a category of an article that was shown to it like that."""
        return fingerprint_verdict(
            reading=reading,
            definition=self._define(category),
            prompt_version=self.prompt_version,
            judge=f"{self.judge} {self.model}",
        )


class RememberingJudge:
    """Asks the LLM judge only about categories whose verdicts are not in the store yet, and keeps what it says.

    A category that was renamed (`aliases`) goes by the verdicts of its former ids, as long as the
    rest of its definition is the same. A verdict that could not be read is asked for again, a few
    times. Of several who want the same article judged at the same time one asks, and the others
    find what it was told: `turns` are shared by all judges in the process that ask the same model.
    """

    def __init__(
        self, first: LLMJudge, database: Database, identity: Identity, *, turns: Turns, now: Callable[[], datetime]
    ) -> None:
        self._first = first
        self._database = database
        self._identity = identity
        self._turns = turns
        self._now = now

    async def plan(self, article: Article, categories: tuple[Category, ...], *, may_leave_out: bool) -> Plan:
        """The judge's plan for what is not known yet; the rest is `kept`."""
        plan = await self._first.plan(article, categories, may_leave_out=may_leave_out)
        known = await self._find(article, plan)
        return await self._leave_out(article, plan, known) if known else plan

    async def judge(self, article: Article, plan: Plan, errand: Errand, tab: Tab) -> Judgement:
        """One verdict per candidate, in the plan's order: the known ones, and the judge's about the rest.

        Raises:
            Unavailable: the judge or the store cannot be reached.
        """
        categories = [candidate.category for candidate in plan.candidates]
        async with self._turns.take(article.digest):
            known = await self._find(article, plan)
            missing = tuple(category for category in categories if category.id not in known)
            if not missing:
                return self._first.sign([known[category.id] for category in categories], kept=True)
            if {candidate.category.id for candidate in plan.asked} != {category.id for category in missing}:
                plan = await self._first.plan(article, missing, may_leave_out=False)
            judgement = await self._ask(article, plan, errand, tab)
        asked = {verdict.category_id: verdict for verdict in judgement.verdicts}
        verdicts = tuple(known.get(category.id) or asked[category.id] for category in categories)
        return judgement.model_copy(update={"verdicts": verdicts})

    async def recall(self, article: Article, plan: Plan) -> Judgement:
        """What the judge said before: a verdict for each of the plan's candidates that it is known for, in their order.

        Raises:
            StoreUnavailable: the store cannot be reached.
        """
        known = await self._find(article, plan)
        ids = (candidate.category.id for candidate in plan.candidates)
        return self._first.sign([known[id_] for id_ in ids if id_ in known], kept=True)

    async def _ask(self, article: Article, plan: Plan, errand: Errand, tab: Tab) -> Judgement:
        """What the judge says; each prompt's verdicts are kept as they come, whatever becomes of the other prompts."""

        async def ask(part: Plan) -> Judgement:
            judgement = await self._first.judge(article, part, errand, tab)
            await self._keep(article, part, judgement.verdicts)
            return judgement

        batches = (plan.model_copy(update={"batches": (batch,), "kept": ()}) for batch in plan.batches)
        judgements = await run_together(map(ask, batches))
        verdicts = tuple(verdict for judgement in judgements for verdict in judgement.verdicts)
        warnings = tuple(dict.fromkeys(warning for judgement in judgements for warning in judgement.warnings))
        return judgements[0].model_copy(update={"verdicts": verdicts, "warnings": warnings})

    async def _leave_out(self, article: Article, plan: Plan, known: Mapping[str, Verdict]) -> Plan:
        """The plan without what is known. How its candidates were chosen stays as it was."""
        kept = tuple(candidate for candidate in plan.candidates if candidate.category.id in known)
        missing = tuple(c.category for c in plan.candidates if c.category.id not in known)
        told = f"{tell_count(len(kept), 'verdict')} kept from before"
        if not missing:
            free = {"calls": 0, "input_tokens": 0, "cached_tokens": 0, "output_tokens": 0}
            costless = {"cost_usd": 0.0, "most_usd": 0.0}
            return plan.model_copy(update={"batches": (), "kept": kept, "reason": told, **free, **costless})
        rest = await self._first.plan(article, missing, may_leave_out=False)
        return rest.model_copy(
            update={"strategy": plan.strategy, "kept": kept, "notes": plan.notes, "reason": f"{told}. {rest.reason}"}
        )

    async def _find(self, article: Article, plan: Plan) -> dict[str, Verdict]:
        """The known verdicts about the plan's candidates, by category id."""
        reading = _read(article, plan.parts)
        wanted = {
            self._identity.fingerprint(reading, former): (former.id, candidate.category.id)
            for candidate in plan.candidates
            for former in _list_names(candidate.category)
        }
        found = await self._database.read(lambda connection: find_verdicts(connection, list(wanted)))
        known: dict[str, Verdict] = {}
        for fingerprint, (former_id, category_id) in wanted.items():  # the present name comes before former ones
            if fingerprint in found and category_id not in known:
                known[category_id] = _rename(found[fingerprint], former_id, category_id)
        return known

    async def _keep(self, article: Article, plan: Plan, verdicts: Sequence[Verdict]) -> None:
        """Keep what was paid for, also where whoever asked has gone; nobody else has a turn before that."""
        reading = _read(article, plan.parts)
        kept = [
            KeptVerdict(
                fingerprint=self._identity.fingerprint(reading, candidate.category),
                digest=article.digest,
                judge=self._identity.judge,
                model=self._identity.model,
                prompt_version=self._identity.prompt_version,
                verdict=verdict,
            )
            for candidate, verdict in zip(plan.asked, verdicts, strict=True)
        ]
        write = self._database.write(lambda connection: keep_verdicts(connection, kept, self._now()))
        keeping = asyncio.ensure_future(write)
        try:
            await asyncio.shield(keeping)
        except asyncio.CancelledError:
            await asyncio.wait({keeping})
            raise


def _read(article: Article, parts: Sequence[Part]) -> str:
    """The article as all these parts together show it."""
    return fingerprint_reading(article, (number for part in parts for number in part.sentences))


def _list_names(category: Category) -> list[Category]:
    """The category, then itself under each of its former ids."""
    return [category, *(_call(category, alias) for alias in category.aliases)]


@lru_cache(maxsize=1024)  # a composer knows definitions by the very object
def _call(category: Category, former_id: str) -> Category:
    return category.model_copy(update={"id": former_id})


def _rename(verdict: Verdict, former_id: str, category_id: str) -> Verdict:
    """The verdict as one about the category's present id."""
    if former_id == category_id:
        return verdict

    def rename(check: Check) -> Check:
        name, mark, number = check.about.partition("#")
        about = f"{category_id}{mark}{number}" if name == former_id else check.about
        return check.model_copy(update={"about": about})

    return verdict.model_copy(
        update={
            "category_id": category_id,
            "topics": tuple(map(rename, verdict.topics)),
            "exclusions": tuple(map(rename, verdict.exclusions)),
        }
    )
