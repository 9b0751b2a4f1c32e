"""Owns the place where archives are reclassified for real: the command line in processes of its own, a store, a server.

Nothing of whoever runs it is touched: settings, data and caches are the site's own.
"""

import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from subprocess import Popen

from app.api.told_job import ToldJob
from app.domain.job import Item, JobPlan, Tally
from app.store.database import Database
from app.store.items import count_items, list_items
from app.store.jobs import list_jobs, load_job
from app.store.opening import open_database
from bench.reclassify_books import Books, Counts, check_books, count_rows
from bench.reclassify_commands import CommandFailed, Commands
from bench.reclassify_definitions import write_definitions
from bench.watching import wait_for
from tests.servers.composition import MODEL
from tests.servers.faulty_server import FarServer, start_faulty_server
from tests.servers.request_log import Entry

IN_FLIGHT = 16


@dataclass(frozen=True)
class Asked:
    """What one call of `reclassify` came to. `log` holds what the server was asked meanwhile.

    `cpu_s` is what the command computed itself: what it would take at least on a machine of its own.
    """

    job: ToldJob
    seconds: float
    cpu_s: float
    log: tuple[Entry, ...]

    @property
    def tally(self) -> Tally:
        """What became of its items."""
        return self.job.tally

    @property
    def plan(self) -> JobPlan:
        """What it was planned to come to."""
        return self.job.plan

    @property
    def input_tokens(self) -> int:
        """Tokens that the server read."""
        return sum(entry.billed.input for entry in self.log)

    @property
    def output_tokens(self) -> int:
        """Tokens that the server wrote."""
        return sum(entry.billed.output for entry in self.log)


@dataclass(frozen=True)
class Site:
    """A folder with definitions (`categories`), articles (`archive`) and all that the commands keep, and a server."""

    folder: Path
    server: FarServer
    store: Database
    commands: Commands

    @property
    def categories(self) -> Path:
        """The folder of definitions."""
        return self.folder / "categories"

    @property
    def archive(self) -> Path:
        """The folder of articles."""
        return self.folder / "archive"

    def reclassify(self, watch: Callable[[int], None] | None = None, **settings: str) -> Asked:
        """Run `scopenote reclassify` on the archive to its end, with settings by their names in lower case.

        `watch` is given its process id a few times a second.

        Raises:
            CommandFailed: its exit code is not 0.
        """
        before = len(self.server.read_log())
        begin, cpu_s = time.perf_counter(), _count_cpu_s()
        command = ("reclassify", str(self.archive), "--judge", "llm", "--yes", "--json")
        told = self.commands.run(command, settings, watch)
        took_s, cpu_s = time.perf_counter() - begin, _count_cpu_s() - cpu_s
        log = tuple(self.server.read_log()[before:])
        return Asked(ToldJob.model_validate_json(told), took_s, cpu_s, log)

    def detach(self) -> str:
        """Make a job of the archive that is left to workers; its id."""
        self.commands.run(("reclassify", str(self.archive), "--judge", "llm", "--yes", "--detach"))
        job = self.find_job()
        if job is None:
            raise CommandFailed("reclassify --detach made no job")
        return job

    def plan(self, source: Path, watch: Callable[[int], None]) -> JobPlan:
        """What reclassifying a source would come to; `watch` as in `reclassify`."""
        command = ("reclassify", str(source), "--judge", "llm", "--dry-run", "--json")
        return JobPlan.model_validate_json(self.commands.run(command, watch=watch))

    def find_job(self) -> str | None:
        """The id of the newest job, None while there is none."""
        jobs = self.store.read_now(lambda c: list_jobs(c, limit=1))
        return jobs[0].id if jobs else None

    def begin(self) -> AbstractContextManager[Popen[bytes]]:
        """`scopenote reclassify` of the archive in a process of its own, killed like a worker."""
        return self.commands.running(("reclassify", str(self.archive), "--judge", "llm", "--yes"))

    def work(self) -> AbstractContextManager[Popen[bytes]]:
        """`scopenote worker` in a process of its own, killed at the end of the block if it still lives then."""
        return self.commands.running(("worker",))

    def tally(self, job: str) -> Tally:
        """What has become of a job's items."""
        return self.store.read_now(partial(count_items, job=job))

    def count_settled(self, job: str) -> int:
        """Items that do not wait any more."""
        tally = self.tally(job)
        return tally.total - tally.waiting

    def list_parked(self, job: str) -> list[Item]:
        """The first items that nobody could decide."""
        return self.store.read_now(lambda c: list_items(c, job, state="parked"))

    def is_done(self, job: str) -> bool:
        """Whether a job is."""
        return self.store.read_now(lambda c: load_job(c, job)).state == "done"

    def wait_for_items(self, job: str, number: int) -> float:
        """Seconds until so many of a job's items are settled, or all there are, as long as something moves."""
        settled = partial(self.count_settled, job)
        return wait_for(lambda: settled() >= number or self.is_done(job), progress=settled)

    def finish(self, job: str) -> None:
        """Wait until a job is done, as long as something moves."""
        wait_for(lambda: self.is_done(job), progress=partial(self.count_settled, job))

    def count_rows(self) -> Counts:
        """What the store holds about all articles."""
        return self.store.read_now(count_rows)

    def check_books(self, articles: int) -> Books:
        """The ledger against the server's log, where so many articles need a question each."""
        return self.store.read_now(lambda c: check_books(c, self.server.read_log(), articles))


@contextmanager
def make_site(
    *,
    latency_s: float,
    cache: Path,
    database_url: str | None = None,
    in_flight: int = IN_FLIGHT,
    embeddings: bool = False,
) -> Iterator[Site]:
    """A site with definitions and no articles, gone at the end; without a URL its store is a file.

    With embeddings sentences are embedded as in service, where the model is installed; without, only words
    are compared.
    """
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="scopenote-site-")))
        server = stack.enter_context(start_faulty_server("--latency", str(latency_s)))
        url = database_url or f"sqlite:///{folder}/store.db"
        store = open_database(url)
        stack.callback(store.close)
        categories = write_definitions(folder / "categories")
        environment = {
            "HOME": str(folder),
            "XDG_DATA_HOME": str(folder / "data"),
            "XDG_CACHE_HOME": str(cache),
            "OPENAI_BASE_URL": server.base_url,
            "SCOPENOTE_MODEL": MODEL,
            "SCOPENOTE_CATEGORIES": str(categories),
            "SCOPENOTE_DATABASE_URL": url,
            "SCOPENOTE_SECOND_OPINION": "off",
            "SCOPENOTE_MAX_IN_FLIGHT": str(in_flight),
        }
        yield Site(folder, server, store, Commands(environment, folder / "commands.log", embeddings))


def _count_cpu_s() -> float:
    """What all processes took that this one started and that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
