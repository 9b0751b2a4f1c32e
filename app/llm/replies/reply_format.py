"""Owns the form in which a model answers: its JSON schema, and reading it back."""

from collections.abc import Sequence
from typing import Final

from pydantic import JsonValue

from app.domain.value import Value
from app.llm.replies.reply_mending import Faults, mend_list, mend_numbers, mend_text, quote
from app.llm.replies.reply_text import FoundJson, find_json

_MOST_ENUM_VALUES: Final = 500
_MOST_ENUM_CHARACTERS: Final = 15_000
"""What the strictest of the strict decoders take, over all enums of a schema together."""
_NAME_CHARACTERS: Final = 100
"""The schema's own property names count against the same limit."""


class CheckForm(Value):
    """One topic or exclusion that the model says holds: where, in which words, which one."""

    sentences: tuple[int, ...] = ()
    quote: str = ""
    id: str


class VerdictForm(Value):
    """A category that may apply. Evidence stands before the rationale: asked in that order."""

    category: str
    topics: tuple[CheckForm, ...]
    exclusions: tuple[CheckForm, ...]
    rationale: str = ""


class ReplyForm(Value):
    """The whole answer: verdicts for what may apply, bare ids for what clearly does not. No id is in both."""

    verdicts: tuple[VerdictForm, ...] = ()
    not_applicable: tuple[str, ...] = ()


class ReadReply(Value):
    """A reply as far as it could be read.

    `fault` says what was wrong in words that a model can mend it by and an editor can understand;
    None where nothing was. A category that is in neither list of `form` was not answered, which is not a "no".
    """

    form: ReplyForm
    fault: str | None

    @property
    def is_readable(self) -> bool:
        """Whether anything could be read: an answer about at least one category."""
        return bool(self.form.verdicts or self.form.not_applicable)


def build_reply_schema(category_ids: Sequence[str]) -> dict[str, JsonValue]:
    """The JSON schema of a reply about these categories; the same ids give the same bytes.

    It keeps to what every strict decoder takes: five levels however they are counted (so sentence
    numbers are a text, "3, 7", and no list), no references, no bounds, all properties required.
    Ids are an enum unless that would be too large.
    """
    characters = _NAME_CHARACTERS + 2 * sum(map(len, category_ids))
    is_small = 2 * len(category_ids) <= _MOST_ENUM_VALUES and characters <= _MOST_ENUM_CHARACTERS
    category: dict[str, JsonValue] = {"type": "string"}
    if category_ids and is_small:
        category["enum"] = list(dict.fromkeys(category_ids))
    text: dict[str, JsonValue] = {"type": "string"}
    check = _build_object({"sentences": text, "quote": text, "id": text})
    verdict = _build_object(
        {"category": category, "topics": _build_list(check), "exclusions": _build_list(check), "rationale": text}
    )
    return _build_object({"verdicts": _build_list(verdict), "not_applicable": _build_list(category)})


def read_reply(text: str) -> ReadReply:
    """What a model's reply says, mended where its meaning is plain. Takes bounded time and never raises.

    Verdicts that are whole are kept when others are broken; what is broken is left out and told.
    A category with a verdict and also listed as not applicable keeps its verdict, whose evidence can
    be checked; of several verdicts about one category, all checks count, so that no exclusion is lost.
    """
    found = find_json(text)
    if found is None:
        fault = "It holds no JSON object with verdicts." if text.strip() else "It is empty."
        return ReadReply(form=ReplyForm(), fault=fault)
    if found.answers > 1:
        return ReadReply(form=ReplyForm(), fault=f"It gives {found.answers} answers that differ; give one.")
    faults = Faults()
    _note_condition(found, faults)
    form = _read_form(found.value, faults)
    if not form.verdicts and not form.not_applicable:
        faults.note("It answers for no category.")
    return ReadReply(form=form, fault=faults.tell())


def _build_object(properties: dict[str, JsonValue]) -> dict[str, JsonValue]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _build_list(items: dict[str, JsonValue]) -> dict[str, JsonValue]:
    return {"type": "array", "items": items}


def _note_condition(found: FoundJson, faults: Faults) -> None:
    if found.condition == "cut":
        faults.note("Its JSON has no end: it was cut off, or a quotation mark inside of a text is not escaped.")
    if found.condition == "mended":
        faults.note("It was not quite JSON.")


def _read_form(value: JsonValue, faults: Faults) -> ReplyForm:
    if isinstance(value, list):
        value = {"verdicts": value}
    if not isinstance(value, dict):
        return ReplyForm()
    if "category" in value and "verdicts" not in value:
        value = {"verdicts": [value], "not_applicable": value.get("not_applicable")}
    items = mend_list(value.get("verdicts"), '"verdicts"', faults)
    read = [(item, _read_verdict(item, faults)) for item in items]
    # What was claimed and cannot be read is no answer: not by another verdict, and not by a "no" beside it.
    broken = {_name_category(item).casefold() for item, verdict in read if verdict is None}
    whole = [verdict for _, verdict in read if verdict and verdict.category.casefold() not in broken]
    verdicts = _merge(whole, faults)
    named = mend_list(value.get("not_applicable"), '"not_applicable"', faults)
    denied = dict.fromkeys(category for item in named if (category := _read_name(item, faults)))
    for category in denied.keys() & verdicts.keys():
        if verdicts[category].topics or verdicts[category].exclusions:
            faults.note(f"{quote(category)} has a verdict and is listed as not applicable; the verdict counts.")
    return ReplyForm(
        verdicts=tuple(verdicts.values()),
        not_applicable=tuple(c for c in denied if c not in verdicts and c.casefold() not in broken),
    )


def _name_category(item: JsonValue) -> str:
    """The category that a verdict is about; "" where it names none."""
    return mend_text(item.get("category")) if isinstance(item, dict) else ""


def _read_name(item: JsonValue, faults: Faults) -> str:
    """A category's id in the list of those that do not apply; "" where there is none."""
    if isinstance(item, dict):
        item = item.get("category", item.get("id"))
    if isinstance(item, str) and (name := mend_text(item)):
        return name
    faults.note(f'"not_applicable" holds {quote(item)}, which is no category\'s id.')
    return ""


def _read_verdict(item: JsonValue, faults: Faults) -> VerdictForm | None:
    category = _name_category(item)
    if not isinstance(item, dict) or not category:
        faults.note(f"A verdict names no category: {quote(item)}.")
        return None
    checks: dict[str, tuple[CheckForm, ...]] = {}
    for name in ("topics", "exclusions"):
        # What is not said is not a "no": an empty list says that nothing holds, a missing one says nothing.
        if name not in item:
            faults.note(f'The verdict about {quote(category)} has no list "{name}"; write [] where none holds.')
            return None
        what = f'"{name}" of {quote(category)}'
        read = [_read_check(check, what, faults) for check in mend_list(item[name], what, faults)]
        if None in read:
            return None
        checks[name] = tuple(check for check in read if check)
    return VerdictForm(
        category=category,
        topics=checks["topics"],
        exclusions=checks["exclusions"],
        rationale=mend_text(item.get("rationale")),
    )


def _read_check(item: JsonValue, what: str, faults: Faults) -> CheckForm | None:
    """A check; without any evidence it is kept as a mere claim, without an id it cannot be told what it claims."""
    if isinstance(item, str):
        item = {"id": item}
    check_id = mend_text(item.get("id")) if isinstance(item, dict) else ""
    if not isinstance(item, dict) or not check_id:
        faults.note(f"{what} holds a check without an id: {quote(item)}.")
        return None
    check = CheckForm(
        sentences=mend_numbers(item.get("sentences"), what, faults),
        quote=mend_text(item.get("quote")),
        id=check_id,
    )
    if not check.quote:
        faults.note(f"{what}: {quote(check_id)} has no quote.")
    return check


def _merge(verdicts: Sequence[VerdictForm], faults: Faults) -> dict[str, VerdictForm]:
    """The verdicts by category, several about the same one made into one."""
    merged: dict[str, VerdictForm] = {}
    for verdict in verdicts:
        before = merged.get(verdict.category)
        if before is None:
            merged[verdict.category] = verdict
        elif before != verdict:
            faults.note(f"{quote(verdict.category)} has several verdicts; all of their checks count.")
            merged[verdict.category] = VerdictForm(
                category=verdict.category,
                topics=tuple(dict.fromkeys((*before.topics, *verdict.topics))),
                exclusions=tuple(dict.fromkeys((*before.exclusions, *verdict.exclusions))),
                rationale=before.rationale or verdict.rationale,
            )
    return merged
