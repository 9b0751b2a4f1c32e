"""A real definition and a real article: read without loss, assigned with verbatim quotes, nothing triggered."""

import asyncio
import json
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner

from app.bootstrap.classifying import compose_classifier
from app.bootstrap.embeddings import find_embeddings
from app.bootstrap.services import build_services
from app.category_files.loading import load_taxonomy
from app.cli.program import program
from app.domain.decision import Decision
from app.parsing.article_files import read_article_file
from app.server import create_app
from app.settings import Settings

ROOT = Path(__file__).parent.parent
SEEDS = ROOT / "../shared/seeds"
DEFINITION = SEEDS / "000_c543f833e0a4704e.txt"
ARTICLE = SEEDS / "002_f0b1a27ca56f6ad8.txt"

pytestmark = pytest.mark.skipif(not ARTICLE.exists(), reason="the real definition and article are not here")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The real definition alone in a folder."""
    (tmp_path / "operating-model.md").write_bytes(DEFINITION.read_bytes())
    return tmp_path


def _classify(folder: Path) -> Decision:
    classifier = compose_classifier(load_taxonomy(folder), Settings(judge="local"), find_embeddings().embedder)
    return asyncio.run(classifier.classify(read_article_file(ARTICLE.read_bytes(), ARTICLE.name)))


def test_the_definition_reads_without_loss(folder: Path) -> None:
    (category,) = load_taxonomy(folder).categories
    assert (category.id, category.title, category.kind) == ("operating-model", "Operating Model", "tags")
    assert (len(category.topics), len(category.exclusions)) == (10, 6)
    assert "This category is strictly for content that explores" in category.scope
    assert category.summary.startswith("Classify content here only if")
    for model in ("Product Operating Model", "Agile Product Operating Model", "AI Product Operating Model"):
        assert any(model.lower() in name.lower().replace("-", " ") for name in category.related)


def test_alone_it_is_assigned_with_quotes_at_their_offsets_and_no_exclusion_stands(folder: Path) -> None:
    decision = _classify(folder)
    assert decision.tags == ("operating-model",)
    (assignment,) = decision.assignments
    assert len(assignment.evidence) >= 3
    text = ARTICLE.read_text(encoding="utf-8")
    assert all(text[e.start : e.end] == e.quote for e in assignment.evidence)
    assert len(assignment.exclusions) == 6
    assert all(finding.finding in {"clear", "waived"} for finding in assignment.exclusions)
    assert all(finding.reason for finding in assignment.exclusions)


def test_among_the_shipped_definitions_it_is_assigned_too() -> None:
    decision = _classify(ROOT / "categories")
    assert "operating-model" in decision.tags
    assignment = next(a for a in decision.assignments if a.category == "operating-model")
    assert not any(finding.finding == "triggered" for finding in assignment.exclusions)


def test_the_command_line_says_the_same(folder: Path) -> None:
    result = CliRunner().invoke(
        program, ["classify", str(ARTICLE), "--json", "--categories", str(folder), "--judge", "local"]
    )
    assert result.exit_code == 0
    assert json.loads(result.stdout)["tag"] == "operating-model"


@pytest.mark.anyio
async def test_by_a_scripted_model_it_is_streamed_and_every_quote_is_looked_up(folder: Path) -> None:
    services = build_services(Settings(categories=folder, judge="llm", model="scripted"))
    transport = httpx.ASGITransport(app=create_app(services))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client:
        answer = await client.post(
            "/classify",
            json={"text": ARTICLE.read_text(encoding="utf-8")},
            headers={"Accept": "text/event-stream"},
        )
    await services.close()
    events = [block.split("\n", 1) for block in answer.text.strip().split("\n\n")]
    assert [name for name, _ in events] == ["event: progress"] * 6 + ["event: classification"]
    body = json.loads(events[-1][1].removeprefix("data: "))
    text = ARTICLE.read_text(encoding="utf-8")
    (assignment,) = body["assignments"]
    assert (body["judge"]["kind"], body["usage"]["calls"], assignment["unverified_quotes"]) == ("llm", 1, 0)
    assert assignment["status"] in {"assigned", "review"}
    assert all(text[e["start"] : e["end"]] == e["quote"] for e in assignment["evidence"])
    assert assignment["evidence"]
