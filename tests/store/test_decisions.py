"""Decisions are kept once per article and fingerprint, come back as they were, and one of them stands."""

import pytest
import sqlalchemy as sa

from app.domain.job import JobState
from app.errors import NotKept, StoreUnavailable
from app.store.articles import keep_article
from app.store.connection import Connection
from app.store.database import Database
from app.store.decisions import find_decision, find_standing, keep_decision, load_decision
from app.store.jobs import set_state
from app.store.tables.decisions import assignment, decision, stood
from tests.jobs.fake_desk import keep_job_of
from tests.store.kept_values import MINUTE, NOON, assign, build, count, decide, decide_examples, keep, overlap

pytest_plugins = ("tests.store.transactions",)


def _list_stood(connection: Connection) -> list[str]:
    query = sa.select(decision.c.id).join(stood, stood.c.decision == decision.c.seq).order_by(stood.c.seq)
    return list(connection.execute(query).scalars())


def _find_standing_id(connection: Connection) -> str | None:
    standing = find_standing(connection, ["a"])
    return standing["a"].decision if standing else None


def test_what_the_local_judge_decided_comes_back_equal_but_for_the_way_back(connection: Connection) -> None:
    for made in decide_examples():
        expected = made.model_copy(update={"article": made.article.model_copy(update={"runs": ()})})
        keep(connection, made, "sha256:f")
        assert load_decision(connection, made.id) == expected
        assert find_decision(connection, made.article.key, "sha256:f") == expected


def test_what_comes_back_is_worth_comparing() -> None:
    made = [assignment for decision in decide_examples() for assignment in decision.assignments]
    assert {"assigned", "review", "excluded", "rejected"} <= {one.status for one in made}
    assert any(one.evidence for one in made)
    assert any(finding.evidence for one in made for finding in one.exclusions)


def test_a_decision_keeps_the_article_as_it_was_submitted_then(connection: Connection) -> None:
    first = decide("d1", article=build(url="/old"))
    moved = build(url="/new").model_copy(update={"warnings": ("Cut.",)})
    keep(connection, first)
    keep(connection, decide("d2", article=moved))
    assert load_decision(connection, "d1").article == first.article
    assert load_decision(connection, "d2").article == moved


def test_the_same_decision_twice_changes_nothing(connection: Connection) -> None:
    for _ in range(2):
        keep(connection, decide("d1"))
    assert [count(connection, table) for table in (decision, assignment, stood)] == [1, 1, 1]


def test_where_one_is_kept_for_the_fingerprint_it_is_given_back(connection: Connection) -> None:
    first = keep(connection, decide("d1"), "f")
    second = keep(connection, decide("d2", assign("other"), at=NOON + MINUTE), "f")
    assert second == first
    with pytest.raises(NotKept, match="'d2'"):
        load_decision(connection, "d2")


def test_a_decision_that_does_not_stand_is_kept_all_the_same(connection: Connection) -> None:
    keep(connection, decide("d1"), stands=False)
    assert load_decision(connection, "d1").tags == ("cup",)
    assert find_standing(connection, ["a"]) == {}


@pytest.mark.parametrize(("state", "standing"), [("paused", "d1"), ("cancelled", None), ("undone", None)])
def test_what_a_job_decides_after_its_end_does_not_stand(
    database: Database, state: JobState, standing: str | None
) -> None:
    keep_job_of(database, 0)
    database.write_now(lambda c: set_state(c, "j", state, "", NOON, only_from={"running"}))
    database.write_now(lambda c: keep(c, decide("d1"), job="j"))
    assert database.read_now(_find_standing_id) == standing
    assert database.read_now(lambda c: load_decision(c, "d1")).tags == ("cup",)


def test_a_kept_decision_can_come_to_stand_again(connection: Connection) -> None:
    for id_, fingerprint in [("d1", "f1"), ("d2", "f2"), ("d3", "f1")]:
        keep(connection, decide(id_), fingerprint)
    assert _list_stood(connection) == ["d1", "d2", "d1"]
    assert _find_standing_id(connection) == "d1"


def test_a_decision_about_a_former_text_does_not_take_the_place_of_one_about_the_present(
    connection: Connection,
) -> None:
    former = build("Former.")
    keep(connection, decide("of-former", article=former))
    keep(connection, decide("of-present", article=build("Present.")))
    keep_decision(connection, decide("late", article=former), key="a", fingerprint="late", stands=True, job="j")
    assert _find_standing_id(connection) == "of-present"


def test_a_decision_about_a_former_text_may_stand_where_none_about_the_present_does(connection: Connection) -> None:
    former = build("Former.")
    keep(connection, decide("first", article=former))
    keep_article(connection, build("Present."), "a", NOON)
    keep_decision(connection, decide("second", article=former), key="a", fingerprint="second", stands=True, job=None)
    assert _find_standing_id(connection) == "second"


def test_it_stands_from_the_moment_that_is_named(connection: Connection) -> None:
    keep_article(connection, build(), "a", NOON)
    keep_decision(connection, decide("d"), key="a", fingerprint="f", stands=True, job="j", at=NOON + MINUTE)
    assert connection.execute(sa.select(stood.c.at, stood.c.job)).one() == (NOON + MINUTE, "j")


@pytest.mark.parametrize(
    ("key", "words"),
    [pytest.param("b", "Leeds won the cup.", id="article"), pytest.param("a", "Another text.", id="text")],
)
def test_a_decision_about_what_is_not_kept_is_refused(connection: Connection, key: str, words: str) -> None:
    keep_article(connection, build(), "a", NOON)
    with pytest.raises(NotKept, match="before what is decided"):
        keep_decision(connection, decide("d", article=build(words)), key=key, fingerprint="f", stands=True, job=None)


@pytest.mark.parametrize("id_", ["d9", "", "nul\0", "lone\ud800"])
def test_a_decision_that_is_not_kept_is_not_loaded(connection: Connection, id_: str) -> None:
    with pytest.raises(NotKept):
        load_decision(connection, id_)


def test_no_decision_is_found_for_another_fingerprint(connection: Connection) -> None:
    keep(connection, decide("d"), "f")
    assert find_decision(connection, "a", "g") is None
    assert find_decision(connection, "b", "f") is None


@pytest.mark.parametrize("document", ["", "[]", "{}", '{"article": null}', '{"article": {"id": 1}}'])
def test_a_damaged_decision_is_told(connection: Connection, document: str) -> None:
    keep(connection, decide("d"))
    connection.execute(sa.update(decision).values(document=document))
    with pytest.raises(StoreUnavailable, match="'d' cannot be read"):
        load_decision(connection, "d")


def test_characters_that_no_database_takes_are_replaced(connection: Connection) -> None:
    odd = decide("d").model_copy(update={"warnings": ("nul\0", "lone\ud800")})
    keep(connection, odd)
    assert load_decision(connection, "d").warnings == ("nul\ufffd", "lone\ufffd")


def test_what_stands_is_told_without_what_does_not_apply(connection: Connection) -> None:
    made = decide(
        "d",
        assign("low", "review", 0.4, ("near_threshold", "unreadable_reply")),
        assign("high", "assigned", 0.9),
        assign("out", "excluded", 0.6),
        assign("no", "rejected", 0.1),
        assign("left", "not_considered", 0.0),
        degraded=True,
    )
    keep(connection, made, "f")
    standing = find_standing(connection, ["a", "nobody"])["a"]
    assert list(standing.tags.items()) == [("high", "assigned"), ("out", "excluded"), ("low", "review")]
    assert set(standing.kinds.values()) == {"tags"}
    assert (standing.decision, standing.fingerprint, standing.digest) == ("d", "f", made.article.digest)
    assert standing.degraded
    assert standing.unreadable


def test_what_stands_is_found_for_more_articles_than_a_statement_takes(connection: Connection) -> None:
    keep(connection, decide("d"))
    assert list(find_standing(connection, [*map(str, range(1200)), "a", "a"])) == ["a"]


def _make_stand(connection: Connection, id_: str, fingerprint: str) -> str:
    made = decide(id_)
    return keep_decision(connection, made, key="a", fingerprint=fingerprint, stands=True, job=None).id


def test_of_two_who_come_to_the_same_decision_one_keeps_it(database: Database) -> None:
    database.write_now(lambda c: keep_article(c, build(), "a", NOON))
    assert overlap(database, lambda c, number: _make_stand(c, f"d{number}", "f")) == ("d0", "d0")
    tables = (decision, assignment, stood)
    assert database.read_now(lambda c: [count(c, table) for table in tables]) == [1, 1, 1]


def test_of_two_who_decide_about_an_article_the_last_one_stands(database: Database) -> None:
    database.write_now(lambda c: keep_article(c, build(), "a", NOON))
    overlap(database, lambda c, number: _make_stand(c, f"d{number}", f"f{number}"))
    assert database.read_now(_list_stood) == ["d0", "d1"]
    assert database.read_now(_find_standing_id) == "d1"
