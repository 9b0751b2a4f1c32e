"""Owns the tests of taxonomies that come as one list."""

import json
import time
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from app.category_files.list_definitions import read_list_definitions
from app.category_files.loading import load_taxonomy
from app.errors import BadFile

IPTC = Path(__file__).parents[2] / "../shared/data/iptc/mediatopics.json"

FULL = """- id: topic:01
  title: Rivers
  kind: concepts
  scope: Running water.
  topics: [Silt, Fords]
  exclusions:
    - Lakes without rivers
  instructions: |
    Topics:
    - Mouths
    **Exclusions:**
    - Ponds
  description: About rivers.
  broader: water
  synonyms: [streams]
  scopenote: {threshold: 0.4}
- {id: water, title: Water, topics: Wetness}
"""


def test_every_field_of_an_entry_is_read() -> None:
    rivers = read_list_definitions(FULL.encode(), "t.yaml")[0].category
    assert (rivers.id, rivers.kind, rivers.scope, rivers.threshold) == ("topic:01", "concepts", "Running water.", 0.4)
    assert [topic.text for topic in rivers.topics] == ["Silt", "Fords", "Mouths"]
    assert [rule.text for rule in rivers.exclusions] == ["Lakes without rivers", "Ponds"]
    assert rivers.synonyms == ("streams",)


def test_yaml_and_json_mean_the_same() -> None:
    rows = YAML(typ="safe", pure=True).load(FULL)
    in_yaml = read_list_definitions(FULL.encode(), "t.yaml")
    in_json = read_list_definitions(json.dumps(rows).encode(), "t.json")
    assert [d.category.digest for d in in_yaml] == [d.category.digest for d in in_json]


def test_an_entry_without_id_takes_one_from_its_title() -> None:
    (definition,) = read_list_definitions(b"- title: Great Rivers", "t.yaml")
    assert definition.category.id == "great-rivers"


def test_fields_that_are_not_read_are_noted_once() -> None:
    definitions = read_list_definitions(
        b"- {id: a, title: A, wikidata: Q1}\n- {id: b, title: B, wikidata: Q2}", "t.yaml"
    )
    messages = [note.message for definition in definitions for note in definition.notes if "wikidata" in note.message]
    assert len(messages) == 1


@pytest.mark.parametrize(
    ("text", "line", "field", "problem"),
    [
        pytest.param("- {id: a, title: A}\n- {id: b}", 2, "entry 2 (b): title", "is missing", id="no title"),
        pytest.param("- {id: a, title: A}\n- {}", 2, "entry 2: title", "is missing", id="empty entry"),
        pytest.param("- {id: a b, title: A}", 1, "entry 1: id", "cannot be an id", id="bad id"),
        pytest.param("- id: a\n  title: A\n  kind: x", 3, "entry 1 (a): kind", "not a kind", id="kind"),
        pytest.param("- id: a\n  title: A\n  topics: {}", 3, "entry 1 (a): topics", "list of texts", id="topics"),
        pytest.param(
            "- id: a\n  title: A\n  scopenote:\n    x: 1", 4, "entry 1 (a): scopenote.x", "known field", id="scopenote"
        ),
        pytest.param("- id: a\n  id: b", 2, "[1].id", "already given on line 1", id="duplicate key"),
        pytest.param("- a", 1, "list[1]", "where fields are expected", id="text as entry"),
        pytest.param("a: b", 1, None, "no list of categories", id="a mapping"),
        pytest.param("", 1, None, "no list of categories", id="nothing"),
    ],
)
def test_a_wrong_entry_is_refused_with_number_id_line_and_field(
    text: str, line: int, field: str | None, problem: str
) -> None:
    with pytest.raises(BadFile) as refused:
        read_list_definitions(text.encode(), "t.yaml")
    assert problem in str(refused.value)
    assert (refused.value.path, refused.value.line) == ("t.yaml", line)
    if field:
        assert field in str(refused.value)


def test_a_broken_json_list_is_refused_with_its_line() -> None:
    with pytest.raises(BadFile) as refused:
        read_list_definitions(b'[{"id": "a",\n"title": A}]', "t.json")
    assert refused.value.line == 2
    with pytest.raises(BadFile, match="something follows"):
        read_list_definitions(b"[] []", "t.json")


@pytest.mark.skipif(not IPTC.exists(), reason="the media topics are not there")
@pytest.mark.parametrize("suffix", ["json", "yaml"])
def test_a_thousand_categories_load_in_seconds(tmp_path: Path, suffix: str) -> None:
    rows = [
        {"id": row["id"], "title": row["title"], "description": row.get("definition") or "", "broader": row["parent"]}
        for row in json.loads(IPTC.read_text())
    ]
    path = tmp_path / f"topics.{suffix}"
    path.write_text("".join(f"- {json.dumps(row)}\n" for row in rows) if suffix == "yaml" else json.dumps(rows))
    start = time.perf_counter()
    taxonomy = load_taxonomy(path)
    assert time.perf_counter() - start < 2
    assert len(taxonomy.categories) == len(rows)
    assert sum(len(category.broader) for category in taxonomy.categories) == sum(bool(row["broader"]) for row in rows)
