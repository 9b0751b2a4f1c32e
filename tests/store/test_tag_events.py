"""Every coming and going of a tag is kept, and the latest tells how it is."""

from typing import Literal

import pytest

from app.domain.provenance import Author, TagEvent
from app.errors import BadInput
from app.store.articles import keep_article
from app.store.connection import Connection
from app.store.database import Database
from app.store.tables.decisions import tag_event
from app.store.tag_events import MAX_LENGTH, find_tags, find_tags_of, keep_tag_events
from tests.store.kept_values import MINUTE, NOON, build, count, overlap

pytest_plugins = ("tests.store.transactions",)


def _tag(
    tag: str, event: Literal["attached", "removed"] = "attached", by: Author = "scopenote", minute: int = 0
) -> TagEvent:
    return TagEvent(article="a", field="tags", tag=tag, event=event, by=by, at=NOON + minute * MINUTE, job="j")


def test_the_latest_event_of_a_tag_counts(connection: Connection) -> None:
    other = _tag("league", by="imported")
    gone = _tag("cup", "removed", "person", 1)
    keep_tag_events(connection, [_tag("cup"), other, gone])
    assert find_tags(connection, "a") == {("tags", "league"): other, ("tags", "cup"): gone}


def test_the_same_tag_in_another_field_is_another(connection: Connection) -> None:
    elsewhere = _tag("cup").model_copy(update={"field": "categories"})
    keep_tag_events(connection, [_tag("cup"), elsewhere])
    assert len(find_tags(connection, "a")) == 2


def test_the_same_events_twice_are_kept_once(connection: Connection) -> None:
    events = [_tag("cup"), _tag("cup", "removed", minute=1), _tag("cup", minute=2)]
    for _ in range(2):
        keep_tag_events(connection, events)
    keep_tag_events(connection, events[:2])
    assert count(connection, tag_event) == 3
    assert find_tags(connection, "a")[("tags", "cup")].event == "attached"


def test_nothing_is_kept_and_found_as_well(connection: Connection) -> None:
    keep_tag_events(connection, [])
    assert find_tags(connection, "a") == {}


def test_a_long_tag_of_any_characters_is_kept(connection: Connection) -> None:
    long = "".join(chr(0x10000 + number * 7) for number in range(MAX_LENGTH))
    keep_tag_events(connection, [_tag(long), _tag("nul\0"), _tag("lone\ud800")])
    assert [tag for _, tag in find_tags(connection, "a")] == [long, "nul\ufffd", "lone\ufffd"]


def test_text_in_the_field_of_tags_is_refused(connection: Connection) -> None:
    with pytest.raises(BadInput, match="501 characters"):
        keep_tag_events(connection, [_tag("cup"), _tag("x" * 501)])
    assert find_tags(connection, "a") == {}


def test_of_two_who_bring_the_same_events_one_keeps_them(database: Database) -> None:
    database.write_now(lambda c: keep_article(c, build(), "a", NOON))
    overlap(database, lambda c, _: keep_tag_events(c, [_tag("cup"), _tag("league")]))
    assert database.read_now(lambda c: count(c, tag_event)) == 2


@pytest.mark.parametrize(
    ("minute", "found"),
    [
        pytest.param(None, {"a": ["removed"], "b": ["attached"], "c": []}, id="now"),
        pytest.param(1, {"a": ["removed"], "b": ["attached"], "c": []}, id="as it went"),
        pytest.param(0, {"a": ["attached"], "b": ["attached"], "c": []}, id="before it went"),
        pytest.param(-1, {"a": [], "b": [], "c": []}, id="before it came"),
    ],
)
def test_the_tags_of_several_articles_are_found_as_they_were_at_a_moment(
    connection: Connection, minute: int | None, found: dict[str, list[str]]
) -> None:
    other = _tag("cup").model_copy(update={"article": "b"})
    keep_tag_events(connection, [_tag("cup"), other, _tag("cup", "removed", "person", 1)])
    until = None if minute is None else NOON + minute * MINUTE
    tags = find_tags_of(connection, ["a", "b", "c"], until=until)
    assert {key: [event.event for event in of_article.values()] for key, of_article in tags.items()} == found
