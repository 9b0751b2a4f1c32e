"""Owns asking again: articles that only a stand-in has judged, until the judge they were meant for has."""

import hashlib
import logging
from collections import Counter, OrderedDict

from app.domain.article import Article
from app.domain.errand import Errand
from app.domain.plan import Plan
from app.domain.verdict import Judgement
from app.errors import Unavailable
from app.judges.judge import Judge
from app.llm.tab import Tab

MAX_WAITING = 1000
"""Articles kept in memory at most; what comes on top is told that it is not queued."""
MAX_KEPT = 1000
"""Judgements kept until somebody asks for them; the longest unread go first."""
MOST_TRIES = 5
"""At one article, of those that were sent: while the server is known to be down nothing is, and it waits on."""
PATIENCE = 3
"""Articles in a row that cannot be asked about, after which the rest has to wait."""
BEHIND_ALL = Errand(urgency="job")

log = logging.getLogger(__name__)


class AskingAgain:
    """A queue in memory, each article and set of categories once. It ends with the process.

    `is_tended` says that somebody comes back to it: a service does, a command ends.
    """

    def __init__(self) -> None:
        self._waiting: OrderedDict[str, tuple[Article, Plan]] = OrderedDict()
        self._tries: Counter[str] = Counter()
        self.is_tended = False
        self._kept: OrderedDict[str, Judgement] = OrderedDict()

    def __len__(self) -> int:
        return len(self._waiting)

    def queue(self, article: Article, plan: Plan) -> bool:
        """Have the article asked again; False where nobody would, or too many wait already."""
        if not self.is_tended:
            return False
        name = _identify(article, plan)
        if name in self._waiting:
            return True
        if len(self._waiting) >= MAX_WAITING:
            return False
        self._waiting[name] = article, plan
        return True

    def find(self, article: Article, plan: Plan) -> Judgement | None:
        """What the judge said when it was asked again, if it has been."""
        name = _identify(article, plan)
        judgement = self._kept.get(name)
        if judgement is not None:
            self._kept.move_to_end(name)
        return judgement

    async def ask_all(self, judge: Judge) -> int:
        """Ask the judge about what waits, the longest waiting first; how many it answered.

        What cannot be asked waits on, behind the others: the fault may be its own. After
        `PATIENCE` such articles in a row the judge is taken to be away still.
        """
        answered = failed = 0
        for name, (article, plan) in list(self._waiting.items()):
            tab = Tab()
            try:
                judgement = await judge.judge(article, plan, BEHIND_ALL, tab)
            except Unavailable as error:
                self._put_off(name, error, was_sent=tab.usage.calls > 0)
                failed += 1
                if failed == PATIENCE:
                    break
                continue
            failed = 0
            self._drop(name)
            self._keep(name, judgement)
            answered += 1
        return answered

    def _put_off(self, name: str, error: Unavailable, *, was_sent: bool) -> None:
        """Behind the others, or out of the queue after so many tries that may have cost: some are never answered."""
        self._tries[name] += was_sent
        if self._tries[name] < MOST_TRIES:
            self._waiting.move_to_end(name)
            return
        log.warning("an article is not asked about again after %d tries: %s", MOST_TRIES, error)
        self._drop(name)

    def _drop(self, name: str) -> None:
        del self._waiting[name]
        del self._tries[name]

    def _keep(self, name: str, judgement: Judgement) -> None:
        self._kept[name] = judgement.model_copy(update={"kept": True})
        while len(self._kept) > MAX_KEPT:
            self._kept.popitem(last=False)


def _identify(article: Article, plan: Plan) -> str:
    """A digest over the text and the definitions that are asked about."""
    parts = [article.digest, *(f"{c.category.id} {c.category.digest}" for c in plan.candidates)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
