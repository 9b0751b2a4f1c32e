"""What the plug-ins in examples/cms send is what the service reads; they and the script that tries one are whole."""

import ast
import base64
import hashlib
import hmac
import re
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.cms.kinds import find_adapter
from app.domain.article_event import ArticleEvent, What
from app.domain.source import CMS
from tests.cms.captured import hide, make_arrival, make_source

FOLDER = Path(__file__).parent.parent / "examples/cms"
PLUGIN = FOLDER / "wordpress/scopenote-webhooks.php"
PHP = shutil.which("php")
SH = shutil.which("sh")
KEY = b"a-24-byte-or-longer-secret"
SECRET = "whsec_" + base64.b64encode(KEY).decode()


def run_php(*words: str) -> str:
    done = subprocess.run([str(PHP), *words], capture_output=True, text=True, check=False, timeout=20)  # noqa: S603 - ours
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def read_example(path: str) -> tuple[ArticleEvent, ...]:
    cms: CMS = "wagtail" if path.startswith("wagtail/") else "wordpress"
    return find_adapter(cms).read_events(make_arrival((FOLDER / path).read_bytes()), make_source(cms))


@pytest.mark.parametrize(
    ("path", "what", "title", "tags", "text"),
    [
        pytest.param("wagtail/payload-published.json", "published", "Sourdough: a primer", ("staff-pick",), "<b>hot</b> oven", id="wagtail-published"),
        pytest.param("wagtail/payload-unpublished.json", "withdrawn", "Sourdough: a primer", None, None, id="wagtail-unpublished"),
        pytest.param("wordpress/payload-published.json", "published", "Bread & “ovens”", ("staff-pick", "salt & butter"), "<p>Bread is baked in a hot oven.</p>", id="wordpress-published"),
        pytest.param("wordpress/payload-protected.json", "withdrawn", 'Bread & "ovens"', None, None, id="wordpress-behind-a-password"),
        pytest.param("wordpress/payload-unpublished.json", "withdrawn", 'Bread & "ovens"', None, None, id="wordpress-unpublished"),
    ],
)  # fmt: skip
def test_what_a_plug_in_sends_is_read(
    path: str, what: What, title: str, tags: tuple[str, ...] | None, text: str | None
) -> None:
    (event,) = read_example(path)
    assert (event.what, event.title, event.tags) == (what, title, tags)
    assert (text is None) == (event.body is None)
    assert event.body is None or (event.body.format == "html" and text is not None and text in event.body.content)
    assert event.updated_at is not None


def test_every_payload_beside_a_plug_in_is_read() -> None:
    payloads = sorted(path.relative_to(FOLDER).as_posix() for path in FOLDER.glob("*/payload-*.json"))
    assert len(payloads) == 5
    assert all(len(read_example(payload)) == 1 for payload in payloads)


def test_wordpress_names_a_post_as_its_list_of_posts_does() -> None:
    (event,) = read_example("wordpress/payload-published.json")
    assert event.locale is None, "the list tells no language, and would name another article"


def test_our_own_writing_to_wordpress_is_told_as_such() -> None:
    (event,) = read_example("wordpress/payload-unpublished.json")
    assert event.actor == "ea6a7590-c79f-49da-beab-d5fa4b43e503"


def test_the_signature_of_the_wagtail_plug_in_holds() -> None:
    tree = ast.parse((FOLDER / "wagtail/scopenote_webhooks.py").read_text())
    function = next(node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == "sign")
    names: dict[str, object] = {"base64": base64, "hashlib": hashlib, "hmac": hmac}
    exec(compile(ast.Module([function], []), "sign", "exec"), names)  # noqa: S102 - our own, without Wagtail around it
    sign = names["sign"]
    assert callable(sign)
    body, now = b'{"type":"page.published"}', datetime(2026, 11, 23, tzinfo=UTC)
    stamp = str(int(now.timestamp()))
    headers = {
        "webhook-id": "msg_1",
        "webhook-timestamp": stamp,
        "webhook-signature": sign("msg_1", stamp, body, SECRET),
    }
    find_adapter("wagtail").verify(make_arrival(body, headers), hide(SECRET), make_source("wagtail"), now)


@pytest.mark.skipif(PHP is None, reason="php is not installed")
def test_the_signature_of_the_wordpress_plug_in_holds() -> None:
    sent = run_php(str(FOLDER.parent.parent / "tests/servers/scopenote_plugin.php"), str(PLUGIN), SECRET)
    name, stamp, signature, body = sent.split("\n", 3)
    headers = {"webhook-id": name, "webhook-timestamp": stamp, "webhook-signature": signature}
    now = datetime.fromtimestamp(int(stamp), UTC)
    find_adapter("wordpress").verify(make_arrival(body.encode(), headers), hide(SECRET), make_source("wordpress"), now)


@pytest.mark.parametrize(
    "path", sorted(path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*.py")), ids=lambda path: path
)
def test_the_python_of_an_example_compiles(path: str) -> None:
    compile((FOLDER / path).read_bytes(), path, "exec", dont_inherit=True)


@pytest.mark.skipif(PHP is None, reason="php is not installed")
@pytest.mark.parametrize(
    "path", sorted(path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*.php")), ids=lambda path: path
)
def test_the_php_of_an_example_parses(path: str) -> None:
    assert "No syntax errors" in run_php("-l", str(FOLDER / path))


@pytest.mark.skipif(SH is None, reason="there is no shell")
@pytest.mark.parametrize("script", ["try-wagtail.sh", "try-wordpress.sh"])
def test_the_script_that_tries_a_cms_parses(script: str) -> None:
    command = [str(SH), "-n", str(FOLDER / script)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=20)  # noqa: S603 - ours
    assert done.returncode == 0, done.stderr


def test_no_example_has_a_secret_in_it() -> None:
    texts = {path: path.read_text() for path in FOLDER.rglob("*") if path.is_file() and path.suffix != ".pyc"}
    assert {path.suffix for path in texts} == {".json", ".md", ".php", ".py", ".sh"}
    assert [path.name for path, text in texts.items() if re.search("whsec_[A-Za-z0-9+/]{4,}", text)] == []
