"""What waits for a person is listed, the longest waiting first, until the person has had a word."""

import pytest

from app.domain.feedback import Said, Word
from app.errors import BadInput
from app.store.articles import keep_article
from app.store.connection import Connection
from app.store.decisions import keep_decision
from app.store.reviews import Waiting, count_reviews, list_reviews
from app.store.words import keep_word
from tests.store.kept_values import MINUTE, NOON, assign, build, decide, keep

pytest_plugins = ("tests.store.transactions",)

DOUBT = assign("cup", "review", 0.45, ("near_threshold", "judgement_needed"))


def _keep(connection: Connection, key: str, *categories: str, minute: int = 0) -> None:
    doubts = [assign(category, "review") for category in categories]
    keep(connection, decide(f"{key}-{minute}", *doubts, article=build(id_=key), at=NOON + minute * MINUTE))


def _list(connection: Connection) -> list[tuple[str, str]]:
    return [(waiting.article, waiting.category) for waiting in list_reviews(connection)]


def test_what_waits_tells_all_that_a_person_has_to_know(connection: Connection) -> None:
    keep(connection, decide("d", assign("league"), DOUBT, assign("final", "excluded")))
    (waiting,) = list_reviews(connection)
    assert waiting == Waiting(
        article="a",
        article_title="Cup",
        decision="d",
        category="cup",
        title="CUP",
        score=0.45,
        reasons=("near_threshold", "judgement_needed"),
        since=NOON,
        token=waiting.token,
    )


def test_what_has_waited_longest_comes_first(connection: Connection) -> None:
    for minute, key in enumerate("cab"):
        _keep(connection, key, "cup", minute=minute)
    assert _list(connection) == [("c", "cup"), ("a", "cup"), ("b", "cup")]


@pytest.mark.parametrize("limit", [1, 2, 3, 50])
def test_pages_make_up_the_whole_list(connection: Connection, limit: int) -> None:
    for minute, key in enumerate("cab"):
        _keep(connection, key, "z", "y", minute=minute)
    listed: list[Waiting] = []
    while page := list_reviews(connection, after=listed[-1].token if listed else "", limit=limit):
        listed += page
    assert [(waiting.article, waiting.category) for waiting in listed] == [(k, c) for k in "cab" for c in "yz"]
    assert count_reviews(connection) == 6


def test_only_the_decision_that_stands_has_people_wait(connection: Connection) -> None:
    _keep(connection, "a", "cup", "league")
    _keep(connection, "a", "cup", minute=1)
    assert _list(connection) == [("a", "cup")]
    keep_decision(connection, decide("aside", DOUBT), key="a", fingerprint="aside", stands=False, job=None)
    assert count_reviews(connection) == 1


def test_a_decision_that_stands_again_is_listed_once_and_since_then(connection: Connection) -> None:
    for minute, fingerprint in enumerate(["f1", "f2", "f1"]):
        keep(connection, decide(f"d{minute}", DOUBT, at=NOON + minute * MINUTE), fingerprint)
    (waiting,) = list_reviews(connection)
    assert (waiting.decision, waiting.since) == ("d0", NOON + 2 * MINUTE)


@pytest.mark.parametrize("verdict", ["accept", "reject"])
def test_what_a_person_has_settled_does_not_wait(connection: Connection, verdict: Said) -> None:
    _keep(connection, "a", "cup", "league")
    _keep(connection, "b", "cup")
    keep_word(connection, "a", Word(category="cup", verdict=verdict, at=NOON))
    assert _list(connection) == [("a", "league"), ("b", "cup")]
    assert count_reviews(connection) == 2


def test_an_article_about_which_nothing_was_decided_does_not_wait(connection: Connection) -> None:
    keep_article(connection, build(), "a", NOON)
    assert (list_reviews(connection), count_reviews(connection)) == ([], 0)


@pytest.mark.parametrize("token", ["x", "1", ":cup", "-1:cup", "9" * 30 + ":cup", "9999999999999999999:c", "²:c"])
def test_a_place_that_is_none_is_refused(connection: Connection, token: str) -> None:
    with pytest.raises(BadInput, match="no place in the list"):
        list_reviews(connection, after=token)


def test_a_place_with_a_character_that_no_database_takes_is_a_place_all_the_same(connection: Connection) -> None:
    assert list_reviews(connection, after="1:\0\ud800") == []
