"""Owns the tests of the lint: what editors are told about their definitions, and what they are spared."""

import json
import time
from pathlib import Path

import pytest

from app.category_files.loading import load_taxonomy
from app.domain.category import Category, ReadingNote, Taxonomy, Topic
from app.domain.exclusion import Condition, ExclusionKind, ExclusionRule
from app.linting.findings import LintFinding
from app.linting.lint import lint_taxonomy

IPTC = Path(__file__).parents[2] / "../shared/data/iptc/mediatopics.json"
SCOPE = "What rivers are, where they rise, how they run and where they end, told with their silt and their floods. " * 5


def rule(
    text: str, kind: ExclusionKind = "absence", *subjects: str, condition: str = "", to: str = ""
) -> ExclusionRule:
    return ExclusionRule(
        id="rivers#x1",
        text=text,
        kind=kind,
        subjects=subjects,
        condition=Condition(type="unless", phrases=(condition,)) if condition else None,
        redirect_to=(to,) if to else (),
        needs_judgement=kind == "stance",
    )


LAKES = rule("Still lakes without any river at all", "absence", "still lakes", condition="river")


def category(category_id: str = "rivers", /, **changes: object) -> Category:
    topics = (Topic(id=f"{category_id}#t1", text="Silt and sand"), Topic(id=f"{category_id}#t2", text="Fords"))
    whole: dict[str, object] = {
        "id": category_id,
        "title": category_id.title(),
        "scope": SCOPE,
        "topics": topics,
        "exclusions": (LAKES,),
        "source": f"{category_id}.md",
    }
    return Category.model_validate(whole | changes)


def lint(*categories: Category, notes: tuple[ReadingNote, ...] = ()) -> tuple[LintFinding, ...]:
    return lint_taxonomy(Taxonomy(categories=categories, version="v", notes=notes), None)


def codes(*categories: Category) -> list[tuple[str, str]]:
    return [(finding.code, finding.severity) for finding in lint(*categories)]


def topic(text: str) -> tuple[Topic, ...]:
    return (Topic(id="rivers#t1", text=text), Topic(id="rivers#t2", text="Silt"))


def test_a_sound_definition_gives_no_findings() -> None:
    assert lint(category()) == ()


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param({"scope": "", "topics": (), "exclusions": ()}, [("title_only", "warning")], id="title only"),
        pytest.param({"topics": (), "exclusions": ()}, [("description_only", "info")], id="description only"),
        pytest.param({"exclusions": ()}, [("no_exclusions", "warning")], id="no exclusions"),
        pytest.param({"topics": ()}, [("no_topics", "warning")], id="no topics"),
        pytest.param({"scope": "", "summary": SCOPE}, [("no_scope", "warning")], id="no scope"),
        pytest.param({"scope": "Rivers."}, [("too_short", "info")], id="too short"),
        pytest.param({"scope": SCOPE * 9}, [("long", "info")], id="long"),
        pytest.param({"scope": SCOPE * 30}, [("too_long", "warning")], id="too long"),
        pytest.param(
            {"exclusions": (rule("Bad content", "vague"),)},
            [("thin_exclusion", "info"), ("vague_exclusion", "warning")],
            id="vague",
        ),
        pytest.param(
            {"exclusions": (rule("Praise of floods as such", "stance", "floods"),)},
            [("needs_judgement", "info")],
            id="stance",
        ),
        pytest.param({"topics": (*topic("Silt."),)}, [("repeated_topic", "warning")], id="repeated topic"),
        pytest.param(
            {"exclusions": (LAKES, LAKES.model_copy(update={"id": "rivers#x2"}))},
            [("repeated_exclusion", "warning")],
            id="repeated exclusion",
        ),
    ],
)
def test_what_a_definition_lacks_or_repeats_is_told(
    changes: dict[str, object], expected: list[tuple[str, str]]
) -> None:
    assert sorted(codes(category(**changes))) == sorted(expected)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param(
            {"topics": topic("Fords"), "exclusions": (rule("Silt", "topic", "silt"),)},
            [("contradiction", "error")],
            id="a topic, outright",
        ),
        pytest.param(
            {
                "topics": topic("Fords"),
                "exclusions": (rule("Silt unless in rivers", "rescue", "Silt", condition="rivers"),),
            },
            [("contradiction", "info")],
            id="a topic, on a condition",
        ),
        pytest.param(
            {"exclusions": (rule("Rivers", "topic", "rivers"),)}, [("contradiction", "error")], id="the title"
        ),
        pytest.param({"exclusions": (rule("Mere rivers", "depth", "rivers"),)}, [], id="a way of treating the title"),
        pytest.param(
            {
                "topics": topic("All about silt dams and weirs"),
                "exclusions": (rule("Silt dams", "topic", "silt dams"),),
            },
            [("contradiction", "warning")],
            id="within a topic",
        ),
        pytest.param(
            {"summary": "Take rivers and mill ponds.", "exclusions": (rule("Mill ponds", "topic", "mill ponds"),)},
            [("summary_contradiction", "warning")],
            id="let in by the summary",
        ),
        pytest.param(
            {"summary": "Do not take mill ponds.", "exclusions": (rule("Mill ponds", "topic", "mill ponds"),)},
            [],
            id="kept out by both",
        ),
        pytest.param(
            {"topics": topic("Silt dams"), "summary": "Take rivers. Exclude silt dams."},
            [("summary_contradiction", "warning")],
            id="a topic that the summary excludes",
        ),
    ],
)
def test_what_a_definition_takes_back_is_told(changes: dict[str, object], expected: list[tuple[str, str]]) -> None:
    found = [found for found in codes(category(**changes)) if "contradiction" in found[0]]
    assert found == expected


@pytest.mark.parametrize(
    ("rivers", "lakes", "expected"),
    [
        pytest.param(
            {"exclusions": (rule("Lakes", "redirect", "lakes", to="lakes"),)}, {}, [], id="redirect that leads there"
        ),
        pytest.param(
            {"exclusions": (rule("Seas", "redirect", "seas", to="Salt Seas"),), "related": ("Salt Seas",)},
            {},
            [("redirect_unresolved", "warning")],
            id="redirect to nothing, told once",
        ),
        pytest.param({"related": ("Salt Seas",)}, {}, [("related_unresolved", "info")], id="related to nothing"),
        pytest.param({"never_with": ("lakes",)}, {}, [("never_with_one_sided", "info")], id="one-sided"),
        pytest.param({"never_with": ("lakes",)}, {"never_with": ("rivers",)}, [], id="two-sided"),
        pytest.param(
            {"never_with": ("lakes",), "broader": ("water",)},
            {"never_with": ("rivers",), "broader": ("rivers",)},
            [("never_with_broader", "error"), ("never_with_broader", "error")],
            id="exclusive and broader",
        ),
        pytest.param({}, {"title": "RIVERS"}, [("shared_name", "warning")], id="one title"),
        pytest.param({}, {"title": "RIVERS", "kind": "concepts"}, [("shared_name", "info")], id="one title, two kinds"),
        pytest.param({"synonyms": ("Lakes",)}, {}, [("shared_name", "info")], id="synonym is a title"),
    ],
)
def test_what_definitions_say_about_one_another_must_hold(
    rivers: dict[str, object], lakes: dict[str, object], expected: list[tuple[str, str]]
) -> None:
    assert codes(category(**rivers), category("lakes", **lakes)) == expected


def test_reading_notes_are_findings_with_their_lines() -> None:
    notes = (
        ReadingNote(category_id="rivers", file="rivers.md", line=7, message="this bullet stands here twice"),
        ReadingNote(category_id="b", file="b.es.md", line=None, message="not read: is a translation"),
        ReadingNote(
            category_id="rivers",
            file="rivers.md",
            line=9,
            message="names 'X', which is no category here; kept as related",
        ),
    )
    found = lint(category(), notes=notes)
    assert [(finding.code, finding.severity, finding.line) for finding in found] == [
        ("reading", "warning", 7),
        ("reading", "info", None),
    ]


def test_the_worst_comes_first() -> None:
    above = {"never_with": ("lakes",), "broader": ("lakes",)}
    found = codes(category(**above), category("lakes", exclusions=()))
    assert [severity for _, severity in found] == ["error", "warning", "info"]


@pytest.mark.skipif(not IPTC.exists(), reason="the media topics are not there")
def test_a_published_taxonomy_of_a_thousand_is_linted_in_seconds(tmp_path: Path) -> None:
    rows = [
        {"id": row["id"], "title": row["title"], "description": row.get("definition") or "", "broader": row["parent"]}
        for row in json.loads(IPTC.read_text())
    ]
    (tmp_path / "topics.json").write_text(json.dumps(rows))
    taxonomy = load_taxonomy(tmp_path)
    start = time.perf_counter()
    found = lint_taxonomy(taxonomy, None)
    assert time.perf_counter() - start < 2
    assert {finding.category_id for finding in found} <= set(taxonomy.by_id)
