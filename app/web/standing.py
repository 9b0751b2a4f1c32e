"""Owns what else is known when a decision is shown: editors' words about its article, and which decision stands."""

from app.domain.decision import Decision
from app.domain.value import Value
from app.web.outcome import Outcome, tell
from app.web.services import PageServices


class Known(Value):
    """A decision ready to be shown. `standing` is the id of the decision that stands, None where none does."""

    outcome: Outcome
    standing: str | None


async def tell_kept(services: PageServices, decision: Decision) -> Known:
    """The decision with what is kept about its article; of one that nothing is kept about, the decision alone."""
    present = await services.kept.find_present(decision.article.key)
    outcome = tell(decision, services.taxonomy, services.settings.threshold, present.words)
    return Known(outcome=outcome, standing=present.standing)
