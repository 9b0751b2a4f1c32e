"""What a real `serve` and a real `worker` say of real work: JSON from the first line to the last, and no secret."""

import json
import re
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from standardwebhooks import Webhook

from app.store.callbacks import list_callbacks
from app.store.opening import open_database
from tests.api.kept_app import ABOUT_GOVERNANCE
from tests.servers.faulty_server import MODEL, serve_faults
from tests.watching.real_commands import Running, call, make_environment, running

MARKER = "Xylophagous"
PROVIDER_KEY = "sk-swordfish-0123456789"
TEXT = f"{MARKER} sentence. {ABOUT_GOVERNANCE}"
ARTICLE = {"id": f"news/{MARKER}", "title": f"{MARKER} title", "text": TEXT}
PATIENCE_S = 30.0


class Visitors:
    """All who come to a service: with a key, with a webhook, and with what is refused."""

    def __init__(self, url: str, key: str, secret: str) -> None:
        self.url = url
        self._key = key
        self._webhook = Webhook(secret)

    def classify(self, number: int = 0) -> httpx.Response:
        """The answer to one article of many."""
        headers = {"authorization": f"Bearer {self._key}"}
        sent = ARTICLE | {"id": f"news/{MARKER}{number}", "text": f"{TEXT} It is number {number}."}
        return httpx.post(f"{self.url}/classify", params={"q": MARKER}, json=sent, headers=headers, timeout=PATIENCE_S)

    def call_in(self, *, forged: bool = False, parked: bool = False) -> httpx.Response:
        """The answer to a webhook."""
        data = {"id": MARKER, "title": f"{MARKER} title", "url": f"https://example.org/{MARKER}?t={MARKER}"}
        body = json.dumps({"type": "article.published", "data": data if parked else data | {"text": TEXT}})
        now = datetime.now(UTC)
        name = f"msg_{parked}"
        signed = self._webhook.sign(name, now, f"{body} " if forged else body)
        headers = {"webhook-id": name, "webhook-timestamp": str(int(now.timestamp())), "webhook-signature": signed}
        headers["content-type"] = "application/json"
        return httpx.post(f"{self.url}/webhooks/blog", content=body, headers=headers, timeout=PATIENCE_S)

    def be_refused(self) -> Counter[int]:
        """The statuses of what is not answered."""
        wrong = self._key[:-1] + ("0" if self._key[-1] != "0" else "1")
        own = {"authorization": f"Bearer {self._key}"}
        tries: list[tuple[str, dict[str, str], dict[str, Any]]] = [
            (f"/categories/{MARKER}", {}, {}),
            (f"/{MARKER}", {"authorization": f"Bearer {wrong}"}, {}),
            ("/jobs", own, {"params": {"token": MARKER}}),
            ("/classify", own, {"json": {"text": {MARKER: MARKER}}}),
            ("/classify", own, {"content": f'{{"text": "{MARKER}', "headers": {"content-type": "application/json"}}),
            (f"/articles/{MARKER}/history", {"cookie": f"session={MARKER}", "referer": f"http://x/{MARKER}"}, {}),
        ]
        with httpx.Client(base_url=self.url, timeout=PATIENCE_S) as client:
            return Counter(
                client.request(
                    "POST" if "json" in sent or "content" in sent else "GET",
                    path,
                    **{**sent, "headers": {**headers, **sent.get("headers", {})}},
                ).status_code
                for path, headers, sent in tries
            )


def _set_up(folder: Path, environment: dict[str, str]) -> tuple[str, str]:
    """A key, and the secret of a source whose callbacks go where nobody answers."""
    key = re.search(r"sn_\w+", call(environment, "keys", "create", "News", "--scope", "classify"))
    callback = f"http://127.0.0.1:9/told?token={MARKER}"
    told = call(environment, "sources", "add", "blog", "--cms", "standard", "--mode", "suggest", "--callback", callback)
    secret = re.search(r"whsec_[A-Za-z0-9+/=]+", told)
    assert key is not None
    assert secret is not None
    return key[0], secret[0]


def _check_for_secrets(service: Running, *secrets: str) -> list[dict[str, Any]]:
    """The lines, once it is sure that neither stream has a marker in it and that nothing else goes to either."""
    said = service.err.read_text()
    assert service.out.read_text() == ""
    for secret in (MARKER, "swordfish", *secrets, *(secret[-20:] for secret in secrets)):
        assert secret.lower() not in said.lower()
    return service.read_lines()


def _count_callbacks(environment: dict[str, str]) -> int:
    """Callbacks that were tried."""
    database = open_database(environment["SCOPENOTE_DATABASE_URL"])
    try:
        return sum(callback.tries > 0 for callback in database.read_now(lambda c: list_callbacks(c, "blog")))
    finally:
        database.close()


def test_all_that_a_service_says_is_json_and_neither_articles_nor_secrets_are_in_it(tmp_path: Path) -> None:
    environment = make_environment(tmp_path, OPENAI_API_KEY=PROVIDER_KEY, SCOPENOTE_LOG_LEVEL="debug")
    key, secret = _set_up(tmp_path, environment)
    with running(tmp_path, environment, "serve", "--port", "0") as service:
        visitors = Visitors(service.find_url("Editor's page"), key, secret)
        assert [visitors.classify(number).status_code for number in range(3)] == [200] * 3
        assert visitors.call_in().status_code == 202
        assert visitors.call_in(forged=True).status_code == 401
        assert visitors.call_in(parked=True).status_code == 422
        assert visitors.be_refused() == {401: 3, 403: 1, 422: 2}
        until_s = time.monotonic() + PATIENCE_S
        while _count_callbacks(environment) == 0 and time.monotonic() < until_s:
            time.sleep(0.1)
        assert _count_callbacks(environment) == 1
        assert service.stop() < PATIENCE_S
    lines = _check_for_secrets(service, key, secret)
    assert {line["level"] for line in lines} <= {"debug", "info", "warning"}
    assert [line["event"] for line in lines[-2:]] == ["Finishing what was begun.", "Stopped."]
    decided = {line["decision"] for line in lines if line["event"] == "decided"}
    assert len(decided) == 4
    (delivery,) = [line for line in lines if line["event"] == "delivery"]
    assert (delivery["state"], delivery["decisions"] in decided) == ("done", True)
    refused = Counter((line["route"], line["problem"]) for line in lines if "problem" in line)
    assert refused["/webhooks/{source}", "forged"] == refused["/jobs", "not-allowed"] == 1
    assert refused["unmatched", "not-allowed"] == refused["/categories/{category_id}", "not-allowed"] == 1


def _scrape(url: str) -> dict[str, float]:
    answer = httpx.get(f"{url}/metrics", timeout=PATIENCE_S)
    assert answer.status_code == 200, answer.text
    lines = [line for line in answer.text.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines)}


def test_a_worker_tells_figures_of_its_own_and_says_nothing_but_json(tmp_path: Path) -> None:
    content = tmp_path / "content"
    content.mkdir()
    (content / "bread.md").write_text(f"---\ntitle: Bread\n---\n{TEXT}\n")
    asked = f'llm_requests_total{{model="{MODEL}",outcome="answered",provider="127.0.0.1"}}'
    with serve_faults() as server:
        environment = make_environment(
            tmp_path, SCOPENOTE_JUDGE="llm", SCOPENOTE_MODEL=MODEL, OPENAI_BASE_URL=server.base_url,
            OPENAI_API_KEY=PROVIDER_KEY,
        )  # fmt: skip
        call(environment, "reclassify", str(content), "--detach", "--yes")
        with running(tmp_path, environment, "worker", "--metrics-port", "0") as worker:
            url = worker.find_url("Figures")
            until_s = time.monotonic() + PATIENCE_S
            while (found := _scrape(url)).get('scopenote_jobs{state="done"}') != 1 and time.monotonic() < until_s:
                time.sleep(0.1)
            ready = httpx.get(f"{url}/readyz", timeout=PATIENCE_S)
            elsewhere = httpx.get(f"{url}/metrics", headers={"host": "evil.example"}, timeout=PATIENCE_S)
            nothing = httpx.get(f"{url}/classify", timeout=PATIENCE_S)
            assert worker.stop() < PATIENCE_S
    assert found['scopenote_jobs{state="done"}'] == 1
    assert found[asked] == len(server.log) > 0
    assert found["llm_request_duration_seconds_count"] == found[asked]
    assert (ready.status_code, ready.json()["judge"]) == (200, MODEL)
    assert (elsewhere.status_code, nothing.status_code) == (400, 404)
    assert worker.process.returncode == 0
    lines = _check_for_secrets(worker)
    assert [line["event"] for line in lines[-2:]] == ["Finishing what was begun.", "Stopped."]


@pytest.mark.parametrize("command", [("serve", "--port", "0"), ("worker",)])
def test_what_cannot_be_begun_is_told_in_json(tmp_path: Path, command: tuple[str, ...]) -> None:
    environment = make_environment(tmp_path)
    (tmp_path / "store-jobs.db").write_text("no database, and long enough to be one " * 200)
    with running(tmp_path, environment, *command) as begun:
        assert begun.process.wait(PATIENCE_S * 2) == 3
    last = _check_for_secrets(begun)[-1]
    assert (last["level"], last["event"]) == ("error", "The command ends")
    assert "The queues of jobs" in last["reason"]
