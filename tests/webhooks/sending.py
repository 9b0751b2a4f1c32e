"""Owns a sender of webhooks that goes by the clock, whatever the answers: it sends again what was not taken."""

import asyncio
import json
import ssl
import time
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from typing import NamedTuple

import httpx

from tests.servers.varied_articles import write_text
from tests.webhooks.door_app import sign

PAUSE_S = 0.25
"""Between two tries of a call that got no answer."""
MOST_TRIES = 200


class Call(NamedTuple):
    """A call, and when it is made, in seconds from the beginning."""

    message: str
    body: bytes
    at_s: float


class Answer(NamedTuple):
    """What a call was answered with: when it was due (by the monotonic clock), how long after, in how many tries."""

    message: str
    delivery: str
    due_s: float
    latency_s: float
    tries: int


def plan_calls(articles: int, per_s: float, *, every: int = 10, sentences: int = 28) -> list[Call]:
    """A call for each article at even distances, and one in `every` again, a little later."""
    calls = []
    for number in range(articles):
        data = {"id": f"a{number}", "title": f"Note {number}", "markdown": write_text(number + 1, sentences)}
        body = json.dumps({"type": "article.published", "data": data}).encode()
        calls.append(Call(f"msg_{number}", body, number / per_s))
        if number % every == every - 1:
            calls.append(Call(f"msg_{number}", body, (number + 0.5 + number % 7) / per_s))
    return sorted(calls, key=lambda call: call.at_s)


async def send_all(url: str, calls: Sequence[Call], *, connections: int) -> list[Answer]:
    """Make every call at its moment, over so many connections that stay open, each in its turn."""
    async with AsyncExitStack() as stack:
        clients = [await stack.enter_async_context(_open(url)) for _ in range(connections)]
        await asyncio.gather(*(client.get("/healthz") for client in clients))
        begun_s = time.monotonic()
        turns = _take_turns(clients)
        return list(await asyncio.gather(*(_send(next(turns), call, begun_s) for call in calls)))


def _open(url: str) -> httpx.AsyncClient:
    """A client with one connection. It goes to this machine without TLS: loading certificates for each takes long."""
    limits = httpx.Limits(max_connections=1, max_keepalive_connections=1, keepalive_expiry=60)
    no_certificates = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    return httpx.AsyncClient(base_url=url, limits=limits, timeout=10, verify=no_certificates)


def _take_turns(clients: Sequence[httpx.AsyncClient]) -> Iterator[httpx.AsyncClient]:
    while True:
        yield from clients


async def _send(client: httpx.AsyncClient, call: Call, begun_s: float) -> Answer:
    due_s = begun_s + call.at_s
    await asyncio.sleep(max(0.0, due_s - time.monotonic()))
    for tries in range(1, MOST_TRIES + 1):
        headers = sign(call.body, call.message, at=datetime.now(UTC))
        try:
            response = await client.post("/webhooks/bench", content=call.body, headers=headers)
        except httpx.TransportError:
            response = None
        if response is not None and response.status_code == 202:
            return Answer(call.message, response.json()["delivery"], due_s, time.monotonic() - due_s, tries)
        assert response is None or response.status_code >= 500, response.text
        await asyncio.sleep(PAUSE_S)
    raise AssertionError(f"{call.message} was not taken in {MOST_TRIES} tries")


async def keep_judging(url: str, stopped: asyncio.Event) -> int:
    """Classify one article after the other, as an editor would who never rests; how many those were."""
    done = 0
    async with _open(url) as client:
        while not stopped.is_set():
            try:
                response = await client.post("/classify", json={"text": write_text(-done - 1, 60)}, timeout=60)
                done += response.status_code == 200
            except httpx.TransportError:
                await asyncio.sleep(PAUSE_S)
    return done
