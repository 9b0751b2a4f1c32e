"""What a run says of tags: how many came by decision, and how many came into files."""

import json
from pathlib import Path

import pytest

from tests.cli.archive import BREAD, Archive, build_archive

HELD_BACK = "1 tag held back: it was taken out of its file since it was written (by hand, or by restoring the files)."


@pytest.fixture
def archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Archive:
    made = build_archive(tmp_path, monkeypatch)
    made.boards.unlink()
    return made


def _run(archive: Archive, *options: str) -> list[str]:
    """What a run says of tags that were gained and lost."""
    code, _, err = archive.call("reclassify", str(archive.content), *options)
    assert code == 0, err
    return [line for line in err.splitlines() if line.startswith(("gained", "lost")) or "held back" in line]


def test_a_tag_that_was_there_by_hand_is_gained_and_not_written(archive: Archive) -> None:
    archive.bread.write_text(BREAD.replace("  - old", "  - Baking\n  - old"))
    assert _run(archive, "--write", "--yes") == ["gained 1 tag, 0 written to 0 files: baking (1)"]


def test_tags_that_were_decided_before_are_told_when_they_are_written(archive: Archive) -> None:
    assert _run(archive) == ["gained 1 tag: baking (1)"]
    assert _run(archive, "--write", "--yes") == ["gained 0 tags, 1 written to 1 file"]
    archive.bread.write_text(archive.bread.read_text().replace(BREAD.split("---\n")[2], "Parliament votes on taxes.\n"))
    assert _run(archive, "--write", "--yes") == ["lost 1 tag, 1 removed from 1 file: baking (1)"]


def test_tags_that_are_held_back_are_told_and_put_back_where_that_is_asked_for(archive: Archive) -> None:
    assert _run(archive, "--write", "--yes") == ["gained 1 tag, 1 written to 1 file: baking (1)"]
    tagged = archive.bread.read_text()
    archive.bread.write_text(BREAD)
    (told,) = _run(archive, "--write", "--yes")
    assert told == f"{HELD_BACK} `scopenote reclassify SOURCE --write --put-back` writes them again."
    job_id = archive.read("jobs", "list")[0]["id"]
    (line,) = archive.call("jobs", "report", job_id)[1].splitlines()
    assert json.loads(line)["held_back"] == ["baking"]
    assert archive.bread.read_text() == BREAD
    assert _run(archive, "--write", "--put-back", "--yes") == ["gained 0 tags, 1 written to 1 file"]
    assert archive.bread.read_text() == tagged


def test_a_category_that_is_defined_no_more_takes_its_tags_out_of_the_files(archive: Archive) -> None:
    _run(archive, "--write", "--yes")
    (archive.folder / "definitions/baking.md").unlink()
    assert _run(archive, "--write", "--yes") == ["lost 1 tag, 1 removed from 1 file: baking (1)"]
    assert archive.bread.read_text() == BREAD
