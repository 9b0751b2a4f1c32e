"""Owns a process that works on deliveries until it is killed: `python -m tests.jobs.deliveries.delivery_process FOLDER ID`.

The CMS is a file, `cms.json`: for each article its tags and how often they were written, both changed at once.
"""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

from app.bootstrap.classifying import compose_classifier
from app.bootstrap.delivering import PatientDecider
from app.cms.site import Present, Site
from app.domain.article_event import ArticleEvent, Body
from app.domain.source import Source
from app.errors import NotKept
from app.jobs.deliveries.delivery_work import DeliveryWork
from app.jobs.deliveries.means import Means
from app.jobs.deliveries.pace import DeliveryPace
from app.jobs.working.liveness import tell_place
from app.settings import Settings
from app.store.opening import open_database
from app.store.workers import keep_beat
from tests.store.kept_values import load_example_taxonomy

MOMENT = datetime(2026, 1, 1, tzinfo=UTC)
LATENCY_S = 0.01


class FileCms:
    """A CMS whose articles are all about the same, and that takes its time."""

    def __init__(self, folder: Path) -> None:
        self._tags = folder / "cms.json"
        self._text = (folder / "text.html").read_text()

    async def open(self, _: Source) -> Site | None:
        return self

    async def look(self, id: str, locale: str | None) -> Present:  # noqa: A002
        await asyncio.sleep(LATENCY_S)
        return self._present(id)

    async def write(self, present: Present, tags: Mapping[str, tuple[str, ...]], *, publish: bool) -> Present:
        await asyncio.sleep(LATENCY_S)
        known = json.loads(self._tags.read_text())
        known[present.event.id] = {"tags": tags["tags"], "writes": known[present.event.id]["writes"] + 1}
        new = self._tags.with_suffix(f".{os.getpid()}")
        new.write_text(json.dumps(known))
        new.replace(self._tags)
        await asyncio.sleep(LATENCY_S)
        return self._present(present.event.id)

    async def list_changed(self, since: datetime | None) -> AsyncIterator[ArticleEvent]:
        nothing: tuple[ArticleEvent, ...] = ()
        for event in nothing:
            yield event

    async def close(self) -> None:
        return None

    def _present(self, id_: str) -> Present:
        known = json.loads(self._tags.read_text())
        if id_ not in known:
            raise NotKept(id_)
        body = Body(format="html", content=f"<p>Article {id_}.</p>{self._text}")
        event = ArticleEvent(what="updated", id=id_, body=body, updated_at=MOMENT)
        return Present(event=event, tags={"tags": tuple(known[id_]["tags"])}, version="", has_draft=False)


async def work(folder: Path, executor_id: str) -> None:
    database = open_database(f"sqlite:///{folder}/store.db")
    classifier = compose_classifier(load_example_taxonomy(), Settings(judge="local"), None, None, database)
    place = tell_place(os.getpid())
    await database.write(lambda c: keep_beat(c, executor_id, place))
    worker = DeliveryWork(
        Means(
            database=database,
            decider=PatientDecider(lambda: classifier),
            open_site=FileCms(folder).open,
            link_decision=str,
            now=lambda: datetime.now(UTC),
            max_words=10_000,
        ),
        executor_id=executor_id,
        place=place,
        at_once=4,
        woken=asyncio.Event(),
        tell_woken=asyncio.Event(),
        pace=DeliveryPace(poll_s=0.05),
    )
    await worker.start()
    print("working", flush=True)  # noqa: T201 - the test waits for it
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(work(Path(sys.argv[1]), sys.argv[2]))
