"""Tests of the places of a worker."""

import asyncio

import pytest

from app.jobs.working.places import Places

pytestmark = pytest.mark.anyio


class Watch:
    """Who is at work, and how many were at the same time."""

    def __init__(self, places: Places) -> None:
        self.places = places
        self.present: set[str] = set()
        self.seen: list[frozenset[str]] = []

    async def work(self, name: str, *, alone: bool = False, for_s: float = 0.01) -> None:
        async with self.places.take(alone=alone):
            self.present.add(name)
            self.seen.append(frozenset(self.present))
            await asyncio.sleep(for_s)
            self.present.remove(name)


async def test_no_more_are_at_work_than_there_are_places() -> None:
    watch = Watch(Places(3))
    await asyncio.gather(*(watch.work(str(number)) for number in range(10)))
    assert max(map(len, watch.seen)) == 3


async def test_one_who_has_to_be_alone_is() -> None:
    watch = Watch(Places(3))
    lone = [watch.work(f"lone {number}", alone=True) for number in range(2)]
    await asyncio.gather(watch.work("a"), watch.work("b"), *lone, watch.work("c"), watch.work("d"))
    assert [seen for seen in watch.seen if "lone 0" in seen or "lone 1" in seen] == [{"lone 0"}, {"lone 1"}]
    assert len(watch.seen) == 6


async def test_one_who_waits_to_be_alone_is_not_overtaken_for_ever() -> None:
    watch = Watch(Places(2))
    first = asyncio.create_task(watch.work("first"))
    await asyncio.sleep(0)
    lone = asyncio.create_task(watch.work("lone", alone=True))
    await asyncio.sleep(0)
    later = [asyncio.create_task(watch.work(str(number))) for number in range(5)]
    await asyncio.gather(first, lone, *later)
    assert watch.seen[1] == {"lone"}


async def test_one_who_gives_up_waiting_to_be_alone_lets_the_others_go_on() -> None:
    watch = Watch(Places(2))
    first = asyncio.create_task(watch.work("first", for_s=0.05))
    await asyncio.sleep(0)
    lone = asyncio.create_task(watch.work("lone", alone=True))
    await asyncio.sleep(0)
    lone.cancel()
    await asyncio.wait_for(watch.work("second"), timeout=1)
    await first
    assert frozenset({"first", "second"}) in watch.seen


async def test_a_place_is_free_again_after_a_failure() -> None:
    places = Places(1)
    for alone in (False, True, False):
        with pytest.raises(ValueError, match="no"):
            async with places.take(alone=alone):
                raise ValueError("no")
    await asyncio.wait_for(Watch(places).work("last"), timeout=1)
