"""Makes real git repositories for tests: a bare one that is the site's, and an editor's clone of it."""

import subprocess
from pathlib import Path

TIDAL = '---\n# keep this comment\ntitle: "Tidal power: a primer"\ntags: [energy]   # human\ndraft: false\n---\n\nTides are *predictable*.\n'
RATES = '+++\ntitle = "Rate cuts"\ntags = ["economy"]\n# toml comment\n[extra]\nx = 1\n+++\n\nBody **text**.\n'


class Repository:
    """A bare repository at `url`, to which `write` and `run` push as an editor does."""

    def __init__(self, folder: Path) -> None:
        self.url = str(folder / "site.git")
        self._editor = folder / "editor"
        self._ticks = 0
        run_git(folder, "init", "-q", "--bare", "-b", "main", self.url)
        run_git(folder, "clone", "-q", self.url, str(self._editor))
        run_git(self._editor, "checkout", "-q", "-b", "main")

    def write(self, files: dict[str, str | None], message: str = "an edit", *, push: bool = True) -> None:
        """Commit files as an editor, a day after the last commit; None takes a file away."""
        if push and self._ticks:
            run_git(self._editor, "pull", "-q", "--rebase", "origin", "main")
        for name, text in files.items():
            path = self._editor / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if text is None:
                path.unlink()
            else:
                path.write_bytes(text.encode())
        self._ticks += 1
        self.run("add", "-A")
        self.run("commit", "-q", "-m", message)
        if push:
            self.run("push", "-q", "origin", "main")

    def run(self, *arguments: str) -> str:
        """A command in the editor's clone."""
        return run_git(self._editor, *arguments, at=f"2026-11-{1 + self._ticks:02}T09:00:00+00:00")

    def ask(self, *arguments: str) -> str:
        """A command in the bare repository."""
        return run_git(Path(self.url), *arguments)


def run_git(folder: Path, *arguments: str, at: str = "2026-11-01T09:00:00+00:00") -> str:
    """What git prints, as an editor without settings of their own."""
    who = {
        f"GIT_{role}_{part}": value
        for role in ("AUTHOR", "COMMITTER")
        for part, value in (("NAME", "Ed"), ("EMAIL", "ed@example.org"), ("DATE", at))
    }
    surroundings = {
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "GIT_CONFIG_GLOBAL": "/dev/null",
        "GIT_CONFIG_NOSYSTEM": "1",
        **who,
    }
    ran = subprocess.run(  # noqa: S603 - the editor is us
        ["git", *arguments],  # noqa: S607 - whichever there is
        cwd=folder,
        env=surroundings,
        check=True,
        capture_output=True,
        text=True,
    )
    return ran.stdout
