"""Fixtures of the tests of category files: a folder to write definitions into."""

from pathlib import Path

import pytest

from tests.category_files.made_files import Write


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes definitions as they are given, byte for byte, into a folder `taxonomy`."""

    def write_files(files: dict[str, str]) -> Path:
        for name, text in files.items():
            path = tmp_path / "taxonomy" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="")
        return tmp_path / "taxonomy"

    return write_files
