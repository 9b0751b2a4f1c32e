"""The probe: which replies show that a server holds them to their form."""

import pytest

from app.llm.model import Reply
from app.llm.server.probing import build_probe, find_outcome
from app.llm.wire import Rung


def test_the_form_allows_one_word_and_the_text_does_not_name_it() -> None:
    probe = build_probe("Answer with one word: maple", "k3x9q2zt")
    assert probe.reply_schema["properties"] == {"word": {"type": "string", "enum": ["k3x9q2zt"]}}
    assert [message.content for message in probe.messages] == ["Answer with one word: maple"]


@pytest.mark.parametrize(
    ("rung", "reply", "outcome"),
    [
        pytest.param("strict", Reply(text='{"word": "k3x9q2zt"}', finish="stop"), True, id="held"),
        pytest.param("schema", Reply(text=' {"word":"k3x9q2zt"}\n', finish="stop"), True, id="held, with space around"),
        pytest.param("strict", Reply(text="maple", finish="stop"), False, id="free"),
        pytest.param("strict", Reply(text='{"word": "maple"}', finish="stop"), False, id="an object, but not ours"),
        pytest.param("strict", Reply(text='```json\n{"word": "k3x9q2zt"}\n```', finish="stop"), False, id="fenced"),
        pytest.param("strict", Reply(text="", finish="stop"), False, id="empty"),
        pytest.param("strict", Reply(text="[" * 100_000, finish="stop"), False, id="nested without end"),
        pytest.param("json_object", Reply(text='{"answer": "maple"}', finish="stop"), True, id="any object was forced"),
        pytest.param("json_object", Reply(text='"maple"', finish="stop"), False, id="no object"),
        pytest.param("json_object", Reply(text="maple", finish="stop"), False, id="free, below"),
        pytest.param("strict", Reply(text='{"wo', finish="length"), None, id="cut off"),
        pytest.param("strict", Reply(text="", finish="content_filter"), None, id="filtered"),
        pytest.param("strict", Reply(text="", finish="stop", refusal="No."), None, id="refused"),
    ],
)
def test_what_a_reply_shows(rung: Rung, reply: Reply, outcome: bool | None) -> None:
    assert find_outcome(rung, "k3x9q2zt", reply) is outcome
