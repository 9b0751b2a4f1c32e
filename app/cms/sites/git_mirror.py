"""Owns our bare copy of a repository: fetched, read file by file, and pushed to, one commit at a time."""

import contextlib
import re
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from app.cms.sites.git_command import Git
from app.cms.sites.git_lock import holding
from app.cms.sites.reading import find_moment
from app.errors import BadInput, CmsUnavailable, NotKept

MAX_FILE: Final = 8 * 1024 * 1024
FETCH_S: Final = 900.0
"""The first time, all of the branch's history comes."""
STALE: Final = timedelta(minutes=30)
"""A lock that is older than this was left by a process that died."""
PROPOSED: Final = "scopenote/"
"""Branches of ours begin so."""
_MIRRORED: Final = "refs/mirrored/"
_BRANCH: Final = re.compile(r"(?![-/.])(?!.*(?:\.\.|//|@\{|\.lock(?:/|$)))[^\x00-\x20\x7f~^:?*\[\\]{1,200}(?<![/.])")
_FILE_MODES: Final = {"100644", "100755"}


@dataclass(frozen=True)
class Blob:
    """A file as it is in a commit."""

    commit: str
    mode: str
    sha: str
    data: bytes


@dataclass(frozen=True)
class Signed:
    """What stands on a commit of ours beside the change."""

    name: str
    email: str
    at: datetime
    message: str


def check_branch(name: str) -> str:
    """The name of a branch.

    Raises:
        BadInput: no branch can have it.
    """
    if not _BRANCH.fullmatch(name):
        raise BadInput(f"{name[:100]!r} is no name of a branch. Name the one that the site is built from.")
    return name


class Mirror:
    """The copy, made on first use. `branch` None: the one that the repository calls its own."""

    def __init__(self, git: Git, branch: str | None, now: Callable[[], datetime]) -> None:
        self._git = git
        self._now = now
        self._branch = check_branch(branch) if branch else None

    def hold(self) -> AbstractAsyncContextManager[None]:
        """Have the copy alone for a while: what is fetched, read and pushed in it belongs together."""
        return holding(self._git.folder)

    async def fetch(self) -> str:
        """Bring the copy up to date; gives the commit at the branch's head.

        Raises:
            BadInput: there is no such repository or branch, or we may not read it.
            CmsUnavailable: it cannot be reached just now.
        """
        await self._make()
        branch = await self.find_branch()
        wanted = [f"+refs/heads/{name}:{_MIRRORED}{name}" for name in (branch, f"{PROPOSED}*")]
        how = ["--quiet", "--prune", "--no-tags", "--no-write-fetch-head"]
        ran = await self._git.run("fetch", *how, "--", self._git.remote.url, *wanted, timeout_s=FETCH_S)
        if ran.code and "couldn't find remote ref" in ran.error:
            raise BadInput(
                f"{self._git.remote.url} has no branch {branch!r}. Name one in the source's option `branch`."
            )
        if ran.code:
            raise self._git.refuse(ran)
        return await self._resolve(branch) or ""

    async def find_branch(self) -> str:
        """The branch that the site is built from."""
        if self._branch is None:
            told = await self._git.ask("ls-remote", "--symref", "--", self._git.remote.url, "HEAD")
            found = re.match(rb"ref: refs/heads/([^\t\n]+)\tHEAD", told)
            if found is None:
                remedy = "Name one in the source's option `branch`."
                raise BadInput(f"{self._git.remote.url} does not say which branch is its own. {remedy}")
            self._branch = check_branch(found[1].decode("utf-8", "replace"))
        return self._branch

    async def find_proposal(self, name: str, head: str) -> str | None:
        """The commit of a branch of ours that waits to be merged, None where there is none or it has been."""
        tip = await self._resolve(PROPOSED + name)
        if tip is None or (await self._git.run("merge-base", "--is-ancestor", tip, head)).code == 0:
            return None
        return tip

    async def read(self, commit: str, path: str) -> Blob:
        """A file.

        Raises:
            NotKept: the commit has no such file, or it is a link, or too large.
        """
        told = await self._git.ask("ls-tree", "-z", "--full-tree", commit, "--", path)
        mode, _, rest = told.partition(b" ")
        kind, _, rest = rest.partition(b" ")
        sha, _, name = rest.partition(b"\t")
        if mode.decode() not in _FILE_MODES or kind != b"blob" or name.rstrip(b"\0") != path.encode():
            raise NotKept(f"{self._git.remote.url} has no file {path!r} on the branch of its site.")
        size = int(await self._git.ask("cat-file", "-s", sha.decode()))
        if size > MAX_FILE:
            raise NotKept(f"{path!r} has {size:,} bytes: files over {MAX_FILE // 1024**2} MB are not read.")
        return Blob(commit, mode.decode(), sha.decode(), await self._git.ask("cat-file", "blob", sha.decode()))

    async def find_parent(self, commit: str) -> str | None:
        """The first parent, None for a first commit."""
        ran = await self._git.run("rev-parse", "--verify", "--quiet", f"{commit}^")
        return ran.out.decode().strip() or None

    async def find_change(self, commit: str, path: str) -> datetime | None:
        """When a file was last changed."""
        told = await self._git.ask("log", "-1", "--format=%cI", commit, "--", path)
        return find_moment(told.decode().strip())

    async def list_changes(self, head: str, since: datetime | None) -> list[tuple[str, datetime]]:
        """The files that are there and changed since, oldest first, each with the moment of its last change."""
        there = set(_list_names(await self._git.ask("ls-tree", "-r", "-z", "--name-only", "--full-tree", head)))
        limits = [f"--since={since.isoformat()}"] if since else []
        form = ["--first-parent", "-m", "--no-renames", "--name-only", "-z", "--format=%x1e%cI"]
        told = await self._git.ask("log", *form, *limits, head, "--")
        changed: dict[str, datetime] = {}
        moment = None
        for name in _list_names(told):
            if name.startswith("\x1e"):
                moment = find_moment(name[1:])
            elif moment and name in there:
                changed.setdefault(name, moment)
        return sorted(changed.items(), key=lambda change: change[1])

    async def commit(self, blob: Blob, path: str, data: bytes, signed: Signed) -> str:
        """A commit on top of the blob's one, with other bytes in this file and nothing else changed; not pushed yet."""
        sha = (await self._git.ask("hash-object", "-w", "--stdin", stdin=data)).decode().strip()
        with tempfile.TemporaryDirectory(dir=self._git.folder, prefix="index-") as folder:
            index = {"GIT_INDEX_FILE": str(Path(folder) / "index")}
            await self._git.ask("read-tree", blob.commit, more=index)
            entry = f"{blob.mode} {sha}\t{path}\0".encode()
            await self._git.ask("update-index", "-z", "--index-info", stdin=entry, more=index)
            tree = (await self._git.ask("write-tree", more=index)).decode().strip()
        moment = f"{int(signed.at.timestamp())} +0000"
        who = {
            f"GIT_{role}_{part}": value
            for role in ("AUTHOR", "COMMITTER")
            for part, value in (("NAME", signed.name), ("EMAIL", signed.email), ("DATE", moment))
        }
        told = await self._git.ask("commit-tree", tree, "-p", blob.commit, stdin=signed.message.encode(), more=who)
        return told.decode().strip()

    async def push(self, commit: str) -> bool:
        """Move the site's branch on to a commit; False where somebody else was first."""
        return await self._push(f"{commit}:refs/heads/{await self.find_branch()}")

    async def propose(self, commit: str | None, name: str) -> bool:
        """Set a branch of ours to a commit, None takes it away; False where somebody else has changed it meanwhile."""
        there = await self._resolve(PROPOSED + name) or ""
        branch = f"refs/heads/{PROPOSED}{name}"
        return await self._push(f"{commit or ''}:{branch}", f"--force-with-lease={branch}:{there}")

    async def _push(self, change: str, *options: str) -> bool:
        ran = await self._git.run("push", "--quiet", *options, "--", self._git.remote.url, change)
        if ran.code and re.search(
            r"rejected\] .*\((?:fetch first|non-fast-forward|stale info)|cannot lock ref", ran.error
        ):
            return False
        if ran.code:
            raise self._git.refuse(ran)
        return True

    async def _resolve(self, branch: str) -> str | None:
        ran = await self._git.run("rev-parse", "--verify", "--quiet", f"{_MIRRORED}{branch}^{{commit}}")
        return ran.out.decode().strip() or None

    async def _make(self) -> None:
        """Make the copy where there is none, in one step, and free it from what a process that died has left."""
        folder = self._git.folder
        try:
            if folder.exists():
                self._free()
                return
            folder.parent.mkdir(exist_ok=True)  # and no more: the data folder may be away for a moment
            with tempfile.TemporaryDirectory(dir=folder.parent, prefix="new-") as begun:
                made = Path(begun) / "made.git"
                await self._git.init(made)
                with contextlib.suppress(FileExistsError):
                    made.rename(folder)
        except OSError as error:
            if not folder.exists():
                said = f"{folder} cannot be made for a copy of the repository: {error.strerror}."
                raise CmsUnavailable(said) from error

    def _free(self) -> None:
        oldest = (self._now() - STALE).timestamp()
        for lock in [*self._git.folder.glob("*.lock"), *self._git.folder.glob("refs/**/*.lock")]:
            with contextlib.suppress(FileNotFoundError):
                if lock.stat().st_mtime < oldest:
                    lock.unlink()


def _list_names(told: bytes) -> Iterator[str]:
    """The names that git printed with -z; what is not UTF-8 cannot be an article's id and is left out."""
    for raw in told.split(b"\0"):
        try:
            name = raw.lstrip(b"\n").decode()
        except UnicodeDecodeError:
            continue
        if name:
            yield name
