"""Who pays for what is done later is looked up then: with the budget of then, and only while it may pay."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.domain.errand import Payer, bill_key, bill_source
from app.domain.source import Source
from app.jobs.paying import find_payer
from app.store.database import Database
from app.store.keys import keep_key
from app.store.sources import keep_source
from tests.empty_stores import open_empty_store
from tests.jobs.keys_of_payers import build_key

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Database]:
    database = open_empty_store(tmp_path)
    yield database
    database.close()


def _find(store: Database, reference: str) -> Payer | str:
    return store.read_now(lambda c: find_payer(c, reference, NOW))


def test_who_was_billed_is_found_again_with_the_budget_of_now(store: Database) -> None:
    source = Source(name="blog", cms="ghost", created_at=NOW, budget_day_usd=1.0)
    key = build_key(budget_day_usd=1.0)
    store.write_now(lambda c: keep_source(c, source))
    store.write_now(lambda c: keep_key(c, key))
    changed = bill_source(source.model_copy(update={"budget_day_usd": 2.0}))
    store.write_now(lambda c: keep_source(c, source.model_copy(update={"budget_day_usd": 2.0})))
    assert _find(store, bill_source(source).reference) == changed
    assert _find(store, bill_key(key).reference) == bill_key(key)


@pytest.mark.parametrize(
    ("terms", "why"),
    [
        pytest.param(
            {"revoked_at": NOW - timedelta(days=1)}, "The key 'News', which pays for it, was revoked.", id="revoked"
        ),
        pytest.param(
            {"expires_at": NOW}, "The key 'News', which pays for it, expired at 2026-11-22 12:00 UTC.", id="expired"
        ),
    ],
)
def test_a_key_that_is_over_pays_for_nothing_more(store: Database, terms: dict[str, object], why: str) -> None:
    store.write_now(lambda c: keep_key(c, build_key("k", **terms)))
    assert _find(store, "key:k") == why


@pytest.mark.parametrize("reference", ["key:gone", "source:gone", "", "no reference"])
def test_what_is_not_there_pays_for_nothing(store: Database, reference: str) -> None:
    assert "is not there any more" in str(_find(store, reference))
