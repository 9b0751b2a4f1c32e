"""Articles are kept once per text, with every text they have had."""

from datetime import datetime

import pytest
import sqlalchemy as sa

from app.domain.article import Article
from app.errors import NotKept, StoreUnavailable
from app.store.articles import find_readings, keep_article, keep_reading, list_articles, load_article
from app.store.connection import Connection
from app.store.database import Database
from app.store.tables.articles import article_text, article_version
from tests.store.kept_values import MINUTE, NOON, build, count, decide, decide_examples, keep, overlap

pytest_plugins = ("tests.store.transactions",)


def test_an_article_is_loaded_as_it_was_kept(connection: Connection) -> None:
    article = build(url="https://example.org/cup")
    keep_article(connection, article, "a", NOON)
    assert load_article(connection, "a") == article


def test_an_example_is_loaded_as_it_was_parsed_but_for_the_way_back(connection: Connection) -> None:
    for article in (decision.article for decision in decide_examples()):
        keep_article(connection, article, article.key, NOON)
        assert load_article(connection, article.key) == article.model_copy(update={"runs": ()})


def test_an_article_without_an_id_goes_by_its_digest(connection: Connection) -> None:
    article = build(id_=None)
    keep_article(connection, article, article.digest, NOON)
    assert load_article(connection, article.digest).id is None


def test_a_former_text_is_loaded_by_its_digest(connection: Connection) -> None:
    first, second = build("One.", url="/one"), build("Two.", url="/two")
    for article in (first, second):
        keep_article(connection, article, "a", NOON)
    assert load_article(connection, "a") == second
    assert load_article(connection, "a", first.digest) == first


def test_a_text_of_another_article_is_not_loaded(connection: Connection) -> None:
    other = build("Other.", id_="b")
    keep_article(connection, build(), "a", NOON)
    keep_article(connection, other, "b", NOON)
    with pytest.raises(NotKept, match=other.digest):
        load_article(connection, "a", other.digest)


@pytest.mark.parametrize("key", ["nobody", "", "nul\0", "lone\ud800"])
def test_what_was_not_kept_is_not_loaded(connection: Connection, key: str) -> None:
    with pytest.raises(NotKept):
        load_article(connection, key)


@pytest.mark.parametrize(
    ("change", "versions"),
    [
        pytest.param({}, 1, id="nothing"),
        pytest.param({"title": "Final"}, 2, id="title"),
        pytest.param({"url": "/cup"}, 2, id="url"),
        pytest.param({"warnings": ("Cut.",)}, 1, id="warnings"),
    ],
)
def test_a_version_is_kept_where_something_changed(
    connection: Connection, change: dict[str, object], versions: int
) -> None:
    for article in (build(), build().model_copy(update=change)):
        keep_article(connection, article, "a", NOON)
    assert count(connection, article_version) == versions


def test_a_text_is_kept_once_however_many_articles_have_it(connection: Connection) -> None:
    for key in "abc":
        keep_article(connection, build(), key, NOON)
    assert count(connection, article_text) == 1


@pytest.mark.parametrize(
    ("second", "changed_at"),
    [
        pytest.param(build(url="/moved"), NOON, id="its address is no change of what it says"),
        pytest.param(build("Leeds lost."), NOON + MINUTE, id="its text is"),
    ],
)
def test_it_is_known_since_when_it_says_what_it_says(
    connection: Connection, second: Article, changed_at: datetime
) -> None:
    keep_article(connection, build(), "a", NOON)
    keep_article(connection, second, "a", NOON + MINUTE)
    (stored,) = list_articles(connection)
    assert (stored.digest, stored.url, stored.changed_at) == (second.digest, second.url, changed_at)


def test_a_changed_text_leaves_what_was_decided(connection: Connection) -> None:
    keep(connection, decide("d1"))
    keep_article(connection, build("Leeds lost."), "a", NOON)
    (stored,) = list_articles(connection)
    assert (stored.decision, stored.fingerprint) == ("d1", "sha256:d1")


def test_articles_are_listed_in_pages(connection: Connection) -> None:
    keys = [f"k{number:02}" for number in range(7)]
    for key in keys:
        keep_article(connection, build(), key, NOON)
    listed: list[str] = []
    for _ in range(4):
        listed += [stored.key for stored in list_articles(connection, after=listed[-1] if listed else "", limit=2)]
    assert listed == keys


def test_an_id_of_the_longest_that_can_be_submitted_is_kept(connection: Connection) -> None:
    long = "".join(chr(0x10000 + number * 7) for number in range(500))
    article = build(id_=long)
    keep(connection, decide("d", article=article))
    assert load_article(connection, long) == article


def test_a_damaged_text_is_told(connection: Connection) -> None:
    keep_article(connection, build(), "a", NOON)
    connection.execute(sa.update(article_text).values(sentences="[[0, 999999, 1, 0]]"))
    with pytest.raises(StoreUnavailable, match="restore a backup"):
        load_article(connection, "a")


def test_a_reading_is_found_by_the_bytes_that_were_read(connection: Connection) -> None:
    article = build()
    keep_article(connection, article, "a", NOON)
    for _ in range(2):
        keep_reading(connection, "raw", article.digest, "a", None)
    (reading,) = find_readings(connection, ["raw", "other", "raw"]).values()
    assert (reading.raw, reading.digest, reading.article_id, reading.url) == ("raw", article.digest, "a", None)


def test_a_reading_whose_text_is_not_kept_is_not_found(connection: Connection) -> None:
    keep_reading(connection, "raw", "sha256:gone", None, None)
    assert find_readings(connection, ["raw"]) == {}


def test_more_readings_are_asked_for_than_a_statement_takes(connection: Connection) -> None:
    keep_article(connection, build(), "a", NOON)
    keep_reading(connection, "r1099", build().digest, None, None)
    assert list(find_readings(connection, [f"r{number}" for number in range(1100)])) == ["r1099"]


def test_of_two_who_bring_the_same_change_one_makes_it(database: Database) -> None:
    database.write_now(lambda c: keep_article(c, build(), "a", NOON))
    overlap(database, lambda c, _: keep_article(c, build("Leeds lost."), "a", NOON))
    assert database.read_now(lambda c: count(c, article_version)) == 2
