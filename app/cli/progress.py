"""Owns the bar that shows how far a run over several articles is: on a terminal's standard error only."""

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from app.cli.terminal import make_printable


class Bar:
    """A bar over `total` articles; nothing at all for a single one, or where nobody looks at a terminal."""

    def __init__(self, total: int) -> None:
        console = Console(stderr=True)
        watched = total > 1 and console.file.isatty() and not console.is_dumb_terminal
        self._total = total
        self._progress = _draw(console) if watched else None

    def clear(self) -> None:
        """Take the bar away, so that what is written next has the line to itself."""
        if self._progress:
            self._progress.stop()

    def show(self, done: int, path: str) -> None:
        """Say how many are done, and which came last."""
        if self._progress is None:
            return
        if not self._progress.tasks:
            self._progress.add_task("", total=self._total)
        self._progress.start()
        task = self._progress.task_ids[0]
        self._progress.update(task, completed=done, description=make_printable(path), refresh=True)


def _draw(console: Console) -> Progress:
    """A bar that is drawn when told to, and leaves standard output alone."""
    return Progress(
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
