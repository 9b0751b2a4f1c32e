"""Owns weighing the judge's word on an exclusion against what words and vectors saw."""

from collections.abc import Sequence

from app.domain.exclusion import ExclusionRule
from app.domain.grounded import GroundedCheck, GroundedVerdict
from app.rules.settling import Settled


def hear(
    rule: ExclusionRule, parts: Sequence[Settled], claim: GroundedCheck | None, verdict: GroundedVerdict
) -> list[Settled]:
    """The parts' findings once the judge has been heard.

    A judge that measures has said all it knows through the sightings; one whose reply could not be
    read has said nothing. One that reads (an LLM) settles what only judgement can tell, if its
    quote stands in the article; against a rule that words settled otherwise, its verified word
    sends the matter to a person.
    """
    if verdict.strength is not None or verdict.unreadable:
        return list(parts)
    if claim is None:
        return [_hear_silence(part) for part in parts]
    if not claim.evidence:
        why = "seems written for a model" if claim.distrusted else "is not in the article"
        return [*parts, _doubt(f"The judge says that this holds, but what it quotes {why}.", claim)]
    if any(part.needs_judgement for part in rule.checks) or any(part.finding == "triggered" for part in parts):
        return [
            *parts,
            Settled(
                finding="triggered",
                decided_by="judge",
                reason="The judge says that this holds, and its quote stands in the article.",
                sentences=claim.sentences,
            ),
        ]
    return [*parts, _doubt("The judge says that this holds; by the sentences it does not.", claim)]


def _hear_silence(part: Settled) -> Settled:
    if part.finding != "undecided":
        return part
    return Settled(
        finding="waived",
        decided_by="judge",
        reason="Its subject is there; the judge was asked and does not say that it holds.",
        sentences=part.sentences,
    )


def _doubt(reason: str, claim: GroundedCheck) -> Settled:
    return Settled(finding="undecided", decided_by="judge", reason=reason, sentences=claim.sentences)
