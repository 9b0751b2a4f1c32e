"""A store that is made because none was there: said on stderr by whichever command comes first."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.archive import Archive, build_archive


@pytest.fixture
def archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Archive:
    return build_archive(tmp_path, monkeypatch)


def test_that_a_new_store_was_made_is_said_on_stderr_by_a_real_process(archive: Archive) -> None:
    command = [sys.executable, "-m", "app", "jobs", "list", "--json"]
    runs = [
        subprocess.run(command, env=archive.environment, capture_output=True, text=True, check=True)  # noqa: S603 - ours
        for _ in range(2)
    ]
    said = f"A new, empty store was made at {archive.folder / 'store.db'}\n"
    assert [(run.stdout, run.stderr) for run in runs] == [("[]\n", said), ("[]\n", "")]


def test_a_store_in_a_folder_that_is_not_there_is_refused(archive: Archive) -> None:
    mistyped = {"SCOPENOTE_DATABASE_URL": f"sqlite:///{archive.folder}/dta/store.db"}
    code, out, err = archive.call("jobs", "list", env=mistyped)
    assert (code, out, f"there is no folder {archive.folder}/dta" in err) == (2, "", True)
    assert not (archive.folder / "dta").exists()


def test_the_folder_of_the_store_that_nobody_named_is_made(archive: Archive) -> None:
    code, _, err = archive.call("jobs", "list", env={"SCOPENOTE_DATABASE_URL": ""})
    assert (code, err) == (0, "")
    assert (archive.folder / "data" / "scopenote" / "store.db").exists()
