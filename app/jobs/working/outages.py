"""Owns outages: how often in a row a job's items failed because what they lean on is away."""


class Outages:
    """Counts per job, in this process; one success ends an outage."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._in_a_row: dict[str, int] = {}

    def count(self, job: str) -> bool:
        """Note one more failure; whether that is too many to go on."""
        self._in_a_row[job] = self._in_a_row.get(job, 0) + 1
        return self._in_a_row[job] >= self._most

    def end(self, job: str) -> None:
        """Note that something went well, or that nothing more is tried."""
        self._in_a_row.pop(job, None)
