"""Owns the circuit breaker: when a server is left alone because asking it cannot help."""

from pydantic import PositiveInt

from app.domain.attempt import FailureKind
from app.domain.value import Value
from app.llm.failures import AttemptFailed

QUOTA_S = 600.0
REFUSED_S = 60.0
DOWN_S = 15.0
LONGEST_DOWN_S = 300.0
IN_A_ROW = 5

_REFUSED: frozenset[FailureKind] = frozenset({"unauthorised", "not_found"})
_DOWN: frozenset[FailureKind] = frozenset({"unreachable", "disconnected", "timeout", "overloaded", "server_error"})


class Reason(Value):
    """Why a server is left alone: the kind of failure, what the server said, and how often in a row it failed."""

    kind: FailureKind
    message: str
    times: PositiveInt = 1


_NONE = Reason(kind="unreachable", message="nothing has gone wrong yet")


class Circuit:
    """Closed while the server is asked; open until a time while it is not; then one question tries it.

    No quota opens it at once, and so does a key or model that is refused; a server that is down
    does after several failures in a row, for longer each time. `is_open` is also true while it is only
    being tried; `reason` is why it was opened last.
    """

    def __init__(self) -> None:
        self.is_open = False
        self.reason = _NONE
        self._open_until = 0.0
        self._trial_is_out = False
        self._failures = 0
        self._times_down = 0

    def measure_wait(self, now: float) -> float:
        """Seconds until the next question may go; 0 where it may now."""
        if not self.is_open:
            return 0.0
        if self._trial_is_out:
            return max(1.0, self._open_until - now)
        return max(0.0, self._open_until - now)

    def admit(self) -> bool:
        """Let one question through; whether it is the trial."""
        if not self.is_open:
            return False
        self._trial_is_out = True
        return True

    def withdraw(self) -> None:
        """The trial was never sent, or was called off: another may try."""
        self._trial_is_out = False

    def record_answer(self, *, trial: bool) -> None:
        """The server answered. What set off before it was left alone proves nothing about now."""
        self._failures = 0
        if trial or not self.is_open:
            self.is_open = False
            self._open_until = 0.0
            self._trial_is_out = False
            self._times_down = 0

    def record_failure(self, failure: AttemptFailed, now: float, *, trial: bool) -> None:
        """An attempt gave no reply; opens the circuit where its kind says so."""
        if trial:
            self._trial_is_out = False
        if failure.kind == "quota_exhausted":
            self._open(failure, QUOTA_S, now)
        elif failure.kind in _REFUSED:
            self._open(failure, REFUSED_S, now)
        elif failure.kind in _DOWN:
            self._record_down(failure, now, trial=trial)
        else:
            self.record_answer(trial=trial)

    def _record_down(self, failure: AttemptFailed, now: float, *, trial: bool) -> None:
        self._failures += 1
        if self.is_open and not trial:
            return
        if trial or self._failures >= IN_A_ROW:
            self._open(failure, min(LONGEST_DOWN_S, DOWN_S * 2.0**self._times_down), now)
            self._times_down = min(self._times_down + 1, 16)

    def _open(self, failure: AttemptFailed, for_s: float, now: float) -> None:
        self.is_open = True
        # What keeps it open longest is what people are told.
        if now + for_s >= self._open_until:
            times = self._failures if failure.kind in _DOWN else 1
            self.reason = Reason(kind=failure.kind, message=str(failure), times=times)
            self._open_until = now + for_s
