"""Tests of what an item says once its article is decided."""

from app.domain.decision import Decision
from app.domain.job import Item
from app.domain.verdict import Usage
from app.jobs.outcome import note_decision
from tests.articles import build_article
from tests.jobs.fake_desk import USAGE, decide

ITEM = Item(job="j", number=0, article="a0", digest="sha256:d", before="decision-of-a0")


def give_again() -> Decision:
    """A decision that is kept already, as the classifier gives it: it costs nothing now."""
    return decide("a0", build_article("Teams."), cached=True).model_copy(update={"usage": Usage()})


def test_what_stood_before_is_unchanged_and_costs_nothing() -> None:
    noted = note_decision(ITEM, give_again())
    assert (noted.state, noted.after, noted.usage) == ("unchanged", "decision-of-a0", Usage())


def test_what_was_paid_before_its_file_could_be_written_stays_counted() -> None:
    """The item was parked after its article was decided, and is tried again."""
    item = ITEM.model_copy(update={"before": None, "usage": USAGE})
    noted = note_decision(item, give_again())
    assert (noted.state, noted.usage) == ("decided", USAGE)


def test_what_two_tries_were_paid_for_adds_up() -> None:
    item = ITEM.model_copy(update={"before": None, "usage": USAGE})
    noted = note_decision(item, decide("a0", build_article("Teams.")))
    assert (noted.usage.calls, noted.usage.input_tokens, noted.usage.cost_usd) == (2, 200, 0.002)
