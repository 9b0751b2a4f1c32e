"""Owns a worker in a process of its own, for tests that kill it: `python -m tests.jobs.worker_process --help`."""

import argparse
import asyncio
import signal
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from subprocess import DEVNULL, Popen
from sys import executable

from app.jobs.working.pace import Pace
from app.jobs.working.worker import Worker
from app.store.opening import open_database
from tests.jobs.fake_desk import FakeDesk, die

FAST = Pace(
    ttl_s=2.0,
    beat_s=0.3,
    look_s=0.1,
    feed_s=0.05,
    stall_s=0.5,
    idle_poll_s=0.1,
    first_wait_s=0.05,
    most_wait_s=0.5,
    alone_wait_s=0.5,
)
"""All that a worker waits for is short in tests."""


@contextmanager
def start_worker(
    store_url: str,
    jobs_url: str,
    effects: Path,
    *,
    latency_s: float = 0.02,
    at_once: int = 4,
    deadly: str = "",
    pace: Pace = FAST,
) -> Iterator[Popen[bytes]]:
    """A worker that is killed at the end of the block, if it still lives then."""
    options = [
        f"--latency={latency_s}",
        f"--at-once={at_once}",
        f"--deadly={deadly}",
        f"--pace={pace.model_dump_json()}",
    ]
    command = [executable, "-m", "tests.jobs.worker_process", store_url, jobs_url, str(effects), *options]
    with Popen(command, stdout=DEVNULL) as process:  # noqa: S603 - a command of ours
        try:
            yield process
        finally:
            process.kill()


async def _work(options: argparse.Namespace) -> None:
    database = open_database(options.store)
    desk = FakeDesk(
        latency_s=options.latency,
        effects=options.effects,
        deeds=dict.fromkeys(options.deadly.split(","), die),
        remembers=False,
    )
    worker = Worker(
        database,
        desk,
        jobs_url=options.jobs,
        executor_id=uuid.uuid4().hex,
        at_once=options.at_once,
        now=lambda: datetime.now(UTC),
        pace=Pace.model_validate_json(options.pace),
    )
    stopped = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopped.set)
    await worker.start()
    await stopped.wait()
    await worker.stop(timeout_s=10)
    database.close()


def _read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("store")
    parser.add_argument("jobs")
    parser.add_argument("effects", type=Path)
    parser.add_argument("--latency", type=float, default=0.02)
    parser.add_argument("--at-once", type=int, default=4)
    parser.add_argument("--deadly", default="")
    parser.add_argument("--pace", default="{}")
    return parser.parse_args()


if __name__ == "__main__":
    asyncio.run(_work(_read_options()))
