"""Turns: one at a time per name, and no trace of a name that is done with."""

import asyncio

import pytest

from app.judges.turns import Turns

pytestmark = pytest.mark.anyio


async def _work(turns: Turns, name: str, log: list[str]) -> None:
    async with turns.take(name):
        log.append(f"{name} begins")
        await asyncio.sleep(0)
        log.append(f"{name} ends")


async def test_who_comes_second_waits_for_the_first() -> None:
    turns, log = Turns(), list[str]()
    await asyncio.gather(_work(turns, "a", log), _work(turns, "a", log))
    assert log == ["a begins", "a ends", "a begins", "a ends"]


async def test_other_names_do_not_wait() -> None:
    turns, log = Turns(), list[str]()
    await asyncio.gather(_work(turns, "a", log), _work(turns, "b", log))
    assert log[:2] == ["a begins", "b begins"]


async def test_a_turn_is_given_back_when_its_holder_is_cancelled() -> None:
    turns, log = Turns(), list[str]()
    async with asyncio.timeout(1):
        async with turns.take("a"):
            waiting = asyncio.ensure_future(_work(turns, "a", log))
            await asyncio.sleep(0)
            waiting.cancel()
            await asyncio.wait((waiting,))
        await _work(turns, "a", log)
    assert log == ["a begins", "a ends"]
    assert vars(turns) == {"_locks": {}, "_users": {}}
