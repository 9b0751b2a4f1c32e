"""The installation's secret: made once, read ever after, told about when it cannot be."""

from pathlib import Path

import pytest

from app.errors import BadSetting
from app.prompting.secret import NAME, SIZE, load_secret


def test_it_is_made_once_and_stays(tmp_path: Path) -> None:
    secret = load_secret(tmp_path / "data")
    assert len(secret) == SIZE
    assert load_secret(tmp_path / "data") == secret
    assert [path.name for path in (tmp_path / "data").iterdir()] == [NAME]


def test_nobody_else_can_read_it(tmp_path: Path) -> None:
    load_secret(tmp_path)
    assert (tmp_path / NAME).stat().st_mode & 0o077 == 0


def test_two_installations_differ(tmp_path: Path) -> None:
    assert load_secret(tmp_path / "a") != load_secret(tmp_path / "b")


def test_a_file_that_holds_something_else_is_named(tmp_path: Path) -> None:
    (tmp_path / NAME).write_bytes(b"short")
    with pytest.raises(BadSetting, match="Delete it"):
        load_secret(tmp_path)


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(BadSetting, match="SCOPENOTE_SECRET"):
        load_secret(tmp_path / "file")
