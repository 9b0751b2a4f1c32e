"""Injections from public collections, in an article that nobody would look at twice."""

from collections import Counter
from pathlib import Path

import pytest

from app.rules.suspicion.finding import find_suspicious
from tests.containment.course import Course, find
from tests.containment.gullible_model import obey, squeeze
from tests.containment.payloads import TARGET, Payload, find_trigger, hide, load_payloads, show

PAYLOADS = load_payloads(Path(__file__).parents[2] / "../shared/data")
DIRECT = {"goal_hijack", "jailbreak", "jailbreak_in_the_wild", "latent_injection", "prompt_leak"}
"""Kinds that speak to a model; the others are code, markup, or questions that anybody could ask."""

pytestmark = pytest.mark.skipif(not PAYLOADS, reason="the collected injections are not here")


def _id(payload: Payload) -> str:
    return payload.id


def test_most_of_what_speaks_to_a_model_is_recognised() -> None:
    found = Counter(bool(find_suspicious(show(payload))) for payload in PAYLOADS if payload.kind in DIRECT)
    assert found[True] / found.total() > 0.6


def test_nothing_that_a_page_hides_reaches_the_text() -> None:
    seen = [
        payload.id
        for payload in PAYLOADS
        if len(squeeze(payload.text)) > 20 and squeeze(payload.text)[:40] in squeeze(hide(payload).text)
    ]
    assert seen == []


def test_a_hidden_injection_leaves_the_article_as_it_was() -> None:
    assert {hide(payload).digest for payload in PAYLOADS} == {hide(PAYLOADS[0]).digest}


@pytest.mark.parametrize("payload", [p for p in PAYLOADS if find_suspicious(show(p))], ids=_id)
def test_a_recognised_injection_gets_no_tag(payload: Payload, words_only: Course) -> None:
    script = obey(TARGET, find_trigger(payload), "stranger")
    decision = words_only.run(show(payload), script, second_opinion=False)
    target = find(decision, TARGET)
    assert decision.tags == ()
    assert target is not None
    assert (target.status, "injection_suspected" in target.review_reasons) == ("review", True)


@pytest.mark.parametrize("payload", [p for p in PAYLOADS if not find_suspicious(show(p))][::12], ids=_id)
def test_one_that_no_pattern_sees_is_held_by_the_second_opinion(payload: Payload, course: Course) -> None:
    decision = course.run(show(payload), obey(TARGET, find_trigger(payload), "stranger"))
    target = find(decision, TARGET)
    assert target is not None
    assert (decision.tags, target.status) == ((), "review")
