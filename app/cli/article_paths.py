"""Owns what a path on the command line names: a file, standard input, or the articles of a folder."""

import sys
from collections.abc import Sequence
from pathlib import Path

from app.cli.terminal import say
from app.errors import BadFile

STDIN = "-"
SUFFIXES = frozenset({".md", ".markdown", ".txt", ".html", ".htm"})


def list_articles(paths: Sequence[str]) -> list[str]:
    """The paths with each folder replaced by its article files in order; says how many those are.

    Raises:
        BadFile: a folder has none, or cannot be listed.
    """
    found: list[str] = []
    for path in paths:
        if path == STDIN or not Path(path).is_dir():
            found.append(path)
            continue
        articles = _list_folder(Path(path))
        say(f"{path}: {len(articles)} {'article' if len(articles) == 1 else 'articles'}")
        found += articles
    return found


def read_path(path: str, *, max_bytes: int) -> bytes:
    """What stands in a file or comes from standard input.

    Raises:
        BadFile: it cannot be read, or holds more than `max_bytes`.
    """
    try:
        if path == STDIN:
            data = sys.stdin.buffer.read(max_bytes + 1)
        else:
            with Path(path).open("rb") as file:
                data = file.read(max_bytes + 1)
    except OSError as error:
        raise BadFile(path, f"cannot be read: {error.strerror}", "Name an article file, or - for stdin.") from error
    if len(data) > max_bytes:
        raise BadFile(path, f"is over {max_bytes:,} bytes", "Split it, or raise SCOPENOTE_MAX_BODY_BYTES.")
    return data


def _list_folder(folder: Path) -> list[str]:
    try:
        articles = sorted(str(path) for path in folder.iterdir() if _is_article(path))
    except OSError as error:
        raise BadFile(folder, f"cannot be listed: {error.strerror}", "Name a folder that can be read.") from error
    if not articles:
        kinds = ", ".join(sorted(SUFFIXES))
        raise BadFile(
            folder, "is a folder without articles", f"Articles end in one of {kinds}; name one, or its folder."
        )
    return articles


def _is_article(path: Path) -> bool:
    hidden = path.name.startswith(".")
    return path.suffix.lower() in SUFFIXES and path.stem.upper() != "README" and not hidden and path.is_file()
