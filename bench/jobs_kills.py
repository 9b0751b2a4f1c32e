"""Measures the engine of jobs: throughput, kills, takeover, memory, and what it costs to do nothing.

Run as `python -m bench.jobs_kills [--items 10000] [--only throughput|kills|memory|takeover|idle|queueing]
[--database sqlite|postgresql]`. Articles are decided by a stand-in that waits as long as a model
would, so that only the engine is measured. Workers are processes of their own, with the pace that
they have in service; PostgreSQL waits for its disk (fsync on). Each figure stands beside its limit.
"""

import argparse
import asyncio
import json
import os
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from app.domain.errand import Errand
from app.jobs.working.launching import prepare
from app.jobs.working.pace import Pace
from app.jobs.working.queues import Queues
from app.store.database import Database
from app.store.jobs import load_job
from app.store.opening import open_database
from tests.articles import build_article
from tests.jobs.fake_desk import FakeDesk, build_recipe, count, keep_job_of
from tests.jobs.worker_process import start_worker
from tests.servers.postgres import make_database, serve_postgres

AT_ONCE = 32
LATENCY_S = 0.5
KILLS = 5
TICKS = os.sysconf("SC_CLK_TCK")
PAGE_BYTES = os.sysconf("SC_PAGESIZE")
PARTS = ("throughput", "kills", "memory", "takeover", "idle", "queueing")


@dataclass(frozen=True)
class Site:
    """Where a run happens: an empty store, its queues, and the file in which effects are written down."""

    store: Database
    store_url: str
    jobs_url: str
    effects: Path

    def is_done(self) -> bool:
        """Whether the job is."""
        return self.store.read_now(lambda c: load_job(c, "j")).state == "done"

    def count_settled(self) -> int:
        """Items that do not wait any more."""
        tally = count(self.store)
        return tally.total - tally.waiting

    def count_effects(self) -> Counter[str]:
        """How often each article was decided about."""
        lines = self.effects.read_text().splitlines() if self.effects.exists() else []
        return Counter(line.split()[0] for line in lines)

    @contextmanager
    def work(self, latency_s: float) -> Iterator[Any]:
        """A worker in a process of its own, killed at the end of the block."""
        pace = Pace()
        with start_worker(
            self.store_url, self.jobs_url, self.effects, latency_s=latency_s, at_once=AT_ONCE, pace=pace
        ) as worker:
            yield worker


@contextmanager
def make_site(kind: str, server_url: str) -> Iterator[Site]:
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        if kind == "sqlite":
            store_url, jobs_url = f"sqlite:///{folder}/store.db", f"sqlite:///{folder}/jobs.db"
        else:
            store_url = jobs_url = stack.enter_context(make_database(server_url))
        store = open_database(store_url)
        stack.callback(store.close)
        yield Site(store, store_url, jobs_url, Path(folder) / "effects.txt")


def wait_for(condition: Callable[[], bool], every_s: float = 0.1) -> float:
    start = time.monotonic()
    while not condition():
        time.sleep(every_s)
    return time.monotonic() - start


def read_rss_mb(pid: int) -> float:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE_BYTES / 1e6


def read_cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


async def ask_alone(items: int, latency_s: float) -> float:
    """Items a second where the same stand-in is asked by a loop that keeps nothing."""
    desk, recipe, article = FakeDesk(latency_s=latency_s), build_recipe(), build_article("About teams.")
    places = asyncio.Semaphore(AT_ONCE)

    async def ask(number: int) -> None:
        async with places:
            await desk.decide(recipe, f"a{number}", article, Errand(urgency="job", job="j"))

    start = time.monotonic()
    await asyncio.gather(*(ask(number) for number in range(items)))
    return items / (time.monotonic() - start)


def measure_throughput(kind: str, server_url: str, items: int, latency_s: float) -> dict[str, float]:
    """Between the second and the last tenth, so that starting a process does not count."""
    alone = asyncio.run(ask_alone(items, latency_s)) if latency_s else 0.0
    with make_site(kind, server_url) as site:
        keep_job_of(site.store, items)
        samples: list[tuple[float, int]] = []
        with site.work(latency_s):

            def look() -> bool:
                samples.append((time.monotonic(), site.count_settled()))
                return site.is_done()

            wait_for(look, every_s=0.25)
    inner = [(at, settled) for at, settled in samples if items * 0.1 <= settled <= items * 0.9]
    (start, first), (end, last) = inner[0], inner[-1]
    rate = (last - first) / (end - start)
    limit = f"asking alone {alone:6.1f}/s, {rate / alone:4.0%} of it (limit 85 %)" if alone else "no peer: all overhead"
    print(f"throughput  {kind:<10} {latency_s:>4} s latency  {rate:6.1f} items/s   {limit}")
    return {"per_s": round(rate, 1), "alone_per_s": round(alone, 1)}


def measure_kills(kind: str, server_url: str, items: int, latency_s: float) -> dict[str, Any]:
    """One worker, killed at random moments and started again at once."""
    moments = sorted(random.sample(range(items // 20, items * 19 // 20), KILLS))
    resumed: list[float] = []
    memory: list[tuple[int, float]] = []
    start = time.monotonic()
    with make_site(kind, server_url) as site:
        keep_job_of(site.store, items)
        for moment in (*moments, items):
            with site.work(latency_s) as worker:
                before = site.count_settled()
                resumed.append(wait_for(lambda before=before: site.count_settled() > before, 0.05))  # type: ignore[misc]
                wait_for(lambda moment=moment: site.count_settled() >= moment or site.is_done(), 0.05)  # type: ignore[misc]
                if moment == items:
                    wait_for(site.is_done)
                memory.append((moment, read_rss_mb(worker.pid)))
        tally, effects = count(site.store), site.count_effects()
    figures = {
        "once": tally.decided,
        "lost": tally.total - tally.decided,
        "effects": effects.total(),
        "repeated": effects.total() - len(effects),
        "seconds": round(time.monotonic() - start, 1),
        "resumed_s": round(max(resumed[1:]), 1),
    }
    print(
        f"kills       {kind:<10} {KILLS} kills of {items} items: {figures['once']} once, {figures['lost']} lost, "
        f"{figures['repeated']} decided again (limit {KILLS * AT_ONCE}), at work again within {figures['resumed_s']} s "
        f"of each start, {figures['seconds']} s in all"
    )
    return figures


def measure_memory(kind: str, server_url: str, items: int) -> dict[str, float]:
    """One worker from the first item to the last, without latency."""
    with make_site(kind, server_url) as site:
        keep_job_of(site.store, items)
        samples: list[tuple[int, float]] = []
        with site.work(0.0) as worker:

            def look() -> bool:
                samples.append((site.count_settled(), read_rss_mb(worker.pid)))
                return site.is_done()

            wait_for(look, every_s=0.2)
    # The first tenth warms up: imports, pools and caches come with the first items.
    first = [mb for settled, mb in samples if items * 0.1 <= settled < items * 0.2]
    last = [mb for settled, mb in samples if settled >= items * 0.9]
    early, late = sum(first) / len(first), sum(last) / len(last)
    print(
        f"memory      {kind:<10} {early:.0f} MB in the second tenth, {late:.0f} MB in the last "
        f"({late / early - 1:+.0%}; limit +10 %)"
    )
    return {"early_mb": round(early, 1), "late_mb": round(late, 1)}


def measure_takeover(server_url: str, items: int, latency_s: float, *, reaped: bool) -> dict[str, Any]:
    """Two workers, of which one is killed half-way. One that nobody reaps looks as if on another machine."""
    with make_site("postgresql", server_url) as site, ExitStack() as stack:
        keep_job_of(site.store, items)
        first, _ = (stack.enter_context(site.work(latency_s)) for _ in range(2))
        wait_for(lambda: site.count_settled() >= items // 2)
        first.kill()
        killed = time.monotonic()
        if reaped:
            first.wait()
        wait_for(site.is_done)
        took = time.monotonic() - killed
        # Without the lost ones the survivor would have gone on as before.
        tally, effects = count(site.store), site.count_effects()
    name = "same machine" if reaped else "another one"
    figures = {"once": tally.decided, "lost": tally.total - tally.decided, "repeated": effects.total() - len(effects)}
    print(
        f"takeover    postgresql on {name:<12} {figures['once']} once, {figures['lost']} lost, {figures['repeated']} "
        f"decided again (limit {AT_ONCE}), all done {took:.1f} s after the kill (limit 30 s and the work left)"
    )
    return {**figures, "done_after_s": round(took, 1)}


def measure_idle(kind: str, server_url: str, for_s: float) -> dict[str, float]:
    with make_site(kind, server_url) as site, site.work(0.0) as worker:
        time.sleep(8)
        before = read_cpu_s(worker.pid)
        time.sleep(for_s)
        share = (read_cpu_s(worker.pid) - before) / for_s
    print(f"idle        {kind:<10} {share:.1%} of one core while there is no job")
    return {"cpu": round(share, 4)}


def measure_queueing(kind: str, server_url: str, items: int) -> dict[str, float]:
    with make_site(kind, server_url) as site:
        prepare(site.jobs_url)
        queues = Queues(site.jobs_url)
        start = time.monotonic()
        for low in range(0, items, 4 * AT_ONCE):
            queues.put_items("j", range(low, min(low + 4 * AT_ONCE, items)))
        took = time.monotonic() - start
        queues.close()
    print(
        f"queueing    {kind:<10} {items} items in {took:.1f} s, {took / items * 1000:.2f} ms each "
        "(limit: 1.8 s and 4.9 s for 10,000 in portions of 500, with nothing looked up)"
    )
    return {"seconds": round(took, 2)}


def measure(part: str, kind: str, server_url: str, options: argparse.Namespace) -> Any:  # noqa: ANN401 - JSON
    if part == "throughput":
        return {
            f"{latency_s}": measure_throughput(kind, server_url, items, latency_s)
            for latency_s, items in ((LATENCY_S, min(options.items, 2_000)), (0.0, min(options.items, 4_000)))
        }
    if part == "kills":
        return measure_kills(kind, server_url, options.items, options.latency)
    if part == "memory":
        return measure_memory(kind, server_url, options.items)
    if part == "takeover":
        items = min(options.items, 3_000)
        return kind == "postgresql" and {
            "same_machine": measure_takeover(server_url, items, options.latency, reaped=True),
            "another": measure_takeover(server_url, items, options.latency, reaped=False),
        }
    if part == "idle":
        return measure_idle(kind, server_url, 20.0)
    return measure_queueing(kind, server_url, options.items)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--items", type=int, default=10_000)
    parser.add_argument("--latency", type=float, default=0.05, help="of the stand-in, in the runs with kills")
    parser.add_argument("--only", choices=PARTS)
    parser.add_argument("--database", choices=["sqlite", "postgresql"])
    options = parser.parse_args()
    kinds = [options.database] if options.database else ["sqlite", "postgresql"]
    figures: dict[str, dict[str, Any]] = {}
    with ExitStack() as stack:
        server_url = stack.enter_context(serve_durably()) if "postgresql" in kinds else ""
        for part in [options.only] if options.only else PARTS:
            figures[part] = {kind: measure(part, kind, server_url, options) for kind in kinds}
    print(json.dumps(figures))
    return 0


@contextmanager
def serve_durably() -> Iterator[str]:
    """A server that waits for its disk, as one in service does."""
    with serve_postgres() as server:
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            for setting in ("fsync", "full_page_writes", "synchronous_commit"):
                connection.execute(f"ALTER SYSTEM RESET {setting}")
            connection.execute("SELECT pg_reload_conf()")
        yield server.get_uri()


if __name__ == "__main__":
    sys.exit(main())
