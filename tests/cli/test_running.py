"""A run over several articles: how many at once, in which order, and how it ends early."""

import asyncio

import pytest

from app.cli.running import go_through
from app.errors import BadArticle, ModelUnavailable, ScopenoteError

pytestmark = pytest.mark.anyio


class _Work:
    """Takes longer for the earlier paths, so that they end in the wrong order."""

    def __init__(self, **outcomes: ScopenoteError) -> None:
        self.outcomes = outcomes
        self.running = self.most = 0
        self.begun: list[str] = []

    async def __call__(self, path: str) -> str:
        self.begun.append(path)
        self.running += 1
        self.most = max(self.most, self.running)
        await asyncio.sleep(0.02 / len(self.begun))
        self.running -= 1
        if path in self.outcomes:
            raise self.outcomes[path]
        return path.upper()


async def test_results_come_in_the_order_of_the_paths() -> None:
    found = [outcome async for _, outcome in go_through("abcdef", _Work(), at_once=3)]
    assert found == list("ABCDEF")


async def test_no_more_than_allowed_run_at_once() -> None:
    work = _Work()
    assert [path async for path, _ in go_through("abcdefgh", work, at_once=3)] == list("abcdefgh")
    assert work.most == 3


async def test_a_bad_article_does_not_stop_the_others() -> None:
    work = _Work(b=BadArticle("nothing in it"))
    outcomes = [type(outcome) async for _, outcome in go_through("abc", work, at_once=1)]
    assert outcomes == [str, BadArticle, str]


async def test_where_the_judge_is_away_nothing_more_is_begun_and_what_was_begun_is_told() -> None:
    work = _Work(a=ModelUnavailable("away"))
    told = [path async for path, _ in go_through("abcdef", work, at_once=2)]
    assert told == work.begun == ["a", "b"]


async def test_who_stops_early_has_the_rest_cancelled() -> None:
    cancelled: list[str] = []

    async def work(path: str) -> None:
        try:
            await asyncio.sleep(0 if path == "a" else 60)
        except asyncio.CancelledError:
            cancelled.append(path)
            raise

    run = go_through("abcdef", work, at_once=3)
    async for _ in run:
        break
    await run.aclose()
    assert cancelled == ["b", "c"]
