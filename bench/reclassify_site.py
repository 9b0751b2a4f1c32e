"""Owns the place where archives are reclassified for real: the command line in processes of its own, a store, a server.

Nothing of whoever runs it is touched: settings, data and caches are the site's own.
"""

import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import sqlalchemy as sa

from app.api.told_job import ToldJob
from app.domain.attempt import Attempt
from app.domain.job import Item, JobPlan, Tally
from app.similarity.embedding import PACKAGE
from app.store.connection import Connection
from app.store.database import Database
from app.store.items import count_items, list_items
from app.store.jobs import list_jobs, load_job
from app.store.opening import open_database
from app.store.tables.articles import article as articles
from app.store.tables.decisions import decision as decisions
from app.store.tables.decisions import stood
from app.store.tables.decisions import verdict as verdicts
from app.store.tables.spending import attempt as attempts
from bench.reclassify_data import DEFINITIONS, write_definitions
from tests.servers.composition import MODEL
from tests.servers.faulty_server import FarServer, start_faulty_server
from tests.servers.reconciling import reconcile
from tests.servers.request_log import Entry

ROOT = Path(__file__).parent.parent
IN_FLIGHT = 16
WITHOUT_EMBEDDINGS = f"import runpy, sys; sys.modules[{PACKAGE!r}] = None; runpy.run_module('app', run_name='__main__')"
"""Runs the command line as if the package with the embedding model were not installed."""


class CommandFailed(Exception):
    """A command of ours ended otherwise than it should; with what it said."""


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
class Books:
    """The ledger held against the server's log. `left_open` counts what was being asked at a kill."""

    calls: int
    exact: int
    left_open: int
    never_came: int
    repeated: int
    wrong: tuple[str, ...]


@dataclass(frozen=True)
class Counts:
    """Rows of the store: each article once, if all is well."""

    articles: int
    decided_articles: int
    decisions: int
    stood: int
    verdicts: int

    def is_once(self, articles: int) -> bool:
        """Whether every one of so many articles was decided exactly once, about every category."""
        whole = Counts(articles, articles, articles, articles, articles * len(DEFINITIONS))
        return self == whole


@dataclass(frozen=True)
class Site:
    """A folder with definitions (`categories`), articles (`archive`) and all that the commands keep, and a server."""

    folder: Path
    server: FarServer
    store: Database
    settings: Mapping[str, str]
    embeddings: bool

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
        told = self._run(command, settings, watch)
        took_s, cpu_s = time.perf_counter() - begin, _count_cpu_s() - cpu_s
        log = tuple(self.server.read_log()[before:])
        return Asked(ToldJob.model_validate_json(told), took_s, cpu_s, log)

    def detach(self) -> str:
        """Make a job of the archive that is left to workers; its id."""
        self._run(("reclassify", str(self.archive), "--judge", "llm", "--yes", "--detach"), {}, None)
        job = self.find_job()
        if job is None:
            raise CommandFailed("reclassify --detach made no job")
        return job

    def plan(self, source: Path, watch: Callable[[int], None]) -> JobPlan:
        """What reclassifying a source would come to; `watch` as in `reclassify`."""
        command = ("reclassify", str(source), "--judge", "llm", "--dry-run", "--json")
        return JobPlan.model_validate_json(self._run(command, {}, watch))

    def find_job(self) -> str | None:
        """The id of the newest job, None while there is none."""
        jobs = self.store.read_now(lambda c: list_jobs(c, limit=1))
        return jobs[0].id if jobs else None

    def begin(self) -> AbstractContextManager[subprocess.Popen[bytes]]:
        """`scopenote reclassify` of the archive in a process of its own, killed like a worker."""
        return self._running(("reclassify", str(self.archive), "--judge", "llm", "--yes"))

    def work(self) -> AbstractContextManager[subprocess.Popen[bytes]]:
        """`scopenote worker` in a process of its own, killed at the end of the block if it still lives then."""
        return self._running(("worker",))

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

    def count_rows(self) -> Counts:
        """What the store holds about all articles."""
        return self.store.read_now(_count_rows)

    def check_books(self, articles: int) -> Books:
        """The ledger against the server's log, where so many articles need a question each.

        A process that was killed leaves open what it was asking: that is in the ledger, at its estimate.
        """
        log = self.server.read_log()
        ledger = self.store.read_now(_read_ledger)
        left_open = {attempt.id for attempt in ledger.values() if attempt.status == "sent"}
        closed = {id_: attempt for id_, attempt in ledger.items() if id_ not in left_open}
        books = reconcile(closed, [entry for entry in log if entry.request_id not in left_open])
        probes = sum(attempt.purpose == "probe" for attempt in ledger.values())
        return Books(
            calls=len(log),
            exact=books.exact,
            left_open=len(left_open),
            never_came=len(left_open - {entry.request_id for entry in log}),
            repeated=len(log) - probes - articles,
            wrong=tuple(books.wrong),
        )

    def _run(self, command: tuple[str, ...], settings: Mapping[str, str], watch: Callable[[int], None] | None) -> str:
        with tempfile.TemporaryFile() as told, tempfile.TemporaryFile() as said:
            with self._start(command, settings, said, told) as process:
                while (code := process.poll()) is None:
                    if watch:
                        watch(process.pid)
                    time.sleep(0.3 if watch else 0.02)
            told.seek(0)
            said.seek(0)
            if code:
                raise CommandFailed(f"{' '.join(command)} ended with {code}: {said.read().decode()[-2000:]}")
            return told.read().decode()

    @contextmanager
    def _running(self, command: tuple[str, ...]) -> Iterator[subprocess.Popen[bytes]]:
        with (
            (self.folder / "commands.log").open("ab") as log,
            self._start(command, {}, log, subprocess.DEVNULL) as process,
        ):
            try:
                yield process
            finally:
                process.kill()

    def _start(
        self,
        command: tuple[str, ...],
        settings: Mapping[str, str],
        errors: "subprocess._FILE",
        output: "subprocess._FILE",
    ) -> subprocess.Popen[bytes]:
        program = ("-m", "app") if self.embeddings else ("-c", WITHOUT_EMBEDDINGS)
        more = {f"SCOPENOTE_{name.upper()}": value for name, value in settings.items()}
        return subprocess.Popen(
            [sys.executable, *program, *command],
            cwd=ROOT,
            env={**self.settings, **more},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=errors,
        )


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
        settings = {
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
        yield Site(folder, server, store, settings, embeddings)


def _count_cpu_s() -> float:
    """What all processes took that this one started and that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _count_rows(c: Connection) -> Counts:
    def count(column: sa.ColumnElement[int]) -> int:
        return int(c.execute(sa.select(column)).scalar_one())

    return Counts(
        articles=count(sa.func.count(articles.c.key)),
        decided_articles=count(sa.func.count(sa.distinct(decisions.c.article))),
        decisions=count(sa.func.count(decisions.c.seq)),
        stood=count(sa.func.count(stood.c.seq)),
        verdicts=count(sa.func.count(verdicts.c.fingerprint)),
    )


def _read_ledger(c: Connection) -> dict[str, Attempt]:
    rows = c.execute(sa.select(attempts.c.document)).scalars()
    return {attempt.id: attempt for attempt in map(Attempt.model_validate_json, rows)}
