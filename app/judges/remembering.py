"""Owns remembering: a verdict that was paid for is not asked for again, whoever asks."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache

from app.domain.article import Article
from app.domain.category import Category
from app.domain.errand import Errand
from app.domain.fingerprint import fingerprint_verdict
from app.domain.plan import Plan
from app.domain.telling import tell_count
from app.domain.verdict import Check, Judgement, Verdict
from app.judges.llm_judge import LLMJudge
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

    def fingerprint(self, article: Article, category: Category) -> str:
        """The fingerprint of this judge's verdict about a category of an article."""
        return fingerprint_verdict(
            article_digest=article.digest,
            definition=self._define(category),
            prompt_version=self.prompt_version,
            judge=f"{self.judge} {self.model}",
        )


class RememberingJudge:
    """Asks the LLM judge only about categories whose verdicts are not in the store yet, and keeps what it says.

    A category that was renamed (`aliases`) goes by the verdicts of its former ids, as long as the
    rest of its definition is the same. A verdict that could not be read is asked for again, a few
    times. Of several who want the same article judged at the same time one asks, and the others
    find what it was told.
    """

    def __init__(self, first: LLMJudge, database: Database, identity: Identity, *, now: Callable[[], datetime]) -> None:
        self._first = first
        self._database = database
        self._identity = identity
        self._now = now
        self._turns = Turns()

    async def plan(self, article: Article, categories: tuple[Category, ...], *, may_leave_out: bool) -> Plan:
        """The judge's plan for what is not known yet; the rest is `kept`."""
        plan = await self._first.plan(article, categories, may_leave_out=may_leave_out)
        known = await self._find(article, [candidate.category for candidate in plan.candidates])
        return await self._leave_out(article, plan, known) if known else plan

    async def judge(self, article: Article, plan: Plan, errand: Errand, tab: Tab) -> Judgement:
        """One verdict per candidate, in the plan's order: the known ones, and the judge's about the rest.

        Raises:
            Unavailable: the judge or the store cannot be reached.
        """
        categories = [candidate.category for candidate in plan.candidates]
        async with self._turns.take(article.digest):
            known = await self._find(article, categories)
            missing = tuple(category for category in categories if category.id not in known)
            if not missing:
                return self._first.sign([known[category.id] for category in categories], kept=True)
            if len(missing) < len(categories):
                plan = await self._first.plan(article, missing, may_leave_out=False)
            judgement = await self._first.judge(article, plan, errand, tab)
            # What was paid for is kept, also where whoever asked has gone.
            await asyncio.shield(self._keep(article, missing, judgement.verdicts))
        asked = {verdict.category_id: verdict for verdict in judgement.verdicts}
        verdicts = tuple(known.get(category.id) or asked[category.id] for category in categories)
        return judgement.model_copy(update={"verdicts": verdicts})

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

    async def _find(self, article: Article, categories: Sequence[Category]) -> dict[str, Verdict]:
        """The known verdicts by category id."""
        wanted = {
            self._identity.fingerprint(article, former): (former.id, category.id)
            for category in categories
            for former in _list_names(category)
        }
        found = await self._database.read(lambda connection: find_verdicts(connection, list(wanted)))
        known: dict[str, Verdict] = {}
        for fingerprint, (former_id, category_id) in wanted.items():  # the present name comes before former ones
            if fingerprint in found and category_id not in known:
                known[category_id] = _rename(found[fingerprint], former_id, category_id)
        return known

    async def _keep(self, article: Article, categories: Sequence[Category], verdicts: Sequence[Verdict]) -> None:
        by_id = {category.id: category for category in categories}
        kept = [
            KeptVerdict(
                fingerprint=self._identity.fingerprint(article, by_id[verdict.category_id]),
                digest=article.digest,
                judge=self._identity.judge,
                model=self._identity.model,
                prompt_version=self._identity.prompt_version,
                verdict=verdict,
            )
            for verdict in verdicts
        ]
        await self._database.write(lambda connection: keep_verdicts(connection, kept, self._now()))


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
