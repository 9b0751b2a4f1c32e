"""Measures the webhook door under load: how soon it answers, and whether every article is decided about once.

    python -m bench.door [--seconds 60] [--per-second 10] [--connections 50] [--no-kill]

A real `scopenote serve` with the local judge and the shipped definitions, on SQLite. Calls in the form of Standard
Webhooks come by the clock, whatever the answers; a tenth of them comes twice. All the while an editor's articles keep
the judge busy. In the middle the service is killed (SIGKILL) and started again; calls that got no answer are sent
again, as senders do. Each figure stands beside its limit; one JSON object last.
"""

import argparse
import asyncio
import math
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench.frame import end, make_parser
from bench.watching import wait_for
from tests.webhooks.sending import Answer, Call, keep_judging, plan_calls, send_all
from tests.webhooks.served_door import SOURCE, ServedDoor, open_served_door

LIMIT_MS = 250
SHARES = {"p50_ms": 0.5, "p99_ms": 0.99, "most_ms": 1.0}
CATEGORIES = Path(__file__).parent.parent / "categories"


def main() -> int:
    parser = make_parser("bench.door", __doc__)
    parser.add_argument("--seconds", type=float, default=60, help="how long calls are made (default 60)")
    parser.add_argument("--per-second", type=float, default=10, help="articles a second (default 10)")
    parser.add_argument("--connections", type=int, default=50, help="that are held open (default 50)")
    parser.add_argument("--no-kill", action="store_true", help="leave the service alone")
    options = parser.parse_args()
    calls = plan_calls(int(options.seconds * options.per_second), options.per_second)
    with tempfile.TemporaryDirectory() as folder, open_served_door(Path(folder), CATEGORIES) as served:
        served.start()
        figures = asyncio.run(measure(served, calls, options))
        wait_for(lambda: served.count_open() == 0, every_s=0.5, progress=served.count_open)
        figures["decided_after_s"] = round(time.monotonic() - figures.pop("ended_s"), 1)
        served.end(kill=False)
        figures |= count_kept(served, calls)
    print(f"decided     {figures['decided_after_s']} s after the last call: the local judge's own pace")
    end(figures)
    return 0


async def measure(served: ServedDoor, calls: Sequence[Call], options: argparse.Namespace) -> dict[str, Any]:
    """The calls' answers, with the kill in the middle."""
    stopped = asyncio.Event()
    editor = asyncio.create_task(keep_judging(served.url, stopped))
    sending = asyncio.create_task(send_all(served.url, calls, connections=options.connections))
    away = (math.inf, math.inf)
    if not options.no_kill:
        await asyncio.sleep(options.seconds / 2)
        killed_s = time.monotonic()
        await asyncio.to_thread(restart, served)
        away = (killed_s, time.monotonic())
    answers = await sending
    ended_s = time.monotonic()
    stopped.set()
    return {**tell_answers(answers, away), "edited": await editor, "ended_s": ended_s}


def restart(served: ServedDoor) -> None:
    """Kill the service, and start it again."""
    served.end(kill=True)
    served.start()


def tell_answers(answers: Sequence[Answer], away: tuple[float, float]) -> dict[str, Any]:
    """How soon calls were answered; by themselves those that came while the service was away."""
    killed_s, back_s = away
    there = [one.latency_s for one in answers if one.tries == 1 and not killed_s <= one.due_s <= back_s]
    late = [one.latency_s for one in answers if one.tries > 1 or killed_s <= one.due_s <= back_s]
    latencies = sorted(1000 * latency_s for latency_s in there)
    figures = {name: find_share(latencies, share) for name, share in SHARES.items()}
    print(
        f"answered    {len(there)} calls: p50 {figures['p50_ms']} ms, p99 {figures['p99_ms']} ms "
        f"(limit {LIMIT_MS} ms), longest {figures['most_ms']} ms"
    )
    if late:
        print(
            f"killed      away for {back_s - killed_s:.1f} s: {len(late)} calls came meanwhile or lost their answer, "
            f"and were taken {max(late):.1f} s later at most"
        )
        figures |= {"away_s": round(back_s - killed_s, 1), "late_s": round(max(late), 1)}
    return {"calls": len(answers), **figures, "late": len(late)}


def find_share(latencies: Sequence[float], share: float) -> float:
    """The latency that this share of calls does not go over."""
    return round(latencies[math.ceil(share * len(latencies)) - 1], 1)


def count_kept(served: ServedDoor, calls: Sequence[Call]) -> dict[str, Any]:
    """What became of the calls: of each message one delivery, of each article one decision."""
    messages = {call.message for call in calls}
    fates, decisions = served.list_fates(), served.count_decisions()
    lost = sum(f"id:{message}" not in fates for message in messages)
    articles = [f"{SOURCE}:a{message.removeprefix('msg_')}" for message in messages]
    once = sum(decisions[article] == 1 for article in articles)
    often = sum(decisions[article] > 1 for article in articles)
    other = {key: fate for key, fate in fates.items() if fate not in (["classified"], ["unchanged"])}
    print(
        f"kept        {len(messages)} articles in {len(calls)} calls: {lost} lost (limit 0), {once} decided once, "
        f"{often} more often (limit 0), {len(other)} otherwise (limit 0) {sorted(map(str, other.values()))[:3] or ''}"
    )
    return {"articles": len(messages), "lost": lost, "once": once, "often": often, "otherwise": len(other)}


if __name__ == "__main__":
    sys.exit(main())
