"""Owns the tests of finding: which files of a folder are definitions, and what each is called."""

from pathlib import Path

import pytest

from app.category_files.loading import load_taxonomy
from tests.category_files.made_files import Write, ids, only, stub


@pytest.mark.parametrize(
    ("file", "category_id", "kind"),
    [
        pytest.param("rivers.md", "rivers", "tags", id="flat"),
        pytest.param("Great Rivers.markdown", "great-rivers", "tags", id="flat, made a slug"),
        pytest.param("rivers/_index.md", "rivers", "tags", id="branch bundle"),
        pytest.param("rivers/index.md", "rivers", "tags", id="leaf bundle"),
        pytest.param("concepts/rivers/_index.md", "rivers", "concepts", id="section of concepts"),
        pytest.param("categories/rivers.md", "rivers", "categories", id="flat in a section"),
        pytest.param("a/tags/rivers/index.md", "rivers", "tags", id="deep"),
        pytest.param("_index.md", "taxonomy", "tags", id="the folder is the bundle"),
    ],
)
def test_a_file_is_a_category_by_its_place(write: Write, file: str, category_id: str, kind: str) -> None:
    rivers = only(load_taxonomy(write({file: stub("Rivers")})))
    assert (rivers.id, rivers.kind, rivers.source) == (category_id, kind, file)


def test_what_the_file_says_goes_before_its_place(write: Write) -> None:
    text = stub("Rivers", "slug: Running-Water\nClassificationType: concepts\nshort_title: Riv\n")
    rivers = only(load_taxonomy(write({"tags/rivers/_index.md": text})))
    assert (rivers.id, rivers.kind, rivers.synonyms) == ("running-water", "concepts", ("Riv",))


@pytest.mark.parametrize(
    "name",
    ["README.md", "readme.markdown", ".hidden.md", "_draft.md", ".git/a.md", "_old/a.md", "notes.txt", "a.md.bak"],
)
def test_files_that_are_no_categories_are_left_alone(write: Write, name: str) -> None:
    assert ids(load_taxonomy(write({"rivers.md": stub("Rivers"), name: "no front matter"}))) == ["rivers"]


def test_a_section_page_is_no_category_unless_it_reads_like_one(write: Write) -> None:
    files = {"tags/_index.md": "---\ntitle: Tags\n---\n", "tags/rivers/_index.md": stub("Rivers")}
    taxonomy = load_taxonomy(write(files))
    assert ids(taxonomy) == ["rivers"]
    assert [note.file for note in taxonomy.notes if "page of its folder" in note.message] == ["tags/_index.md"]
    water = {"tags/water/_index.md": stub("Water", "Instructions: On water.\n"), "tags/water/rivers.md": stub("Rivers")}
    assert ids(load_taxonomy(write(files | water | {"tags/rivers/_index.md": stub("Sea", "slug: sea\n")}))) == [
        "rivers",
        "sea",
        "water",
    ]


def test_a_bundle_with_pictures_and_data_is_still_a_category(write: Write) -> None:
    files = {"rivers/_index.md": stub("Rivers"), "rivers/images/a.png": "x", "rivers/data.index.json": "{}"}
    assert ids(load_taxonomy(write(files))) == ["rivers"]


def test_translations_and_pages_beside_an_index_are_noted_and_not_read(write: Write) -> None:
    files = {
        "rivers/index.md": stub("Rivers"),
        "rivers/notes.md": "x",
        "lakes/_index.md": stub("Lakes"),
        "lakes/_index.es.md": stub("Lagos"),
        "seas.md": stub("Seas"),
        "seas.de.md": stub("Meere"),
    }
    taxonomy = load_taxonomy(write(files))
    assert ids(taxonomy) == ["lakes", "rivers", "seas"]
    told = {note.file for note in taxonomy.notes if note.message.startswith("not read: ")}
    assert told == {"rivers/notes.md", "lakes/_index.es.md", "seas.de.md"}


def test_a_link_that_leaves_the_folder_is_not_followed(write: Write, tmp_path: Path) -> None:
    folder = write({"rivers.md": stub("Rivers")})
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.md").write_text(stub("Secret"))
    (folder / "secret.md").symlink_to(outside / "secret.md")
    (folder / "more").symlink_to(outside)
    (folder / "loop").symlink_to(folder)
    (folder / "seas.md").symlink_to(folder / "rivers.md")
    taxonomy = load_taxonomy(folder)
    assert ids(taxonomy) == ["rivers", "seas"]
    assert [note.file for note in taxonomy.notes if "leads out" in note.message] == ["secret.md"]


def test_markdown_and_lists_may_lie_side_by_side(write: Write) -> None:
    files = {"rivers.md": stub("Rivers"), "more.yaml": "- {id: lakes, title: Lakes}\n", "_old.json": "nonsense"}
    assert ids(load_taxonomy(write(files))) == ["lakes", "rivers"]
