"""Owns the faulty server: chat completions over real HTTP, honest or wrong by plan, with a log of its own.

In a process of its own: `python -m tests.servers.faulty_server --port 0 --latency 0.5`, which
prints its port and serves until its standard input closes. In a test: `with serve_faults(...)`.
"""

import argparse
import asyncio
import json
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from weakref import WeakSet

from tests.servers.batches import BatchShelf
from tests.servers.completions import Answer, PrefixCache, answer_fault, refuse
from tests.servers.faults import ALL, PASSING, Fault, Plan, always, at_random, out_of_money, spread
from tests.servers.honest_answer import HELD_SHARE, wants_verdicts
from tests.servers.http_connection import Connection, Request
from tests.servers.request_log import Entry, read_entry

HOST = "127.0.0.1"
MODEL = "faulty-1"
ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Traits:
    """What a server is like all the time, apart from its faults.

    `refuses` names parameters that it answers with 400, forms of reply among them as
    "response_format.json_object". `ignores_format` says that it takes a form of reply and does
    not keep it. `held_share` is the part of all categories that an honest answer finds in an article.
    """

    latency_s: float = 0.0
    retry_after_s: float = 0.05
    refuses: frozenset[str] = frozenset()
    ignores_format: bool = False
    held_share: float = HELD_SHARE


class FaultyServer:
    """Answers requests for completions by a plan and keeps a log of each; its `shelf` is its Batch API."""

    def __init__(self, plan: Plan | None = None, traits: Traits | None = None) -> None:
        self.plan = plan or always()
        self.traits = traits or Traits()
        self.log: list[Entry] = []
        self.shelf = BatchShelf()
        self.port = 0
        self._cache = PrefixCache()
        self._connections: WeakSet[Connection] = WeakSet()
        self._started_s = time.monotonic()

    @property
    def base_url(self) -> str:
        """What OPENAI_BASE_URL is set to."""
        return f"http://{HOST}:{self.port}/v1"

    async def serve(self, port: int, ready: Callable[[], None], over: Coroutine[Any, Any, object]) -> None:
        """Answer from `ready` until `over`; port 0 takes any that is free."""
        loop = asyncio.get_running_loop()
        server = await loop.create_server(self._connect, HOST, port, backlog=1024)
        self.port = server.sockets[0].getsockname()[1]
        ready()
        await over
        server.close()
        for connection in self._connections:
            connection.hang_up()
        await asyncio.sleep(0)

    def _connect(self) -> Connection:
        connection = Connection(self._respond)
        self._connections.add(connection)
        return connection

    def _respond(self, request: Request, connection: Connection) -> None:
        match request.method, request.path:
            case "POST", "/v1/chat/completions":
                self._complete(request, connection)
            case "GET", "/v1/models":
                connection.send(_tell({"object": "list", "data": [{"id": MODEL, "object": "model"}]}))
            case "GET", "/log":
                connection.send(_tell([entry.to_json() for entry in self.log]))
            case _, path if self.shelf.takes(path):
                connection.send(self.shelf.answer(request))
            case _:
                connection.send(refuse(404, f"nothing at {request.path}", kind="invalid_request_error", code=None))

    def _complete(self, request: Request, connection: Connection) -> None:
        asked = json.loads(request.body)
        fault = self.plan(len(self.log))
        answer = find_refusal(asked, self.traits) or self._answer(fault, asked)
        entry = self._note(request, asked, fault, answer)
        self.log.append(entry)
        if self.traits.latency_s:
            loop = asyncio.get_running_loop()
            loop.call_later(self.traits.latency_s, partial(self._send, entry, answer, connection))
        else:
            self._send(entry, answer, connection)

    def _answer(self, fault: Fault, asked: Mapping[str, Any]) -> Answer:
        if self.traits.ignores_format and fault == "none":
            # A model that is not held to a form still does what the prompt says, in its own manner.
            fault = "fenced" if wants_verdicts(asked) else "prose"
        return answer_fault(
            fault, asked, self._cache, retry_after_s=self.traits.retry_after_s, held_share=self.traits.held_share
        )

    def _note(self, request: Request, asked: Mapping[str, Any], fault: Fault, answer: Answer) -> Entry:
        return Entry(
            number=len(self.log),
            request_id=request.headers.get("x-client-request-id", ""),
            model=str(asked.get("model")),
            at_s=time.monotonic() - self._started_s,
            fault=fault,
            response_format=(asked.get("response_format") or {}).get("type", "text"),
            parameters=tuple(sorted(asked)),
            status=answer.status if answer.ending in {"whole", "cut"} else None,
            billed=answer.billed,
            told=answer.told,
        )

    def _send(self, entry: Entry, answer: Answer, connection: Connection) -> None:
        entry.delivered = connection.send(answer)


def find_refusal(asked: Mapping[str, Any], traits: Traits) -> Answer | None:
    """The error about the first parameter that this server does not take, or None."""
    form = (asked.get("response_format") or {}).get("type", "text")
    if f"response_format.{form}" in traits.refuses:
        others = {"json_schema", "json_object", "text"} - {name.partition(".")[2] for name in traits.refuses}
        named = " or ".join(f"'{other}'" for other in sorted(others))
        return Answer(400, json.dumps({"error": f"'response_format.type' must be {named}"}).encode())
    for name in sorted(traits.refuses & set(asked)):
        problem = f"Unsupported parameter: '{name}' is not supported with this model."
        return refuse(400, problem, kind="invalid_request_error", code="unsupported_parameter", parameter=name)
    return None


def _tell(data: object) -> Answer:
    return Answer(200, json.dumps(data).encode())


@contextmanager
def serve_faults(plan: Plan | None = None, traits: Traits | None = None) -> Iterator[FaultyServer]:
    """A server in a thread of this process, with its log at hand."""
    server, loop, ready = FaultyServer(plan, traits), asyncio.new_event_loop(), threading.Event()
    over = asyncio.Event()
    thread = threading.Thread(target=loop.run_until_complete, args=(server.serve(0, ready.set, over.wait()),))
    thread.start()
    ready.wait()
    try:
        yield server
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join()
        loop.close()


@dataclass(frozen=True)
class FarServer:
    """A server in another process."""

    base_url: str

    def read_log(self) -> list[Entry]:
        """Every request so far."""
        url = self.base_url.removesuffix("/v1") + "/log"
        with urllib.request.urlopen(url, timeout=30) as told:  # noqa: S310 - a loopback address of ours
            return [read_entry(entry) for entry in json.load(told)]


@contextmanager
def start_faulty_server(*options: str) -> Iterator[FarServer]:
    """A server in a process of its own, started with these options; gone at the end."""
    command = [sys.executable, "-m", "tests.servers.faulty_server", "--port", "0", *options]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - ours
        assert process.stdout is not None
        try:
            yield FarServer(f"http://{HOST}:{int(process.stdout.readline())}/v1")
        finally:
            process.terminate()


def main() -> None:
    """Serve until standard input closes or the process is ended."""
    asyncio.run(_serve(_read_options()))


def _read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--latency", type=float, default=0.0, help="seconds before every answer")
    parser.add_argument("--retry-after", type=float, default=0.05, help="seconds that a 429 asks to wait")
    parser.add_argument("--faults", type=float, default=0.0, help="the share of requests that meet a fault")
    parser.add_argument("--kinds", nargs="*", choices=ALL, default=list(PASSING))
    parser.add_argument("--seed", type=int, default=None, help="deal faults at random; without it, evenly spread")
    parser.add_argument("--quota-after", type=int, default=None, help="requests after which the quota is gone")
    parser.add_argument("--refuse", nargs="*", default=[], help="parameters to refuse by name")
    parser.add_argument("--ignore-format", action="store_true")
    return parser.parse_args()


async def _serve(options: argparse.Namespace) -> None:
    plan = (
        spread(options.faults, kinds=options.kinds)
        if options.seed is None
        else at_random(options.faults, seed=options.seed, kinds=options.kinds)
    )
    if options.quota_after is not None:
        plan = out_of_money(options.quota_after, plan)
    traits = Traits(options.latency, options.retry_after, frozenset(options.refuse), options.ignore_format)
    server = FaultyServer(plan, traits)

    def tell_port() -> None:
        sys.stdout.write(f"{server.port}\n")
        sys.stdout.flush()

    await server.serve(options.port, tell_port, asyncio.to_thread(sys.stdin.read))


if __name__ == "__main__":
    main()
