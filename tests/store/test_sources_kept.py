"""Sources and their secrets: kept by name, several secrets at a time, none of them shown."""

from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr

from app.domain.source import Secret, Source, Use
from app.errors import Damaged, NotKept
from app.store.callbacks import list_callbacks, queue_callback
from app.store.cms_articles import find_cms_article, take_up
from app.store.connection import Connection
from app.store.sources import (
    drop_secret,
    drop_source,
    find_source,
    keep_secret,
    keep_source,
    list_secrets,
    list_sources,
    load_source,
)
from tests.store.test_cms_kept import make_callback

pytest_plugins = ("tests.store.transactions",)

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
BLOG = Source(
    name="blog", cms="ghost", created_at=NOON, site="https://blog.example", mode="draft", options={"event": "p"}
)


def build_secret(id: str, value: str = "s", *, use: Use = "verify", minutes: int = 0) -> Secret:  # noqa: A002 - its word
    return Secret(id=id, source="blog", use=use, value=SecretStr(value), added_at=NOON + timedelta(minutes=minutes))


@pytest.fixture
def kept(connection: Connection) -> Connection:
    """A store with one source."""
    keep_source(connection, BLOG)
    return connection


def list_values(c: Connection, use: Use = "verify", now: datetime = NOON) -> list[str]:
    return [secret.value.get_secret_value() for secret in list_secrets(c, "blog", use, now)]


def test_a_source_is_found_as_it_was_kept(kept: Connection) -> None:
    assert load_source(kept, "blog") == BLOG
    assert find_source(kept, "blog") == BLOG


def test_a_source_of_the_same_name_is_replaced_and_keeps_its_secrets(kept: Connection) -> None:
    keep_secret(kept, build_secret("s1"))
    changed = BLOG.model_copy(update={"mode": "apply"})
    keep_source(kept, changed)
    assert list_sources(kept) == [changed]
    assert list_values(kept) == ["s"]


@pytest.mark.parametrize("name", ["shop", "", "Blog", "b\x00", "\ud800", "b" * 5000])
def test_a_source_that_nobody_added_is_not_there(kept: Connection, name: str) -> None:
    assert find_source(kept, name) is None
    with pytest.raises(NotKept, match="scopenote sources list"):
        load_source(kept, name)


def test_sources_are_listed_by_name(kept: Connection) -> None:
    keep_source(kept, BLOG.model_copy(update={"name": "archive"}))
    assert [source.name for source in list_sources(kept)] == ["archive", "blog"]


def test_several_secrets_count_at_a_time_the_newest_first(kept: Connection) -> None:
    for number, value in enumerate(("old", "new")):
        keep_secret(kept, build_secret(value, value, minutes=number))
    keep_secret(kept, build_secret("other", "token", use="write"))
    assert list_values(kept) == ["new", "old"]
    assert list_values(kept, "write") == ["token"]
    assert list_values(kept, "callback") == []


def test_a_secret_counts_until_its_end(kept: Connection) -> None:
    keep_secret(kept, build_secret("s1").model_copy(update={"until": NOON}))
    assert list_values(kept, now=NOON - timedelta(seconds=1)) == ["s"]
    assert list_values(kept, now=NOON) == []


def test_a_secret_of_the_same_id_is_replaced(kept: Connection) -> None:
    keep_secret(kept, build_secret("s1"))
    keep_secret(kept, build_secret("s1").model_copy(update={"until": NOON}))
    assert list_values(kept) == []


def test_a_secret_that_is_dropped_does_not_count(kept: Connection) -> None:
    keep_secret(kept, build_secret("s1"))
    drop_secret(kept, "s1")
    drop_secret(kept, "s1")
    assert list_values(kept) == []


def test_a_secret_needs_a_source(connection: Connection) -> None:
    with pytest.raises(NotKept):
        keep_secret(connection, build_secret("s1"))


def test_a_source_that_is_dropped_leaves_nothing_known_of_its_articles_and_nobody_is_told_more(
    kept: Connection,
) -> None:
    take_up(kept, "blog:1", "blog", NOON)
    queue_callback(kept, make_callback())
    drop_source(kept, "blog")
    assert find_cms_article(kept, "blog:1") is None
    assert [one.state for one in list_callbacks(kept, "blog")] == ["stopped"]


def test_a_source_that_is_dropped_leaves_no_secret(kept: Connection) -> None:
    keep_secret(kept, build_secret("s1"))
    drop_source(kept, "blog")
    assert list_sources(kept) == []
    keep_source(kept, BLOG)
    assert list_values(kept) == []
    with pytest.raises(NotKept):
        drop_source(kept, "shop")


def test_no_secret_is_shown_where_one_is_printed(kept: Connection) -> None:
    keep_secret(kept, build_secret("s1", "hush-hush"))
    assert "hush" not in repr(list_secrets(kept, "blog", "verify", NOON))


def test_a_damaged_source_is_named(kept: Connection) -> None:
    kept.exec_driver_sql("UPDATE source SET document = '{'")
    with pytest.raises(Damaged, match="the source 'blog'"):
        load_source(kept, "blog")


@pytest.mark.parametrize("name", ["\0", "\ud800", "x" * 5_000])
def test_a_name_that_somebody_made_up_has_no_secrets(kept: Connection, name: str) -> None:
    assert list_secrets(kept, name, "verify", NOON) == []
