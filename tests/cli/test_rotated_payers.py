"""A key that takes another one's place pays for what that one had still to pay for."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.cli.key_desk import rotate_key
from app.domain.key import Key
from app.door.key_text import make_key
from app.jobs.paying import find_payer
from app.store.asking_again import list_due, queue_again
from app.store.connection import Connection
from app.store.database import Database
from app.store.jobs import keep_job, load_job
from app.store.keys import keep_key
from tests.empty_stores import open_empty_store
from tests.jobs.keys_of_payers import build_key
from tests.store.test_jobs_kept import build_job

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
LATER = NOW + timedelta(days=2)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Database]:
    database = open_empty_store(tmp_path)
    yield database
    database.close()


def _rotate(store: Database) -> Key:
    made = make_key("admin", bytes)
    return store.write_now(lambda c: rotate_key(c, "old", made, NOW, timedelta(days=1)))[1]


@pytest.fixture
def new(store: Database) -> Key:
    """The key that took the place of another, for which articles and jobs waited; that one is over `LATER`."""

    def keep(c: Connection) -> None:
        for id_ in ("old", "other"):
            keep_key(c, build_key(id_))
            queue_again(c, f"article of {id_}", "sha256:1", "away", NOW, payer=f"key:{id_}")
            for state in ("paused", "done"):
                job = build_job(f"{state} of {id_}", state)
                keep_job(c, job.model_copy(update={"recipe": job.recipe.model_copy(update={"payer": f"key:{id_}"})}))

    store.write_now(keep)
    return _rotate(store)


def test_articles_that_wait_are_paid_for_by_the_new_key(store: Database, new: Key) -> None:
    due = {one.article: one.payer for one in store.read_now(lambda c: list_due(c, NOW, 9))}
    assert due == {"article of old": f"key:{new.id}", "article of other": "key:other"}
    payer = store.read_now(lambda c: find_payer(c, f"key:{new.id}", LATER))
    assert not isinstance(payer, str)


@pytest.mark.parametrize(
    ("job_id", "is_handed_over"),
    [
        pytest.param("paused of old", True, id="that goes on"),
        pytest.param("done of old", False, id="that is over"),
        pytest.param("paused of other", False, id="of another key"),
    ],
)
def test_a_job_is_paid_for_by_the_new_key(store: Database, new: Key, job_id: str, *, is_handed_over: bool) -> None:
    payer = store.read_now(lambda c: load_job(c, job_id)).recipe.payer
    assert payer == (f"key:{new.id}" if is_handed_over else f"key:{job_id.rsplit(maxsplit=1)[-1]}")
