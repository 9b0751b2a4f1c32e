"""Owns the report of a job as a page of HTML that needs nothing else: to read, to print, to send on."""

import base64
import hashlib
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from app.domain.job import JobState
from app.domain.telling import tell_count
from app.jobs.following import JobProgress, load_progress
from app.jobs.reporting.report import ReportLine, list_lines, tell_held_back
from app.store.database import Database
from app.store.file_writes import count_written_tags

_TEMPLATES: Final = Path(__file__).parent / "templates"
_STYLE: Final = (_TEMPLATES / "report.css").read_text(encoding="utf-8")
_STYLE_DIGEST: Final = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
CONTENT_SECURITY_POLICY: Final = (
    f"default-src 'none'; style-src 'sha256-{_STYLE_DIGEST}'; base-uri 'none'; form-action 'none'"
)
"""Nothing runs and nothing is loaded: what an article says can only ever be text."""
PIECE: Final = 32_768
"""Characters that are given at a time."""
STATES: Final[dict[JobState, str]] = {
    "running": "Still running",
    "paused": "Paused",
    "cancelled": "Cancelled",
    "done": "Done",
    "undone": "Undone",
}


@dataclass
class Totals:
    """How often categories were gained, lost, excluded and sent to review, and how many articles changed.

    `held_back` counts tags that are assigned and were taken out of their files.
    """

    gained: Counter[str] = field(default_factory=Counter)
    lost: Counter[str] = field(default_factory=Counter)
    excluded: Counter[str] = field(default_factory=Counter)
    review: Counter[str] = field(default_factory=Counter)
    changed: int = 0
    held_back: int = 0

    def add(self, line: ReportLine) -> None:
        """Count one item."""
        self.gained.update(line.gained)
        self.lost.update(line.lost)
        self.excluded.update(one.category for one in line.excluded)
        self.review.update(one.category for one in line.review)
        self.changed += bool(line.gained or line.lost)
        self.held_back += len(line.held_back)

    @property
    def categories(self) -> list[str]:
        """Every category that is counted."""
        return sorted({*self.gained, *self.lost, *self.excluded, *self.review})


async def render_report(database: Database, job_id: str, now: datetime) -> AsyncGenerator[str]:
    """The page, in pieces: memory does not grow with the job.

    Raises:
        NotKept: there is no such job.
        StoreUnavailable: the store cannot be read.
    """
    progress = await database.read(lambda c: load_progress(c, job_id, now))
    totals = Totals()
    async for line in list_lines(database, job_id):
        totals.add(line)
    written = await database.read(lambda c: count_written_tags(c, job_id)) if progress.job.recipe.write else None
    template = _ENVIRONMENT.get_template("report.html")
    pieces = template.generate_async(
        now=now,
        spent=_tell_spent(progress),
        elsewhere=_tell_elsewhere(progress),
        written=written,
        progress=progress,
        totals=totals,
        policy=CONTENT_SECURITY_POLICY,
        style=Markup(_STYLE),  # noqa: S704 - our own file
        parked=list_lines(database, job_id, "parked"),
        lines=_choose(list_lines(database, job_id)),
    )
    held: list[str] = []
    size = 0
    async for piece in pieces:
        held.append(piece)
        size += len(piece)
        if size >= PIECE:
            yield "".join(held)
            held, size = [], 0
    yield "".join(held)


async def _choose(lines: AsyncIterator[ReportLine]) -> AsyncGenerator[ReportLine]:
    """Those that a page tells one by one; what is parked has a table of its own."""
    async for line in lines:
        if line.tells_something and line.state != "parked":
            yield line


def tell_usd(cost_usd: float | None) -> str:
    """An amount of money, to the hundredth of a cent where it is small."""
    if cost_usd is None:
        return "not known"
    cost_usd = round(cost_usd, 6) + 0.0  # what sums of fractions leave behind is no debt
    return f"${cost_usd:,.2f}" if cost_usd >= 1 or cost_usd == 0 else f"${cost_usd:.4f}"


def _tell_spent(progress: JobProgress) -> str:
    """What the job has cost, against what its plan said."""
    plan, used = progress.job.plan, progress.tally.spent
    spent = f"{tell_usd(used.cost_usd)} spent in {tell_count(used.calls, 'call')}"
    if plan.cost_usd is None or plan.most_usd is None:
        return f"{spent}; the plan could not say what it would cost"
    return f"{spent}; the plan said {tell_usd(plan.cost_usd)}, at most {tell_usd(plan.most_usd)}"


def _tell_elsewhere(progress: JobProgress) -> str:
    """What the job's account has and no article's, "" where the articles' costs add up to the job's.

    An article's cost is that of the tries which decided it. What a worker paid for before it was
    killed is in the account alone, though its replies are kept and not paid again; likewise what
    was paid for a try that failed.
    """
    spent, used = progress.tally.spent, progress.tally.usage
    calls = max(0, spent.calls - used.calls)
    money = ""
    if used.cost_usd is not None and not spent.unpriced:
        cost_usd = round(spent.cost_usd - used.cost_usd, 4)  # what is told is no finer
        money, calls = (f"{tell_usd(cost_usd)} in ", calls) if cost_usd > 0 else ("", 0)
    if not money and not calls:
        return ""
    tokens = max(0, spent.tokens - used.input_tokens - used.output_tokens)
    under_way = ", or are under way" if progress.tally.waiting else ""
    return (
        f"of which {money}{tell_count(calls, 'call')} with {tell_count(tokens, 'token')} in no article's cost: "
        f"tries that failed, or that a crash or a stop cut off{under_way}"
    )


def _tell_moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


_ENVIRONMENT: Final = Environment(
    loader=FileSystemLoader(_TEMPLATES),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    auto_reload=False,
    enable_async=True,
)
_ENVIRONMENT.globals.update(
    tell_count=tell_count,
    tell_held_back=tell_held_back,
    tell_usd=tell_usd,
    tell_moment=_tell_moment,
    STATES=STATES,
)
