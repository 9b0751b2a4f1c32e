"""What was learned about servers outlives the process for a day, and no file can do harm."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.llm.server.capability_memory import MAX_ENTRIES, CapabilityMemory, Known

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
KNOWN = Known(at=NOW, dropped=frozenset({"temperature"}), left=frozenset({"strict"}), proven="schema")


def test_it_remembers_across_processes(tmp_path: Path) -> None:
    CapabilityMemory(tmp_path / "cache").keep("http://a/v1", "m", KNOWN)
    CapabilityMemory(tmp_path / "cache").keep("http://b/v1", "m", Known(at=NOW))
    memory = CapabilityMemory(tmp_path / "cache")
    assert (memory.find("http://a/v1", "m"), memory.find("http://a/v1", "other")) == (KNOWN, None)
    assert [path.name for path in (tmp_path / "cache").iterdir()] == ["capabilities.json"]


def test_without_a_folder_it_remembers_as_long_as_it_lives() -> None:
    memory = CapabilityMemory(None)
    memory.keep("http://a/v1", "m", KNOWN)
    assert memory.find("http://a/v1", "m") == KNOWN
    assert CapabilityMemory(None).find("http://a/v1", "m") is None


def _entry(**known: object) -> str:
    at = {"at": "2026-11-22T12:00:00Z"}
    return json.dumps({"version": 1, "entries": [{"server": "s", "model": "m", "known": {**at, **known}}]})


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param("{", id="cut off"),
        pytest.param("[" * 100_000, id="nested without end"),
        pytest.param(" " * 1_000_000 + _entry(), id="too long"),
        pytest.param('{"version": 2, "entries": []}', id="of another version"),
        pytest.param(_entry(dropped=["messages"]), id="drops what is needed"),
        pytest.param(_entry(left=["all"]), id="no rung"),
        pytest.param(_entry(at="yesterday"), id="no time"),
        pytest.param(_entry(at="2026-11-22T12:00:00"), id="a time of no zone"),
        pytest.param(_entry(more=1), id="an unknown field"),
    ],
)
def test_a_file_that_is_not_ours_is_ignored_and_replaced(tmp_path: Path, text: str) -> None:
    (tmp_path / "capabilities.json").write_text(text)
    memory = CapabilityMemory(tmp_path)
    assert memory.find("s", "m") is None
    memory.keep("s", "m", KNOWN)
    assert CapabilityMemory(tmp_path).find("s", "m") == KNOWN


def test_a_file_of_ours_is_read(tmp_path: Path) -> None:
    (tmp_path / "capabilities.json").write_text(_entry(dropped=["temperature"]))
    assert CapabilityMemory(tmp_path).find("s", "m") is not None


def test_a_file_that_is_no_text_is_ignored(tmp_path: Path) -> None:
    (tmp_path / "capabilities.json").write_bytes(b"\xff\x00")
    assert CapabilityMemory(tmp_path).find("s", "m") is None


def test_a_folder_that_cannot_be_written_is_not_complained_about(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    memory = CapabilityMemory(tmp_path / "file")
    memory.keep("s", "m", KNOWN)
    assert memory.find("s", "m") == KNOWN


def test_the_oldest_makes_room(tmp_path: Path) -> None:
    at = "2026-11-22T12:00:00Z"
    entries = [{"server": f"s{n}", "model": "m", "known": {"at": at}} for n in range(MAX_ENTRIES - 1)]
    entries.append({"server": "old", "model": "m", "known": {"at": "2026-11-20T12:00:00Z"}})
    (tmp_path / "capabilities.json").write_text(json.dumps({"version": 1, "entries": entries}))
    CapabilityMemory(tmp_path).keep("new", "m", KNOWN)
    memory = CapabilityMemory(tmp_path)
    assert memory.find("new", "m") == KNOWN
    assert memory.find("s0", "m") is not None
    assert memory.find("old", "m") is None


@pytest.mark.parametrize("server", ["x" * 5_000, "http://\udc80/v1"], ids=["endless", "half a character"])
def test_a_name_that_no_file_can_hold_is_kept_in_memory_alone(tmp_path: Path, server: str) -> None:
    memory = CapabilityMemory(tmp_path)
    memory.keep("s", "m", KNOWN)
    memory.keep(server, "m", KNOWN)
    assert memory.find(server, "m") == KNOWN
    assert CapabilityMemory(tmp_path).find("s", "m") == KNOWN


@pytest.mark.parametrize(
    ("age", "is_fresh"),
    [
        pytest.param(timedelta(0), True, id="just learned"),
        pytest.param(timedelta(hours=23), True, id="today"),
        pytest.param(timedelta(days=1), False, id="a day old"),
        pytest.param(timedelta(seconds=-1), False, id="from the future"),
    ],
)
def test_it_is_good_for_a_day(age: timedelta, is_fresh: bool) -> None:
    assert KNOWN.is_fresh(NOW + age) is is_fresh
