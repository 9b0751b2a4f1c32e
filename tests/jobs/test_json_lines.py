"""JSON lines: an article on each, read one at a time, and refused by number."""

import json
import tracemalloc
from pathlib import Path

import pytest

from app.errors import BadFile
from app.jobs.planning.json_lines import list_lines, read_line
from app.jobs.planning.sources import Document, list_documents


def _write(tmp_path: Path, data: bytes) -> Path:
    path = tmp_path / "archive.jsonl"
    path.write_bytes(data)
    return path


def test_every_line_is_a_document_named_by_its_number(tmp_path: Path) -> None:
    path = _write(tmp_path, b'\xef\xbb\xbf{"text": "a"}\r\n\n  \n{"text": "b"}')
    lines = list(list_lines(path, max_bytes=100))
    assert lines == [(f"{path}:1", b'{"text": "a"}'), (f"{path}:4", b'{"text": "b"}')]


def test_a_line_has_no_file_of_its_own(tmp_path: Path) -> None:
    (document,) = list_documents([str(_write(tmp_path, b'{"text": "a"}'))], max_bytes=100)
    assert isinstance(document, Document)
    assert (document.path, document.key, document.modified) == (None, None, None)


@pytest.mark.parametrize("end", [pytest.param(b"\n", id="with more behind it"), pytest.param(b"", id="the last")])
@pytest.mark.parametrize("length", [101, 102, 103, 5000])
def test_a_line_over_the_bound_is_refused_by_number_and_the_next_one_read(
    tmp_path: Path, length: int, end: bytes
) -> None:
    path = _write(tmp_path, b"{}\n" + b"x" * length + end + (b"{}\n" if end else b""))
    lines = list(list_lines(path, max_bytes=100))
    assert [name for name, _ in lines] == [f"{path}:{number}" for number in ((1, 2, 3) if end else (1, 2))]
    assert isinstance(lines[1][1], BadFile)
    assert f"{path}:2: is over 100 bytes" in str(lines[1][1])


def test_a_line_of_just_the_bound_is_read(tmp_path: Path) -> None:
    path = _write(tmp_path, b"x" * 100 + b"\n" + b"y" * 100)
    assert [line for _, line in list_lines(path, max_bytes=100)] == [b"x" * 100, b"y" * 100]


def test_a_huge_line_is_never_in_memory(tmp_path: Path) -> None:
    path = _write(tmp_path, b"x" * 30_000_000)
    tracemalloc.start()
    try:
        lines = list(list_lines(path, max_bytes=1000))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(lines) == 1
    assert peak < 5_000_000


@pytest.mark.parametrize(
    ("line", "says"),
    [
        pytest.param(b"{", "Invalid JSON", id="cut off"),
        pytest.param(b"[" * 100_000, "Invalid JSON", id="nested without end"),
        pytest.param(b'"words"', "object", id="a string"),
        pytest.param(b'{"title": "a"}', "none was given", id="no body"),
        pytest.param(b'{"text": "a", "html": "b"}', "text and html were given", id="two bodies"),
        pytest.param(b'{"text": "a", "txet": "b"}', "txet", id="an unknown field"),
        pytest.param(b'{"text": "a", "id": ""}', "id", id="an empty id"),
        pytest.param(b'{"text": "caf\xe9"}', "Invalid JSON", id="not UTF-8"),
    ],
)
def test_a_line_that_is_no_article_is_refused_with_its_place(line: bytes, says: str) -> None:
    with pytest.raises(BadFile, match=r"archive\.jsonl:7: ") as refused:
        read_line(line, "archive.jsonl:7")
    assert says in str(refused.value)


def test_a_line_takes_all_that_an_article_may_be_submitted_with() -> None:
    fields = {"html": "<p>Words.</p>", "title": "T", "id": "a-1", "url": "https://example.org/a"}
    assert read_line(json.dumps(fields).encode(), "x:1").model_dump(exclude_none=True) == fields
