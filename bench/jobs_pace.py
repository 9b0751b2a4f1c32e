"""Measures what the engine of jobs takes where nothing is killed: throughput, memory, doing nothing, queueing."""

import asyncio
import time

from app.domain.errand import Errand
from app.jobs.working.launching import prepare
from app.jobs.working.queues import Queues
from bench.jobs_site import AT_ONCE, make_site
from bench.watching import measure_growth, measure_rate, read_cpu_s, read_rss_mb, tell_growth, wait_for
from tests.articles import build_article
from tests.jobs.fake_desk import FakeDesk, build_recipe, keep_job_of

SETTLING_S = 8.0
"""After a start, until what a process takes is what it takes for doing nothing."""


def measure_throughput(kind: str, server_url: str, items: int, latency_s: float) -> dict[str, float]:
    """Items a second by one worker, and by a loop that only asks; without latency there is no such peer."""
    alone = asyncio.run(ask_alone(items, latency_s)) if latency_s else 0.0
    with make_site(kind, server_url) as site:
        keep_job_of(site.store, items)
        samples: list[tuple[float, int]] = []
        with site.work(latency_s):

            def look() -> bool:
                samples.append((time.monotonic(), site.count_settled()))
                return site.is_done()

            wait_for(look, every_s=0.25, progress=site.count_settled)
    rate = measure_rate(samples, items)
    line, figures = f"throughput  {kind:<10} {latency_s:>4} s latency  {rate:6.1f} items/s", {"per_s": round(rate, 1)}
    if not alone:
        print(f"{line}   no peer: all overhead")
        return figures
    print(f"{line}   asking alone {alone:6.1f}/s, {rate / alone:4.0%} of it (limit 85 %)")
    return figures | {"alone_per_s": round(alone, 1), "share": round(rate / alone, 3)}


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


def measure_memory(kind: str, server_url: str, items: int) -> dict[str, object]:
    """One worker from the first item to the last, without latency."""
    with make_site(kind, server_url) as site:
        keep_job_of(site.store, items)
        samples: list[tuple[int, float]] = []
        with site.work(0.0) as worker:

            def look() -> bool:
                samples.append((site.count_settled(), read_rss_mb(worker.pid)))
                return site.is_done()

            wait_for(look, every_s=0.2, progress=site.count_settled)
    figures, words = tell_growth(measure_growth(samples, items))
    print(f"memory      {kind:<10} {words}")
    return figures


def measure_idle(kind: str, server_url: str, for_s: float) -> dict[str, float]:
    """The share of a core that a worker takes while it waits for a job."""
    with make_site(kind, server_url) as site, site.work(0.0) as worker:
        time.sleep(SETTLING_S)
        before = read_cpu_s(worker.pid)
        time.sleep(for_s)
        share = (read_cpu_s(worker.pid) - before) / for_s
    print(f"idle        {kind:<10} {share:.1%} of one core while there is no job")
    return {"cpu": round(share, 4)}


def measure_queueing(kind: str, server_url: str, items: int) -> dict[str, float]:
    """Seconds until all items of a job are in the queues."""
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
