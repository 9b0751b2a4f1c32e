"""Owns what a job's sources name: folders and files of articles, read one after the other."""

import os
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path, PurePath
from typing import Final

from app.errors import BadFile, BadInput
from app.jobs.files.replacing import digest_bytes
from app.jobs.planning.file_digest import digest_reading
from app.jobs.planning.json_lines import LINES, list_lines

STORED: Final = "stored:"
"""The source that means all articles of the store."""
SUFFIXES: Final = frozenset({".md", ".markdown", ".mdx", ".mkd", ".mdown", ".html", ".htm", ".xhtml", ".txt"})
_NOT_CONTENT: Final = frozenset({"node_modules", "_site", "_layouts", "_includes", "_sass", "_data"})
"""Folders of Jekyll and of npm that hold no articles."""
NAME_ANOTHER: Final = "Name a folder, an article file, a .jsonl file, or stored: for what the store has."


@dataclass(frozen=True, slots=True)
class Document:
    """An article as it lies in a source, not parsed yet.

    `name` is for messages and ends as the file does. `key` is what the article is kept under
    unless it brings an id; None: its digest. `raw` is the digest of its bytes, `reading` that
    of what they are read as. `path` and `modified` are of the file that it has to itself; None for
    a line of one.
    """

    name: str
    data: bytes
    raw: str
    reading: str
    key: str | None = None
    path: str | None = None
    modified: datetime | None = None


def resolve(source: str) -> str:
    """The source as a path that means the same from any folder.

    Raises:
        BadFile: there is no such file or folder.
        BadInput: it is no path at all.
    """
    if source == STORED:
        return source
    if not source or "\0" in source:
        raise BadInput(f"{source!r} is no source. {NAME_ANOTHER}")
    try:
        path = Path(source).expanduser().absolute()
        path.stat()
    except (OSError, RuntimeError) as error:
        problem = error.strerror if isinstance(error, OSError) else str(error)
        raise BadFile(source, f"cannot be read: {problem}", NAME_ANOTHER) from error
    return os.path.normpath(path)


def leave_out(_: Path) -> None:
    """For those who need not know which section pages are left out."""


def list_documents(
    sources: Sequence[str], *, max_bytes: int, skip: Callable[[Path], None] = leave_out
) -> Generator[Document | BadFile]:
    """The documents of resolved sources, in an order that stays the same; BadFile for what cannot be read.

    `skip` is told of Hugo's section pages, which are left out.
    """
    for source in sources:
        path = Path(source)
        if source == STORED:
            continue
        if path.is_dir():
            yield from _list_folder(path, max_bytes, skip)
        elif path.suffix.lower() in LINES:
            for name, line in list_lines(path, max_bytes=max_bytes):
                yield line if isinstance(line, BadFile) else _compose(name, line, path.name)
        else:
            yield _read_file(path, f"{path.parent.name}/{path.name}", max_bytes)


def _list_folder(root: Path, max_bytes: int, skip: Callable[[Path], None]) -> Iterator[Document | BadFile]:
    for found in _walk(root, root.resolve(), skip):
        if isinstance(found, BadFile):
            yield found
        else:
            yield _read_file(found, f"{root.name}/{found.relative_to(root).as_posix()}", max_bytes)


def _walk(root: Path, inside: Path, skip: Callable[[Path], None]) -> Iterator[Path | BadFile]:
    """The article files under a folder, those that lie in it before those further down, by name."""
    pending = [root]
    while pending:
        folder = pending.pop()
        try:
            with os.scandir(folder) as listed:
                entries = sorted(listed, key=lambda entry: entry.name)
        except OSError as error:
            yield BadFile(folder, f"cannot be listed: {error.strerror}", "Let it be read, or leave it out.")
            continue
        folders = []
        for entry in entries:
            path = folder / entry.name
            if entry.is_symlink():
                yield from _follow(path, inside)
            elif entry.is_dir(follow_symlinks=False):
                folders += [path] if _may_hold_articles(entry.name) else []
            elif is_article(entry.name) and entry.is_file(follow_symlinks=False):
                yield path
            elif _is_section_page(entry.name):
                skip(path)
        pending += reversed(folders)


def is_article(name: str) -> bool:
    """Whether a file of a folder is an article by its name.

    Not README, and no name that begins with a dot or an underscore: Hugo's `_index.md` is a list
    of articles.
    """
    path = PurePath(name)
    return path.suffix.lower() in SUFFIXES and path.stem.upper() != "README" and not name.startswith((".", "_"))


def _is_section_page(name: str) -> bool:
    """Whether it is Hugo's page of a section by its name: `_index.md`, `_index.en.md`."""
    return name.startswith("_index.") and PurePath(name).suffix.lower() in SUFFIXES


def _may_hold_articles(name: str) -> bool:
    """Jekyll's articles are in `_posts` and `_drafts`, so that an underscore alone says nothing."""
    return not name.startswith(".") and name not in _NOT_CONTENT


def _follow(link: Path, inside: Path) -> Iterator[Path | BadFile]:
    """A link to a file in the folder that is met by no other name."""
    try:
        target = link.resolve(strict=True)
        stays, is_folder, is_file = target.is_relative_to(inside), target.is_dir(), target.is_file()
    except (OSError, RuntimeError):
        target, stays, is_folder, is_file = link, False, False, True
    wanted = _may_hold_articles(link.name) if is_folder else is_file and is_article(link.name)
    if not wanted:
        return
    if not stays:
        yield BadFile(link, "is a link that leads out of the folder, or nowhere", "Name its target as a source.")
    elif is_file and not _is_met(target.relative_to(inside)):
        yield link


def _is_met(path: PurePath) -> bool:
    """Whether a file is read as an article where it lies, by its path in the folder."""
    return is_article(path.name) and all(map(_may_hold_articles, path.parts[:-1]))


def _read_file(path: Path, key: str, max_bytes: int) -> Document | BadFile:
    try:
        str(path).encode()
    except UnicodeEncodeError:
        return BadFile(repr(str(path)), "has a name that is not UTF-8", "Rename it.")
    try:
        with path.open("rb") as file:
            modified = datetime.fromtimestamp(os.fstat(file.fileno()).st_mtime, UTC)
            data = file.read(max_bytes + 1)
    except (OSError, ValueError, OverflowError) as error:
        problem = error.strerror if isinstance(error, OSError) else str(error)
        return BadFile(path, f"cannot be read: {problem}", "Let it be read, or leave it out.")
    if len(data) > max_bytes:
        return BadFile(path, f"is over {max_bytes:,} bytes", "Split it, or raise SCOPENOTE_MAX_BODY_BYTES.")
    return replace(_compose(str(path), data, path.name), key=key, path=str(path), modified=modified)


def _compose(name: str, data: bytes, file_name: str) -> Document:
    raw = digest_bytes(data)
    return Document(name, data, raw, digest_reading(raw, file_name))
