"""One copy of a repository that several processes share: none spoils what another does, and none waits for ever."""

import shutil
import subprocess
import sys
from pathlib import Path

import anyio
import pytest

from app.cms.sites.git_lock import holding
from app.errors import CmsUnavailable
from tests.cms.sites.opened_sites import make_source, opened
from tests.cms.sites.repositories import TIDAL, Repository, run_git

pytestmark = [pytest.mark.anyio, pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")]

EACH = 5
WORDS = ("first", "second")


def _start(repository: Repository, mirrors: Path, word: str) -> subprocess.Popen[str]:
    paths = [f"content/{word}-{number}.md" for number in range(EACH)]
    command = [sys.executable, "-m", "tests.cms.sites.tagging_process", repository.url, str(mirrors), word, *paths]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True)  # noqa: S603 - ours


def test_two_processes_push_through_one_copy_and_lose_nothing(tmp_path: Path) -> None:
    repository, mirrors = Repository(tmp_path), tmp_path / "mirrors"
    repository.write({f"content/{word}-{number}.md": TIDAL for word in WORDS for number in range(EACH)})
    processes = [_start(repository, mirrors, word) for word in WORDS]
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    said = [process.communicate(timeout=60)[1] for process in processes]
    assert [process.returncode for process in processes] == [0, 0], said
    (mirror,) = mirrors.glob("*.git")
    for folder in (Path(repository.url), mirror):
        run_git(folder, "fsck", "--strict", "--no-dangling")
    assert len(repository.ask("rev-list", "main").split()) == 1 + len(WORDS) * EACH, "one commit for each write"
    for word in WORDS:
        for number in range(EACH):
            assert f"tags: [energy, {word}]" in repository.ask("show", f"main:content/{word}-{number}.md")


async def test_whoever_waits_too_long_for_the_copy_is_told(tmp_path: Path) -> None:
    async with holding(tmp_path / "a.git"):
        with pytest.raises(CmsUnavailable, match=r"longer than 0\.1 s"):
            async with holding(tmp_path / "a.git", wait_s=0.1):
                pytest.fail("two have it")
        async with holding(tmp_path / "b.git", wait_s=0.1):
            pass
    async with holding(tmp_path / "a.git", wait_s=0.1):
        pass


async def test_a_wait_that_is_called_off_leaves_the_copy_free(tmp_path: Path) -> None:
    async with holding(tmp_path / "a.git"):
        with anyio.move_on_after(0.1) as scope:
            async with holding(tmp_path / "a.git"):
                pytest.fail("two have it")
        assert scope.cancelled_caught
    async with holding(tmp_path / "a.git", wait_s=0.1):
        pass


async def test_where_no_lock_can_be_made_it_is_told(tmp_path: Path) -> None:
    (tmp_path / "mirrors").write_text("a file")
    async with opened(make_source("github", str(tmp_path / "x.git")), folder=tmp_path / "mirrors") as site:
        with pytest.raises(CmsUnavailable, match="cannot be made for a copy"):
            await site.look("a.md", None)
