"""Owns the tests of front matter against files as public sites hold them."""

import json
from pathlib import Path
from typing import Any

import pytest

from app.errors import BadFile
from app.parsing.decoding import decode
from app.parsing.front_matter import read_front_matter

ZOO = Path(__file__).parents[2] / "../shared/data/frontmatter-zoo"


def _zoo() -> list[Any]:
    manifest = ZOO / "manifest.jsonl"
    rows = [json.loads(line) for line in manifest.read_text().splitlines()] if manifest.exists() else []
    return [pytest.param(row, id=row["file"][6:26]) for row in rows]


@pytest.mark.skipif(not ZOO.exists(), reason="the front-matter files are not there")
@pytest.mark.parametrize("row", _zoo())
def test_files_from_public_sites_are_read_as_their_sites_do_or_refused_with_line_and_remedy(
    row: dict[str, Any],
) -> None:
    decoded = decode((ZOO / row["file"]).read_bytes(), row["file"])
    reference = row.get("reference") or {}
    if set(row["features"]) & {"dup_keys", "unterminated", "yaml_error"}:
        with pytest.raises(BadFile) as refused:
            read_front_matter(decoded.text, row["file"])
        assert (refused.value.path, bool(refused.value.remedy)) == (row["file"], True)
        assert refused.value.line
        return
    front = read_front_matter(decoded.text, row["file"])
    assert decoded.text[front.body_offset :] == front.body
    assert set(front.lines) == set(front.fields)
    if reference:
        assert list(front.fields) == (reference["keys"] or [])
        codec = decoded.encoding.removesuffix("-sig")
        assert len(decoded.text[: front.body_offset].encode(codec)) == reference["body_start"]
        for name in ("topics", "tags", "tag", "categories"):
            assert front.fields.get(name) == reference.get(name, front.fields.get(name))
