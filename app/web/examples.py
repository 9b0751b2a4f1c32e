"""Owns the example articles that the page offers to fill its form with."""

from functools import lru_cache
from pathlib import Path
from typing import Final

from app.domain.value import Value
from app.errors import ScopenoteError
from app.parsing.article_files import read_article_file
from app.parsing.decoding import decode
from app.parsing.front_matter import read_front_matter
from app.web.form import Form, Format

EXAMPLES: Final = Path(__file__).resolve().parents[2] / "examples"
"""The folder beside app/ and categories/; where it is absent, the page offers none."""

FORMATS: Final[dict[str, Format]] = {".txt": "text", ".md": "markdown", ".html": "html"}


class Example(Value):
    """One example: its file name, and what a link to it says."""

    name: str
    label: str


def find_examples(folder: Path) -> tuple[Example, ...]:
    """What the folder holds, by name; nothing where it is absent."""
    return tuple(
        Example(name=name, label=_label(path, path.stat().st_mtime_ns)) for name, path in _list(folder).items()
    )


def find_example(folder: Path, name: str) -> Form | None:
    """The form as that example fills it, or None where the folder lists no such file.

    The name is looked up among those that exist and never made into a path.

    Raises:
        BadFile: the file cannot be read as an article.
    """
    path = _list(folder).get(name)
    if path is None:
        return None
    text = decode(path.read_bytes(), name).text
    matter = read_front_matter(text, name)
    title = matter.fields.get("title")
    return Form(title=title if isinstance(title, str) else "", article=matter.body.strip(), format=FORMATS[path.suffix])


def _list(folder: Path) -> dict[str, Path]:
    if not folder.is_dir():
        return {}
    paths = sorted(path for path in folder.iterdir() if path.suffix in FORMATS and path.is_file())
    return {path.name: path for path in paths if path.stem.lower() != "readme"}


@lru_cache(maxsize=256)
def _label(path: Path, changed_ns: int) -> str:  # noqa: ARG001 - a file that changed is read anew
    """The article's title; without one, or where it cannot be read, its file's name in words."""
    try:
        title = read_article_file(path.read_bytes(), path.name).title
    except (ScopenoteError, OSError):
        title = ""
    return title or _say_name(path)


def _say_name(path: Path) -> str:
    """The file's name as words, without the number that puts it in order."""
    words = path.stem.lstrip("0123456789").replace("-", " ").replace("_", " ").strip() or path.stem
    return words[0].upper() + words[1:]
