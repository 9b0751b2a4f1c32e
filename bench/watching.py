"""Owns watching another process at work: waiting for what it does, and the time and memory that it takes meanwhile."""

import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

STUCK_S = 300.0
TICKS = os.sysconf("SC_CLK_TCK")
PAGE_BYTES = os.sysconf("SC_PAGESIZE")


class Growth(NamedTuple):
    """Megabytes on average, in the second tenth of a run and in its last."""

    early_mb: float
    late_mb: float

    @property
    def share(self) -> float:
        """By how much of the early ones there are more in the end."""
        return self.late_mb / self.early_mb - 1


def measure_growth(samples: Sequence[tuple[int, float]], items: int) -> Growth | None:
    """How memory grew over so many items; each sample is of items settled, and megabytes.

    The first tenth warms up: imports, pools and caches come with the first items. None where the run was over
    before both tenths were seen.
    """
    first = [mb for settled, mb in samples if items * 0.1 <= settled < items * 0.2]
    last = [mb for settled, mb in samples if settled >= items * 0.9]
    return Growth(sum(first) / len(first), sum(last) / len(last)) if first and last else None


def tell_growth(growth: Growth | None) -> tuple[dict[str, object], str]:
    """The same in figures, and in words with the limit."""
    if growth is None:
        return {"skipped": "too short a run"}, "not measured: the run was too short to see it grow"
    told = f"{growth.early_mb:.0f} MB in the second tenth, {growth.late_mb:.0f} MB in the last ({growth.share:+.1%}"
    figures = {"early_mb": growth.early_mb, "late_mb": growth.late_mb, "growth": growth.share}
    return {name: round(figure, 3) for name, figure in figures.items()}, f"{told}; limit +10 %)"


def measure_rate(samples: Sequence[tuple[float, int]], items: int) -> float:
    """Items a second, where each sample is of a moment and the items settled by then.

    Counted between the first and the last tenth, so that starting and ending do not count; over all of a run
    that was too short for that.
    """
    inner = [(at, settled) for at, settled in samples if items * 0.1 <= settled <= items * 0.9]
    counted = inner if len(inner) > 1 else samples
    (start, first), (end, last) = counted[0], counted[-1]
    return (last - first) / (end - start)


def wait_for(
    condition: Callable[[], bool],
    *,
    every_s: float = 0.05,
    stuck_s: float = STUCK_S,
    progress: Callable[[], object] = lambda: None,
) -> float:
    """Seconds until it holds. What `progress` gives is something else as long as it may still come about.

    Raises:
        TimeoutError: nothing moved for `stuck_s`.
    """
    begin = looked = time.monotonic()
    before = progress()
    while not condition():
        time.sleep(every_s)
        if time.monotonic() - looked > stuck_s:
            now = progress()
            if now == before:
                raise TimeoutError(f"it did not come about, and nothing moved for {stuck_s:g} s")
            before, looked = now, time.monotonic()
    return time.monotonic() - begin


def read_rss_mb(pid: int) -> float:
    """What a process holds in memory now."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE_BYTES / 1e6


def read_cpu_s(pid: int) -> float:
    """What a process has computed so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS
