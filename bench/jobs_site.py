"""Owns the place where the engine of jobs is measured: an empty store, its queues, and workers with a stand-in."""

import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from subprocess import Popen

from app.jobs.working.pace import Pace
from app.store.database import Database
from app.store.jobs import load_job
from app.store.opening import open_database
from bench.watching import wait_for
from tests.jobs.fake_desk import count
from tests.jobs.worker_process import start_worker
from tests.servers.postgres import make_database

AT_ONCE = 32


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

    def wait_for_items(self, number: int) -> float:
        """Seconds until so many are settled, or all there are, as long as something moves."""
        return wait_for(lambda: self.count_settled() >= number or self.is_done(), progress=self.count_settled)

    def finish(self) -> None:
        """Wait until the job is done, as long as something moves."""
        wait_for(self.is_done, every_s=0.1, progress=self.count_settled)

    def work(self, latency_s: float) -> AbstractContextManager[Popen[bytes]]:
        """A worker in a process of its own, at the pace that it has in service; killed at the end of the block."""
        return start_worker(
            self.store_url, self.jobs_url, self.effects, latency_s=latency_s, at_once=AT_ONCE, pace=Pace()
        )


@contextmanager
def make_site(kind: str, server_url: str) -> Iterator[Site]:
    """A site on a database of this kind, gone at the end."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        if kind == "sqlite":
            store_url, jobs_url = f"sqlite:///{folder}/store.db", f"sqlite:///{folder}/jobs.db"
        else:
            store_url = jobs_url = stack.enter_context(make_database(server_url))
        store = open_database(store_url)
        stack.callback(store.close)
        yield Site(store, store_url, jobs_url, Path(folder) / "effects.txt")
