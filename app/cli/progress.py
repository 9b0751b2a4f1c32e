"""Owns the bar that shows how far a run over several articles is: on a terminal's standard error only."""

from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from app.cli.terminal import make_printable


class Bar:
    """A bar over several paths; nothing at all for a single one, or where nobody looks at a terminal."""

    def __init__(self, paths: Sequence[str]) -> None:
        console = Console(stderr=True)
        watched = len(paths) > 1 and console.file.isatty() and not console.is_dumb_terminal
        self._paths = paths
        self._progress = _draw(console) if watched else None

    def go_through(self) -> Iterator[str]:
        """Each path in turn, with the bar standing while it is worked on."""
        try:
            for done, path in enumerate(self._paths):
                self._show(done, path)
                yield path
        finally:
            self.clear()

    def clear(self) -> None:
        """Take the bar away, so that what is written next has the line to itself."""
        if self._progress:
            self._progress.stop()

    def _show(self, done: int, path: str) -> None:
        if self._progress is None:
            return
        if not self._progress.tasks:
            self._progress.add_task("", total=len(self._paths))
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
