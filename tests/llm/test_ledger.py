"""The ledger: every attempt counts, by the latest that is known of it, on the day on which it was opened."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.errors import BadSetting, ModelUnavailable
from app.llm.model import Tokens
from app.llm.spending.ledger import Attempt, Ledger, MemoryLedger, Spent, Status
from app.llm.spending.ledger_file import FileLedger

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
Make = Callable[[], Ledger]


class _Now:
    """A time of day that a test sets."""

    def __init__(self) -> None:
        self.time = NOON

    def __call__(self) -> datetime:
        return self.time


@pytest.fixture
def now() -> _Now:
    return _Now()


@pytest.fixture(params=["memory", "file"])
def ledger(request: pytest.FixtureRequest, tmp_path: Path, now: _Now) -> Ledger:
    return MemoryLedger(now) if request.param == "memory" else FileLedger(tmp_path / "ledger", now)


def _attempt(
    name: str = "a", status: Status = "sent", *, tokens: int = 100, cost_usd: float | None = 0.5,
    job: str | None = None, at: datetime = NOON,
) -> Attempt:  # fmt: skip
    return Attempt(
        id=name, at=at, server="s", model="m", urgency="job", job=job, purpose="question", status=status,
        tokens=Tokens(input=tokens - 10, output=10) if tokens else Tokens(), estimated=status in {"sent", "unknown"},
        cost_usd=cost_usd, prices_as_of="2026-10-21",
    )  # fmt: skip


def test_nothing_is_spent_at_first(ledger: Ledger) -> None:
    assert ledger.sum_day() == Spent()


def test_an_attempt_under_way_counts_at_its_estimate(ledger: Ledger) -> None:
    ledger.open(_attempt(tokens=100))
    assert ledger.sum_day() == Spent(calls=1, tokens=100, cost_usd=0.5)


@pytest.mark.parametrize("status", ["answered", "failed", "unknown"])
def test_a_closed_attempt_counts_as_what_it_came_to(ledger: Ledger, status: Status) -> None:
    ledger.open(_attempt(tokens=100))
    ledger.close(_attempt(status=status, tokens=30, cost_usd=0.125))
    assert ledger.sum_day() == Spent(calls=1, tokens=30, cost_usd=0.125)


def test_what_has_no_price_is_counted_apart(ledger: Ledger) -> None:
    ledger.open(_attempt("a", cost_usd=None))
    ledger.close(_attempt("b", "answered", cost_usd=0.5))
    ledger.close(_attempt("c", "answered", cost_usd=None))
    assert ledger.sum_day() == Spent(calls=3, tokens=300, cost_usd=0.5, unpriced=2)


def test_a_job_is_summed_apart(ledger: Ledger) -> None:
    ledger.open(_attempt("a", job="j", tokens=20))
    ledger.close(_attempt("b", "answered", job="j", tokens=30))
    ledger.close(_attempt("c", "answered", job="k", tokens=50))
    ledger.open(_attempt("d"))
    assert ledger.sum_job("j") == Spent(calls=2, tokens=50, cost_usd=1.0)
    assert ledger.sum_job("unheard of") == Spent()


def test_a_new_day_begins_at_midnight(ledger: Ledger, now: _Now) -> None:
    late = NOON.replace(hour=23, minute=59)
    ledger.open(_attempt("a", job="j", at=late))
    now.time = NOON + timedelta(hours=12, seconds=1)
    ledger.close(_attempt("a", "answered", job="j", at=late))
    assert ledger.sum_day() == Spent()
    assert ledger.sum_job("j") == Spent(calls=1, tokens=100, cost_usd=0.5)


def test_a_job_is_summed_over_a_week(ledger: Ledger, now: _Now) -> None:
    for day in range(9):
        now.time = NOON + timedelta(days=day)
        ledger.close(_attempt(f"a{day}", "answered", job="j", at=now.time))
    assert ledger.sum_job("j").calls == 7


def test_the_memory_keeps_the_last_ones_only(now: _Now) -> None:
    ledger = MemoryLedger(now)
    for number in range(1_100):
        ledger.open(_attempt(str(number)))
        ledger.close(_attempt(str(number), "answered"))
    assert len(ledger.recent) == 1_000
    assert ledger.recent[-1].id == "1099"
    assert ledger.sum_day().calls == 1_100


def test_the_file_survives_the_process(tmp_path: Path, now: _Now) -> None:
    first = FileLedger(tmp_path, now)
    first.open(_attempt("a", job="j"))
    first.open(_attempt("b", job="j"))
    first.close(_attempt("b", "answered", job="j", tokens=30, cost_usd=0.25))
    again = FileLedger(tmp_path, now)
    assert again.sum_day() == again.sum_job("j") == Spent(calls=2, tokens=130, cost_usd=0.75)


def test_days_before_count_for_their_jobs_after_a_restart(tmp_path: Path, now: _Now) -> None:
    FileLedger(tmp_path, now).close(_attempt("a", "answered", job="j"))
    now.time = NOON + timedelta(days=1)
    again = FileLedger(tmp_path, now)
    assert (again.sum_day().calls, again.sum_job("j").calls) == (0, 1)


def test_there_is_one_file_per_day_with_a_line_for_each_event(tmp_path: Path, now: _Now) -> None:
    ledger = FileLedger(tmp_path, now)
    ledger.open(_attempt("a"))
    ledger.close(_attempt("a", "answered"))
    ledger.open(_attempt("b", at=NOON + timedelta(days=1)))
    files = sorted(path.name for path in tmp_path.iterdir())
    assert files == ["attempts-2026-11-22.jsonl", "attempts-2026-11-23.jsonl"]
    lines = (tmp_path / files[0]).read_text().splitlines()
    assert [Attempt.model_validate_json(line).status for line in lines] == ["sent", "answered"]


def test_what_another_process_spends_is_seen(tmp_path: Path, now: _Now) -> None:
    mine, other = FileLedger(tmp_path, now), FileLedger(tmp_path, now)
    mine.open(_attempt("a", tokens=10))
    other.open(_attempt("b", tokens=20))
    mine.close(_attempt("a", "answered", tokens=11))
    assert mine.sum_day().tokens == other.sum_day().tokens == 31


def test_a_torn_last_line_is_no_attempt_and_spoils_no_other(tmp_path: Path, now: _Now) -> None:
    path = tmp_path / "attempts-2026-11-22.jsonl"
    whole = _attempt("a", "answered").model_dump_json()
    path.write_text(f"{whole}\n{whole[:40]}")
    ledger = FileLedger(tmp_path, now)
    assert ledger.sum_day().calls == 1
    ledger.close(_attempt("b", "answered"))
    assert ledger.sum_day().calls == 2
    assert FileLedger(tmp_path, now).sum_day().calls == 2


@pytest.mark.parametrize(
    "line",
    [
        pytest.param(b"not JSON\n", id="no JSON"),
        pytest.param(b'{"id": "a"}\n', id="half an attempt"),
        pytest.param(b"\xff\xfe\x00\n", id="no text"),
        pytest.param(b"[" * 100_000 + b"\n", id="nested too deep"),
        pytest.param(b"x" * 3_000_000 + b"\n", id="endless"),
        pytest.param(b"\n\n\n", id="empty lines"),
    ],
)
def test_a_line_that_is_no_attempt_is_not_counted(tmp_path: Path, now: _Now, line: bytes) -> None:
    path = tmp_path / "attempts-2026-11-22.jsonl"
    whole = _attempt("a", "answered").model_dump_json().encode() + b"\n"
    path.write_bytes(line + whole)
    assert FileLedger(tmp_path, now).sum_day().calls == 1


def test_a_file_that_shrank_is_counted_anew(tmp_path: Path, now: _Now) -> None:
    ledger = FileLedger(tmp_path, now)
    ledger.close(_attempt("a", "answered"))
    ledger.close(_attempt("b", "answered"))
    (tmp_path / "attempts-2026-11-22.jsonl").write_text(_attempt("c", "answered").model_dump_json() + "\n")
    assert ledger.sum_day().calls == 1


def test_a_long_file_is_read_whole(tmp_path: Path, now: _Now) -> None:
    line = _attempt("a", "answered", tokens=10).model_dump_json() + "\n"
    times = 2_500_000 // len(line)
    (tmp_path / "attempts-2026-11-22.jsonl").write_text(line * times)
    assert FileLedger(tmp_path, now).sum_day().calls == times


def test_a_folder_that_cannot_be_used_is_refused_at_once(tmp_path: Path, now: _Now) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(BadSetting, match=r"cannot be kept in .*file/ledger.*Make that a folder"):
        FileLedger(tmp_path / "file" / "ledger", now)


def test_what_cannot_be_written_down_is_not_sent(tmp_path: Path, now: _Now) -> None:
    ledger = FileLedger(tmp_path / "ledger", now)
    _spoil(tmp_path / "ledger")
    with pytest.raises(ModelUnavailable, match="nothing is sent"):
        ledger.open(_attempt())


def test_what_cannot_be_closed_stays_open(tmp_path: Path, now: _Now, caplog: pytest.LogCaptureFixture) -> None:
    ledger = FileLedger(tmp_path / "ledger", now)
    ledger.open(_attempt(tokens=100))
    _spoil(tmp_path / "ledger")
    ledger.close(_attempt(status="answered", tokens=10))
    assert "stays open" in caplog.text
    assert ledger.sum_day().tokens == 100


def _spoil(folder: Path) -> None:
    """Make the day's file one that cannot be written, also by the superuser."""
    path = folder / "attempts-2026-11-22.jsonl"
    path.unlink()
    path.mkdir()
