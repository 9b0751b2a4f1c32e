"""A batch job whose process is killed at any step: another one finishes it, and pays for nothing again."""

import pytest

from app.store.batches import list_batches
from app.store.database import Database
from app.store.items import count_items
from tests.jobs.batch_books import find_wrong
from tests.jobs.batch_deaths import Step, die
from tests.jobs.batch_work import PARTS, Works, build_job, keep_work
from tests.servers.faulty_server import FaultyServer

pytestmark = pytest.mark.anyio

COUNT = 3
LINES = COUNT * PARTS


@pytest.mark.parametrize(
    ("step", "times"),
    [
        pytest.param("before upload", 1, id="before the file is uploaded"),
        pytest.param("after upload", 1, id="before the file's id is kept"),
        pytest.param("before create", 1, id="before the batch is created"),
        pytest.param("after create", 1, id="before the batch's id is kept"),
        pytest.param("after retrieve", 1, id="while it is run"),
        pytest.param("amid results", 1, id="before a result is taken in"),
        pytest.param("amid results", 4, id="half-way through the results"),
        pytest.param("after close", 3, id="between what a reply cost and the reply"),
        pytest.param("before delete", 1, id="before the files are let go"),
        pytest.param("after decide", 2, id="half-way through the articles"),
    ],
)
async def test_a_killed_job_is_finished_and_nothing_paid_again(
    database: Database, server: FaultyServer, step: Step, times: int
) -> None:
    keep_work(database, build_job(COUNT))
    assert die(database.url, server.base_url, step, times) == -9
    assert await Works(database, server.base_url).run() == "done"
    tally = await database.read(lambda c: count_items(c, "j1"))
    assert (tally.decided, tally.usage.calls) == (COUNT, LINES)
    assert len({run.line for run in server.shelf.log}) == len(server.shelf.log) == LINES
    assert find_wrong(database, server.shelf.log) == []
    assert await database.read(lambda c: list_batches(c, "j1", only_open=True)) == []


async def test_a_job_that_dies_again_and_again_gets_to_its_end(database: Database, server: FaultyServer) -> None:
    keep_work(database, build_job(COUNT))
    for step in ("after upload", "after create", "after close", "after decide"):
        assert die(database.url, server.base_url, step) == -9
    assert await Works(database, server.base_url).run() == "done"
    assert len(server.shelf.log) == LINES
    assert find_wrong(database, server.shelf.log) == []
