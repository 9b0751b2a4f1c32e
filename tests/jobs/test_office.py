"""The office: jobs are made as a whole, started, steered and followed."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from datetime import datetime
from pathlib import Path

import pytest

from app.domain.job import Job, JobState
from app.errors import BadInput, NotKept, StoreUnavailable
from app.jobs.office import JobOffice, Steering
from app.jobs.planning.drafting import Draft, Drafts
from app.jobs.planning.ordering import Order
from app.store.connection import Connection
from app.store.database import Database
from app.store.items import settle_item
from app.store.jobs import load_job, set_state
from app.store.opening import open_database
from app.store.taxonomies import load_taxonomy
from tests.jobs.archives import BOUNDS, TAXONOMY, FakeForecaster, let_stand, write_files
from tests.jobs.made_jobs import keep_made, make_job
from tests.servers.postgres import make_database
from tests.store.kept_values import NOON

pytestmark = pytest.mark.anyio


class _Steered:
    """Remembers what was steered, and moves the job in the store."""

    def __init__(self) -> None:
        self.done: list[tuple[str, str]] = []

    async def start(self, database: Database, job_id: str) -> None:
        self.done.append(("start", job_id))

    def move(self, verb: str, state: JobState) -> Callable[..., object]:
        async def move(database: Database, job_id: str, now: datetime, *_: object) -> Job:
            self.done.append((verb, job_id))

            def work(c: Connection) -> Job:
                set_state(c, job_id, state, "", now, only_from={"running", "paused", "done"})
                return load_job(c, job_id)

            return await database.write(work)

        return move

    @property
    def steering(self) -> Steering[Job]:
        verbs: dict[str, JobState] = {
            "pause": "paused",
            "resume": "running",
            "cancel": "cancelled",
            "retry": "running",
            "undo": "undone",
        }
        return Steering(start=self.start, **{verb: self.move(verb, state) for verb, state in verbs.items()})  # type: ignore[arg-type]


class _Pauses:
    """Does the next of some things in place of each wait."""

    def __init__(self, *things: Callable[[], object]) -> None:
        self._things = list(things)

    async def __call__(self, pause_s: float) -> None:
        self._things.pop(0)()


@pytest.fixture
def content(tmp_path: Path) -> Path:
    return write_files(tmp_path / "c", a="About a.", b="About b.")


def _open(database: Database, steered: _Steered | None = None, sleep: _Pauses | None = None) -> JobOffice[Job]:
    async def compose(order: Order) -> FakeForecaster:
        return FakeForecaster()

    ids = iter(["first", "second", "third", "fourth"])
    return JobOffice(
        database,
        compose,
        (steered or _Steered()).steering,
        bounds=BOUNDS,
        now=lambda: NOON,
        timer_s=lambda: 0.0,
        new_id=lambda: next(ids),
        place="here",
        ttl_s=15.0,
        sleep=sleep or _Pauses(),
    )


async def _start(office: JobOffice[Job], content: Path) -> Job:
    with await office.plan(Order(sources=(str(content),))) as planned:
        return await office.start(planned)


async def test_a_job_is_kept_with_its_items_and_definitions_before_it_is_started(
    database: Database, content: Path
) -> None:
    steered = _Steered()
    office = _open(database, steered)
    job = await _start(office, content)
    assert (job.id, job.state, job.recipe.sources) == ("first", "running", (str(content),))
    assert await office.get_job("first") == job
    items = await office.list_items("first")
    assert [(item.number, item.article, item.state, item.before) for item in items] == [
        (0, "c/a.md", "waiting", None),
        (1, "c/b.md", "waiting", None),
    ]
    assert database.read_now(lambda c: load_taxonomy(c, job.recipe.taxonomy_version)) == TAXONOMY
    assert steered.done == [("start", "first")]


async def test_a_job_without_anything_to_do_is_done_and_starts_nothing(database: Database, content: Path) -> None:
    steered = _Steered()
    office = _open(database, steered)
    (await office.plan(Order(sources=(str(content),)))).close()
    for name in "ab":
        let_stand(database, f"c/{name}.md")
    job = await _start(office, content)
    assert (job.state, job.finished_at, job.plan.unchanged) == ("done", NOON, 2)
    assert (await office.tally("first")).total == 0
    assert steered.done == []


async def test_a_job_that_cannot_be_kept_whole_is_not_there(
    database: Database, content: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    office, steered = _open(database), _Steered()

    def break_off(drafts: Drafts) -> Iterator[Draft]:
        yield Draft("c/a.md", "sha256:a", None, None, None, is_unchanged=False)
        raise StoreUnavailable("the disk is full")

    with await office.plan(Order(sources=(str(content),))) as planned:
        monkeypatch.setattr(Drafts, "__iter__", break_off)
        with pytest.raises(StoreUnavailable):
            await office.start(planned)
    with pytest.raises(NotKept):
        await office.get_job("first")
    assert await office.list_items("first") == []
    assert steered.done == []


async def test_jobs_are_listed_newest_first(database: Database, content: Path) -> None:
    office = _open(database)
    await _start(office, content)
    await office.cancel("first")
    await _start(office, content)
    assert [job.id for job in await office.list_jobs()] == ["second", "first"]
    assert [job.id for job in await office.list_jobs(before="second")] == ["first"]


@pytest.mark.parametrize(
    ("verb", "state"),
    [("pause", "paused"), ("resume", "running"), ("cancel", "cancelled"), ("retry", "running"), ("undo", "undone")],
)
async def test_a_job_is_steered(database: Database, content: Path, verb: str, state: str) -> None:
    steered = _Steered()
    office = _open(database, steered)
    await _start(office, content)
    job = await getattr(office, verb)("first")
    assert (job.state, steered.done[-1]) == (state, (verb, "first"))


async def test_following_tells_every_change_and_ends_with_the_job(database: Database, content: Path) -> None:
    def settle(number: int) -> None:
        database.write_now(lambda c: settle_item(c, items[number].model_copy(update={"state": "decided"}), NOON))

    def end() -> None:
        database.write_now(lambda c: set_state(c, "first", "done", "", NOON, only_from={"running"}))

    office = _open(database, sleep=_Pauses(lambda: settle(0), lambda: None, lambda: settle(1), end))
    await _start(office, content)
    items = await office.list_items("first")
    told = [(one.job.state, one.tally.decided, one.tally.waiting) async for one in office.follow("first")]
    assert told == [("running", 0, 2), ("running", 1, 1), ("running", 2, 0), ("done", 2, 0)]


@pytest.mark.parametrize("state", ["paused", "cancelled"])
async def test_following_a_job_that_does_not_run_tells_once(database: Database, content: Path, state: JobState) -> None:
    office = _open(database)
    await _start(office, content)
    await (office.pause if state == "paused" else office.cancel)("first")
    assert [one.job.state async for one in office.follow("first")] == [state]


async def test_a_plan_goes_through_a_file(database: Database, content: Path, tmp_path: Path) -> None:
    office = _open(database)
    with await office.plan(Order(sources=(str(content),))) as planned:
        await office.write_plan(planned, tmp_path / "plan.json")
    with await office.take_plan(tmp_path / "plan.json") as taken:
        assert (taken.plan, taken.recipe) == (planned.plan, planned.recipe)
        assert (await office.start(taken)).state == "running"


async def test_the_report_is_at_the_office_too(database: Database, content: Path) -> None:
    office = _open(database)
    await _start(office, content)
    assert [line.article async for line in office.list_report("first")] == ["c/a.md", "c/b.md"]
    assert "Still running" in "".join([piece async for piece in office.render_report("first")])


@pytest.mark.parametrize("state", ["running", "paused"])
async def test_no_job_is_made_beside_one_that_is_not_finished(database: Database, content: Path, state: str) -> None:
    steered = _Steered()
    office = _open(database, steered)
    await _start(office, content)
    if state == "paused":
        await office.pause("first")
    done = len(steered.done)
    with pytest.raises(BadInput, match=r"Job first .* is unfinished \(0 of 2 done\)\. `scopenote jobs resume first`"):
        await _start(office, content)
    assert [job.id for job in await office.list_jobs()] == ["first"]
    assert len(steered.done) == done


async def test_of_several_who_start_on_the_same_sources_at_once_one_makes_a_job(
    postgres_url: str, content: Path
) -> None:
    with make_database(postgres_url) as url, closing(open_database(url)) as database, ExitStack() as stack:
        office = _open(database)
        order = Order(sources=(str(content),))
        plans = [stack.enter_context(await office.plan(order)) for _ in range(4)]
        made = await asyncio.gather(*(office.start(planned) for planned in plans), return_exceptions=True)
        assert sorted(type(one).__name__ for one in made) == ["BadInput", "BadInput", "BadInput", "Job"]
        assert len(await office.list_jobs(9)) == 1


async def test_the_job_that_the_same_order_has_made_is_found(database: Database, content: Path) -> None:
    office = _open(database)
    order = Order(sources=(str(content),), max_cost_usd=2.0)
    assert await office.find_unfinished(order) is None
    await _start(office, content)
    found = await office.find_unfinished(order)
    assert found is not None
    assert (found.job.id, found.differs, found.tally.total) == ("first", (), 2)
    await office.cancel("first")
    assert await office.find_unfinished(order) is None


async def test_the_job_that_a_plan_in_a_file_has_made_is_found(
    database: Database, content: Path, tmp_path: Path
) -> None:
    office, file = _open(database), tmp_path / "plan.json"
    with await office.plan(Order(sources=(str(content),))) as planned:
        await office.write_plan(planned, file)
        await office.start(planned)
    found = await office.find_unfinished(file)
    assert found is not None
    assert (found.job.id, found.differs) == ("first", ())


@pytest.mark.parametrize(
    ("named", "found"),
    [
        pytest.param("first", "first", id="all of it"),
        pytest.param("firs", "first", id="its beginning"),
        pytest.param("fir", "fir", id="too little of it"),
        pytest.param("FIRS", "FIRS", id="in capitals"),
        pytest.param("f_rs", "f_rs", id="a wildcard"),
        pytest.param("secon", "secon", id="no job at all"),
    ],
)
async def test_a_job_is_found_by_the_beginning_of_its_id(
    database: Database, content: Path, named: str, found: str
) -> None:
    office = _open(database)
    await _start(office, content)
    assert await office.find_id(named) == found


async def test_a_beginning_that_several_ids_have_names_them(database: Database) -> None:
    office = _open(database)
    for id_ in ("same-1", "same-12", "other"):
        keep_made(database, make_job(id_))
    with pytest.raises(BadInput, match="same-12 or same-1"):
        await office.find_id("same")
    assert await office.find_id("same-1") == "same-1"
