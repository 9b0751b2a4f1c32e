"""How many are in flight: doubled in each round until the first cut, one more in each clean round after it."""

from app.llm.queue.concurrency import Concurrency


def _answer_round(concurrency: Concurrency) -> None:
    """As many as may go at once, each followed by another as soon as it is back."""
    for _ in range(concurrency.limit):
        concurrency.in_flight = concurrency.limit
        concurrency.record_answer()


def test_the_limit_doubles_in_the_first_round_and_stops_at_the_most() -> None:
    concurrency = Concurrency(start=4, most=10)
    _answer_round(concurrency)
    assert concurrency.limit == 8
    _answer_round(concurrency)
    assert concurrency.limit == 10


def test_after_a_cut_a_clean_round_adds_one() -> None:
    concurrency = Concurrency(start=10, most=16)
    concurrency.record_overload(started_at=0.0, now=1.0)
    assert concurrency.limit == 6
    _answer_round(concurrency)
    assert concurrency.limit == 7
    _answer_round(concurrency)
    assert concurrency.limit == 8


def test_those_in_flight_at_a_cut_cut_no_further() -> None:
    concurrency = Concurrency(start=10, most=16)
    for _ in range(10):
        concurrency.record_overload(started_at=0.0, now=1.0)
    assert concurrency.limit == 6
    concurrency.record_overload(started_at=1.5, now=2.0)
    assert concurrency.limit == 3


def test_the_limit_never_falls_below_one() -> None:
    concurrency = Concurrency(start=2, most=16)
    for moment in range(5):
        concurrency.record_overload(started_at=float(moment), now=moment + 0.5)
    assert concurrency.limit == 1
    assert not concurrency.is_full


def test_a_limit_that_is_not_used_does_not_grow() -> None:
    concurrency = Concurrency(start=8, most=16)
    concurrency.in_flight = 4
    concurrency.record_answer()
    assert concurrency.limit == 8


def test_the_start_is_within_the_most() -> None:
    assert Concurrency(start=8, most=1).limit == 1
