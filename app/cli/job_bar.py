"""Owns the bars that show how far planning and a job have come: on a terminal's standard error only."""

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeRemainingColumn

from app.domain.telling import tell_count
from app.jobs.following import JobProgress
from app.jobs.planning.planner import PlanProgress
from app.jobs.reporting.page import tell_usd

STEPS = {"reading": "reading articles", "planning": "planning"}


class JobBar:
    """One bar that is drawn anew with each word of progress; nothing where nobody looks at a terminal."""

    def __init__(self) -> None:
        console = Console(stderr=True)
        watched = console.file.isatty() and not console.is_dumb_terminal
        self._progress = _draw(console) if watched else None
        self._step = ""

    def show_plan(self, progress: PlanProgress) -> None:
        """Say how far planning has come."""
        self._show(STEPS[progress.step], progress.done, progress.total)

    def show_job(self, progress: JobProgress) -> None:
        """Say how many items are done, what is spent, and what is parked."""
        tally = progress.tally
        words = [f"{tell_usd(tally.spent.cost_usd)} spent"] if tally.spent.calls else []
        words += [f"{tell_count(tally.parked, 'item')} parked"] if tally.parked else []
        words += [progress.batches] if progress.batches else []
        self._show(", ".join(words) or progress.job.state, tally.total - tally.waiting, tally.total)

    def clear(self) -> None:
        """Take the bar away."""
        if self._progress:
            self._progress.stop()

    def _show(self, words: str, done: int, total: int | None) -> None:
        if self._progress is None:
            return
        if not self._progress.tasks:
            self._progress.add_task(words, total=total)
        self._progress.start()
        self._progress.update(self._progress.task_ids[0], description=words, completed=done, total=total, refresh=True)


def _draw(console: Console) -> Progress:
    return Progress(
        SpinnerColumn(),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.description}", markup=False),
        console=console,
        transient=True,
        auto_refresh=False,
        redirect_stdout=False,
        redirect_stderr=False,
    )
