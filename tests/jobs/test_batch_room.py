"""The room of an item: it is stuck when all that is left of it waits, and not before."""

import asyncio

import pytest

from app.errors import BadArticle
from app.jobs.batches.room import Waits, find_room, run_in_room
from app.judges.running import run_together

pytestmark = pytest.mark.anyio


async def ask(line: str, *, looks: int = 1) -> str:
    """A question without a reply, which is looked up for a while."""
    room = find_room()
    assert room is not None
    with room.looking():
        await asyncio.sleep(0.001 * looks)
    return await room.wait_for(line)


async def look(reply: str, *, looks: int = 1) -> str:
    """A question with a reply, likewise."""
    room = find_room()
    assert room is not None
    with room.looking():
        await asyncio.sleep(0.001 * looks)
    return reply


async def test_work_that_waits_for_nothing_comes_to_its_end() -> None:
    assert await run_in_room(look("yes")) == "yes"


async def test_no_question_hides_another() -> None:
    works = (ask(f"l{number}", looks=number * 5) for number in range(5))
    assert await run_in_room(run_together(works)) == Waits(lines=frozenset({"l0", "l1", "l2", "l3", "l4"}))


async def test_a_question_that_follows_from_a_reply_is_asked_as_well() -> None:
    async def mend() -> str:
        return await ask(await look("l1-mended", looks=8))

    assert await run_in_room(run_together([ask("l0"), mend()])) == Waits(lines=frozenset({"l0", "l1-mended"}))


async def test_work_that_computes_before_it_asks_is_waited_for() -> None:
    async def work() -> str:
        await asyncio.sleep(0.03)
        return await ask("l0")

    assert await run_in_room(work()) == Waits(lines=frozenset({"l0"}))


async def test_what_the_work_raises_comes_through() -> None:
    async def work() -> str:
        await run_together([ask("l0", looks=20), fail()])
        return ""

    async def fail() -> str:
        raise BadArticle("nothing in it")

    with pytest.raises(BadArticle):
        await run_in_room(work())


async def test_what_is_stuck_is_called_off_and_cleans_up() -> None:
    ended: list[str] = []

    async def work() -> str:
        try:
            return await ask("l0")
        finally:
            ended.append("work")

    await run_in_room(work())
    assert ended == ["work"]


async def test_rooms_do_not_see_each_other() -> None:
    stuck, done = await asyncio.gather(run_in_room(ask("l0")), run_in_room(look("yes", looks=30)))
    assert (stuck, done) == (Waits(lines=frozenset({"l0"})), "yes")


async def test_outside_there_is_no_room() -> None:
    await run_in_room(look("yes"))
    assert find_room() is None


async def test_who_gives_up_calls_the_work_off() -> None:
    ended: list[str] = []

    async def work() -> str:
        try:
            await asyncio.sleep(60)
        finally:
            ended.append("work")
        return ""

    running = asyncio.ensure_future(run_in_room(work()))
    await asyncio.sleep(0.01)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert ended == ["work"]
