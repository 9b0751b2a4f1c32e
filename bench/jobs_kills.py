"""Measures the engine of jobs: throughput, kills, takeover, memory, and what it costs to do nothing.

    python -m bench.jobs_kills [--items 10000] [--only PART ...] [--database sqlite|postgresql]

Articles are decided by a stand-in that waits as long as a model would, so that only the engine is measured.
Workers are processes of their own, with the pace that they have in service; PostgreSQL waits for its disk
(fsync on), and is left out where it cannot run. Each figure stands beside its limit; one JSON object last.

throughput  items a second, with latency beside asking alone, and without (at most 2,000 and 4,000 items)
kills       one worker, killed five times at random moments: nothing lost, nothing decided twice and kept
memory      of one worker, in the second and the last tenth of a run
takeover    two workers on PostgreSQL, of which one is killed half-way (at most 3,000 items)
idle        what a worker takes while there is no job
queueing    seconds until all items are in the queues
"""

import argparse
import random
import sys
import time
from collections import Counter
from contextlib import ExitStack
from typing import Any

from app.domain.job import Tally
from bench.durable_postgres import serve_durably
from bench.frame import end, make_parser
from bench.jobs_pace import measure_idle, measure_memory, measure_queueing, measure_throughput
from bench.jobs_site import AT_ONCE, make_site
from tests.jobs.fake_desk import count, keep_job_of
from tests.servers.postgres import find_obstacle

LATENCY_S = 0.5
KILLS = 5
IDLE_S = 20.0
MOST_WITH_LATENCY, MOST_WITHOUT, MOST_TAKEN_OVER = 2_000, 4_000, 3_000
PARTS = ("throughput", "kills", "memory", "takeover", "idle", "queueing")


def main() -> int:
    parser = make_parser("bench.jobs_kills", __doc__)
    parser.add_argument("--items", type=int, default=10_000, help="of each job (default 10000, at least 50)")
    parser.add_argument(
        "--latency", type=float, default=0.05, help="of the stand-in in the runs with kills, in seconds (default 0.05)"
    )
    parser.add_argument("--only", choices=PARTS, nargs="+", help="these parts and no others")
    parser.add_argument("--database", choices=["sqlite", "postgresql"], help="this one alone (default both)")
    options = parser.parse_args()
    if options.items < 50:
        parser.error("--items must be 50 or more: a kill needs a moment between start and end")
    kinds = [options.database] if options.database else ["sqlite", "postgresql"]
    figures: dict[str, Any] = {"items": options.items}
    if "postgresql" in kinds and (obstacle := find_obstacle()):
        print(f"skipped: no PostgreSQL, because {obstacle}")
        figures["skipped"] = f"postgresql: {obstacle}"
        kinds.remove("postgresql")
    with ExitStack() as stack:
        server_url = stack.enter_context(serve_durably()) if "postgresql" in kinds else ""
        for part in options.only or PARTS:
            measured = ((kind, measure(part, kind, server_url, options)) for kind in kinds)
            figures[part] = {kind: figure for kind, figure in measured if figure}
    end(figures)
    return 0


def measure(part: str, kind: str, server_url: str, options: argparse.Namespace) -> dict[str, Any]:
    """One part on one database; nothing where it needs another database."""
    items, latency_s = options.items, options.latency
    if part == "throughput":
        runs = ((LATENCY_S, MOST_WITH_LATENCY), (0.0, MOST_WITHOUT))
        return {f"{each_s}": measure_throughput(kind, server_url, min(items, most), each_s) for each_s, most in runs}
    if part == "kills":
        return measure_kills(kind, server_url, items, latency_s)
    if part == "memory":
        return measure_memory(kind, server_url, items)
    if part == "takeover":
        if kind != "postgresql":
            print("takeover    sqlite     left out: it is measured on PostgreSQL")
        places = {"same_machine": True, "another": False} if kind == "postgresql" else {}
        most = min(items, MOST_TAKEN_OVER)
        return {name: measure_takeover(server_url, most, latency_s, reaped=reaped) for name, reaped in places.items()}
    if part == "idle":
        return measure_idle(kind, server_url, IDLE_S)
    return measure_queueing(kind, server_url, items)


def measure_kills(kind: str, server_url: str, items: int, latency_s: float) -> dict[str, Any]:
    """One worker, killed at random moments and started again at once."""
    moments = sorted(random.sample(range(items // 20, items * 19 // 20), KILLS))
    resumed: list[float] = []
    start = time.monotonic()
    with make_site(kind, server_url) as site:
        keep_job_of(site.store, items)
        for moment in (*moments, items):
            with site.work(latency_s):
                resumed.append(site.wait_for_items(site.count_settled() + 1))
                site.wait_for_items(moment)
                if moment == items:
                    site.finish()
        kept, repeated = tell_kept(count(site.store), site.count_effects())
    figures = {**kept, "seconds": round(time.monotonic() - start, 1), "resumed_s": round(max(resumed[1:]), 1)}
    print(
        f"kills       {kind:<10} {KILLS} kills of {items} items: {repeated} (limit {KILLS * AT_ONCE}), at work again "
        f"within {figures['resumed_s']} s of each start, {figures['seconds']} s in all"
    )
    return figures


def measure_takeover(server_url: str, items: int, latency_s: float, *, reaped: bool) -> dict[str, Any]:
    """Two workers, of which one is killed half-way. One that nobody reaps looks as if on another machine."""
    with make_site("postgresql", server_url) as site, ExitStack() as stack:
        keep_job_of(site.store, items)
        first, _ = (stack.enter_context(site.work(latency_s)) for _ in range(2))
        site.wait_for_items(items // 2)
        first.kill()
        killed = time.monotonic()
        if reaped:
            first.wait()
        site.finish()
        took = time.monotonic() - killed
        # Without the lost ones the survivor would have gone on as before.
        kept, repeated = tell_kept(count(site.store), site.count_effects())
    name = "same machine" if reaped else "another one"
    print(
        f"takeover    postgresql on {name:<12} {repeated} (limit {AT_ONCE}), all done {took:.1f} s after the kill "
        "(limit 30 s and the work left)"
    )
    return {**kept, "done_after_s": round(took, 1)}


def tell_kept(tally: Tally, effects: Counter[str]) -> tuple[dict[str, int], str]:
    """What became of a job's items, and of what was decided about them: in figures, and in words."""
    once, lost, again = tally.decided, tally.total - tally.decided, effects.total() - len(effects)
    figures = {"once": once, "lost": lost, "effects": effects.total(), "repeated": again}
    return figures, f"{once} once, {lost} lost, {again} decided again"


if __name__ == "__main__":
    sys.exit(main())
