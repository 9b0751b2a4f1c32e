"""Tests of what a failure means for an item."""

import pytest

from app.errors import (
    BadArticle,
    BadFile,
    BudgetSpent,
    EmbeddingsUnavailable,
    ModelUnavailable,
    NotKept,
    PromptTooLong,
    QuotaExhausted,
    StoreUnavailable,
)
from app.jobs.working.failing import Remedy, read_failure, tell_pause


@pytest.mark.parametrize(
    ("error", "remedy"),
    [
        pytest.param(ModelUnavailable("no answer"), "outage", id="server-away"),
        pytest.param(EmbeddingsUnavailable("no model"), "outage", id="embeddings-away"),
        pytest.param(StoreUnavailable("locked"), "wait", id="store-away"),
        pytest.param(QuotaExhausted("no money"), "pause", id="quota"),
        pytest.param(BudgetSpent("cap"), "pause", id="budget"),
        pytest.param(PromptTooLong("too long"), "park", id="too-long"),
        pytest.param(BadArticle("empty"), "park", id="nothing-to-classify"),
        pytest.param(BadFile("a.md", "changed", "Plan again."), "park", id="file-drifted"),
        pytest.param(NotKept("gone"), "park", id="article-gone"),
    ],
)
def test_remedy_by_kind_of_failure(error: Exception, remedy: Remedy) -> None:
    failure = read_failure(error)
    assert (failure.remedy, failure.reason) == (remedy, str(error))


def test_an_unforeseen_failure_is_named_but_not_quoted() -> None:
    failure = read_failure(KeyError("a secret"))
    assert failure.remedy == "again"
    assert "KeyError" in failure.reason
    assert "secret" not in failure.reason


def test_a_reason_is_no_longer_than_an_item_keeps() -> None:
    assert len(read_failure(BadArticle("x" * 10_000)).reason) == 2000


REFUSED = ModelUnavailable(
    "The model gave no answer: 401. Check the key, or set SCOPENOTE_JUDGE=local.",
    cause="The model gave no answer: 401.",
    remedy="Check the key",
)


@pytest.mark.parametrize(
    ("error", "in_a_row", "told"),
    [
        pytest.param(
            REFUSED,
            True,
            "The model gave no answer: 401. It is so for one article after another, so the job rests. Check the key, "
            "then resume the job.",
            id="a server that is away",
        ),
        pytest.param(
            QuotaExhausted("No money. Pay, or ask nobody.", cause="No money.", remedy="Pay"),
            False,
            "No money. Pay, then resume the job.",
            id="no money",
        ),
        pytest.param(BudgetSpent("The cap is reached. Raise it."), False, "The cap is reached. Raise it.", id="a cap"),
        pytest.param(
            OSError("disk"),
            True,
            "It failed in a way that nobody foresaw: OSError. The log says more. "
            "It is so for one article after another, so the job rests.",
            id="a fault of ours",
        ),
    ],
)
def test_a_pause_tells_the_cause_then_what_the_job_does_then_the_remedy(
    error: Exception, in_a_row: bool, told: str
) -> None:
    assert tell_pause(read_failure(error), in_a_row=in_a_row) == told
