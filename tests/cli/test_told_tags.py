"""What a run says of tags: how many came by decision, and how many came into files."""

from pathlib import Path

import pytest

from tests.cli.archive import BREAD, Archive, build_archive


@pytest.fixture
def archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Archive:
    made = build_archive(tmp_path, monkeypatch)
    made.boards.unlink()
    return made


def _run(archive: Archive, *options: str) -> list[str]:
    """What a run says of tags that were gained and lost."""
    code, _, err = archive.call("reclassify", str(archive.content), *options)
    assert code == 0, err
    return [line for line in err.splitlines() if line.startswith(("gained", "lost"))]


def test_a_tag_that_was_there_by_hand_is_gained_and_not_written(archive: Archive) -> None:
    archive.bread.write_text(BREAD.replace("  - old", "  - Baking\n  - old"))
    assert _run(archive, "--write") == ["gained 1 tag, 0 written to 0 files: baking (1)"]


def test_tags_that_were_decided_before_are_told_when_they_are_written(archive: Archive) -> None:
    assert _run(archive) == ["gained 1 tag: baking (1)"]
    assert _run(archive, "--write") == ["gained 0 tags, 1 written to 1 file"]
    archive.bread.write_text(archive.bread.read_text().replace(BREAD.split("---\n")[2], "Parliament votes on taxes.\n"))
    assert _run(archive, "--write") == ["lost 1 tag, 1 removed from 1 file: baking (1)"]
