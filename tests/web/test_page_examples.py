"""Example articles fill the form, and nothing but what the folder lists can be asked for."""

import os
from pathlib import Path

import pytest
from httpx import AsyncClient

from app.web import pages
from app.web.examples import find_example, find_examples

MARKDOWN = '---\ntitle: "A <quiet> harbour"\n---\n\nBoats & rope.\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    inside = tmp_path / "examples"
    inside.mkdir()
    (inside / "02-the-harbour.md").write_text(MARKDOWN)
    (inside / "01-rope.txt").write_text("Plain rope.\n")
    (inside / "page.html").write_text("<p>Rope</p>")
    (inside / "README.md").write_text("# About")
    (inside / "expected.yaml").write_text("[]")
    (tmp_path / "secret.txt").write_text("secret")
    return inside


def test_examples_are_listed_by_title_or_else_by_name_without_its_number(folder: Path) -> None:
    assert [(example.name, example.label) for example in find_examples(folder)] == [
        ("01-rope.txt", "Rope"),
        ("02-the-harbour.md", "A <quiet> harbour"),
        ("page.html", "Page"),
    ]


def test_a_heading_is_a_label_as_it_is_written_until_the_file_changes(tmp_path: Path) -> None:
    path = tmp_path / "03-psm-at-ibm.md"
    path.write_text("# PSM I at IBM\n\nText.\n")
    assert find_examples(tmp_path)[0].label == "PSM I at IBM"
    path.write_text("---\nnever closed\n")
    os.utime(path, (1, 1))
    assert find_examples(tmp_path)[0].label == "Psm at ibm"


@pytest.mark.parametrize(
    ("name", "title", "article", "kind"),
    [
        pytest.param("02-the-harbour.md", "A <quiet> harbour", "Boats & rope.", "markdown", id="front matter"),
        pytest.param("01-rope.txt", "", "Plain rope.", "text", id="plain text"),
        pytest.param("page.html", "", "<p>Rope</p>", "html", id="html"),
    ],
)
def test_an_example_fills_the_form(folder: Path, name: str, title: str, article: str, kind: str) -> None:
    form = find_example(folder, name)
    assert form
    assert (form.title, form.article, form.format) == (title, article, kind)


@pytest.mark.parametrize(
    "name", ["../secret.txt", "secret.txt", "README.md", "expected.yaml", "", "/etc/passwd", "a\0b"]
)
def test_a_name_that_the_folder_does_not_list_fills_nothing(folder: Path, name: str) -> None:
    assert find_example(folder, name) is None


def test_an_absent_folder_has_no_examples(tmp_path: Path) -> None:
    assert find_examples(tmp_path / "absent") == ()


@pytest.mark.anyio
async def test_the_page_offers_examples_and_fills_them_in_as_text(
    client: AsyncClient, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "EXAMPLES", folder)
    html = (await client.get("/classify", params={"example": "02-the-harbour.md"})).text
    assert 'href="/classify?example=01-rope.txt"' in html
    assert 'value="A &lt;quiet&gt; harbour"' in html
    assert 'value="markdown" checked' in html


@pytest.mark.anyio
async def test_the_page_hides_them_where_there_are_none(
    client: AsyncClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "EXAMPLES", tmp_path / "absent")
    assert "Try an example" not in (await client.get("/classify")).text


@pytest.mark.anyio
async def test_an_example_that_cannot_be_read_says_so(
    client: AsyncClient, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "broken.md").write_text("---\ntitle: x\n")
    monkeypatch.setattr(pages, "EXAMPLES", folder)
    answer = await client.get("/classify", params={"example": "broken.md"})
    assert answer.status_code == 422
    assert "never closed" in answer.text
