"""An article's history tells in the order of time what it said, what was decided, and what people did."""

import json

import pytest

from app.domain.feedback import Word
from app.domain.provenance import TagEvent
from app.errors import NotKept
from app.store.articles import keep_article
from app.store.connection import Connection
from app.store.decisions import keep_decision
from app.store.history import Decided, History, Said, Tagged, Version, load_history
from app.store.tag_events import keep_tag_events
from app.store.words import keep_word
from tests.store.kept_values import MINUTE, NOON, assign, build, decide, keep

pytest_plugins = ("tests.store.transactions",)

WORD = Word(category="cup", verdict="reject", by="Ann", at=NOON + MINUTE)
TAG = TagEvent(article="a", field="tags", tag="cup", event="removed", by="scopenote", at=NOON + 3 * MINUTE, job="j")


@pytest.fixture
def history(connection: Connection) -> History:
    """An article that was decided about, had a word, was decided about again, and lost a tag."""
    keep(connection, decide("d1", assign("cup"), assign("league", "review")))
    keep_word(connection, "a", WORD)
    second = decide("d2", assign("cup", "rejected"), at=NOON + 2 * MINUTE)
    keep_decision(connection, second, key="a", fingerprint="f2", stands=True, job="j")
    keep_tag_events(connection, [TAG])
    return load_history(connection, "a")


def test_everything_comes_in_the_order_of_time(history: History) -> None:
    assert [entry.kind for entry in history.entries] == ["version", "decision", "word", "decision", "tag"]
    assert [entry.at for entry in history.entries] == [NOON, NOON, *(NOON + n * MINUTE for n in (1, 2, 3))]
    assert history.complete


def test_it_says_what_the_article_is_now(history: History) -> None:
    article = build()
    assert (history.article, history.digest, history.title) == ("a", article.digest, article.title)


def test_a_version_tells_what_came_in(history: History) -> None:
    article = build()
    assert history.entries[0] == Version(at=NOON, digest=article.digest, title="Cup", url=None, words=4)


def test_a_decision_tells_what_it_assigned_and_when_it_stood(history: History) -> None:
    first, second = (entry for entry in history.entries if isinstance(entry, Decided))
    assert (first.id, first.tags, first.stood, first.stands) == ("d1", ("cup",), (NOON,), False)
    assert (second.id, second.tags, second.job, second.stands) == ("d2", (), "j", True)


def test_a_word_and_a_tag_tell_what_people_and_jobs_did(history: History) -> None:
    assert Said(at=WORD.at, word=WORD) in history.entries
    assert Tagged(at=TAG.at, event=TAG) in history.entries


def test_it_survives_being_told_as_json(history: History) -> None:
    assert History.model_validate_json(history.model_dump_json()) == history
    assert {entry["kind"] for entry in json.loads(history.model_dump_json())["entries"]} == {
        "version",
        "decision",
        "word",
        "tag",
    }


def test_a_decision_that_stood_twice_tells_both_moments(connection: Connection) -> None:
    for minute, fingerprint in enumerate(["f1", "f2", "f1"]):
        keep(connection, decide(f"d{minute}", at=NOON + minute * MINUTE), fingerprint)
    first = next(entry for entry in load_history(connection, "a").entries if isinstance(entry, Decided))
    assert (first.stood, first.stands) == ((NOON, NOON + 2 * MINUTE), True)


def test_of_a_long_history_the_latest_is_told_and_that_there_is_more(connection: Connection) -> None:
    for minute in range(5):
        keep_article(connection, build(f"Text {minute}."), "a", NOON + minute * MINUTE)
    history = load_history(connection, "a", most=2)
    assert [entry.at for entry in history.entries] == [NOON + 3 * MINUTE, NOON + 4 * MINUTE]
    assert not history.complete


@pytest.mark.parametrize("key", ["nobody", "", "nul\0"])
def test_an_article_that_is_not_kept_has_no_history(connection: Connection, key: str) -> None:
    with pytest.raises(NotKept):
        load_history(connection, key)
