"""Buckets let in so many a minute, tell when to come back, and never grow beyond their number."""

from pathlib import Path

import pytest

from app.door.limits import Buckets, Limits
from app.errors import TooMany
from tests.door.entrance import open_entrance


class Timer:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


def _count(buckets: Buckets, name: str, tries: int, per_minute: int = 60) -> int:
    let_in = 0
    for _ in range(tries):
        try:
            buckets.take(name, per_minute, "")
        except TooMany:
            continue
        let_in += 1
    return let_in


def test_a_minutes_worth_is_let_in_at_once_and_the_rest_as_time_goes_by() -> None:
    timer = Timer()
    buckets = Buckets(timer)
    assert _count(buckets, "a", 100) == 60
    timer.now_s += 10
    assert _count(buckets, "a", 100) == 10
    timer.now_s += 3600
    assert _count(buckets, "a", 100) == 60


def test_whoever_is_refused_is_told_when_to_come_back_and_is_let_in_then() -> None:
    timer = Timer()
    buckets = Buckets(timer)
    assert _count(buckets, "a", 2, per_minute=2) == 2
    with pytest.raises(TooMany, match=r"2 requests a minute. Come back in 30 s, please") as refused:
        buckets.take("a", 2, ", please")
    assert refused.value.wait_s == pytest.approx(30)
    timer.now_s += refused.value.wait_s
    assert _count(buckets, "a", 2, per_minute=2) == 1


def test_one_name_does_not_take_from_another() -> None:
    buckets = Buckets(Timer())
    assert (_count(buckets, "a", 99), _count(buckets, "b", 99)) == (60, 60)


def test_many_names_take_no_more_room_and_the_busiest_one_stays() -> None:
    buckets = Buckets(Timer(), most=50)
    _count(buckets, "busy", 60)
    for number in range(2_000):
        buckets.take(f"other {number}", 60, "")
        assert _count(buckets, "busy", 1) == 0
    assert len(buckets) == 50


@pytest.mark.anyio
async def test_however_many_addresses_ask_no_key_gets_a_full_bucket_by_it(tmp_path: Path) -> None:
    async with open_entrance(tmp_path, key_per_minute=2) as entrance:
        (limits,) = [one.kwargs["limits"] for one in entrance.app.user_middleware if "limits" in one.kwargs]
        assert isinstance(limits, Limits)
        limits.addresses._most = limits.keys._most = 3  # noqa: SLF001 - small, so that few requests fill them
        key = entrance.keep()
        assert [(await entrance.get("/categories", key)).status_code for _ in range(3)] == [200, 200, 429]
        for number in range(8):
            assert (await entrance.get("/healthz", address=f"203.0.113.{number}")).status_code == 200
        assert len(limits.addresses) == 3
        assert (await entrance.get("/categories", key)).status_code == 429
