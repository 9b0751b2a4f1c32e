"""Owns the words in which the pages tell states, reasons and kinds to an editor."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import assert_never

from app.domain.category import Kind
from app.domain.decision import DecidedBy, Finding, ReviewReason, Status
from app.domain.exclusion import ConditionType, ExclusionKind
from app.domain.feedback import Said
from app.domain.provenance import Author
from app.domain.telling import STATUSES
from app.domain.verdict import Usage

KINDS: Mapping[Kind, str] = {"tags": "Tag", "categories": "Category", "concepts": "Concept"}

DECIDERS: Mapping[DecidedBy, str] = {"judge": "the judge", "rule": "a rule", "person": "a person"}

SAID: Mapping[Said, str] = {"accept": "Applies", "reject": "Does not apply"}

AUTHORS: Mapping[Author, str] = {
    "person": "by a person",
    "scopenote": "by Scopenote",
    "imported": "there when the article came in",
}

FINDINGS: Mapping[Finding, str] = {
    "clear": "Clear",
    "waived": "Waived",
    "triggered": "Triggered",
    "undecided": "Undecided",
}

FINDING_MEANINGS: Mapping[Finding, str] = {
    "clear": "the article is not about this",
    "waived": "the subject comes up, but the exclusion does not stand",
    "triggered": "the exclusion stands",
    "undecided": "the article is about this, and neither rule nor judge can settle it",
}

REVIEW_REASONS: Mapping[ReviewReason, str] = {
    "near_threshold": "The score lies so close to the threshold that it could go either way.",
    "judges_disagree": "The judges that read the article disagree.",
    "quote_not_found": "A quote given as evidence does not stand in the article.",
    "judgement_needed": "An exclusion may apply, and only a person can tell.",
    "injection_suspected": "The article contains text that tries to instruct whoever judges it.",
    "unreadable_reply": "The judge’s reply about this category could not be read.",
    "sections_disagree": "Parts of the article point in different directions.",
}

EXCLUSION_KINDS: Mapping[ExclusionKind, str] = {
    "absence": "the subject without what would make it belong",
    "rescue": "the subject, unless something lifts the exclusion",
    "depth": "passing or superficial mentions",
    "redirect": "belongs to another category",
    "topic": "the subject itself",
    "stance": "how the article stands to the subject",
    "vague": "nothing that can be tested",
}

CONDITIONS: Mapping[ConditionType, str] = {
    "unless": "unless there is",
    "without": "where there is nothing on",
    "does_not": "where it does not deal with",
    "not_tied": "where it is not tied to",
    "solely": "where it is solely about the subject, without",
    "lacks": "where it lacks",
    "unrelated": "where it is unrelated to",
}


def tell_usage(usage: Usage) -> str:
    """What was spent, in one line."""
    if usage.calls == 0:
        return "no paid calls"
    calls = "1 call" if usage.calls == 1 else f"{usage.calls:,} calls"
    cached = f" ({usage.cached_tokens:,} of them cached)" if usage.cached_tokens else ""
    tokens = f"{usage.input_tokens:,} tokens in{cached}, {usage.output_tokens:,} out"
    if usage.cost_usd is None:
        return f"{calls}, {tokens}, price not known"
    as_of = f" at prices of {usage.prices_as_of}" if usage.prices_as_of else ""
    return f"{calls}, {tokens}, ${usage.cost_usd:.4f}{as_of}"


def tell_duration(took_ms: float) -> str:
    """A duration as people say it."""
    return f"{took_ms:.0f} ms" if took_ms < 1000 else f"{took_ms / 1000:.1f} s"


def tell_moment(at: datetime) -> str:
    """A moment as people read it, to the minute."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def tell_state(status: Status, count: int) -> str:
    """A heading over `count` categories in one state."""
    match status:
        case "assigned" | "excluded" | "rejected" | "not_considered":
            return STATUSES[status]
        case "review":
            return "Needs a person" if count == 1 else "Need a person"
        case _:
            assert_never(status)
