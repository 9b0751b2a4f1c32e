"""Sources: which files are articles, what they are called, and what is told about the others."""

import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from app.errors import BadFile, BadInput
from app.jobs.planning.sources import STORED, Document, list_documents, resolve


def _list(*sources: Path | str, max_bytes: int = 1000) -> tuple[list[Document], list[BadFile]]:
    found = list(list_documents([str(source) for source in sources], max_bytes=max_bytes))
    return [one for one in found if isinstance(one, Document)], [one for one in found if isinstance(one, BadFile)]


def _make(root: Path, names: Sequence[str]) -> Path:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("Words.")
    return root


@pytest.mark.parametrize(
    ("name", "counts"),
    [
        pytest.param("a.md", True, id="markdown"),
        pytest.param("deep/er/b.HTML", True, id="below, in capitals"),
        pytest.param("post/index.md", True, id="a page bundle"),
        pytest.param("_posts/2026-01-01-a.md", True, id="Jekyll's posts"),
        pytest.param("a.txt", True, id="text"),
        pytest.param("_index.md", False, id="Hugo's list of a section"),
        pytest.param("README.md", False, id="a README"),
        pytest.param(".draft.md", False, id="a hidden file"),
        pytest.param(".git/a.md", False, id="in a hidden folder"),
        pytest.param("node_modules/lib/a.md", False, id="somebody's package"),
        pytest.param("_layouts/post.html", False, id="Jekyll's templates"),
        pytest.param("image.png", False, id="no text"),
        pytest.param("data.json", False, id="data"),
    ],
)
def test_an_article_of_a_folder_is_told_by_its_name(tmp_path: Path, name: str, counts: bool) -> None:
    documents, refused = _list(_make(tmp_path / "content", [name]))
    assert [document.key for document in documents] == ([f"content/{name}"] if counts else [])
    assert refused == []


def test_files_come_in_the_same_order_every_time(tmp_path: Path) -> None:
    documents, _ = _list(_make(tmp_path / "c", ["b/z.md", "b.md", "a/y.md", "c.md", "b/a/x.md"]))
    assert [document.key for document in documents] == ["c/b.md", "c/c.md", "c/a/y.md", "c/b/z.md", "c/b/a/x.md"]


def test_a_single_file_is_called_by_the_folder_that_it_lies_in(tmp_path: Path) -> None:
    documents, _ = _list(_make(tmp_path / "content", ["a.md"]) / "a.md")
    assert [document.key for document in documents] == ["content/a.md"]


def test_a_file_comes_with_its_bytes_its_place_and_its_time(tmp_path: Path) -> None:
    path = _make(tmp_path, ["a.md"]) / "a.md"
    os.utime(path, (1_700_000_000, 1_700_000_000))
    (document,), _ = _list(path)
    assert (document.data, document.path) == (b"Words.", str(path))
    assert document.modified is not None
    assert document.modified.timestamp() == 1_700_000_000


def test_the_same_bytes_in_another_form_are_another_reading(tmp_path: Path) -> None:
    (one, other), _ = _list(_make(tmp_path, ["a.md", "a.txt"]))
    assert one.raw == other.raw
    assert one.reading != other.reading


def test_a_link_that_leads_out_of_the_folder_is_told_and_not_followed(tmp_path: Path) -> None:
    _make(tmp_path, ["outside/secret.md"])
    content = _make(tmp_path / "content", ["a.md"])
    (content / "file.md").symlink_to(tmp_path / "outside/secret.md")
    (content / "folder").symlink_to(tmp_path / "outside")
    (content / "nowhere.md").symlink_to(tmp_path / "gone.md")
    documents, refused = _list(content)
    assert [document.key for document in documents] == ["content/a.md"]
    assert [Path(error.path).name for error in refused] == ["file.md", "folder", "nowhere.md"]


def test_a_link_inside_the_folder_leads_to_a_file_that_is_met_by_no_other_name(tmp_path: Path) -> None:
    content = _make(tmp_path / "content", ["b.md", "deep/c.md", ".hidden/d.md", "deep/plain"])
    (content / "a.md").symlink_to(content / "b.md")
    (content / "e.md").symlink_to(content / ".hidden/d.md")
    (content / "f.md").symlink_to(content / "deep/plain")
    (content / "deep/up").symlink_to(content)
    documents, refused = _list(content)
    assert [document.key for document in documents] == [
        "content/b.md",
        "content/e.md",
        "content/f.md",
        "content/deep/c.md",
    ]
    assert refused == []


def test_what_is_no_file_is_never_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.md")
    assert _list(tmp_path) == ([], [])


def test_a_file_that_is_too_large_is_told_and_the_next_one_read(tmp_path: Path) -> None:
    content = _make(tmp_path, ["a.md", "b.md"])
    (content / "a.md").write_text("x" * 1001)
    documents, refused = _list(content)
    assert [Path(document.name).name for document in documents] == ["b.md"]
    assert "a.md: is over 1,000 bytes" in str(refused[0])


def test_a_name_that_is_not_utf_8_is_told(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"caf\xe9.md")).write_text("Words.")
    documents, refused = _list(tmp_path)
    assert documents == []
    assert "has a name that is not UTF-8" in str(refused[0])


@pytest.mark.parametrize(
    ("source", "error"),
    [
        pytest.param("/nowhere/at/all", BadFile, id="gone"),
        pytest.param("", BadInput, id="empty"),
        pytest.param("a\0b", BadInput, id="no path"),
        pytest.param("~nobody-of-that-name/x", BadFile, id="nobody's home"),
    ],
)
def test_a_source_that_is_not_there_is_refused_at_once(source: str, error: type[BadInput]) -> None:
    with pytest.raises(error, match="Name a folder"):
        resolve(source)


def test_a_source_means_the_same_from_any_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _make(tmp_path / "content", ["a.md"])
    monkeypatch.chdir(tmp_path / "content")
    assert resolve(".") == str(tmp_path / "content")
    assert resolve("../content/a.md") == str(tmp_path / "content/a.md")
    assert resolve(STORED) == STORED
