"""A batch job that meets what nobody foresaw, or results that cannot be found: it rests, and loses and pays nothing."""

import asyncio

import pytest

from app.domain.article import Article
from app.domain.decision import Decision
from app.domain.errand import Errand
from app.domain.job import Item, Job, Recipe
from app.domain.verdict import Usage
from app.errors import ModelUnavailable, Unavailable
from app.jobs.batches.means import BatchLimits
from app.store.database import Database
from app.store.items import count_items
from app.store.jobs import set_state
from tests.jobs.batch_books import find_wrong
from tests.jobs.batch_work import NOW, PARTS, Questions, Works, build_job, keep_work
from tests.servers.faulty_server import FaultyServer

pytestmark = pytest.mark.anyio

COUNT = 3
FOR_EVER = 1_000_000_000
BRIEF = BatchLimits(at_once=8, patience_s=1e6, file_patience_s=60.0, ending_s=1e6)


class Faulty(Questions):
    """A desk with a bug that comes up a number of times in all."""

    def __init__(self, works: Works, *, faults: int) -> None:
        super().__init__(works.database, works.model)
        self.left = faults
        self.tried: list[str] = []

    async def decide(self, recipe: Recipe, key: str, article: Article, errand: Errand) -> Decision:
        self.tried.append(key)
        if self.left > 0:
            self.left -= 1
            raise OSError("the disk is worn")
        return await super().decide(recipe, key, article, errand)


class Forgetful(Questions):
    """A desk whose first try to write to a file fails. What it has decided costs nothing the second time."""

    def __init__(self, works: Works) -> None:
        super().__init__(works.database, works.model)
        self.made: dict[str, Decision] = {}
        self.failed: set[int] = set()

    async def decide(self, recipe: Recipe, key: str, article: Article, errand: Errand) -> Decision:
        if key in self.made:
            return self.made[key].model_copy(update={"usage": Usage(), "cached": True})
        self.made[key] = await super().decide(recipe, key, article, errand)
        return self.made[key]

    async def write_back(self, job: Job, item: Item, decision: Decision) -> None:
        if item.number not in self.failed:
            self.failed.add(item.number)
            raise OSError("the disk is worn")
        await super().write_back(job, item, decision)


async def test_an_unforeseen_failure_of_one_article_after_another_parks_none(
    database: Database, server: FaultyServer
) -> None:
    keep_work(database, build_job(20))
    works = Works(database, server.base_url, limits=BRIEF)
    desk = Faulty(works, faults=FOR_EVER)
    with pytest.raises(Unavailable, match=r"OSError\. The log says more\. It is so for one article after another"):
        await works.run(desk=desk)
    tally = await database.read(lambda c: count_items(c, "j1"))
    assert (tally.parked, tally.waiting, len(set(desk.tried))) == (0, 20, BRIEF.at_once)


async def test_what_fails_in_an_unforeseen_way_once_is_tried_again(database: Database, server: FaultyServer) -> None:
    keep_work(database, build_job(COUNT))
    works = Works(database, server.base_url)
    await works.run(desk=Faulty(works, faults=2))
    assert (await database.read(lambda c: count_items(c, "j1"))).decided == COUNT


async def test_what_an_item_cost_stays_counted_where_only_writing_its_file_is_tried_again(
    database: Database, server: FaultyServer
) -> None:
    keep_work(database, build_job(COUNT, write=True))
    works = Works(database, server.base_url)
    await works.run(desk=Forgetful(works))
    tally = await database.read(lambda c: count_items(c, "j1"))
    assert (tally.decided, tally.usage.calls, tally.spent.calls) == (COUNT, COUNT * PARTS, COUNT * PARTS)


async def test_a_result_file_that_is_not_seen_at_once_is_waited_for(database: Database, server: FaultyServer) -> None:
    keep_work(database, build_job(COUNT))
    server.shelf.traits.hidden_files = 3
    await Works(database, server.base_url).run()
    assert len(server.shelf.log) == COUNT * PARTS
    assert find_wrong(database, server.shelf.log) == []


async def test_what_was_paid_and_cannot_be_found_is_not_paid_again_by_itself(
    database: Database, server: FaultyServer
) -> None:
    keep_work(database, build_job(COUNT))
    server.shelf.traits.hidden_files = FOR_EVER
    for _ in range(2):
        with pytest.raises(ModelUnavailable, match="ran the batch batch-0, but has no result file"):
            await Works(database, server.base_url, limits=BRIEF).run()
    assert len(server.shelf.batches) == 1
    server.shelf.traits.hidden_files = 0
    assert await Works(database, server.base_url).run() == "done"
    assert len(server.shelf.log) == COUNT * PARTS
    assert find_wrong(database, server.shelf.log) == []


async def test_a_job_whose_results_cannot_be_found_can_be_cancelled(database: Database, server: FaultyServer) -> None:
    keep_work(database, build_job(COUNT))
    server.shelf.traits.hidden_files = FOR_EVER
    with pytest.raises(ModelUnavailable):
        await Works(database, server.base_url, limits=BRIEF).run()
    await database.write(lambda c: set_state(c, "j1", "cancelled", "", NOW, only_from={"running"}))
    async with asyncio.timeout(20):
        assert await Works(database, server.base_url, limits=BRIEF).run() == "cancelled"
    assert len(server.shelf.batches) == 1
