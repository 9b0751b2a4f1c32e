"""Owns the tests of keeping what jobs wrote to files, and of letting former decisions stand, on each database."""

from typing import Literal

import pytest

from app.domain.job import Job, JobPlan, Recipe
from app.domain.provenance import Author, TagEvent
from app.store.articles import keep_article
from app.store.database import Database
from app.store.decisions import find_standing, keep_decision
from app.store.file_writes import (
    FileWrite,
    WrittenTags,
    count_written_tags,
    find_file_write,
    find_later_writes,
    find_reversals,
    keep_file_write,
    list_file_writes,
)
from app.store.jobs import keep_job
from app.store.reverting import Reverted, list_articles_of_job, stand_as_before
from app.store.tag_events import keep_tag_events
from tests.store.kept_values import MINUTE, NOON, build, decide

_JOB = Job(
    id="j", created_at=NOON, finished_at=None, state="done", reason="",
    recipe=Recipe(sources=(), taxonomy_version="v", judge="local", basis="b"),
    plan=JobPlan(
        articles=0, unchanged=0, free=0, asked=0, pairs=0, by_category={}, calls=0, input_tokens=0, cached_tokens=0,
        output_tokens=0, cost_usd=0, most_usd=0, prices_as_of=None, exact=True, may_gain=0, may_lose=0,
    ),
)  # fmt: skip


def _write(number: int, **fields: object) -> FileWrite:
    known = {"job": "j", "article": "a", "path": "a.md", "before": "sha256:b", "after": "sha256:a", "reason": ""}
    return FileWrite.model_validate({**known, "number": number, "state": "begun", "at": NOON, **fields})


@pytest.fixture
def kept(database: Database) -> Database:
    """A store with a job."""
    database.write_now(lambda c: keep_job(c, _JOB))
    return database


def test_a_file_is_found_as_it_was_kept_last(kept: Database) -> None:
    kept.write_now(lambda c: keep_file_write(c, _write(0)))
    written = _write(0, state="written", reason="two names", at=NOON + MINUTE)
    kept.write_now(lambda c: keep_file_write(c, written))
    assert kept.read_now(lambda c: find_file_write(c, "j", 0)) == written
    assert kept.read_now(lambda c: find_file_write(c, "j", 1)) is None


def test_files_are_listed_from_the_last_item_on(kept: Database) -> None:
    for number in range(5):
        kept.write_now(lambda c, n=number: keep_file_write(c, _write(n)))  # type: ignore[misc]
    assert [write.number for write in kept.read_now(lambda c: list_file_writes(c, "j", limit=2))] == [4, 3]
    assert [write.number for write in kept.read_now(lambda c: list_file_writes(c, "j", before=3))] == [2, 1, 0]


def test_what_later_jobs_wrote_to_files_is_found_the_latest_first(kept: Database) -> None:
    for name in ("k", "l", "m"):
        kept.write_now(lambda c, n=name: keep_job(c, _JOB.model_copy(update={"id": n})))  # type: ignore[misc]
    writes = [
        _write(0, job="j", path="/x.md"),
        _write(0, job="k", path="/x.md", article="another", state="left"),
        _write(1, job="k", path="/y.md", state="undone"),
        _write(0, job="l", path="/z.md", state="written"),
        _write(5, job="m", path="/x.md", state="written"),
    ]
    for write in writes:
        kept.write_now(lambda c, w=write: keep_file_write(c, w))  # type: ignore[misc]
    paths = ["/x.md", "/y.md", *(f"/{number}.md" for number in range(600))]
    assert kept.read_now(lambda c: find_later_writes(c, "j", paths)) == {"/x.md": [writes[4], writes[1]]}
    assert kept.read_now(lambda c: find_later_writes(c, "k", paths)) == {"/x.md": [writes[4]]}


def test_tags_in_files_are_counted_as_they_were_written_and_not_as_they_were_decided(kept: Database) -> None:
    def note(article: str, tag: str, event: Literal["attached", "removed"], **fields: object) -> TagEvent:
        known = {"field": "tags", "by": "scopenote", "at": NOON, "job": "j"} | fields
        return TagEvent.model_validate({**known, "article": article, "tag": tag, "event": event})

    events = [
        note("a", "x", "attached"),
        note("a", "y", "attached"),
        note("a", "z", "removed"),
        note("a", "x", "attached", at=NOON + MINUTE),  # it came back when a later job was undone
        note("b", "x", "attached"),
        note("b", "q", "attached", by="person", job=None),
        note("c", "x", "attached"),
        note("c", "x", "removed", at=NOON + MINUTE),
        note("d", "x", "attached", job="k"),
    ]
    for number, (key, state) in enumerate([("a", "written"), ("b", "written"), ("c", "undone"), ("d", "written")]):
        article, write = build(id_=key), _write(number, article=key, state=state)
        kept.write_now(lambda c, a=article, k=key: keep_article(c, a, k, NOON))  # type: ignore[misc]
        kept.write_now(lambda c, w=write: keep_file_write(c, w))  # type: ignore[misc]
    kept.write_now(lambda c: keep_tag_events(c, events))
    counted = kept.read_now(lambda c: count_written_tags(c, "j"))
    assert counted == WrittenTags(attached=3, attached_to=2, removed=1, removed_from=1)
    nothing = WrittenTags(attached=0, attached_to=0, removed=0, removed_from=0)
    assert kept.read_now(lambda c: count_written_tags(c, "none")) == nothing


def test_only_tags_that_the_job_touched_last_are_its_own(kept: Database) -> None:
    def note(tag: str, by: Author, job: str | None) -> TagEvent:
        return TagEvent(article="a", field="tags", tag=tag, event="attached", by=by, at=NOON, job=job)

    events = [note("x", "scopenote", "j"), note("y", "scopenote", "i"), note("z", "scopenote", "j")]
    kept.write_now(lambda c: keep_article(c, build(), "a", NOON))
    kept.write_now(lambda c: keep_tag_events(c, [*events, note("z", "person", None)]))
    undone = events[0].model_copy(update={"event": "removed", "at": NOON + MINUTE})
    assert kept.read_now(lambda c: find_reversals(c, "j", "a", NOON + MINUTE)) == [undone]


@pytest.mark.parametrize(
    ("jobs", "stands", "told"),
    [
        pytest.param([None, "j"], "d0", ["reverted", "as before"], id="a decision before"),
        pytest.param(["j"], None, ["reverted", "as before"], id="none before"),
        pytest.param([None, "j", "j"], "d0", ["reverted", "as before"], id="two of the job"),
        pytest.param([None, "j", None], "d2", ["decided since", "decided since"], id="one since"),
        pytest.param([None, "j", "k"], "d2", ["decided since", "decided since"], id="one of a later job"),
        pytest.param([None], "d0", ["decided since", "decided since"], id="none of the job"),
    ],
)
def test_what_stood_before_a_job_stands_again(
    kept: Database, jobs: list[str | None], stands: str | None, told: list[Reverted]
) -> None:
    kept.write_now(lambda c: keep_article(c, build(), "a", NOON))
    for number, job in enumerate(jobs):
        decision = decide(f"d{number}", at=NOON + number * MINUTE)
        kept.write_now(
            lambda c, d=decision, j=job: keep_decision(c, d, key="a", fingerprint=d.id, stands=True, job=j)  # type: ignore[misc]
        )
    for expected in told:
        assert kept.write_now(lambda c: stand_as_before(c, "j", "a", NOON)) == expected
        found = kept.read_now(lambda c: find_standing(c, ["a"])).get("a")
        assert (found.decision if found else None, found.fingerprint if found else None) == (stands, stands)


def test_the_articles_of_a_job_are_listed_once_each(kept: Database) -> None:
    for key in ("b", "a", "c"):
        article = build(id_=key)
        kept.write_now(lambda c, a=article, k=key: keep_article(c, a, k, NOON))  # type: ignore[misc]
        for number in range(2):
            decision = decide(f"{key}{number}", article=article)
            kept.write_now(
                lambda c, d=decision, k=key: keep_decision(c, d, key=k, fingerprint=d.id, stands=True, job="j")  # type: ignore[misc]
            )
    assert kept.read_now(lambda c: list_articles_of_job(c, "j")) == ["a", "b", "c"]
    assert kept.read_now(lambda c: list_articles_of_job(c, "j", after="a", limit=1)) == ["b"]
