"""Owns the tests of loading: a folder or list on disk to a taxonomy, or a refusal that can be acted on."""

import json
import shutil
from pathlib import Path

import pytest

from app.category_files.loading import load_taxonomy
from app.errors import BadFile
from tests.category_files.made_files import Write, ids, only, stub

SEED = Path(__file__).parents[2] / "../shared/seeds/000_c543f833e0a4704e.txt"
RIVERS = """---
title: Rivers
description: About rivers.
Instructions: |-
  Use this category only for rivers.

  **Key Topics:**
  - Silt
  - Fords

  **Strictly exclude:**
  - Lakes without any river
  - Praise of floods
---
Body.
"""


def refuse(path: Path) -> BadFile:
    with pytest.raises(BadFile) as refused:
        load_taxonomy(path)
    return refused.value


def words_of(text: str) -> set[str]:
    return {word.strip("*:-.").casefold() for word in text.split()} - {""}


def test_a_definition_is_read_with_ids_for_its_topics_and_exclusions(write: Write) -> None:
    rivers = only(load_taxonomy(write({"rivers.md": RIVERS})))
    assert (rivers.id, rivers.title, rivers.kind, rivers.source) == ("rivers", "Rivers", "tags", "rivers.md")
    assert rivers.scope == "Use this category only for rivers."
    assert [(topic.id, topic.text) for topic in rivers.topics] == [("rivers#t1", "Silt"), ("rivers#t2", "Fords")]
    assert [(rule.id, rule.text) for rule in rivers.exclusions] == [
        ("rivers#x1", "Lakes without any river"),
        ("rivers#x2", "Praise of floods"),
    ]
    assert {rule.origin for rule in rivers.exclusions} == {"derived"}


@pytest.mark.parametrize("name", ["one.yaml", "one.yml", "one.json", "rivers.md"])
def test_one_file_is_a_taxonomy(write: Write, name: str) -> None:
    text = stub("Rivers") if name.endswith(".md") else json.dumps([{"id": "rivers", "title": "Rivers"}])
    assert ids(load_taxonomy(write({name: text}) / name)) == ["rivers"]


@pytest.mark.parametrize(
    ("files", "place", "problem"),
    [
        pytest.param({"a.md": "---\ntitle: A\n"}, "a.md:1", "never closed", id="unterminated"),
        pytest.param({"a.md": "words"}, "a.md:1", "no front matter", id="no front matter"),
        pytest.param({"a.md": "---\nslug: a\n---\n"}, "a.md:1: title", "is missing", id="no title"),
        pytest.param({"a.md": "---\ntitle: [a]\n---\n"}, "a.md:2: title", "is a list", id="list as title"),
        pytest.param({"a.md": "---\ntitle: true\n---\n"}, "a.md:2: title", "truth value", id="truth as title"),
        pytest.param({"a.md": stub("A", "Instructions: [a]\n")}, "a.md:4: Instructions", "a list", id="instructions"),
        pytest.param({"a.md": stub("A", "ClassificationType: x\n")}, "a.md:4", "not a kind", id="kind"),
        pytest.param({"a.md": stub("A", "slug: '///'\n")}, "a.md:4: slug", "nothing that an id", id="slug"),
        pytest.param({"a.md": stub("A", "broader: b\n")}, "a.md:4: broader", "'b' names no category", id="broader"),
        pytest.param({"a.md": stub("A", "scopenote: {x: 1}\n")}, "a.md:4: scopenote.x", "not a known", id="scopenote"),
        pytest.param(
            {"a.md": stub("A"), "b/index.md": stub("B", "slug: a\n")},
            "b/index.md",
            "'a' is given twice, by a.md and b",
            id="ids",
        ),
        pytest.param({"README.md": "x"}, "taxonomy", "no category definitions", id="empty folder"),
        pytest.param({"a.yaml": "a: b"}, "a.yaml:1", "no list of categories", id="no list"),
        pytest.param({"a.json": "[]"}, "taxonomy", "no category definitions", id="empty list"),
        pytest.param({"a.md": stub("A"), "b.md": "---\ntitle: \0\n---\n"}, "b.md:2", "NUL", id="binary"),
        pytest.param({"a.md": stub("A") + "x" * 3_000_000}, "a.md", "larger than 2048 kB", id="size"),
        pytest.param(
            {"a.md": stub("A", "scopenote:\n  exclusions: [{id: x9, text: a, when: {any: [b]}}]\n")},
            "a.md:4: scopenote.exclusions",
            "names exclusion 9",
            id="no such bullet",
        ),
        pytest.param(
            {"a.md": stub("A", "Instructions: |\n  Topics:\n" + "".join(f"  - a{n}\n" for n in range(301)))},
            "a.md:4: topics",
            "301 topics",
            id="too many topics",
        ),
    ],
)
def test_a_bad_file_is_refused_with_place_and_remedy(
    write: Write, files: dict[str, str], place: str, problem: str
) -> None:
    refused = refuse(write(files))
    assert place in str(refused)
    assert problem in str(refused)
    assert refused.remedy


def test_a_refusal_names_the_file_from_where_the_reader_stands(write: Write) -> None:
    folder = write({"a.md": "words"})
    assert refuse(folder).path == str(folder / "a.md") == refuse(folder / "a.md").path


def test_a_missing_folder_is_refused(tmp_path: Path) -> None:
    assert "is not there" in str(refuse(tmp_path / "nowhere"))


def test_too_many_files_are_refused(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.category_files.finding.MAX_FILES", 2)
    assert "more than 2 files" in str(refuse(write({f"{name}.md": stub(name) for name in "abc"})))


def test_without_instructions_a_category_is_what_its_abstract_says_with_a_note(write: Write) -> None:
    taxonomy = load_taxonomy(write({"a.md": stub("A", "abstract: In short, A.\n")}))
    assert (only(taxonomy).scope, only(taxonomy).description) == ("In short, A.", "About A.")
    assert [(note.line, "no Instructions" in note.message) for note in taxonomy.notes] == [(1, True)]


def test_guesses_about_encoding_and_keys_are_noted(write: Write) -> None:
    folder = write({"a.md": "---\ntitle: A\nTitle: B\ndescription: c\n---\n"})
    (folder / "b.md").write_bytes(b"---\ntitle: Caf\xe9\ndescription: d\n---\n")
    taxonomy = load_taxonomy(folder)
    assert taxonomy.by_id["b"].title == "Café"
    messages = [note.message for note in taxonomy.notes]
    assert any("windows-1252" in message for message in messages)
    assert any("differ in case alone" in message for message in messages)


def test_a_pinned_rule_replaces_the_bullet_of_its_text_or_number_and_comes_last(write: Write) -> None:
    block = """scopenote:
  exclusions:
    - {id: own, text: Ponds, when: {any: [pond]}}
    - {id: floods, text: praise of floods., when: {any: [flood]}}
    - {id: x1, text: Still water, when: {any: [lake]}}
"""
    rivers = only(load_taxonomy(write({"rivers.md": RIVERS.replace("---\nBody", f"{block}---\nBody")})))
    assert [rule.id for rule in rivers.exclusions] == ["rivers#own", "rivers#floods", "rivers#x1"]
    assert {rule.origin for rule in rivers.exclusions} == {"explicit"}


def test_the_version_depends_on_what_definitions_say_alone(write: Write, tmp_path: Path) -> None:
    files = {"rivers.md": RIVERS, "lakes.md": stub("Lakes")}
    first = load_taxonomy(write(files))
    moved = tmp_path / "elsewhere" / "deeper"
    (moved / "rivers").mkdir(parents=True)
    (moved / "rivers" / "index.md").write_bytes(b"\xef\xbb\xbf" + RIVERS.replace("\n", "\r\n").encode())
    (moved / "lakes.md").write_text('{"description": "About Lakes.", "weight": 3, "title": "Lakes"}\nBody')
    second = load_taxonomy(moved)
    assert second.version == first.version
    assert first.version.startswith("sha256:")
    assert [c.digest for c in first.categories] == [c.digest for c in second.categories]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param("Silt", "Sand", id="topic"),
        pytest.param("title: Rivers", "title: River", id="title"),
        pytest.param("About rivers", "On rivers", id="description"),
        pytest.param("Body.", "[Lakes](/tags/lakes)", id="link"),
        pytest.param("title:", "scopenote: {threshold: 0.5}\ntitle:", id="option"),
    ],
)
def test_the_digest_changes_with_what_is_read(write: Write, old: str, new: str) -> None:
    before = load_taxonomy(write({"rivers.md": RIVERS}))
    after = load_taxonomy(write({"rivers.md": RIVERS.replace(old, new, 1)}))
    assert before.categories[0].digest != after.categories[0].digest
    assert before.version != after.version


@pytest.mark.skipif(not SEED.exists(), reason="the sample definition is not there")
def test_the_sample_definition_is_read_without_loss(tmp_path: Path) -> None:
    shutil.copy(SEED, tmp_path / "operating-model.md")
    taxonomy = load_taxonomy(tmp_path)
    category = only(taxonomy)
    topics, exclusions = category.topics, category.exclusions
    assert (len(topics), len(exclusions)) == (10, 6)
    assert category.summary.startswith("Classify content here only")
    assert category.related == (
        "Product Operating Model",
        "Agile Product Operating Model",
        "AI Product Operating Model",
    )
    assert {"kept as related" in note.message for note in taxonomy.notes} == {True}
    items = [item.text for item in topics] + [rule.text for rule in exclusions]
    instructions = SEED.read_text().partition("Instructions: |-")[2].partition("\ndate:")[0]
    headings = "scope and intent key topics relevant to this category explicit exclusions summary do not use for"
    lost = words_of(instructions) - words_of(" ".join([category.scope, category.summary, *items]))
    assert lost - words_of(headings) == set()


@pytest.mark.skipif(not SEED.exists(), reason="the sample definition is not there")
def test_the_sample_definition_is_broader_than_the_models_it_names(tmp_path: Path) -> None:
    shutil.copy(SEED, tmp_path / "operating-model.md")
    for name in ("Product", "Agile Product", "AI Product"):
        slug = name.lower().replace(" ", "-")
        (tmp_path / f"{slug}-operating-model.md").write_text(stub(f"{name} Operating Model"))
    taxonomy = load_taxonomy(tmp_path)
    assert taxonomy.by_id["operating-model"].related == ()
    assert taxonomy.find_narrower("operating-model") == (
        "agile-product-operating-model",
        "ai-product-operating-model",
        "product-operating-model",
    )
