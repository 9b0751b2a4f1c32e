"""Owns what else is known when a decision is shown: editors' words about its article, and which decision stands."""

from collections.abc import Mapping

from app.domain.decision import Decision
from app.domain.feedback import Word
from app.domain.value import Value
from app.errors import NotKept
from app.store.history import Decided, History, Said
from app.web.outcome import Outcome, tell
from app.web.services import PageServices


class Known(Value):
    """A decision ready to be shown. `standing` is the id of the decision that stands, None where none does."""

    outcome: Outcome
    standing: str | None


async def tell_kept(services: PageServices, decision: Decision) -> Known:
    """The decision with what is kept about its article; of one that nothing is kept about, the decision alone."""
    try:
        history = await services.kept.load_history(decision.article.key)
    except NotKept:
        history = None
    words = _find_latest(history) if history else {}
    standing = next((e.id for e in history.entries if isinstance(e, Decided) and e.stands), None) if history else None
    outcome = tell(decision, services.taxonomy, services.settings.threshold, tuple(words.values()))
    return Known(outcome=outcome, standing=standing)


def _find_latest(history: History) -> Mapping[str, Word]:
    """The latest word about every category; a history runs from the oldest entry to the newest."""
    return {entry.word.category: entry.word for entry in history.entries if isinstance(entry, Said)}
