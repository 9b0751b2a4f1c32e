"""The door of a real service under load: answered soon, and every article decided about once, through a kill."""

import asyncio
import time
from pathlib import Path

import pytest

from tests.webhooks.sending import plan_calls, send_all
from tests.webhooks.served_door import ServedDoor, open_served_door

pytestmark = pytest.mark.anyio

ARTICLES = 24
SECONDS = 2.4
SOON_S = 2.0
"""What a CMS waits; how much sooner it is on a machine that does nothing else, a benchmark measures."""
DEFINITIONS = {
    "flow": "How work moves from request to release, and where it waits.",
    "funding": "Who decides what money is spent on, and how plans are made.",
}


def restart(served: ServedDoor) -> tuple[float, float]:
    """Kill the service and start it again; from when to when it was away."""
    killed_s = time.monotonic()
    served.end(kill=True)
    served.start()
    return killed_s, time.monotonic()


async def test_every_call_is_answered_and_every_article_decided_about_once_through_a_kill(tmp_path: Path) -> None:
    categories = tmp_path / "categories"
    categories.mkdir()
    for name, scope in DEFINITIONS.items():
        (categories / f"{name}.md").write_text(f"---\ntitle: {name.capitalize()}\ndescription: {scope}\n---\n")
    calls = plan_calls(ARTICLES, ARTICLES / SECONDS, sentences=12)
    with open_served_door(tmp_path, categories) as served:
        await asyncio.to_thread(served.start)
        sending = asyncio.create_task(send_all(served.url, calls, connections=20))
        await asyncio.sleep(SECONDS / 2)
        killed_s, back_s = await asyncio.to_thread(restart, served)
        answers = await sending
        await asyncio.to_thread(served.drain)
        fates, decisions = served.list_fates(), served.count_decisions()
    assert sorted(fates) == sorted(f"id:msg_{number}" for number in range(ARTICLES))
    assert {fate for told in fates.values() for fate in told} <= {"classified", "unchanged"}
    assert decisions == {f"bench:a{number}": 1 for number in range(ARTICLES)}
    delivered = {(answer.message, answer.delivery) for answer in answers}
    assert (len(answers), len(delivered)) == (len(calls), ARTICLES), "a repetition is told of the same delivery"
    late = [one for one in answers if one.latency_s > SOON_S and not killed_s - SOON_S < one.due_s < back_s]
    assert late == []
