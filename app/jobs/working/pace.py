"""Owns the pace of a worker: how often it looks, how long it waits, and when it gives up."""

from pydantic import PositiveFloat, PositiveInt

from app.domain.value import Value


class Pace(Value):
    """All in seconds but the counts.

    A worker gives a sign of life every `beat_s`, and is taken for dead after `ttl_s` without one.
    Jobs are looked for every `look_s`; a running one is fed every `feed_s`, and looked after where
    nothing moves for `stall_s`. The queue of items is polled every `poll_s` while there is a
    running job, every `idle_poll_s` otherwise. What failed is tried again after `first_wait_s`,
    twice that the next time, `most_wait_s` at most. What is finished is forgotten by the queues
    after `keep_finished_s`. An item that `alone_after` workers died with runs alone; where another
    dies even then, it waits `alone_wait_s` before its next turn, since kills from outside often
    come in a row, and after `most_deaths` of those it is given up.
    """

    ttl_s: PositiveFloat = 15.0
    beat_s: PositiveFloat = 3.0
    look_s: PositiveFloat = 0.5
    feed_s: PositiveFloat = 0.25
    stall_s: PositiveFloat = 2.0
    poll_s: PositiveFloat = 0.1
    idle_poll_s: PositiveFloat = 1.0
    first_wait_s: PositiveFloat = 1.0
    most_wait_s: PositiveFloat = 30.0
    keep_finished_s: PositiveFloat = 600.0
    clean_up_s: PositiveFloat = 60.0
    alone_after: PositiveInt = 2
    alone_wait_s: PositiveFloat = 10.0
    most_deaths: PositiveInt = 2

    def wait_s(self, tries: int) -> float:
        """How long to wait after the n-th try in a row that failed."""
        return min(self.most_wait_s, self.first_wait_s * 2.0 ** min(tries - 1, 16))
