"""Owns a real service whose door is called: a process of its own over a store of its own, which may be killed."""

import http.client
import os
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa
from pydantic import SecretStr

from app.domain.source import Secret, Source
from app.store.connection import Connection
from app.store.database import Database
from app.store.deliveries import count_deliveries, list_deliveries
from app.store.opening import open_database
from app.store.sources import keep_secret, keep_source
from app.store.tables.decisions import decision
from tests.webhooks.door_app import SECRET

SOURCE = "bench"
PATIENCE_S = 60.0


@dataclass
class ServedDoor:
    """A service, and the store that it shares with whoever looks at what became of the calls."""

    folder: Path
    store: Database
    store_url: str
    port: int
    categories: Path
    process: subprocess.Popen[bytes] | None = field(default=None)

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start the service, and come back when it answers."""
        settings = {
            "SCOPENOTE_DATABASE_URL": self.store_url,
            "SCOPENOTE_JUDGE": "local",
            "SCOPENOTE_PORT": str(self.port),
            "SCOPENOTE_CATEGORIES": str(self.categories),
            "XDG_DATA_HOME": str(self.folder / "data"),
        }
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("SCOPENOTE_", "OPENAI_"))}  # noqa: TID251 - handed on
        with (self.folder / "serve.log").open("ab") as log:
            command = [sys.executable, "-m", "app", "serve"]
            self.process = subprocess.Popen(command, stdout=log, stderr=log, env=kept | settings)  # noqa: S603 - ours
        begun_s = time.monotonic()
        while not self._answers():
            waited_s = time.monotonic() - begun_s
            assert self.process.poll() is None, self.read_log()
            assert waited_s < PATIENCE_S, self.read_log()
            time.sleep(0.05)

    def end(self, *, kill: bool) -> None:
        """End it: as a power cut would, or as one does who waits for what was begun."""
        if self.process is not None:
            self.process.kill() if kill else self.process.terminate()
            self.process.wait(PATIENCE_S)

    def read_log(self) -> str:
        """The end of what the service said."""
        return (self.folder / "serve.log").read_text()[-4000:]

    def drain(self) -> None:
        """Wait until every delivery has its outcomes."""
        while self.count_open():
            time.sleep(0.1)

    def count_open(self) -> int:
        """Deliveries whose articles have no outcome yet."""
        counts = self.store.read_now(count_deliveries)
        return counts["waiting"] + counts["working"]

    def list_fates(self) -> dict[str, list[str]]:
        """What became of every delivery, by its key."""
        kept = self.store.read_now(lambda c: list_deliveries(c, source=SOURCE, limit=100_000))
        return {one.key: [outcome.fate for outcome in one.outcomes] or [one.state] for one in kept}

    def count_decisions(self) -> Counter[str]:
        """How often each article was decided about."""

        def work(c: Connection) -> Counter[str]:
            return Counter(c.execute(sa.select(decision.c.article)).scalars().all())

        return self.store.read_now(work)

    def _answers(self) -> bool:
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=1)) as connection:
            try:
                connection.request("GET", "/healthz")
                return connection.getresponse().status == 200
            except (OSError, http.client.HTTPException):
                return False


@contextmanager
def open_served_door(folder: Path, categories: Path, store_url: str | None = None) -> Iterator[ServedDoor]:
    """A service that is not started yet, with one source by Standard Webhooks; it is killed at the end."""
    url = store_url or f"sqlite:///{folder}/store.db"
    store = open_database(url)
    now = datetime.now(UTC)

    def add(c: Connection) -> None:
        keep_source(c, Source(name=SOURCE, cms="standard", created_at=now))
        keep_secret(c, Secret(id="s", source=SOURCE, use="verify", value=SecretStr(SECRET), added_at=now))

    store.write_now(add)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    served = ServedDoor(folder=folder, store=store, store_url=url, port=port, categories=categories)
    try:
        yield served
    finally:
        served.end(kill=True)
        store.close()
