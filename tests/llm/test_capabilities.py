"""What a server is known to take: asked optimistically, stepped down from by refusal or by probe, kept for a day."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.llm.failures import AttemptFailed
from app.llm.model import Reply
from app.llm.server.capabilities import RUNGS, TRUST, Capabilities
from app.llm.server.capability_memory import CapabilityMemory
from app.llm.wire import Shape

NONCE = "k3x9q2zt"
HELD = Reply(text=f'{{"word": "{NONCE}"}}', finish="stop")
FREE = Reply(text="maple", finish="stop")
CUT = Reply(text='{"wo', finish="length")


class _Clock:
    def __init__(self) -> None:
        self.time = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.time

    def advance(self, **delta: float) -> None:
        self.time += timedelta(**delta)


@pytest.fixture
def clock() -> _Clock:
    return _Clock()


def _know(clock: _Clock, folder: Path | None = None, model: str = "m") -> Capabilities:
    return Capabilities("http://s/v1", model, CapabilityMemory(folder), clock, probe_text="One word: maple")


def _refuse(parameter: str, shape: Shape | None = None) -> AttemptFailed:
    return AttemptFailed("parameter_refused", "refused", status=400, parameter=parameter, shape=shape)


def _probe(capabilities: Capabilities, reply: Reply) -> None:
    capabilities.doubt()
    assert capabilities.in_doubt
    capabilities.build_probe(NONCE)
    capabilities.settle(NONCE, reply)


def test_a_server_is_asked_in_the_firmest_way_first(clock: _Clock) -> None:
    capabilities = _know(clock)
    assert (capabilities.shape, capabilities.in_doubt) == (Shape(), False)


def test_a_refused_response_format_steps_down_to_the_last_rung_and_no_further(clock: _Clock) -> None:
    capabilities = _know(clock)
    steps = []
    while capabilities.learn(_refuse("response_format", capabilities.shape)):
        steps.append(capabilities.shape.rung)
    assert steps == ["schema", "json_object", "text"]


def test_a_rung_that_is_refused_is_skipped(clock: _Clock) -> None:
    capabilities = _know(clock)
    for _ in range(2):
        _probe(capabilities, FREE)
    before = capabilities.shape
    assert capabilities.learn(_refuse("response_format"))
    assert (before.rung, capabilities.shape.rung) == ("json_object", "text")


def test_what_many_askers_learn_at_once_is_one_step(clock: _Clock) -> None:
    capabilities = _know(clock)
    asked = capabilities.shape
    assert [capabilities.learn(_refuse("response_format", asked)) for _ in range(5)] == [True] * 5
    assert capabilities.shape.rung == "schema"
    assert [capabilities.learn(_refuse("temperature", asked)) for _ in range(5)] == [True] * 5
    assert capabilities.shape.dropped == {"temperature"}


def test_a_refused_parameter_is_dropped_once(clock: _Clock) -> None:
    capabilities = _know(clock)
    assert capabilities.learn(_refuse("temperature", capabilities.shape))
    assert not capabilities.learn(_refuse("temperature", capabilities.shape))
    assert capabilities.shape == Shape(dropped=frozenset({"temperature"}))


@pytest.mark.parametrize(
    ("first", "second"), [("max_tokens", "max_completion_tokens"), ("max_completion_tokens", "max_tokens")]
)
def test_one_of_the_two_bounds_stays(clock: _Clock, first: str, second: str) -> None:
    capabilities = _know(clock)
    assert capabilities.learn(_refuse(first))
    assert not capabilities.learn(_refuse(second))
    assert capabilities.shape.dropped == {first}


def _bound(most: int, asked: int | None = None) -> AttemptFailed:
    shape = Shape(most_output=asked)
    return AttemptFailed("parameter_refused", "too large", parameter="max_tokens", most_output=most, shape=shape)


def test_a_bound_of_the_reply_is_kept_to_and_the_parameter_stays(clock: _Clock) -> None:
    capabilities = _know(clock)
    assert [capabilities.learn(_bound(16_384)) for _ in range(5)] == [True] * 5
    assert capabilities.shape == Shape(most_output=16_384)


def test_a_bound_that_was_kept_to_teaches_nothing(clock: _Clock) -> None:
    capabilities = _know(clock)
    assert capabilities.learn(_bound(4_096))
    assert not capabilities.learn(_bound(4_096, asked=4_096))
    assert not capabilities.learn(_bound(8_192, asked=4_096))
    assert capabilities.shape == Shape(most_output=4_096)


def test_the_lowest_bound_counts(clock: _Clock) -> None:
    capabilities = _know(clock)
    taught = [
        capabilities.learn(_bound(most, asked)) for most, asked in ((8_192, None), (4_096, 8_192), (6_000, 8_192))
    ]
    assert (taught, capabilities.shape.most_output) == ([True] * 3, 4_096)


def test_a_bound_is_known_to_the_next_process_for_a_day(clock: _Clock, tmp_path: Path) -> None:
    _know(clock, tmp_path).learn(_bound(4_096))
    clock.advance(hours=23)
    assert _know(clock, tmp_path).shape == Shape(most_output=4_096)
    clock.advance(hours=1)
    assert _know(clock, tmp_path).shape == Shape()


@pytest.mark.parametrize(
    "failure",
    [
        pytest.param(AttemptFailed("bad_request", "no"), id="another kind"),
        pytest.param(AttemptFailed("parameter_refused", "no"), id="no name"),
        pytest.param(_refuse("messages"), id="what we cannot do without"),
        pytest.param(AttemptFailed("server_error", "no", parameter="temperature"), id="a name, but another kind"),
    ],
)
def test_nothing_is_learned_otherwise(clock: _Clock, failure: AttemptFailed) -> None:
    capabilities = _know(clock)
    assert not capabilities.learn(failure)
    assert capabilities.shape == Shape()


def test_a_probe_that_is_held_to_its_form_keeps_the_rung(clock: _Clock) -> None:
    capabilities = _know(clock)
    _probe(capabilities, HELD)
    assert (capabilities.shape.rung, capabilities.in_doubt) == ("strict", False)


def test_a_probe_that_is_answered_freely_steps_down(clock: _Clock) -> None:
    capabilities = _know(clock)
    _probe(capabilities, FREE)
    assert (capabilities.shape.rung, capabilities.in_doubt) == ("schema", False)


def test_a_probe_that_was_cut_off_changes_nothing(clock: _Clock) -> None:
    capabilities = _know(clock)
    _probe(capabilities, CUT)
    assert (capabilities.shape.rung, capabilities.in_doubt) == ("strict", False)


@pytest.mark.parametrize("outcome", [HELD, CUT], ids=["held", "cut off"])
def test_an_outcome_stands_for_a_while_against_contrary_replies(clock: _Clock, outcome: Reply) -> None:
    capabilities = _know(clock)
    _probe(capabilities, outcome)
    clock.advance(seconds=TRUST.total_seconds() - 1)
    capabilities.doubt()
    assert not capabilities.in_doubt
    clock.advance(seconds=1)
    _probe(capabilities, FREE)
    assert capabilities.shape.rung == "schema"


def test_the_next_rung_is_doubted_at_once(clock: _Clock) -> None:
    capabilities = _know(clock)
    for _ in range(3):
        _probe(capabilities, FREE)
    assert capabilities.shape.rung == "text"


def test_the_last_rung_promises_nothing_that_could_be_doubted(clock: _Clock) -> None:
    capabilities = _know(clock)
    for _ in range(3):
        capabilities.learn(_refuse("response_format"))
    capabilities.doubt()
    assert not capabilities.in_doubt


def test_one_of_many_askers_sends_the_probe(clock: _Clock) -> None:
    capabilities = _know(clock)
    capabilities.doubt()
    capabilities.build_probe(NONCE)
    capabilities.doubt()
    assert not capabilities.in_doubt


def test_a_probe_that_is_lost_is_sent_again_later(clock: _Clock) -> None:
    capabilities = _know(clock)
    capabilities.doubt()
    capabilities.build_probe(NONCE)
    clock.advance(minutes=2)
    _probe(capabilities, FREE)
    assert capabilities.shape.rung == "schema"


def test_a_reply_from_a_former_rung_says_nothing_about_this_one(clock: _Clock) -> None:
    capabilities = _know(clock)
    asked = capabilities.shape
    capabilities.learn(_refuse("response_format"))
    capabilities.doubt(asked)
    assert not capabilities.in_doubt
    capabilities.doubt(capabilities.shape)
    assert capabilities.in_doubt


def test_a_probe_of_a_former_rung_settles_nothing(clock: _Clock) -> None:
    capabilities = _know(clock)
    capabilities.doubt()
    capabilities.build_probe(NONCE)
    capabilities.learn(_refuse("response_format"))
    capabilities.settle(NONCE, FREE)
    assert capabilities.shape.rung == "schema"


@pytest.mark.parametrize("outcome", [HELD, FREE, CUT], ids=["held", "free", "cut off"])
def test_a_probe_of_a_former_rung_neither_proves_nor_clears_the_present_one(
    clock: _Clock, tmp_path: Path, outcome: Reply
) -> None:
    capabilities = _know(clock, tmp_path)
    capabilities.doubt()
    capabilities.build_probe(NONCE)
    capabilities.learn(_refuse("response_format"))
    before = CapabilityMemory(tmp_path).find("http://s/v1", "m")
    capabilities.doubt()
    clock.advance(seconds=1)
    capabilities.settle(NONCE, outcome)
    assert (capabilities.shape.rung, capabilities.in_doubt) == ("schema", True)
    assert CapabilityMemory(tmp_path).find("http://s/v1", "m") == before
    capabilities.build_probe(NONCE)
    clock.advance(minutes=2)
    capabilities.doubt()
    assert capabilities.in_doubt


def test_a_reply_with_another_nonce_settles_nothing(clock: _Clock) -> None:
    capabilities = _know(clock)
    capabilities.doubt()
    capabilities.build_probe(NONCE)
    capabilities.settle("other", FREE)
    capabilities.settle(NONCE, FREE)
    capabilities.settle(NONCE, FREE)
    assert capabilities.shape.rung == "schema"


def test_what_was_learned_is_known_to_the_next_process_for_a_day(clock: _Clock, tmp_path: Path) -> None:
    capabilities = _know(clock, tmp_path)
    capabilities.learn(_refuse("temperature"))
    capabilities.learn(_refuse("response_format"))
    clock.advance(hours=23)
    assert _know(clock, tmp_path).shape == Shape(rung="schema", dropped=frozenset({"temperature"}))
    assert _know(clock, tmp_path, model="other").shape == Shape()
    clock.advance(hours=1)
    assert (_know(clock, tmp_path).shape, capabilities.shape) == (Shape(), Shape())


def test_a_proof_from_another_process_is_forgotten_on_a_contrary_answer(clock: _Clock, tmp_path: Path) -> None:
    _probe(_know(clock, tmp_path), HELD)
    capabilities = _know(clock, tmp_path)
    capabilities.doubt()
    assert not capabilities.in_doubt
    clock.advance(hours=1)
    _probe(capabilities, FREE)
    assert capabilities.shape.rung == "schema"
    assert _know(clock, tmp_path).shape.rung == "schema"


def test_a_refusal_overrules_a_proof(clock: _Clock, tmp_path: Path) -> None:
    capabilities = _know(clock, tmp_path)
    _probe(capabilities, HELD)
    assert capabilities.learn(_refuse("response_format"))
    assert _know(clock, tmp_path).shape.rung == "schema"


@given(st.lists(st.sampled_from(["doubt", "free", "held", "cut", "refuse", "drop", "wait"]), max_size=30))
def test_whatever_happens_there_is_a_way_to_ask_and_it_only_steps_down_within_a_day(events: list[str]) -> None:
    clock = _Clock()
    capabilities = _know(clock)
    rungs = [capabilities.shape.rung]
    for event in events:
        match event:
            case "doubt":
                capabilities.doubt()
            case "refuse":
                capabilities.learn(_refuse("response_format", capabilities.shape))
            case "drop":
                capabilities.learn(_refuse("temperature"))
            case "wait":
                clock.advance(minutes=30)
            case reply:
                capabilities.build_probe(NONCE)
                capabilities.settle(NONCE, {"free": FREE, "held": HELD, "cut": CUT}[reply])
        rungs.append(capabilities.shape.rung)
    assert [RUNGS.index(rung) for rung in rungs] == sorted(RUNGS.index(rung) for rung in rungs)
