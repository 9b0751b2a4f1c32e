"""Verdicts are kept by what they depend on; a reply that could not be read is asked for a few times more."""

from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.domain.verdict import Check, Verdict
from app.store.connection import Connection
from app.store.database import Database
from app.store.verdicts import MOST_TRIES, KeptVerdict, find_verdicts, forget_unreadable, keep_verdicts
from tests.store.kept_values import NOON, overlap

pytest_plugins = ("tests.store.transactions",)

READABLE = Verdict(
    category_id="cup",
    topics=(Check(about="cup#t1", sentences=(1, 2), quote="won\0 the cup", further=("again",)),),
    rationale="It says so.",
    strength=0.1 + 0.2,
    depth=1 / 3,
)
OTHER = Verdict(category_id="cup")
UNREADABLE = Verdict(category_id="cup", unreadable=True)


def _wrap(verdict: Verdict, fingerprint: str = "f", digest: str = "sha256:a") -> KeptVerdict:
    return KeptVerdict(
        fingerprint=fingerprint, digest=digest, judge="llm", model="m", prompt_version="p", verdict=verdict
    )


def _keep(connection: Connection, *verdicts: Verdict) -> None:
    for verdict in verdicts:
        keep_verdicts(connection, [_wrap(verdict)], NOON)


def test_a_verdict_comes_back_to_the_last_digit(connection: Connection) -> None:
    _keep(connection, READABLE)
    assert find_verdicts(connection, ["f", "g"]) == {"f": READABLE}


@pytest.mark.parametrize(
    ("kept", "found"),
    [
        pytest.param([READABLE, OTHER], READABLE, id="the first readable one stays"),
        pytest.param([READABLE, UNREADABLE], READABLE, id="an unreadable one does not replace it"),
        pytest.param([UNREADABLE, READABLE], READABLE, id="it replaces an unreadable one"),
        pytest.param([UNREADABLE] * (MOST_TRIES - 1), None, id="an unreadable one is to be asked for again"),
        pytest.param([UNREADABLE] * MOST_TRIES, UNREADABLE, id="but not for ever"),
        pytest.param([UNREADABLE] * MOST_TRIES + [READABLE], READABLE, id="and is replaced even then"),
    ],
)
def test_what_is_found(connection: Connection, kept: list[Verdict], found: Verdict | None) -> None:
    _keep(connection, *kept)
    assert find_verdicts(connection, ["f"]).get("f") == found


def test_unreadable_ones_are_forgotten_for_some_texts_only(connection: Connection) -> None:
    for _ in range(MOST_TRIES):
        keep_verdicts(connection, [_wrap(UNREADABLE, "f", "a"), _wrap(UNREADABLE, "g", "b")], NOON)
    keep_verdicts(connection, [_wrap(READABLE, "h", "a")], NOON)
    forget_unreadable(connection, ["a"])
    assert set(find_verdicts(connection, ["f", "g", "h"])) == {"g", "h"}


def test_no_verdicts_are_kept_and_found_as_well(connection: Connection) -> None:
    keep_verdicts(connection, [], NOON)
    forget_unreadable(connection, [])
    assert find_verdicts(connection, []) == {}


def test_more_verdicts_are_asked_for_than_a_statement_takes(connection: Connection) -> None:
    keep_verdicts(connection, [_wrap(OTHER, f"f{number}") for number in range(1100)], NOON)
    assert len(find_verdicts(connection, [f"f{number}" for number in range(1100)])) == 1100


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(kept=st.lists(st.sampled_from([READABLE, OTHER, UNREADABLE]), max_size=5), name=st.uuids())
def test_once_found_a_verdict_stays_found(connection: Connection, kept: list[Verdict], name: object) -> None:
    seen = []
    for verdict in kept:
        keep_verdicts(connection, [_wrap(verdict, str(name))], NOON)
        seen.append(find_verdicts(connection, [str(name)]).get(str(name)))
    assert all(before is None or before.unreadable or after == before for before, after in pairwise(seen))


def test_of_two_who_try_at_once_each_counts(database: Database) -> None:
    verdicts = [_wrap(UNREADABLE, f"f{number}") for number in range(20)]
    database.write_now(lambda c: keep_verdicts(c, verdicts, NOON))
    overlap(database, lambda c, number: keep_verdicts(c, verdicts[:: -1 if number else 1], NOON))
    found = database.read_now(lambda c: find_verdicts(c, [verdict.fingerprint for verdict in verdicts]))
    assert len(found) == 20
