"""Measures `scopenote worker` under kill -9: every article decided once, every call in the ledger, and taken over."""

import random
import signal
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psycopg
import sqlalchemy as sa

from app.store.items import find_waiting
from app.store.tables.workers import worker as workers
from bench.durable_postgres import serve_durably
from bench.reclassify_data import write_archive
from bench.reclassify_site import IN_FLIGHT, Site, make_site
from bench.watching import wait_for
from tests.servers.postgres import find_obstacle, make_database

KILLS = 5
TAKEOVER_S = 30.0
STOPPING_S = 60.0


def measure_kills(articles: int, cache: Path, *, embeddings: bool) -> dict[str, Any]:
    """One worker on SQLite, killed at random moments and started again at once."""
    with make_site(latency_s=0.05, cache=cache, embeddings=embeddings) as site:
        write_archive(site.archive, articles)
        job = site.detach()
        begin, resumed = time.monotonic(), list[float]()
        for moment in sorted(random.sample(range(articles // 20, articles * 19 // 20), KILLS)):
            with site.work() as worker:
                resumed.append(site.wait_for_items(job, site.count_settled(job) + 1))
                site.wait_for_items(job, moment)
                worker.kill()
        with site.work() as worker:
            site.finish(job)
            took_s = time.monotonic() - begin
            worker.send_signal(signal.SIGTERM)
            code = worker.wait(STOPPING_S)
        figures = _tell("sqlite", site, job, articles, KILLS)
    figures |= {"resumed_s": round(max(resumed[1:]), 1), "seconds": round(took_s, 1), "exit": code}
    print(
        f"  at work again within {figures['resumed_s']} s of each start; {took_s:.0f} s in all; "
        f"exit code of the last worker {code}   limit 0"
    )
    return figures


def measure_takeover(articles: int, cache: Path, *, embeddings: bool) -> dict[str, Any]:
    """Two workers on PostgreSQL, of which one is killed at a random moment.

    Nobody reaps the dead one meanwhile, so that it looks as if on another machine: the longest takeover.
    """
    if obstacle := find_obstacle():
        print(f"takeover skipped: no PostgreSQL, because {obstacle}")
        return {"skipped": obstacle}
    with ExitStack() as stack:
        server_url = stack.enter_context(serve_durably())
        url = stack.enter_context(make_database(server_url))
        site = stack.enter_context(make_site(latency_s=0.05, cache=cache, database_url=url, embeddings=embeddings))
        write_archive(site.archive, articles)
        job = site.detach()
        first, survivor = (stack.enter_context(site.work()) for _ in range(2))
        moment = random.randint(articles * 3 // 10, articles * 6 // 10)
        site.wait_for_items(job, moment)
        first.kill()
        killed = time.monotonic()
        lost = _list_begun(site, url, first.pid)
        settled = site.count_settled(job)
        goes_on = site.wait_for_items(job, settled + 1)
        wait_for(lambda: not site.store.read_now(lambda c: find_waiting(c, job, lost)))
        taken_over = time.monotonic() - killed
        site.finish(job)
        survivor.send_signal(signal.SIGTERM)
        code = survivor.wait(STOPPING_S)
        figures = _tell("postgresql", site, job, articles, 1)
    figures |= {"lost_in_flight": len(lost), "goes_on_s": round(goes_on, 1), "taken_over_s": round(taken_over, 1)}
    print(
        f"  killed at {settled}: the survivor settled another after {goes_on:.1f} s, and all {len(lost)} that the dead "
        f"one had begun after {taken_over:.1f} s   limit {TAKEOVER_S:g} s; its exit code {code}"
    )
    return figures


def _tell(kind: str, site: Site, job: str, articles: int, kills: int) -> dict[str, Any]:
    counts, books = site.count_rows(), site.check_books(articles)
    most = kills * IN_FLIGHT
    print(
        f"kills, {kind}: {kills} of {articles} articles: once {counts.is_once(articles)} "
        f"({counts.decisions} decisions, {counts.stood} stood, {counts.verdicts} verdicts)\n"
        f"  {books.calls} calls at the server, {books.exact} exact in the ledger, {books.left_open} left open at a "
        f"kill ({books.never_came} of them never came), {len(books.wrong)} wrong   limit 0\n"
        f"  {books.repeated} questions asked again   limit {most}: those in flight at each kill"
    )
    for line in books.wrong[:10]:
        print(f"  WRONG {line}")
    parked = site.list_parked(job)
    for item in parked[:10]:
        print(f"  PARKED {item.article}: {item.reason}")
    return {
        "articles": articles,
        "once": counts.is_once(articles),
        "parked": len(parked),
        "calls": books.calls,
        "calls_exact": books.exact,
        "calls_left_open": books.left_open,
        "calls_wrong": len(books.wrong),
        "repeated": books.repeated,
        "repeated_limit": most,
    }


def _list_begun(site: Site, url: str, pid: int) -> list[int]:
    """The numbers of the items that the worker of this process had begun."""
    place = workers.c.about.endswith(f" {pid}")
    executor = site.store.read_now(lambda c: c.execute(sa.select(workers.c.executor_id).where(place)).scalar_one())
    with psycopg.connect(url) as connection:
        rows = connection.execute(
            "SELECT workflow_uuid FROM dbos.workflow_status WHERE status = 'PENDING' AND executor_id = %s", [executor]
        ).fetchall()
    return [int(name.split(":")[2]) for (name,) in rows if name.startswith("item:")]
