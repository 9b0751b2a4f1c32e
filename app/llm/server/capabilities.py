"""Owns what one server and model is known to take: from the firmest form of asking down, as it shows."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import get_args

from app.llm.failures import AttemptFailed
from app.llm.model import Question, Reply
from app.llm.server.capability_memory import CapabilityMemory, Droppable, Known
from app.llm.server.output_bounds import BOUNDS
from app.llm.server.probing import build_probe, find_outcome
from app.llm.wire import Rung, Shape

RUNGS: tuple[Rung, ...] = get_args(Rung)
_DROPPABLE: frozenset[str] = frozenset(get_args(Droppable))

ANSWER_WAIT = timedelta(minutes=2)
"""A probe that is on its way is waited for; after this it is taken for lost."""
TRUST = timedelta(minutes=10)
"""A probe's outcome stands this long against contrary replies, so that a bad hour costs few probes."""


class Capabilities:
    """Starts with the firmest rung and everything sent; steps down as the server refuses or does not keep to it.

    Every reply is validated anyway, so nothing is asked of a server before it gives cause: a reply
    that is not what its rung promises puts the rung in doubt, and one probe settles it. What was
    learned is remembered for a day. `probe_text` asks for a bare word and has "JSON" in it (see prompts/probe.j2).
    One event loop at a time may use it.
    """

    def __init__(
        self, server: str, model: str, memory: CapabilityMemory, now: Callable[[], datetime], *, probe_text: str
    ) -> None:
        self._server = server
        self._model = model
        self._memory = memory
        self._now = now
        self._probe_text = probe_text
        self._known = memory.find(server, model) or Known(at=now())
        self._in_doubt = False
        self._quiet_until = self._known.at + TRUST if self._known.proven else None
        self._probed: tuple[str, Rung] | None = None

    @property
    def shape(self) -> Shape:
        """How to ask now."""
        known = self._get_known()
        rung = next((rung for rung in RUNGS if rung not in known.left), "text")
        return Shape(rung=rung, dropped=frozenset(known.dropped), most_output=known.most_output)

    def learn(self, failure: AttemptFailed) -> bool:
        """Whether asking again can go better, because of what this failure taught or another one has meanwhile."""
        if failure.kind != "parameter_refused" or failure.parameter is None:
            return False
        shape = self.shape
        asked = failure.shape or shape
        if failure.most_output is not None:
            return self._bound_output(failure.most_output, asked)
        if failure.parameter == "response_format":
            if asked.rung == "text":
                return False
            if asked.rung == shape.rung:
                self._leave(asked.rung)
            return True
        return self._drop(failure.parameter, asked)

    @property
    def in_doubt(self) -> bool:
        """Whether a probe is due. Building it ends the doubt, so that one of many askers sends it."""
        return self._in_doubt

    def doubt(self, asked: Shape | None = None) -> None:
        """A reply was not what its rung promises; `asked` is how it was asked, the present shape where None.

        Not for replies that were cut off, filtered or refused.
        """
        shape = self.shape
        if shape.rung == "text" or (asked is not None and asked.rung != shape.rung):
            return
        if self._quiet_until is None or self._now() >= self._quiet_until:
            self._in_doubt = True

    def build_probe(self, nonce: str) -> Question:
        """The question that settles the doubt, to be sent in the present shape; `nonce` is a few letters and digits."""
        self._in_doubt = False
        self._probed = (nonce, self.shape.rung)
        self._quiet_until = self._now() + ANSWER_WAIT
        return build_probe(self._probe_text, nonce)

    def settle(self, nonce: str, reply: Reply) -> None:
        """Draw the conclusion from the reply to the probe with that nonce: keep the rung, or step down."""
        if self._probed is None or self._probed[0] != nonce:
            return
        rung, self._probed = self._probed[1], None
        if rung != self.shape.rung:
            return
        outcome = find_outcome(rung, nonce, reply)
        if outcome is False:
            self._leave(rung)
            return
        self._quiet_until = self._now() + TRUST
        proven: Rung | None = rung if outcome else None
        if self._get_known().proven != proven:
            self._change(proven=proven)

    def _get_known(self) -> Known:
        now = self._now()
        if not self._known.is_fresh(now):
            self._known = Known(at=now)
        return self._known

    def _leave(self, rung: Rung) -> None:
        """Step down: what was in doubt about this rung is not about the next."""
        known = self._get_known()
        self._in_doubt, self._quiet_until = False, None
        self._change(left=known.left | {rung}, proven=None)

    def _drop(self, parameter: str, asked: Shape) -> bool:
        dropped = self._get_known().dropped
        if parameter not in _DROPPABLE or parameter in asked.dropped:
            return False
        if parameter in dropped:
            return True
        if dropped | {parameter} >= BOUNDS:
            return False
        self._change(dropped=dropped | {parameter})
        return True

    def _bound_output(self, most: int, asked: Shape) -> bool:
        known = self._get_known().most_output
        lowest = most if known is None else min(most, known)
        if asked.most_output is not None and lowest >= asked.most_output:
            return False
        if lowest != known:
            self._change(most_output=lowest)
        return True

    def _change(self, **changes: object) -> None:
        known = self._get_known()
        self._known = Known.model_validate({**dict(known), **changes, "at": self._now()})
        self._memory.keep(self._server, self._model, self._known)
