"""Owns the proof that the exclusion grammar reads exclusions as publishers of any kind word them."""

import json
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.category_files.exclusions.grammar import compile_exclusion
from app.domain.exclusion import ExclusionRule

GOLD = Path(__file__).parents[2] / "../shared/data/exclusions/gold.jsonl"

Reading = tuple[str, list[str], tuple[str, list[str]] | None]


def read(text: str, title: str) -> ExclusionRule:
    return compile_exclusion(text, rule_id="c#x1", category_title=title)


def outline(rule: ExclusionRule) -> Reading:
    condition = (rule.condition.type, list(rule.condition.phrases)) if rule.condition else None
    return rule.kind, list(rule.subjects), condition


ABSENCE = [
    ("Cooking", "Restaurant reviews with no recipe.", ["Restaurant reviews"], "without", ["recipe"]),
    ("Obituaries", "Anniversary notices that lack biographical detail", ["Anniversary notices"], "lacks", ["biographical detail"]),
    ("Climate", "Weather forecasts which fail to mention long-term trends.", ["Weather forecasts"], "does_not", ["long-term trends"]),
    ("Climate", "Articles not about climate or emissions.", [], "not_tied", ["Climate", "emissions"]),
    ("Football", "Sports other than football.", ["Sports"], "lacks", ["Football"]),
    ("Tax", "Accounting software not designed for tax returns.", ["Accounting software"], "not_tied", ["tax returns"]),
    ("Billing", "Tickets that aren't related to invoices, refunds, or payment methods.", [], "not_tied", ["invoices", "refunds", "payment methods"]),
    ("Space", "Military satellites where the launch itself is not described.", ["Military satellites"], "without", ["launch"]),
    ("Gardening", "Content outside the scope of home gardening.", [], "unrelated", ["Gardening", "home gardening"]),
    ("Gardening", "Irrelevant posts", [], "unrelated", ["Gardening"]),
    ("Security", "Marketing claims rather than technical detail.", ["Marketing claims"], "lacks", ["technical detail"]),
    ("Security", "Incident reports which are neither public nor verified.", ["Incident reports"], "lacks", ["public", "verified"]),
    ("Music", "Non-Western instruments.", ["Non-Western instruments"], "lacks", ["Western"]),
    ("Public Health", "Coverage limited to hospital building projects.", ["hospital building projects"], "solely", ["Public Health"]),
    ("Personal Health", "Content focused solely on gyms without connection to wellbeing", ["gyms"], "without", ["wellbeing"]),
    ("Libraries", "Do not classify book launches that don't involve a library's collections or staff.", ["book launches"], "does_not", ["library's collections", "library's staff"]),
    ("Pensions", "General savings topics unrelated to retirement income", ["savings"], "unrelated", ["retirement income"]),
    ("Pensions", "Omit content about share tips or currency trading not tied to pension funds", ["share tips", "currency trading"], "not_tied", ["pension funds"]),
    ("Pensions", "Any discussions that deviate from retirement planning, such as unrelated insurance products, travel money, or loans that do not mature", ["insurance products", "travel money", "loans"], "unrelated", ["Pensions", "retirement planning"]),
    ("Courts", "Crime reports which have no bearing on legal proceedings", ["Crime reports"], "lacks", ["legal proceedings"]),
    ("Courts", "Discussions on unrelated occupations (e.g., notaries, bailiffs)", ["notaries", "bailiffs"], "unrelated", ["Courts"]),
    ("Courts", "Content that does not concern judges", [], "does_not", ["Courts", "judges"]),
    ("Courts", "Ignores the procedural context of verdicts", [], "lacks", ["Courts", "procedural context of verdicts"]),
    ("Transport", "Timetables that do not show connections or explain fare zones", ["Timetables"], "does_not", ["connections", "fare zones"]),
    ("Transport", "Only for articles about buses", [], "lacks", ["Transport", "buses"]),
    ("Organisational Design", "Programs without organizational design context", ["Programs"], "without", ["Organisational Design", "organizational design context"]),
    ("Key Stage Assessment", "Exam guidance without reference to KSA practices", ["Exam guidance"], "without", ["Key Stage Assessment", "KSA practices"]),
]  # fmt: skip

RESCUE = [
    ("Local Elections", "Candidate profiles, except when they discuss local policy.", ["Candidate profiles"], ["local policy"]),
    ("Football", "Transfer rumours only if they name a club.", ["Transfer rumours"], ["club"]),
    ("Public Health", "Veterinary medicine (e.g., livestock diseases, pet care) unless human health is affected.", ["Veterinary medicine", "livestock diseases", "pet care"], ["human health"]),
    ("Transport", "Stories on roadworks (unless they close a bridge).", ["roadworks"], ["bridge"]),
    ("Transport", "Electric vehicles, but not electric buses.", ["Electric vehicles"], ["electric buses"]),
    ("Transport", "Should not be applied to freight unless passengers are affected.", ["freight"], ["passengers"]),
    ("Transport", "Car reviews, excluding safety tests.", ["Car reviews"], ["safety tests"]),
    ("Cooking", "Recipes without nutritional information, unless they come from a reader.", ["Recipes"], ["nutritional information", "reader"]),
    ("Space", "Science fiction, unless it is used to explain real missions.", ["Science fiction"], ["real missions"]),
    ("Security", "Do not tag vendor comparisons unless they evaluate security features or controls.", ["vendor comparisons"], ["security features", "security controls"]),
]  # fmt: skip

REDIRECT = [
    ("Local Elections", "For national elections, use General Elections.", ["national elections"], ["General Elections"]),
    ("Local Elections", "Use Referendums for plebiscites and citizens' initiatives.", ["plebiscites", "citizens' initiatives"], ["Referendums"]),
    ("Local Elections", "By-elections for the national parliament (see Parliament instead).", ["By-elections for the national parliament"], ["Parliament"]),
    ("Football", "American football; see Gridiron.", ["American football"], ["Gridiron"]),
    ("Billing", "Feature requests. Use Product Feedback instead.", ["Feature requests"], ["Product Feedback"]),
    ("Passports", "Applications for visas belong in Visas.", ["Applications for visas"], ["Visas"]),
    ("Transport", "Air travel → Aviation", ["Air travel"], ["Aviation"]),
    ("Transport", "Do not use this tag for parking fines; use Courts or Local Government instead.", ["parking fines"], ["Courts", "Local Government"]),
    ("Transport", "Rail strikes – use “Industrial Relations” instead", ["Rail strikes"], ["Industrial Relations"]),
    ("Education", "School sport (covered by Sport).", ["School sport"], ["Sport"]),
    ("Vehicles", "Special vehicles such as Ambulances or Fire Engines (use the specific tag instead).", ["Special vehicles", "Ambulances", "Fire Engines"], ["Ambulances", "Fire Engines"]),
]  # fmt: skip

TOPIC = [
    ("Housing", "Not for stories about hotel bookings or holiday lets.", ["hotel bookings", "holiday lets"]),
    ("Housing", "Excludes commercial property, office space and retail leases.", ["commercial property", "office space", "retail leases"]),
    ("Climate", "Not covering pollution of rivers.", ["pollution of rivers"]),
    ("Passports", "This page does not cover driving licences or identity cards.", ["driving licences", "identity cards"]),
    ("Passports", "Never use this category for emergency travel documents.", ["emergency travel documents"]),
    ("Chess", "Other board games such as draughts, Go, or backgammon.", ["board games", "draughts", "Go", "backgammon"]),
    ("Education", "Staff announcements, e.g. appointments and retirements.", ["Staff announcements", "appointments", "retirements"]),
    ("Security", "Avoid the use of this tag for general networking topics.", ["networking"]),
    ("Archaeology", "Out of scope: dinosaur fossils.", ["dinosaur fossils"]),
    ("Archaeology", "No fiction, poetry, or drama.", ["fiction", "poetry", "drama"]),
    ("Regulation", "Do not include legal disclaimers, privacy notices, or terms and conditions.", ["legal disclaimers", "privacy notices", "terms and conditions"]),
    ("Strategy", "Verbal or written warnings", ["Verbal warnings", "written warnings"]),
    ("Transport", "Use cases, select committees and views on pay", ["Use cases", "select committees", "views on pay"]),
    ("Safety", "Building health and safety regulations.", ["Building health and safety regulations"]),
    ("Nature", "Detailed analyses of zoos, farms and pets", ["zoos", "farms", "pets"]),
]  # fmt: skip

STANCE = [
    ("Public Health", "Content which promotes unproven remedies.", ["unproven remedies"], None),
    ("Public Health", "Articles that treat obesity as simply a lack of willpower.", ["obesity", "lack of willpower"], None),
    ("Public Health", "Anything that portrays vaccines as dangerous without citing evidence.", ["vaccines", "dangerous"], ("without", ["evidence"])),
    ("Chess", "Content that confuses chess with checkers.", ["chess", "checkers"], None),
    ("Archaeology", "Sensationalised accounts of lost civilisations", ["lost civilisations"], None),
    ("Midwifery", "Misconceptions about home birth", ["home birth"], None),
    ("Midwifery", "Descriptions of midwifery as an outdated craft", ["midwifery", "outdated craft"], None),
    ("Democracy", "Content that trivializes or romanticizes the importance of protest", ["protest"], None),
    ("Democracy", "Discussions of voting as a chore, rather than as a right", ["voting", "chore"], ("lacks", ["right"])),
    ("Bauhaus", "Pieces which stray from the founding principles of Bauhaus", [], ("unrelated", ["Bauhaus", "founding principles of Bauhaus"])),
]  # fmt: skip

DEPTH = [
    ("Finance", "Minor mentions of share prices.", ["share prices"], None, False),
    ("Finance", "Articles that only touch on interest rates.", ["interest rates"], None, False),
    ("Finance", "Stories in which money is not the main subject.", ["money"], None, False),
    ("Security", "Content where security is mentioned only briefly.", ["security"], None, False),
    ("Security", "Ceremonial interpretations of audits", ["audits"], None, True),
    ("Travel", "Superficial mentions of 'slow travel' without itineraries or route maps", ["slow travel"], ("without", ["itineraries", "route maps"]), False),
    ("Travel", "Superficial treatment of resorts without meaningful discussion of their impact", ["resorts"], ("without", ["impact"]), True),
]  # fmt: skip

VAGUE = [
    pytest.param("Low-quality content.", id="quality alone"),
    pytest.param("Anything else", id="anything"),
    pytest.param("Content that belongs to another category.", id="redirect without target"),
    pytest.param("Methods or tools unrelated to the specific topic", id="reference without referent"),
    pytest.param("", id="empty"),
    pytest.param("...", id="dots"),
    pytest.param("word " * 1000, id="too long to analyse"),
]


@pytest.mark.parametrize(("title", "text", "subjects", "kind", "phrases"), ABSENCE)
def test_what_is_there_without_something_is_an_absence(
    title: str, text: str, subjects: list[str], kind: str, phrases: list[str]
) -> None:
    rule = read(text, title)
    assert outline(rule) == ("absence", subjects, (kind, phrases))
    assert not rule.needs_judgement


@pytest.mark.parametrize(("title", "text", "subjects", "phrases"), RESCUE)
def test_what_an_exception_saves_is_a_rescue(title: str, text: str, subjects: list[str], phrases: list[str]) -> None:
    assert outline(read(text, title)) == ("rescue", subjects, ("unless", phrases))


@pytest.mark.parametrize(("title", "text", "subjects", "targets"), REDIRECT)
def test_what_belongs_elsewhere_is_a_redirect(title: str, text: str, subjects: list[str], targets: list[str]) -> None:
    rule = read(text, title)
    assert (rule.kind, list(rule.subjects), list(rule.redirect_to)) == ("redirect", subjects, targets)


@pytest.mark.parametrize(("title", "text", "subjects"), TOPIC)
def test_what_is_excluded_outright_is_a_topic(title: str, text: str, subjects: list[str]) -> None:
    rule = read(text, title)
    assert outline(rule) == ("topic", subjects, None)
    assert not rule.needs_judgement


@pytest.mark.parametrize(("title", "text", "subjects", "condition"), STANCE)
def test_an_opinion_takes_judgement(
    title: str, text: str, subjects: list[str], condition: tuple[str, list[str]] | None
) -> None:
    rule = read(text, title)
    assert outline(rule) == ("stance", subjects, condition)
    assert rule.needs_judgement


@pytest.mark.parametrize(("title", "text", "subjects", "condition", "needs_judgement"), DEPTH)
def test_shallow_treatment_is_depth(
    title: str, text: str, subjects: list[str], condition: tuple[str, list[str]] | None, *, needs_judgement: bool
) -> None:
    rule = read(text, title)
    assert outline(rule) == ("depth", subjects, condition)
    assert rule.needs_judgement == needs_judgement


@pytest.mark.parametrize("text", VAGUE)
def test_what_names_nothing_to_look_for_is_vague_and_takes_judgement(text: str) -> None:
    rule = read(text, "Practice")
    assert (rule.kind, rule.needs_judgement) == ("vague", True)


def test_several_prohibitions_become_parts_with_letters() -> None:
    rule = read("House plants, unrelated craft projects, or misrepresentations of organic farming", "Gardening")
    assert [(part.id, part.kind, list(part.subjects)) for part in rule.parts] == [
        ("c#x1a", "topic", ["House plants"]),
        ("c#x1b", "absence", ["craft projects"]),
        ("c#x1c", "stance", ["organic farming"]),
    ]
    assert (rule.kind, rule.also) == ("topic", ("absence", "stance"))


def test_a_stance_beside_another_prohibition_lends_no_subjects() -> None:
    rule = read("House plants or misrepresentations of organic farming", "Gardening")
    assert rule.subjects == ("House plants",)


def test_opinion_pieces_on_a_subject_do_not_exclude_the_subject_without_judgement() -> None:
    assert read("Opinion pieces on government spending.", "Tax").needs_judgement


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("x " * 1_000_000, id="2 MB on one line"),
        pytest.param("," * 100_000, id="100,000 commas"),
        pytest.param("(" * 1999, id="unbalanced brackets"),
        pytest.param("general " * 250, id="qualifiers"),
        pytest.param("do not " + "a or " * 480, id="alternatives"),
        pytest.param("x, unrelated y, " * 125, id="many prohibitions"),
        pytest.param("(e.g., a" * 240, id="open examples"),
        pytest.param("content or " * 180, id="content nouns"),
        pytest.param("use x instead " * 140, id="redirects"),
        pytest.param("x (see y), " * 180, id="redirects in brackets"),
        pytest.param("x (belongs to " * 140, id="open redirects"),
        pytest.param("where x " * 250, id="settings"),
        pytest.param("in which a is " * 140, id="copulas"),
        pytest.param("where nothing beyond a b c is " * 65, id="nothing"),
        pytest.param("x, even where y " * 120, id="concessions"),
        pytest.param("x that do not show how a or " * 70, id="questions"),
        pytest.param("unrelated, or " * 140, id="coordinated qualifiers"),
        pytest.param("between a and b and " * 100, id="between"),
    ],
)
def test_hostile_wording_is_read_in_bounded_time(text: str) -> None:
    started = time.perf_counter()
    rule = read(text, "Operating Model")
    assert time.perf_counter() - started < 2
    assert rule.text == text


def compute_f1(pairs: list[tuple[list[str], list[str]]]) -> float:
    def fold(phrases: list[str]) -> list[str]:
        return sorted(phrase.casefold().rstrip("s") for phrase in phrases)

    common = sum(len(set(fold(ours)) & set(fold(gold))) for ours, gold in pairs)
    return 2 * common / sum(len(ours) + len(gold) for ours, gold in pairs)


@pytest.mark.skipif(not GOLD.is_file(), reason="the annotated exclusions are not there")
def test_it_agrees_with_careful_human_readings() -> None:
    rows: list[dict[str, Any]] = [json.loads(line) for line in GOLD.read_text(encoding="utf-8").splitlines()]
    rules = [read(row["text"], row["category_title"]) for row in rows]
    kinds = sum(rule.kind == row["kind"] for rule, row in zip(rules, rows, strict=True)) / len(rows)
    subjects = compute_f1([(list(rule.subjects), row["subjects"]) for rule, row in zip(rules, rows, strict=True)])
    phrases = compute_f1(
        [
            (list(rule.condition.phrases if rule.condition else ()), (row["condition"] or {}).get("phrases", []))
            for rule, row in zip(rules, rows, strict=True)
        ]
    )
    assert kinds >= 0.95
    assert subjects >= 0.93
    assert phrases >= 0.9


WORDS = (
    "content discussions that which do not does without unless unrelated to superficial mentions of such as (e.g., a) , or"
    " and misinterpretations as merely rather than general specific limited focused on solely promote treats lack no other"
    " where is used in passing use X instead for see Gardening tools practices team-level “quoted” non-fiction its the"
).split()
wordings = st.one_of(st.lists(st.sampled_from(WORDS), max_size=25).map(" ".join), st.text(max_size=300))
titles = st.one_of(st.sampled_from(["Gardening", "Operating Model", "C++", ""]), st.text(max_size=30))


def get_all_phrases(rule: ExclusionRule) -> list[str]:
    own = [*rule.subjects, *(rule.condition.phrases if rule.condition else ())]
    return own + [phrase for part in rule.parts for phrase in get_all_phrases(part)]


@settings(max_examples=150, deadline=None)
@given(wordings, titles)
def test_any_text_gives_a_rule_that_keeps_it_verbatim(text: str, title: str) -> None:
    rule = compile_exclusion(text, rule_id="c#x1", category_title=title)
    assert rule == compile_exclusion(text, rule_id="c#x1", category_title=title)
    assert (rule.id, rule.text, rule.origin) == ("c#x1", text, "derived")
    assert len(rule.parts) != 1


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(WORDS), max_size=25).map(" ".join), st.sampled_from(["Gardening", "Operating Model"]))
def test_phrases_consist_of_words_of_the_text_or_the_title(text: str, title: str) -> None:
    known = {word.strip("“”\"',.()").removeprefix("non-") for word in f"{text} {title}".split()} | {"non-fiction"}
    for phrase in get_all_phrases(compile_exclusion(text, rule_id="c#x1", category_title=title)):
        assert phrase.strip()
        assert {word.strip("\"',.()") for word in phrase.split()} <= known


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=15).map(" ".join))
def test_case_and_a_full_stop_do_not_change_the_kind(text: str) -> None:
    kind = read(text.lower(), "Gardening").kind
    assert read(text.lower() + ".", "Gardening").kind == kind
    assert read(text.upper(), "Gardening").kind == kind
