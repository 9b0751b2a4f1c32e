"""Owns outages: how much of a job failed in a row, so that the fault is not that of single items."""

from collections.abc import Hashable

LEAST_IN_A_ROW = 5
"""Articles that fail one after another before the fault is taken not to be theirs, at least."""


class Outages:
    """Counts per job, in this process; one success ends an outage."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._in_a_row: dict[str, set[Hashable]] = {}

    def count(self, job: str, what: Hashable) -> bool:
        """Note what failed, the same only once; whether that is too much to go on."""
        in_a_row = self._in_a_row.setdefault(job, set())
        in_a_row.add(what)
        return len(in_a_row) >= self._most

    def end(self, job: str) -> None:
        """Note that something went well, or that nothing more is tried."""
        self._in_a_row.pop(job, None)
