"""A folder on the command line stands for its articles."""

from pathlib import Path

import pytest

from app.cli.article_paths import list_articles
from app.errors import BadFile


def test_a_folder_stands_for_its_article_files_in_order(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("b.md", "a.HTML", "c.txt", "d.markdown", "e.htm", "README.md", "f.yaml", ".g.md", "h"):
        (tmp_path / name).write_text("text")
    (tmp_path / "deeper.md").mkdir()
    listed = list_articles(["-", str(tmp_path), "missing.txt"])
    assert [Path(path).name for path in listed] == [
        "-",
        "a.HTML",
        "b.md",
        "c.txt",
        "d.markdown",
        "e.htm",
        "missing.txt",
    ]
    assert capsys.readouterr().err == f"{tmp_path}: 5 articles\n"


def test_a_folder_without_articles_is_refused(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("text")
    with pytest.raises(BadFile, match="without articles"):
        list_articles([str(tmp_path)])
