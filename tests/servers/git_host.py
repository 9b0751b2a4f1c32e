"""Owns a place where a repository is pushed to, which tells of each push as GitHub does."""

import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

GIT = shutil.which("git")
PATH = "/usr/local/bin:/usr/bin:/bin"
NOBODY = {"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null", "GIT_TERMINAL_PROMPT": "0"}
# Run by git in the bare repository, for every push, ours and the service's.
_HOOK = """\
#!{python}
import hashlib, hmac, json, subprocess, sys, urllib.request, uuid


def git(*words):
    return subprocess.run(["git", *words], capture_output=True, text=True, check=True).stdout


def tell_commit(sha):
    name, email, message = git("show", "-s", "--format=%an%x00%ae%x00%B", sha).split(chr(0))
    changed = {{"A": [], "M": [], "D": []}}
    for line in git("diff-tree", "--root", "-r", "--no-commit-id", "--no-renames", "--name-status", sha).splitlines():
        kind, path = line.split(chr(9))
        changed[kind].append(path)
    who = {{"name": name, "email": email}}
    return {{"id": sha, "message": message, "author": who, "committer": who,
            "added": changed["A"], "modified": changed["M"], "removed": changed["D"]}}


for line in sys.stdin:
    before, after, ref = line.split()
    span = after if set(before) == {{"0"}} else before + ".." + after
    push = {{"ref": ref, "before": before, "after": after, "created": set(before) == {{"0"}}, "deleted": False,
            "forced": False, "repository": {{"full_name": "paper/site", "default_branch": "main"}},
            "commits": [tell_commit(sha) for sha in git("rev-list", "--reverse", span).split()]}}
    body = json.dumps(push).encode()
    signed = "sha256=" + hmac.new({secret!r}.encode(), body, hashlib.sha256).hexdigest()
    headers = {{"Content-Type": "application/json", "X-GitHub-Event": "push", "X-GitHub-Delivery": str(uuid.uuid4()),
               "X-Hub-Signature-256": signed}}
    with urllib.request.urlopen(urllib.request.Request({url!r}, body, headers), timeout=10) as answer:
        with open({log!r}, "ab") as log:
            log.write(answer.read() + b"\\n")
"""


class GitHost(NamedTuple):
    """A bare repository (`bare`), a person's clone of it (`clone`), and what was answered to each push (`log`)."""

    bare: Path
    clone: Path
    log: Path

    def push(self, files: dict[str, str], message: str) -> None:
        """Write files in the clone, commit and push them."""
        for name, text in files.items():
            path = self.clone / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        run_git(self.clone, "add", "--all")
        run_git(self.clone, "commit", "--quiet", "--message", message)
        run_git(self.clone, "push", "--quiet", "origin", "HEAD:main")

    def pull(self) -> None:
        """Bring the clone to what is there."""
        run_git(self.clone, "pull", "--quiet", "--ff-only", "origin", "main")


def make_git_host(folder: Path) -> GitHost:
    """An empty repository that tells nobody yet."""
    bare, clone = folder / "site.git", folder / "clone"
    run_git(folder, "init", "--quiet", "--bare", "--initial-branch", "main", str(bare))
    run_git(folder, "clone", "--quiet", str(bare), str(clone))
    for name, value in (("user.name", "Desk"), ("user.email", "desk@example.org")):
        run_git(clone, "config", name, value)
    run_git(clone, "checkout", "--quiet", "-b", "main")
    return GitHost(bare, clone, folder / "answers.jsonl")


def tell_pushes(host: GitHost, url: str, secret: str) -> None:
    """Have every push told to a webhook from now on."""
    hook = host.bare / "hooks" / "post-receive"
    hook.write_text(_HOOK.format(python=sys.executable, url=url, secret=secret, log=str(host.log)))
    hook.chmod(0o755)


def run_git(folder: Path, *words: str) -> str:
    """What git says, run in a folder, without anybody's own settings."""
    command, environment = [GIT or "git", *words], {"PATH": PATH, "HOME": str(folder), **NOBODY}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=30, check=False)  # noqa: S603 - git
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
