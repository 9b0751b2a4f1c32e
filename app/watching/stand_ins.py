"""Owns warning of decisions that a stand-in made: once for each cause, however many articles come meanwhile."""

import logging
import re
from collections.abc import Callable
from typing import Final

from app.domain.decision import Decision
from app.jobs.repeats import Repeats
from app.judges.fallback import STOOD_IN

SILENCE_S: Final = 600.0
"""Between two warnings of the same cause; the figures tell each decision."""
MOST_CAUSES: Final = 10
"""That are told in such a time: a server may word each of its refusals differently."""
LONGEST: Final = 500
"""Characters of what is said of a cause."""

_LOG = logging.getLogger(__name__)
_VARYING: Final = re.compile(r"[\d.,:]+|'[^']*'")
"""Moments, amounts and names, by which the same cause reads otherwise."""


class StandIns:
    """Tells why a stand-in decided. `timer_s` measures the silence after that."""

    def __init__(self, timer_s: Callable[[], float]) -> None:
        self._causes = Repeats(timer_s, silence_s=SILENCE_S, most=MOST_CAUSES)
        self._untold = 0

    def note(self, decision: Decision) -> None:
        """Warn of a decision that a stand-in made, unless its cause was told just now.

        `untold` is how many others there were since the last warning, whatever their causes.
        """
        if not decision.judge.degraded or decision.cached:
            return
        reason = _find_reason(decision)
        cause = _VARYING.sub("", reason.partition(". ")[0])  # what is to be done comes after that
        if self._causes.take(cause) is None:
            self._untold += 1
            return
        told = {"decision": decision.id, "reason": reason, "untold": self._untold}
        self._untold = 0
        _LOG.warning("a stand-in decided", extra=told)


def _find_reason(decision: Decision) -> str:
    """What is said of it in the decision's warnings, where neither the article nor a key is quoted."""
    return next((text for text in decision.warnings if text.startswith(STOOD_IN)), STOOD_IN)[:LONGEST]
