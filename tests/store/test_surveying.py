"""Looking at many articles at once: what is found, on either database."""

from datetime import timedelta

from app.domain.job import Fields, Item, ItemState
from app.store.connection import Connection
from app.store.database import Database
from app.store.file_writes import FileWrite, keep_file_write
from app.store.items import keep_items
from app.store.jobs import keep_job
from app.store.surveying import Looked, find_articles, find_last_looks, find_outcomes, find_parked, find_titles
from tests.jobs.made_jobs import make_job
from tests.store.kept_values import NOON, assign, build, decide, keep


def _settle(c: Connection, job: str, hours: int, **states: ItemState) -> None:
    """A job that came to that about these articles."""
    keep_job(c, make_job(job, at=NOON + timedelta(hours=hours)))
    keep_items(
        c,
        [
            Item(job=job, number=number, article=article, digest="sha256:x", state=state)
            for number, (article, state) in enumerate(states.items())
        ],
    )


def test_articles_are_found_with_what_stands(database: Database) -> None:
    def work(c: Connection) -> None:
        keep(c, decide("one", article=build(id_="a")))
        keep(c, decide("two", article=build(id_="b")), stands=False)

    database.write_now(work)
    found = database.read_now(lambda c: find_articles(c, ["a", "b", "gone"]))
    assert {key: (one.decision, one.fingerprint) for key, one in found.items()} == {
        "a": ("one", "sha256:one"),
        "b": (None, None),
    }


def test_what_the_last_job_parked_is_found_and_nothing_that_waits(database: Database) -> None:
    def work(c: Connection) -> None:
        _settle(c, "first", 0, mended="parked", broken="decided", still="parked", waiting="parked")
        _settle(c, "second", 1, mended="unchanged", broken="parked", still="parked", waiting="waiting")

    database.write_now(work)
    keys = ["mended", "broken", "still", "waiting", "unknown"]
    assert database.read_now(lambda c: find_parked(c, keys)) == {"broken", "still", "waiting"}
    assert database.read_now(lambda c: find_parked(c, ["mended"])) == set()


def test_the_last_look_at_a_file_tells_what_was_written(database: Database) -> None:
    def work(c: Connection) -> None:
        keep_job(c, make_job("j", write=Fields(tags="topics")))
        keep_job(c, make_job("undone", state="undone", write=Fields()))
        common = {"digest": "sha256:x", "raw": "sha256:raw", "after": "d", "state": "decided"}
        for number, (job, article) in enumerate((("j", "a"), ("j", "b"), ("undone", "c"))):
            keep_items(c, [Item.model_validate({"job": job, "number": number, "article": article, **common})])
        write = FileWrite(
            job="j",
            number=1,
            article="b",
            path="/b",
            before="",
            after="sha256:new",
            state="written",
            reason="",
            at=NOON,
        )
        keep_file_write(c, write)

    database.write_now(work)
    assert database.read_now(lambda c: find_last_looks(c, ["a", "b", "c", "unknown"])) == {
        "a": Looked(decision="d", raw="sha256:raw", fields=Fields(tags="topics")),
        "b": Looked(decision="d", raw="sha256:new", fields=Fields(tags="topics")),
        "c": Looked(decision="d", raw="sha256:raw", fields=None),
    }


def test_an_outcome_is_what_the_decision_said(database: Database) -> None:
    made = decide("one", assign("cup"), assign("league", "review", reasons=("near_threshold",)))
    database.write_now(lambda c: keep(c, made))
    (outcome,) = database.read_now(lambda c: find_outcomes(c, ["one", "gone"])).values()
    assert [(one.category, one.status, one.review_reasons) for one in outcome.assignments] == [
        (one.category, one.status, one.review_reasons) for one in made.assignments
    ]


def test_more_keys_than_a_statement_takes_are_found(database: Database) -> None:
    def work(c: Connection) -> None:
        for number in range(3):
            keep(c, decide(f"d{number}", article=build(f"Leeds won {number}.", id_=f"a{number}")))

    database.write_now(work)
    keys = [f"a{number}" for number in range(1200)]
    digests = [build(f"Leeds won {number}.").digest for number in range(1200)]
    assert len(database.read_now(lambda c: find_articles(c, keys))) == 3
    assert list(database.read_now(lambda c: find_titles(c, digests)).values()) == ["Cup"] * 3
