"""What servers tell about batches, of which nothing is taken on trust."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.llm.batch.batch_wire import BatchFault
from app.llm.batch.server_batches import read_batch, read_page
from app.llm.failures import AttemptFailed

BODY: dict[str, object] = {
    "id": "batch_1",
    "status": "completed",
    "created_at": 1_795_000_000,
    "metadata": {"scopenote_batch": "b1"},
    "output_file_id": "file-2",
    "error_file_id": None,
    "request_counts": {"total": 3, "completed": 2, "failed": 1},
}


def test_a_batch_is_read() -> None:
    told = read_batch(BODY)
    assert (told.id, told.status, told.label, told.output_file, told.error_file) == (
        "batch_1",
        "completed",
        "b1",
        "file-2",
        None,
    )
    assert (told.total, told.done, told.failed) == (3, 2, 1)
    assert told.created_at == datetime.fromtimestamp(1_795_000_000, UTC)


def test_faults_are_read() -> None:
    errors = {"data": [{"code": "Token_Limit_Exceeded", "message": "Full.", "line": None}, {"line": 3}, "odd"]}
    assert read_batch({**BODY, "status": "failed", "errors": errors}).faults == (
        BatchFault(code="token_limit_exceeded", message="Full"),
        BatchFault(code="", message="", line=3),
        BatchFault(code="", message=""),
    )


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"id": None}, id="no id"),
        pytest.param({"id": "a\nb"}, id="an id that is none"),
        pytest.param({"status": "resting"}, id="an unknown status"),
        pytest.param({"status": 7}, id="a number for a status"),
    ],
)
def test_what_is_no_batch_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(AttemptFailed) as caught:
        read_batch({**BODY, **change})
    assert caught.value.kind == "unusable_reply"


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"metadata": "b1", "request_counts": [], "created_at": "now"}, id="other types"),
        pytest.param({"created_at": -1, "errors": {"data": {}}}, id="other values"),
        pytest.param({"created_at": 1e300, "request_counts": {"total": 10**30}}, id="too large"),
        pytest.param({"created_at": True, "metadata": None, "output_file_id": 3}, id="nothing"),
    ],
)
def test_what_else_is_odd_counts_as_unsaid(change: dict[str, object]) -> None:
    told = read_batch({**BODY, **change})
    assert (told.id, told.created_at.tzinfo) == ("batch_1", UTC)


def test_a_page_passes_over_what_is_no_batch() -> None:
    page = read_page(json.dumps({"data": [BODY, {"id": "odd"}], "has_more": True}).encode())
    assert ([told.id for told in page.batches], page.after) == (["batch_1"], "odd")


def test_the_last_page_has_none_behind_it() -> None:
    assert read_page(json.dumps({"data": [BODY], "has_more": False}).encode()).after is None


def test_what_is_no_list_is_refused() -> None:
    with pytest.raises(AttemptFailed):
        read_page(b"<html>")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


@settings(deadline=None)
@given(changes=st.dictionaries(st.sampled_from([*BODY, "errors"]), JSON, max_size=4))
def test_whatever_stands_there_is_a_batch_or_a_failure(changes: dict[str, object]) -> None:
    try:
        read_batch({**BODY, **changes})
    except AttemptFailed as failure:
        assert failure.kind == "unusable_reply"  # noqa: PT017 - either is right
