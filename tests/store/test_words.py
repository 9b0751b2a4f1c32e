"""Editors' words are all kept, and the latest about a category counts."""

from concurrent.futures import Future, ThreadPoolExecutor, wait

import pytest

from app.domain.feedback import Said, Word
from app.errors import NotKept
from app.store.articles import keep_article
from app.store.connection import Connection
from app.store.database import Database
from app.store.tables.decisions import word as words
from app.store.words import find_words, find_words_of, hold_words, keep_word
from tests.store.kept_values import MINUTE, NOON, build, count, overlap

pytest_plugins = ("tests.store.transactions",)


def _say(category: str, verdict: Said = "accept", note: str = "", minute: int = 0) -> Word:
    return Word(category=category, verdict=verdict, note=note, by="Ann", at=NOON + minute * MINUTE, decision="d")


@pytest.fixture
def _article(connection: Connection) -> None:
    keep_article(connection, build(), "a", NOON)


@pytest.mark.usefixtures("_article")
def test_a_word_comes_back_as_it_was_said(connection: Connection) -> None:
    word = _say("cup", "reject", "Not about the cup.")
    keep_word(connection, "a", word)
    assert find_words(connection, "a") == (word,)


@pytest.mark.usefixtures("_article")
def test_the_latest_word_about_a_category_counts(connection: Connection) -> None:
    first, other, last = _say("cup"), _say("league", minute=1), _say("cup", "reject", minute=2)
    for word in (first, other, last):
        keep_word(connection, "a", word)
    assert find_words(connection, "a") == (other, last)
    assert count(connection, words) == 3


@pytest.mark.usefixtures("_article")
def test_the_same_word_twice_is_one(connection: Connection) -> None:
    unsigned = Word(category="cup", verdict="accept", at=NOON)
    for _ in range(2):
        keep_word(connection, "a", unsigned)
    assert count(connection, words) == 1


@pytest.mark.usefixtures("_article")
def test_a_word_in_characters_that_no_database_takes_is_kept(connection: Connection) -> None:
    keep_word(connection, "a", _say("cup", note="nul\0"))
    assert find_words(connection, "a")[0].note == "nul\ufffd"


@pytest.mark.parametrize("key", ["nobody", "nul\0"])
def test_a_word_about_no_article_is_refused(connection: Connection, key: str) -> None:
    with pytest.raises(NotKept, match="Classify it first"):
        keep_word(connection, key, _say("cup"))


@pytest.mark.usefixtures("_article")
def test_words_are_found_for_many_articles_in_one_go(connection: Connection) -> None:
    keep_word(connection, "a", _say("cup"))
    found = find_words_of(connection, [*map(str, range(1100)), "a"])
    assert len(found) == 1101
    assert [key for key, said in found.items() if said] == ["a"]


def test_of_two_who_bring_the_same_word_one_keeps_it(database: Database) -> None:
    database.write_now(lambda c: keep_article(c, build(), "a", NOON))
    overlap(database, lambda c, _: keep_word(c, "a", _say("cup")))
    assert database.read_now(lambda c: count(c, words)) == 1


def test_while_words_are_held_nobody_says_another(database: Database) -> None:
    database.write_now(lambda c: keep_article(c, build(), "a", NOON))

    with ThreadPoolExecutor(1) as pool:

        def decide(c: Connection) -> tuple[tuple[Word, ...], tuple[Word, ...], Future[None]]:
            before = hold_words(c, "a")
            saying = pool.submit(database.write_now, lambda c: keep_word(c, "a", _say("cup")))
            wait([saying], timeout=0.2)
            return before, find_words(c, "a"), saying

        before, after, saying = database.write_now(decide)
        saying.result(timeout=20)
    assert (before, after) == ((), ())
    assert database.read_now(lambda c: find_words(c, "a")) == (_say("cup"),)
