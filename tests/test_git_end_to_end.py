"""A site in git, end to end: a push is classified, its tags are committed, the site shows them, our push is an echo."""

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.served import Served, serve
from tests.servers.git_host import GIT, PATH, GitHost, make_git_host, run_git, tell_pushes

HUGO = shutil.which("hugo", path=str(Path(sys.executable).parent)) or shutil.which("hugo")
SECRET = "a secret of sixteen or more letters"
LAYOUT = '{{ range .Pages }}<a href="{{ .RelPermalink }}">{{ .Title }}</a>{{ end }}{{ .Content }}'
SITE = {
    "hugo.toml": 'baseURL = "https://example.org/"\ntitle = "Paper"\n',
    **{f"layouts/_default/{name}.html": LAYOUT for name in ("list", "single", "terms", "taxonomy")},
}
BREAD = """\
---
title: "Sourdough: a primer"  # kept
tags:
  - staff-pick
---
Bread is baked in a hot oven. Good pastry wants a cooler oven, and bakers of bread and pastry have both.

Ovens for bread hold their heat in stone. Baking bread takes an hour; baking pastry takes half of that.
"""
OTHER = "---\ntitle: The harbour\n---\nShips came in at noon and left in the evening with grain.\n"

pytestmark = pytest.mark.skipif(HUGO is None or GIT is None, reason="hugo or git is not installed")


@pytest.fixture
def host(tmp_path: Path) -> GitHost:
    return make_git_host(tmp_path)


@pytest.fixture
def service(tmp_path: Path, host: GitHost) -> Iterator[Served]:
    environment = {
        "PATH": PATH,
        "HOME": str(tmp_path),
        "XDG_DATA_HOME": str(tmp_path / "data"),
    }
    with serve(tmp_path, environment) as served:
        store = {"SCOPENOTE_DATABASE_URL": f"sqlite:///{tmp_path}/store.db", "SCOPENOTE_SOURCE_SECRET": SECRET}
        add = ["sources", "add", "paper", "--cms", "github", "--site", f"file://{host.bare}", "--mode", "apply"]
        command, whole = [sys.executable, "-m", "app", *add], {**environment, **store}
        done = subprocess.run(command, env=whole, capture_output=True, text=True, check=False)  # noqa: S603 - ours
        assert done.returncode == 0, done.stdout + done.stderr
        tell_pushes(host, f"{served.url}/webhooks/paper", SECRET)
        yield served


def build_site(folder: Path) -> dict[str, str]:
    """The pages that Hugo makes of the clone, by their address."""
    assert HUGO is not None
    subprocess.run([HUGO, "--quiet", "--destination", "public"], cwd=folder, check=True, timeout=60)  # noqa: S603 - the generator
    public = folder / "public"
    pages = {path.parent.relative_to(public).as_posix(): path.read_text() for path in public.rglob("index.html")}
    shutil.rmtree(public)
    return pages


def read_answers(host: GitHost, count: int) -> list[dict[str, Any]]:
    """What was answered to the first pushes."""
    wait_for(lambda: host.log.exists() and len(host.log.read_text().splitlines()) >= count)
    return [json.loads(line) for line in host.log.read_text().splitlines()]


def wait_for(holds: Callable[[], bool], patience_s: float = 30.0) -> None:
    until_s = time.monotonic() + patience_s
    while not holds():
        assert time.monotonic() < until_s, "it did not come about in time"
        time.sleep(0.1)


def follow(service: Served, taken: dict[str, Any]) -> dict[str, Any]:
    """What became of a delivery, once it is done."""
    told: dict[str, Any] = {}

    def is_done() -> bool:
        told.update(httpx.get(service.url + taken["classification_url"]).json())
        return bool(told["state"] in {"done", "parked"})

    wait_for(is_done)
    return told


def test_a_push_gets_its_tags_the_site_shows_them_and_our_own_push_is_an_echo(host: GitHost, service: Served) -> None:
    host.push({**SITE, "content/bread.md": BREAD, "content/harbour.md": OTHER}, "Two articles")
    (taken, *_) = read_answers(host, 1)
    assert taken["status"] == "accepted"
    told = follow(service, taken)
    fates = {outcome["article"]: outcome["fate"] for outcome in told["outcomes"]}
    assert fates == {"paper:content/bread.md": "classified", "paper:content/harbour.md": "classified"}, told
    decisions = [service.url + outcome["classification_url"] for outcome in told["outcomes"]]
    assert sorted(httpx.get(url).json()["tag"] or "" for url in decisions) == ["", "baking"]

    echo = follow(service, read_answers(host, 2)[1])
    assert [outcome["fate"] for outcome in echo["outcomes"]] == ["echo"]
    assert len(run_git(host.bare, "rev-list", "main").split()) == 2, "one commit of the desk's, one of ours"

    host.pull()
    assert (host.clone / "content/bread.md").read_text() == BREAD.replace(
        "  - staff-pick\n", "  - staff-pick\n  - baking\n"
    )
    assert (host.clone / "content/harbour.md").read_text() == OTHER
    pages = build_site(host.clone)
    assert "Sourdough: a primer" in pages["tags/baking"]
    assert "Sourdough: a primer" in pages["tags/staff-pick"]


def test_a_tag_that_a_person_took_out_in_git_stays_out(host: GitHost, service: Served) -> None:
    host.push({**SITE, "content/bread.md": BREAD}, "An article")
    follow(service, read_answers(host, 1)[0])
    follow(service, read_answers(host, 2)[1])
    host.pull()
    host.push({"content/bread.md": BREAD + "\nMore about bread, baked in an oven.\n"}, "No tag, and more text")
    told = follow(service, read_answers(host, 3)[2])
    assert [outcome["fate"] for outcome in told["outcomes"]] == ["classified"]
    host.pull()
    assert "- baking" not in (host.clone / "content/bread.md").read_text()
