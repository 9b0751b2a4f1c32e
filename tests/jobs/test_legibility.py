"""Rubbish that can be decoded somehow is told from text in any of the encodings that are read."""

from pathlib import Path

import pytest

from app.errors import BadFile
from app.jobs.planning.legibility import refuse_rubbish
from app.store.database import Database
from tests.jobs.archives import read_all

RUSSIAN = "Парламент голосует о налогах. Совет решает."
FRENCH = "L'\u00e9t\u00e9 fut tr\u00e8s chaud \u00e0 Orl\u00e9ans, \u00e9crit-on. "


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"\xff\xfe\x00bad", id="a mark and a word cut in two"),
        pytest.param(b"\xfe\xff" + b"\x8f\x01\x9c\xf2" * 50, id="a mark, big end first"),
        pytest.param(bytes(range(0x80, 0x100)) * 4, id="high bytes"),
        pytest.param(RUSSIAN.encode("cp1251"), id="an encoding that nobody can guess"),
    ],
)
def test_rubbish_is_refused_with_a_reason(data: bytes) -> None:
    with pytest.raises(BadFile, match=r"a\.md: .*(no text in it|nobody can say what it is)\. .*leave it out"):
        refuse_rubbish(data, "a.md")


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"\xff\xfe", id="a mark alone"),
        pytest.param(RUSSIAN.encode(), id="utf-8"),
        pytest.param(FRENCH.encode("cp1252"), id="windows-1252"),
        pytest.param(b"\xff\xfe" + "Leeds won.".encode("utf-16-le"), id="utf-16"),
        pytest.param(b"\xfe\xff" + "利兹队赢了。".encode("utf-16-be"), id="utf-16, Chinese"),
    ],
)
def test_text_is_let_through(data: bytes) -> None:
    refuse_rubbish(data, "a.md")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        pytest.param(b"\xff\xfe\x00bad", "no text in it", id="a mark and rubbish"),
        pytest.param(b"Leeds\0won\0", "NUL", id="NUL bytes"),
        pytest.param(bytes(range(0x80, 0x100)), "no ASCII", id="high bytes"),
    ],
)
@pytest.mark.anyio
async def test_a_file_of_rubbish_is_not_read(database: Database, tmp_path: Path, data: bytes, reason: str) -> None:
    (tmp_path / "a.md").write_bytes(data)
    (tmp_path / "b.md").write_text("Leeds won.")
    reads, refused = await read_all(database, tmp_path)
    assert [Path(read.stored.key).name for read in reads] == ["b.md"]
    assert (len(refused), reason in refused[0]) == (1, True)
