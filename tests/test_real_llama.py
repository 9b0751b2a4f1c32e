"""The whole way over HTTP with a real llama.cpp server that holds a model of no sense at all to our schema."""

import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.api.classification import Classification
from app.bootstrap.embeddings import find_cache
from app.bootstrap.services import build_services
from app.llm.server.capability_memory import CapabilityMemory
from app.server import create_app
from app.settings import Settings
from tests.servers.llama_server import find_obstacle, serve_llama

obstacle = find_obstacle()
pytestmark = [pytest.mark.anyio, pytest.mark.skipif(bool(obstacle), reason=obstacle or "there is none")]

ROOT = Path(__file__).parent.parent
SEEDS = ROOT / "../shared/seeds"
MODEL = "random"
PAIRS = [
    pytest.param(ROOT / "categories/kanban.md", ROOT / "examples/17-a-board-and-four-charts.md", id="shipped"),
    pytest.param(
        SEEDS / "000_c543f833e0a4704e.txt",
        SEEDS / "002_f0b1a27ca56f6ad8.txt",
        id="real",
        marks=pytest.mark.skipif(not SEEDS.exists(), reason="the real definition and article are not here"),
    ),
]


@pytest.fixture(scope="module")
def llama_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One server for all tests here."""
    with serve_llama(tmp_path_factory.mktemp("llama")) as url:
        yield url


def _copy(definition: Path, folder: Path) -> Path:
    """A folder that holds this definition alone."""
    folder.mkdir()
    (folder / f"{definition.stem}.md").write_bytes(definition.read_bytes())
    return folder


def _read(article: Path) -> str:
    return article.read_text(encoding="utf-8")


class Service:
    """The service over one definition, asking the real server."""

    def __init__(self, folder: Path, llama_url: str) -> None:
        self.llama_url = llama_url
        self.services = build_services(
            Settings.model_validate(
                {"categories": folder, "judge": "llm", "model": MODEL, "OPENAI_BASE_URL": llama_url}
            )
        )
        transport = httpx.ASGITransport(app=create_app(self.services))
        self.client = httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000", timeout=60)

    async def classify(self, article: Path, accept: str = "application/json") -> httpx.Response:
        body = {"markdown": _read(article)}
        return await self.client.post("/classify", json=body, headers={"Accept": accept})


@pytest.fixture
async def service(
    request: pytest.FixtureRequest, tmp_path: Path, llama_url: str, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Service]:
    """A service whose folders are the test's own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    service = Service(_copy(request.param, tmp_path / "categories"), llama_url)
    async with service.client:
        yield service
    await service.services.close()


def _check(body: dict[str, Any]) -> Classification:
    """The body as a classification whose every quote stands in the article, or which waits for a person."""
    classification = Classification.model_validate(body)
    assert (classification.judge.kind, classification.judge.model) == ("llm", MODEL)
    assert not classification.judge.degraded
    assert classification.usage.calls >= 1
    assert classification.usage.input_tokens > 1000
    assert classification.usage.cost_usd is None
    (assignment,) = classification.assignments
    assert assignment.status in {"assigned", "review", "excluded", "rejected"}
    assert assignment.status != "assigned" or assignment.evidence
    assert assignment.status != "review" or assignment.review_reasons
    return classification


@pytest.mark.parametrize(("service", "article"), PAIRS, indirect=["service"])
async def test_nonsense_in_the_right_form_is_no_tag_without_a_quote(service: Service, article: Path) -> None:
    response = await service.classify(article)
    assert response.status_code == 200
    classification = _check(response.json())
    (assignment,) = classification.assignments
    text = " ".join(_read(article).split())
    assert all(" ".join(evidence.quote.split()) in text for evidence in assignment.evidence)
    assert assignment.status in {"review", "rejected"}, "a random model quotes nothing that stands there"
    known = CapabilityMemory(find_cache()).find(service.llama_url, MODEL)
    assert known is None or known.left == frozenset(), "the schema was asked for and kept"


@pytest.mark.parametrize(("service", "article"), PAIRS, indirect=["service"])
async def test_a_stream_tells_each_step_and_then_the_same_body(service: Service, article: Path) -> None:
    response = await service.classify(article, "text/event-stream")
    assert response.headers["content-type"].startswith("text/event-stream")
    events = [_read_event(block) for block in response.text.split("\n\n") if block.strip()]
    names = [name for name, _ in events]
    assert names == ["progress"] * (len(events) - 1) + ["classification"]
    assert len(events) > 3
    assert all(data["step"] for _, data in events[:-1])
    _check(events[-1][1])


def _read_event(block: str) -> tuple[str, dict[str, Any]]:
    fields = dict(line.split(": ", 1) for line in block.splitlines() if not line.startswith(":"))
    return fields["event"], json.loads(fields["data"])
