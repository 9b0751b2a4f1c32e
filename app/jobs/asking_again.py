"""Owns asking again: articles that a stand-in has decided, until the judge they were meant for has."""

import asyncio
import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from app.classifier.way import Classifier
from app.domain.errand import Errand, Payer
from app.errors import BadInput, BudgetSpent, Damaged, PromptTooLong, ScopenoteError, StoreUnavailable, Unavailable
from app.jobs.paying import find_payer
from app.llm.tab import Tab
from app.store.articles import load_article
from app.store.asking_again import Due, drop_again, list_due, put_off, put_off_payer
from app.store.connection import Connection
from app.store.database import Database

AT_ONCE = 20
"""Articles taken up in one round."""
MOST_TRIES = 5
"""At one article, of those that were sent: while the server is known to be down nothing is, and it waits on."""
PATIENCE = 3
"""Articles in a row that cannot be asked about, after which the rest has to wait."""
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(hours=1)
ROUND = timedelta(minutes=10)
"""The longest that a round takes; what a process that died had taken up is due again after it."""

log = logging.getLogger(__name__)


class AskingAgain:
    """Goes through what the store says is due, the longest waiting first.

    `find_classifier` gives the classifier whose judge nobody stands in for, None where no LLM judges.
    """

    def __init__(
        self, database: Database, find_classifier: Callable[[], Classifier | None], *, now: Callable[[], datetime]
    ) -> None:
        self._database = database
        self._find_classifier = find_classifier
        self._now = now

    async def ask_due(self) -> int:
        """Decide again about what is due; how many the judge answered about.

        Each becomes a new decision that stands in place of the stand-in's. What cannot be asked is
        put off, longer each time. After `PATIENCE` such articles in a row the judge is taken to be
        away still. Whose own budget is spent waits with all that it pays for, and is in nobody's way.

        Raises:
            StoreUnavailable: the store cannot be reached.
        """
        classifier = self._find_classifier()
        if classifier is None:
            return 0
        answered = failed = 0
        spent: set[str] = set()
        for due in await self._database.write(self._take):
            if failed == PATIENCE:
                break
            if due.payer in spent:
                continue
            tab = Tab()
            try:
                answered += await self._ask(classifier, due, tab)
                failed = 0
            except Exception as error:  # one article must not keep the others from their turn
                if isinstance(error, StoreUnavailable) and not isinstance(error, Damaged):
                    raise
                was_sent = tab.usage.calls > 0
                if isinstance(error, BudgetSpent) and (error.payer or error.is_alone):
                    spent |= await self._wait_for_budget(due, error, was_sent=was_sent)
                    continue
                failed += 1
                await self._put_off(due, error, counts=was_sent or not _is_judge_away(error))
        return answered

    async def keep_asking(self, pause_s: float) -> None:
        """Look again and again, for as long as nobody cancels this."""
        while True:
            await asyncio.sleep(pause_s)
            try:
                await self.ask_due()
            except StoreUnavailable as error:
                log.warning("articles that wait to be asked about again were not looked for: %s", error)
            except Exception:  # a fault in one round must not end all of them
                log.exception("asking again failed")

    def _take(self, connection: Connection) -> list[Due]:
        """What is due, put off for as long as this round may take, so that no other process asks as well."""
        now = self._now()
        taken = list_due(connection, now, AT_ONCE, to_take=True)
        for due in taken:
            put_off(connection, due.article, now + ROUND, was_sent=False)
        return taken

    async def _ask(self, classifier: Classifier, due: Due, tab: Tab) -> bool:
        """Whether the judge has answered. The article may have another text by now; that has been decided anew."""
        payer = await self._find_payer(due)
        if isinstance(payer, str):
            await self._drop(due, payer)
            return False
        try:
            article = await self._database.read(lambda connection: load_article(connection, due.article))
            errand = Errand(urgency="job", payer=payer)
            await classifier.classify(article, errand=errand, tab=tab, is_news=False)
        except BadInput as error:
            await self._drop(due, str(error))
            return False
        # Also where nothing had to be asked, because the text of a decision that holds came back.
        await self._database.write(lambda c: drop_again(c, due.article, due.digest, since=due.since))
        return True

    async def _find_payer(self, due: Due) -> Payer | str | None:
        """Whoever pays, by the budget as it is now; why nobody does any more. None: nobody in particular."""
        reference = due.payer
        if reference is None:
            return None
        return await self._database.read(lambda connection: find_payer(connection, reference, self._now()))

    async def _wait_for_budget(self, due: Due, error: BudgetSpent, *, was_sent: bool) -> set[str]:
        """Wait until there may be money again: at midnight UTC, or sooner where somebody gives more.

        Who has to wait with all that it pays for; nobody where the article alone is too dear. `was_sent`:
        a part of it was paid for, in vain, as it will be the next time.
        """
        now, payer = self._now(), error.payer
        if was_sent and due.tries + 1 >= MOST_TRIES:
            await self._drop(due, str(error))
            return set()
        midnight = (now.astimezone(UTC) + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
        then = min(midnight, now + LONGEST_WAIT)
        await self._database.write(lambda c: put_off(c, due.article, then, was_sent=was_sent))
        if payer is None or error.is_alone:
            return set()
        await self._database.write(lambda c: put_off_payer(c, payer, then))
        return {payer}

    async def _put_off(self, due: Due, error: Exception, *, counts: bool) -> None:
        """Later, or never: some are never answered, and each try may have cost."""
        if not isinstance(error, ScopenoteError):
            log.error("asking about article %r again failed", due.article, exc_info=error)
        if isinstance(error, PromptTooLong) or due.tries + counts >= MOST_TRIES:
            await self._drop(due, str(error) or type(error).__name__)
            return
        then = self._now() + min(LONGEST_WAIT, FIRST_WAIT * 4**due.tries)
        await self._database.write(lambda c: put_off(c, due.article, then, was_sent=counts))

    async def _drop(self, due: Due, why: str) -> None:
        log.warning("article %r is not asked about again: %s", due.article, why)
        # Not one that somebody else has asked for meanwhile.
        await self._database.write(lambda c: drop_again(c, due.article, due.digest, since=due.since))


def _is_judge_away(error: Exception) -> bool:
    """Whether nothing was wrong with the article itself, nor with what is kept of it."""
    return isinstance(error, Unavailable) and not isinstance(error, Damaged)
