"""Owns back-pressure: how many tokens may lie at the server, as its refusals show."""

import re
from collections.abc import Sequence

from app.errors import ModelUnavailable
from app.llm.batch.batch_wire import BatchFault

FULL = frozenset({"token_limit_exceeded"})
FIRST_WAIT_S = 30.0
LONGEST_WAIT_S = 600.0
MOST_REFUSALS = 150
"""In a row: about a day."""
SHARE = 0.9
"""Of the limit that a server names: its count of a question's tokens is not ours."""
_LIMIT = re.compile(r"limit:?\s*(?:of|is)?\s*(\d[\d,]{0,14})", re.IGNORECASE)


class Pressure:
    """Learns how many tokens all open batches may have together. `most` is None while that is not known.

    A refusal that says no number halves what was tried, or holds it at what is open already; each
    batch that ends well lets twice as much in. `now` are seconds of a clock that is never set back.
    """

    def __init__(self, most: int | None) -> None:
        self.most = most
        self._ceiling = most
        self._refusals = 0
        self._opens_at = 0.0

    def find_room(self, open_tokens: int, now: float) -> int | None:
        """The tokens that one more batch may have; 0: it has to wait, None: as many as it likes."""
        if now < self._opens_at:
            return 0
        return None if self.most is None else max(0, self.most - open_tokens)

    def note_refused(
        self, tokens: int, open_tokens: int, faults: Sequence[BatchFault], now: float
    ) -> ModelUnavailable | None:
        """A batch of so many tokens did not fit beside those that are open; why to give up, None to go on."""
        named = find_limit(faults)
        self._ceiling = self._ceiling if named is None else max(1, int(named * SHARE))
        there = tokens + open_tokens
        if self._ceiling is not None and self._ceiling < there:
            self.most = self._ceiling
        else:
            # The server counts otherwise than we do, or holds others' tokens too.
            self.most = open_tokens or max(1, tokens // 2)
        self._refusals += 1
        self._opens_at = now + min(LONGEST_WAIT_S, FIRST_WAIT_S * 2.0 ** min(self._refusals - 1, 16))
        if self._refusals < MOST_REFUSALS:
            return None
        return ModelUnavailable(
            f"the server took no batch in {MOST_REFUSALS} tries, the last of {tokens:,} tokens: "
            f"{faults[0].message if faults else 'it did not say why'}. "
            "Have its limit on enqueued tokens raised, or leave out --batch-api."
        )

    def note_ended(self) -> None:
        """A batch was taken and has ended: there is room again, perhaps more than was thought."""
        self._refusals = 0
        self._opens_at = 0.0
        if self.most is not None:
            self.most = self.most * 2 if self._ceiling is None else min(self.most * 2, self._ceiling)


def is_full(faults: Sequence[BatchFault]) -> bool:
    """Whether a batch was refused for want of room, and for nothing that is wrong with it."""
    return any(fault.code in FULL or "enqueued token limit" in fault.message.lower() for fault in faults)


def find_limit(faults: Sequence[BatchFault]) -> int | None:
    """The number of tokens that a refusal names as the limit; None where it names none."""
    for fault in faults:
        if found := _LIMIT.search(fault.message):
            return int(found[1].replace(",", "")) or None
    return None
