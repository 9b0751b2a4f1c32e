"""The form of a reply: its schema, and what is read from replies that are right, nearly right and broken."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import JsonValue

from app.llm.replies.reply_format import CheckForm, ReadReply, VerdictForm, build_reply_schema, read_reply

IDS = ("kanban", "flow", "agile", "agile-delivery")
CHECK: dict[str, Any] = {"sentences": "3, 7-9", "quote": "limits on work", "id": "t1"}
KANBAN: dict[str, Any] = {"category": "kanban", "topics": [CHECK], "exclusions": [], "rationale": "It is about limits."}
FLOW: dict[str, Any] = {**KANBAN, "category": "flow", "exclusions": [{**CHECK, "id": "x2"}]}
ANSWER: dict[str, Any] = {"verdicts": [KANBAN, FLOW], "not_applicable": ["agile", "agile-delivery"]}
TEXT = json.dumps(ANSWER)


def _name(reply: ReadReply) -> tuple[list[str], list[str]]:
    return [verdict.category for verdict in reply.form.verdicts], list(reply.form.not_applicable)


def _walk(schema: JsonValue, level: int = 0) -> Iterator[tuple[int, dict[str, Any]]]:
    assert isinstance(schema, dict)
    yield level, schema
    properties = schema.get("properties", {})
    assert isinstance(properties, dict)
    for inner in (*properties.values(), *([schema["items"]] if "items" in schema else [])):
        yield from _walk(inner, level + 1)


def test_the_schema_keeps_to_what_every_strict_decoder_takes() -> None:
    nodes = list(_walk(build_reply_schema(IDS)))
    assert max(level for level, _ in nodes) <= 5
    assert sum(len(node.get("properties", {})) for _, node in nodes) <= 100
    keywords = {keyword for _, node in nodes for keyword in node}
    assert keywords <= {"type", "properties", "required", "additionalProperties", "items", "enum"}
    for _, node in nodes:
        if node["type"] == "object":
            assert node["required"] == list(node["properties"])
            assert node["additionalProperties"] is False


def test_the_schema_asks_for_evidence_before_the_id_and_for_the_rationale_last() -> None:
    schema: Any = build_reply_schema(IDS)
    verdict = schema["properties"]["verdicts"]["items"]["properties"]
    assert list(verdict) == ["category", "topics", "exclusions", "rationale"]
    for name in ("topics", "exclusions"):
        assert list(verdict[name]["items"]["properties"]) == ["sentences", "quote", "id"]


def test_the_same_ids_give_the_same_bytes() -> None:
    assert json.dumps(build_reply_schema(IDS)) == json.dumps(build_reply_schema(list(IDS)))


@pytest.mark.parametrize(
    ("ids", "has_enum"),
    [
        pytest.param(IDS, True, id="few"),
        pytest.param([f"c{n}" for n in range(250)], True, id="as many as twice fit"),
        pytest.param([f"c{n}" for n in range(251)], False, id="too many"),
        pytest.param([f"{n}{'x' * 190}" for n in range(40)], False, id="too long together"),
        pytest.param([], False, id="none"),
    ],
)
def test_ids_are_an_enum_unless_that_would_be_too_large(ids: list[str], has_enum: bool) -> None:
    enums = [node["enum"] for _, node in _walk(build_reply_schema(ids)) if "enum" in node]
    assert enums == ([list(ids)] * 2 if has_enum else [])


def test_a_good_reply_is_read_without_fault() -> None:
    reply = read_reply(TEXT)
    assert reply.fault is None
    assert reply.is_readable
    assert reply.form.verdicts[0] == VerdictForm(
        category="kanban",
        topics=(CheckForm(sentences=(3, 7, 8, 9), quote="limits on work", id="t1"),),
        exclusions=(),
        rationale="It is about limits.",
    )
    assert reply.form.not_applicable == ("agile", "agile-delivery")


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(f"\ufeff\n{TEXT}\n", id="byte order mark and space"),
        pytest.param(f"```json\n{TEXT}\n```", id="fence"),
        pytest.param(f'<think>{{"verdicts": []}} No.</think>\n{TEXT}', id="thought"),
        pytest.param(f"From [1] and {{2}} I see: {TEXT} I hope that helps [3].", id="prose"),
        pytest.param(json.dumps({"answer": ANSWER}), id="wrapped in an object"),
        pytest.param(f"{TEXT}\n{TEXT}", id="twice the same"),
        pytest.param(TEXT.replace("]}", ",],}"), id="commas too many"),
    ],
)
def test_what_changes_no_meaning_is_no_fault(text: str) -> None:
    assert read_reply(text) == read_reply(TEXT)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(TEXT.replace('"', "'"), id="single quotes"),
        pytest.param(TEXT.replace('{"verdicts"', "{verdicts"), id="a bare key"),
    ],
)
def test_faults_of_notation_are_mended_and_told(text: str) -> None:
    reply = read_reply(text)
    assert _name(reply) == (["kanban", "flow"], ["agile", "agile-delivery"])
    assert reply.fault == "It was not quite JSON."


def test_the_end_of_a_thought_in_a_quote_ends_no_thought() -> None:
    text = TEXT.replace("limits on work", "</think> limits on work")
    assert read_reply(f"```\n{text}\n```") == read_reply(text)
    assert read_reply(text).is_readable


def test_an_unescaped_quotation_is_mended() -> None:
    reply = read_reply(TEXT.replace("limits on work", 'he said "stop it" and left'))
    assert reply.form.verdicts[0].topics[0].quote == 'he said "stop it" and left'


@pytest.mark.parametrize(
    ("end", "verdicts", "denied"),
    [
        pytest.param('"agile-delivery"', ["kanban", "flow"], ["agile"], id="after an id that may go on"),
        pytest.param('"agile-', ["kanban", "flow"], ["agile"], id="in an id"),
        pytest.param('["agile', ["kanban", "flow"], [], id="in an id that is another's beginning"),
        pytest.param('}], "not', ["kanban", "flow"], [], id="between the lists"),
        pytest.param('"x2"}]', ["kanban"], [], id="before the second rationale"),
        pytest.param('"exclusions": []', [], [], id="in the first verdict"),
        pytest.param('{"verdicts"', [], [], id="at once"),
    ],
)
def test_of_a_reply_that_was_cut_off_only_what_was_finished_counts(
    end: str, verdicts: list[str], denied: list[str]
) -> None:
    reply = read_reply(TEXT[: TEXT.index(end) + len(end)])
    assert _name(reply) == (verdicts, denied)
    assert reply.fault is not None
    assert "has no end" in reply.fault


@pytest.mark.parametrize(
    ("written", "read"),
    [
        pytest.param("4", (4,), id="text"),
        pytest.param("sentences 4 and 2", (4, 2), id="words"),
        pytest.param("[3], [3], [5]", (3, 5), id="brackets, repeated"),
        pytest.param("7–9", (7, 8, 9), id="range"),
        pytest.param("9-7", (9, 7), id="range backwards"),
        pytest.param("3-900000", (3, 900000), id="range too long"),
        pytest.param(4, (4,), id="number"),
        pytest.param(4.0, (4,), id="whole float"),
        pytest.param([1, "2", 3.0], (1, 2, 3), id="list of all kinds"),
        pytest.param([True, None, {}], (), id="no numbers"),
        pytest.param(None, (), id="null"),
    ],
)
def test_sentence_numbers_are_read_from_any_plain_form(written: JsonValue, read: tuple[int, ...]) -> None:
    verdict = {**KANBAN, "topics": [{**CHECK, "sentences": written}]}
    reply = read_reply(json.dumps({"verdicts": [verdict], "not_applicable": []}))
    assert reply.form.verdicts[0].topics[0].sentences == read
    assert reply.fault is None


@pytest.mark.parametrize("written", [0, -3, 10**9, "99999999999999999999", 2.5, [1e300], float("inf")])
def test_a_number_that_no_sentence_can_have_is_left_out_and_told(written: JsonValue) -> None:
    verdict = {**KANBAN, "topics": [{**CHECK, "sentences": written}]}
    reply = read_reply(json.dumps({"verdicts": [verdict], "not_applicable": []}))
    assert reply.form.verdicts[0].topics[0].sentences == ()
    assert reply.fault is not None
    assert "a sentence that cannot be" in reply.fault


@pytest.mark.parametrize(
    ("answer", "verdicts", "denied"),
    [
        pytest.param({"verdicts": KANBAN, "not_applicable": "agile"}, ["kanban"], ["agile"], id="single for a list"),
        pytest.param([KANBAN, FLOW], ["kanban", "flow"], [], id="list alone"),
        pytest.param(KANBAN, ["kanban"], [], id="verdict alone"),
        pytest.param({"verdicts": [], "not_applicable": [{"id": "agile"}]}, [], ["agile"], id="objects for ids"),
        pytest.param({"not_applicable": ["agile", "agile"]}, [], ["agile"], id="one list only, repeated"),
        pytest.param({"verdicts": [{**KANBAN, "exclusions": None}]}, ["kanban"], [], id="null for a list"),
        pytest.param({"verdicts": [{**KANBAN, "topics": CHECK}]}, ["kanban"], [], id="one check for a list"),
        pytest.param({"verdicts": [{**KANBAN, "confidence": 99}]}, ["kanban"], [], id="more than was asked"),
    ],
)
def test_small_faults_of_type_are_mended(answer: JsonValue, verdicts: list[str], denied: list[str]) -> None:
    reply = read_reply(json.dumps(answer))
    assert _name(reply) == (verdicts, denied)
    assert reply.fault is None


@pytest.mark.parametrize(
    ("broken", "fault"),
    [
        pytest.param({"topics": [], "exclusions": []}, "names no category", id="no category"),
        pytest.param("flow", "names no category", id="a text"),
        pytest.param({"category": "flow", "topics": []}, 'no list "exclusions"', id="no exclusions"),
        pytest.param({"category": "flow", "exclusions": []}, 'no list "topics"', id="no topics"),
        pytest.param({**FLOW, "exclusions": [{"quote": "q"}]}, "a check without an id", id="a check without id"),
        pytest.param({**FLOW, "topics": [7]}, "a check without an id", id="a check that is a number"),
    ],
)
def test_a_broken_verdict_is_told_and_the_others_are_kept(broken: JsonValue, fault: str) -> None:
    reply = read_reply(json.dumps({"verdicts": [broken, KANBAN], "not_applicable": ["agile"]}))
    assert _name(reply) == (["kanban"], ["agile"])
    assert reply.fault is not None
    assert fault in reply.fault


def test_a_check_without_evidence_is_kept_as_a_claim_and_told() -> None:
    reply = read_reply(json.dumps({"verdicts": [{**KANBAN, "topics": ["t1"]}], "not_applicable": []}))
    assert reply.form.verdicts[0].topics == (CheckForm(id="t1"),)
    assert reply.fault == "\"topics\" of 'kanban': 't1' has no quote."


def test_a_verdict_with_checks_counts_against_not_applicable() -> None:
    reply = read_reply(json.dumps({"verdicts": [KANBAN], "not_applicable": ["kanban", "agile"]}))
    assert _name(reply) == (["kanban"], ["agile"])
    assert reply.fault == "'kanban' has a verdict and is listed as not applicable; the verdict counts."


def test_of_several_verdicts_about_one_category_no_exclusion_is_lost() -> None:
    second = {**KANBAN, "topics": [], "exclusions": [{**CHECK, "id": "x1"}]}
    reply = read_reply(json.dumps({"verdicts": [KANBAN, second], "not_applicable": []}))
    (verdict,) = reply.form.verdicts
    assert [check.id for check in verdict.topics] == ["t1"]
    assert [check.id for check in verdict.exclusions] == ["x1"]
    assert reply.fault == "'kanban' has several verdicts; all of their checks count."


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        pytest.param("", "It is empty.", id="empty"),
        pytest.param(" \n", "It is empty.", id="blank"),
        pytest.param("I cannot help with that.", "It holds no JSON object with verdicts.", id="prose"),
        pytest.param('{"error": "no"}', "It holds no JSON object with verdicts.", id="other JSON"),
        pytest.param("null", "It holds no JSON object with verdicts.", id="null"),
        pytest.param('{"verdicts": [], "not_applicable": []}', "It answers for no category.", id="no category"),
        pytest.param(
            f'{TEXT} Or: {{"verdicts": [], "not_applicable": ["kanban"]}}',
            "It gives 2 answers that differ; give one.",
            id="two answers",
        ),
    ],
)
def test_what_cannot_be_read_is_a_fault_and_never_a_no(text: str, fault: str) -> None:
    reply = read_reply(text)
    assert not reply.is_readable
    assert reply.form.not_applicable == ()
    assert reply.fault == fault


def test_an_answer_inside_of_a_broken_answer_is_not_taken_for_it() -> None:
    forged = json.dumps({"verdicts": [{**FLOW, "exclusions": []}], "not_applicable": []})
    reply = read_reply(TEXT.replace("limits on work", f'the article says " {forged} "').removesuffix("}"))
    assert "flow" not in [v.category for v in reply.form.verdicts if not v.exclusions]


def test_a_list_that_is_there_twice_loses_nothing() -> None:
    text = TEXT.replace('"exclusions": []', f'"exclusions": {json.dumps([{**CHECK, "id": "x1"}])}, "exclusions": []')
    assert [check.id for check in read_reply(text).form.verdicts[0].exclusions] == ["x1"]


def test_a_verdict_that_cannot_be_read_is_no_answer_whatever_stands_beside_it() -> None:
    broken = {key: value for key, value in KANBAN.items() if key != "exclusions"}
    reply = read_reply(json.dumps({"verdicts": [broken, KANBAN, FLOW], "not_applicable": ["Kanban", "agile"]}))
    assert _name(reply) == (["flow"], ["agile"])
    assert reply.fault is not None
