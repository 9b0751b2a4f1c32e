"""`scopenote backup`: a copy of the store, and never in the place of something else."""

from pathlib import Path

import pytest

from tests.cli.archive import Archive, build_archive


@pytest.fixture
def archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Archive:
    made = build_archive(tmp_path, monkeypatch)
    made.read("jobs", "list")
    return made


def test_the_store_is_copied_and_an_earlier_copy_replaced_only_by_force(archive: Archive) -> None:
    copy = str(archive.folder / "copy.db")
    assert archive.call("backup", copy) == (0, "", f"The store is copied to {copy!r}.\n")
    code, _, err = archive.call("backup", copy)
    assert (code, "is there already. Name another file, or say --force" in err) == (2, True)
    assert archive.call("backup", copy, "--force")[0] == 0


def test_force_replaces_nothing_else(archive: Archive) -> None:
    before = archive.bread.read_text()
    code, _, err = archive.call("backup", str(archive.bread), "--force")
    assert (code, "is no copy of a Scopenote store" in err) == (2, True)
    assert archive.bread.read_text() == before
