"""Owns the test of written tags by a real site generator: their pages appear, and go again with undo."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.jobs.tagged_files import Archive, open_archive

pytestmark = pytest.mark.anyio
HUGO = shutil.which("hugo", path=str(Path(sys.executable).parent)) or shutil.which("hugo")
CONFIG = """\
baseURL = "https://example.org/"
title = "Site"
disableKinds = ["RSS", "sitemap", "robotsTXT", "404"]
"""
LAYOUT = '{{ range .Pages }}<a href="{{ .RelPermalink }}">{{ .Title }}</a>{{ end }}{{ .Content }}'
PAGES = {
    "yaml.md": "---\ntitle: In YAML\ntags: # ours\n  - Mine\n---\nBody.\n",
    "toml.md": '+++\ntitle = "In TOML"\ndate = 2024-01-01\n[params]\n  k = 1\n+++\nBody.\n',
    "json.md": '{\n  "title": "In JSON",\n  "Tags": ["mine"]\n}\n\nBody.\n',
}


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with open_archive(tmp_path) as opened:
        yield opened


def _build(site: Path) -> dict[str, str]:
    """The pages of the built site, by their address."""
    public = site / "public"
    shutil.rmtree(public, ignore_errors=True)
    assert HUGO is not None
    done = subprocess.run([HUGO, "--quiet"], cwd=site, capture_output=True, text=True, timeout=30, check=False)  # noqa: S603 - the generator under test
    assert done.returncode == 0, done.stdout + done.stderr
    return {path.parent.relative_to(public).as_posix(): path.read_text() for path in public.rglob("index.html")}


@pytest.mark.skipif(HUGO is None, reason="hugo is not installed")
async def test_tag_pages_appear_with_write_back_and_go_with_undo(archive: Archive, tmp_path: Path) -> None:
    (tmp_path / "hugo.toml").write_text(CONFIG)
    for name in ("list.html", "single.html", "terms.html", "taxonomy.html"):
        layout = tmp_path / "layouts" / "_default" / name
        layout.parent.mkdir(parents=True, exist_ok=True)
        layout.write_text(LAYOUT)
    for name, page in PAGES.items():
        archive.put(name, page)
    before = _build(tmp_path)
    assert "tags/mine" in before
    job = await archive.tag(*PAGES, operating_model="assigned", how_to="assigned")
    written = _build(tmp_path)
    assert set(written) - set(before) == {"tags/operating-model", "categories", "categories/how-to"}
    for page in ("tags/operating-model", "categories/how-to"):
        assert all(title in written[page] for title in ("In YAML", "In TOML", "In JSON"))
    assert written["tags/mine"] == before["tags/mine"]
    assert (await archive.undo(job)).restored == 3
    assert _build(tmp_path) == before
