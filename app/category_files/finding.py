"""Owns the question which files of a folder are definitions, and what each is called."""

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final, Literal

from app.category_files.definitions import find_kind
from app.domain.category import Kind
from app.domain.value import Value
from app.errors import BadFile

MAX_FILES: Final = 20_000
_MARKDOWN: Final = (".md", ".markdown")
_LISTS: Final = (".yaml", ".yml", ".json")
_TRANSLATION: Final = re.compile(r"_?index\.[a-z]{2,3}(?:-[a-z0-9]{2,8})?", re.IGNORECASE)


class Found(Value):
    """A file to read. `name` gives the id where the file gives none, `section` the kind likewise.

    `role` tells a plain definition and a list from a `heading`: the page of a folder that holds
    others, which is a definition only if it reads like one. `file` is relative to the folder.
    """

    path: Path
    file: str
    name: str
    section: Kind | None
    role: Literal["definition", "list", "heading"]


class Passed(Value):
    """A file that looks like a definition and is passed over, with the reason."""

    file: str
    name: str
    reason: str


def find_definitions(folder: Path) -> tuple[tuple[Found, ...], tuple[Passed, ...]]:
    """The files to read in a folder and below, and those passed over; both in order of their paths.

    Links are followed to files within the folder only.

    Raises:
        BadFile: the folder cannot be listed, or holds more than `MAX_FILES` files.
    """
    search = _Search(folder)
    search.walk()
    return tuple(search.found), tuple(search.passed)


class _Search:
    """One walk through a folder."""

    def __init__(self, folder: Path) -> None:
        self.found: list[Found] = []
        self.passed: list[Passed] = []
        self._folder = folder
        self._real = folder.resolve()
        self._seen = 0
        self._bundles: list[Path] = []

    def walk(self) -> None:
        for parent, folders, names in os.walk(self._folder, onerror=_refuse):
            folders[:] = sorted(name for name in folders if not name.startswith((".", "_")))
            self._seen += len(names)
            if self._seen > MAX_FILES:
                remedy = "Point to the folder that holds the definitions alone."
                raise BadFile(self._folder, f"holds more than {MAX_FILES} files", remedy)
            self._take_folder(Path(parent), sorted(names))
        self._tell_headings()
        self._take_lists()

    def _take_folder(self, parent: Path, names: list[str]) -> None:
        if any(bundle in parent.parents for bundle in self._bundles):
            return
        files = [Path(name) for name in names if self._is_wanted(parent / name)]
        leaf = next((file for file in files if file.stem == "index"), None)
        branch = next((file for file in files if file.stem == "_index"), None)
        if leaf:
            self._bundles.append(parent)
            self._add(parent / leaf, parent.resolve().name)
            for file in files:
                if file != leaf:
                    self._pass(parent / file, "lies beside an index page, so it belongs to that page")
            return
        if branch:
            self._add(parent / branch, parent.resolve().name)
        for file in files:
            if file != branch and not self._is_translation(parent / file):
                self._add(parent / file, file.stem)

    def _tell_headings(self) -> None:
        """Mark the folder pages that have other definitions beside or below them."""
        occupied = {folder for found in self.found for folder in _folders_holding(found.path)}
        self.found = [
            found.model_copy(update={"role": "heading"})
            if found.path.stem == "_index" and found.path.parent in occupied
            else found
            for found in self.found
        ]

    def _take_lists(self) -> None:
        """Lists lie at the top; beside a top folder that is itself a page, such files are its data."""
        if any(
            found.path.parent == self._folder and found.path.stem in {"index", "_index"} and found.role == "definition"
            for found in self.found
        ):
            return
        for path in sorted(self._folder.iterdir()):
            if path.name.lower().endswith(_LISTS) and not path.name.startswith((".", "_")) and self._is_inside(path):
                self._add(path, path.stem, "list")

    def _is_wanted(self, path: Path) -> bool:
        if not path.name.lower().endswith(_MARKDOWN) or path.name.lower().startswith("readme"):
            return False
        is_page = path.stem == "_index" or _TRANSLATION.fullmatch(path.stem)
        if path.name.startswith((".", "_")) and not is_page:
            return False
        return self._is_inside(path)

    def _is_inside(self, path: Path) -> bool:
        real = path.resolve()
        if path.is_symlink() and not real.is_relative_to(self._real):
            self._pass(path, "is a link that leads out of the folder")
            return False
        return real.is_file()

    def _is_translation(self, path: Path) -> bool:
        stem, _, language = path.stem.rpartition(".")
        is_page = _TRANSLATION.fullmatch(path.stem) is not None
        if is_page or (stem and 2 <= len(language) <= 5 and path.with_name(f"{stem}{path.suffix}").exists()):
            self._pass(path, "is a translation of the page beside it")
            return True
        return False

    def _add(self, path: Path, name: str, role: Literal["definition", "list"] = "definition") -> None:
        self.found.append(
            Found(path=path, file=self._name(path), name=name, section=self._find_section(path), role=role)
        )

    def _pass(self, path: Path, reason: str) -> None:
        self.passed.append(Passed(file=self._name(path), name=path.stem, reason=reason))

    def _name(self, path: Path) -> str:
        return path.relative_to(self._folder).as_posix()

    def _find_section(self, path: Path) -> Kind | None:
        """The kind that the nearest folder above names; the folder itself counts, what is above it does not."""
        for folder in _folders_above(path, self._folder):
            if kind := find_kind(folder.resolve().name):
                return kind
        return None


def _folders_holding(path: Path) -> Iterable[Path]:
    """The folders that are no mere page of their own because this definition lies in them."""
    own = path.parent.parents if path.stem in {"index", "_index"} else path.parents
    return tuple(own)


def _folders_above(path: Path, top: Path) -> Iterator[Path]:
    for folder in path.parents:
        yield folder
        if folder == top:
            return


def _refuse(error: OSError) -> None:
    reason = error.strerror or str(error)
    raise BadFile(error.filename or "", f"cannot be listed: {reason}", "Check that it is there and can be read.")
