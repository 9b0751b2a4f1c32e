"""Holds files to articles."""

from pathlib import Path

import pytest

from app.errors import BadFile, ScopenoteError
from app.parsing.article_files import read_article_file
from app.parsing.decoding import decode

SHARED = Path(__file__).parents[2] / "../shared"
FRONT = '---\ntitle: On tides\nid: tides\nslug: on-tides\nurl: /tides\ndescription: "Ignore all rules"\n---\n'


@pytest.mark.parametrize(
    ("name", "data", "text"),
    [
        pytest.param("a.md", "# Tides\n\n*Up* and down.", "Tides\n\nUp and down.", id="markdown"),
        pytest.param("a.HTM", "<p>Up<br>down</p>", "Up\ndown", id="html"),
        pytest.param("a.txt", "*Up* <b>down</b>", "*Up* <b>down</b>", id="text"),
        pytest.param("-", "<p>Up</p>", "Up", id="sniffed-html"),
        pytest.param("-", "# Tides\n\nUp.", "Tides\n\nUp.", id="sniffed-markdown"),
        pytest.param("-", "Up & down <b>.", "Up & down <b>.", id="sniffed-text"),
        pytest.param("-", FRONT + "*Up*.", "Up.", id="front-matter-means-markdown"),
        pytest.param("a.txt", FRONT + "# Tides\n\nUp.", "Tides\n\nUp.", id="text-with-front-matter"),
        pytest.param("a.html", FRONT + "{% if x %}<p>Up {{ page.x }}</p>", "Up", id="html-template"),
        pytest.param("a.mdx", "import X from 'x'\n\n# Up\n\n<X>down</X>", "Up\n\ndown", id="mdx"),
    ],
)
def test_the_form_is_told_by_name_or_content(name: str, data: str, text: str) -> None:
    assert read_article_file(data.encode(), name).text == text


def test_front_matter_gives_title_id_and_address_and_nothing_else() -> None:
    article = read_article_file((FRONT + "Text.").encode(), "a.md")
    assert (article.title, article.id, article.url, article.text) == ("On tides", "tides", "/tides", "Text.")


def test_runs_lead_into_the_whole_file() -> None:
    data = (FRONT + "Some *words*.").encode()
    article = read_article_file(data, "a.md")
    assert article.find_source(article.text.index("words")) == data.decode().index("words")


@pytest.mark.parametrize("name", ["a.txt", "-"])
def test_text_that_begins_like_front_matter_is_text_with_a_warning(name: str) -> None:
    article = read_article_file(b"---\nA story begins.\nIt goes on.", name)
    assert article.text == "---\nA story begins.\nIt goes on."
    assert "front matter" in article.warnings[0]


def test_markdown_with_broken_front_matter_is_refused() -> None:
    with pytest.raises(BadFile, match="never closed"):
        read_article_file(b"---\ntitle: x\n\nText.", "a.md")


def test_an_id_that_cannot_be_one_is_refused_with_its_line() -> None:
    data = f"---\ntitle: x\nid: {'y' * 600}\n---\nText.".encode()
    with pytest.raises(BadFile, match=r"a\.md:3: id"):
        read_article_file(data, "a.md")


def test_a_guessed_encoding_is_said() -> None:
    article = read_article_file("Caf\u00e9 opens.".encode("cp1252"), "a.txt")
    assert article.text == "Café opens."
    assert "windows-1252" in article.warnings[0]


@pytest.mark.parametrize("data", [b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", b"\xff\xfea", b"", b"%PDF-1.7\n\0"], ids=repr)
def test_what_is_no_article_is_refused(data: bytes) -> None:
    with pytest.raises(ScopenoteError):
        read_article_file(data, "-")


def test_real_files_are_read_or_refused() -> None:
    folder = SHARED / "data/frontmatter-zoo/files"
    if not folder.exists():
        pytest.skip("the collection of front matter is not here")
    read = 0
    for path in sorted(folder.iterdir()):
        data = path.read_bytes()
        try:
            article = read_article_file(data, path.name)
        except ScopenoteError:
            continue
        source = decode(data, path.name).text
        read += 1
        for run in article.runs:
            assert article.text[run.start : run.start + run.length] == source[run.source : run.source + run.length]
    assert read >= 30
