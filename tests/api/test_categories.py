"""The taxonomy over HTTP: compiled exclusions, reloading, health."""

import threading
from pathlib import Path

import httpx
import pytest

from app.bootstrap.services import Services
from app.linting.findings import LintFinding
from tests.beating import give_sign_of_life

pytestmark = pytest.mark.anyio


async def test_a_category_shows_each_exclusion_as_it_was_understood(client: httpx.AsyncClient) -> None:
    body = (await client.get("/categories/governance")).json()
    (rule,) = body["exclusions"]
    assert set(rule) == {
        "id", "text", "kind", "also", "parts", "subjects", "condition", "redirect_to", "needs_judgement", "origin",
    }  # fmt: skip
    assert rule["id"] == "governance#x1"
    assert rule["kind"] == "absence"
    assert rule["condition"]["type"] == "without"


async def test_the_list_has_every_category_and_what_lint_found(client: httpx.AsyncClient) -> None:
    body = (await client.get("/categories")).json()
    assert [category["id"] for category in body["categories"]] == ["baking", "governance"]
    assert any(finding["category_id"] == "baking" for finding in body["findings"])


async def test_an_unknown_category_is_a_problem(client: httpx.AsyncClient) -> None:
    response = await client.get("/categories/nope")
    assert response.status_code == 404
    assert "'nope'" in response.json()["detail"]
    assert "/categories) has every id." in response.json()["detail"]


async def test_a_new_definition_is_there_after_reloading(client: httpx.AsyncClient, folder: Path) -> None:
    (folder / "sailing.md").write_text("---\ntitle: Sailing\ndescription: Boats under sail.\n---\n")
    body = (await client.post("/categories/reload")).json()
    assert [category["id"] for category in body["categories"]] == ["baking", "governance", "sailing"]


async def test_a_bad_definition_leaves_the_taxonomy_that_was_there(
    client: httpx.AsyncClient, folder: Path, services: Services
) -> None:
    give_sign_of_life(services.database)
    (folder / "bad.md").write_text("---\ntitle: [unclosed\n---\n")
    response = await client.post("/categories/reload")
    assert response.status_code == 422
    assert "bad.md:3" in response.json()["detail"]
    assert (await client.get("/readyz")).json()["categories"] == 2


async def test_health_and_readiness(client: httpx.AsyncClient, services: Services) -> None:
    give_sign_of_life(services.database)
    assert (await client.get("/healthz")).json() == {"status": "ok"}
    ready = (await client.get("/readyz")).json()
    assert (ready["status"], ready["judge"]) == ("ready", "local")


async def test_an_unknown_path_and_a_wrong_method_are_problems_too(client: httpx.AsyncClient) -> None:
    for response in (await client.get("/nope"), await client.delete("/classify")):
        assert response.headers["content-type"] == "application/problem+json"


async def test_a_browser_gets_pages_at_the_same_addresses(client: httpx.AsyncClient) -> None:
    browser = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
    for path in ("/categories", "/categories/governance"):
        response = await client.get(path, headers=browser)
        assert response.headers["content-type"].startswith("text/html")
        assert "Governance" in response.text
    assert (await client.get("/categories/nope", headers=browser)).status_code == 404


@pytest.mark.parametrize("accept", ["application/json", "text/html"])
@pytest.mark.parametrize("path", ["/categories", "/categories/governance"])
async def test_what_has_two_forms_says_that_it_varies(client: httpx.AsyncClient, path: str, accept: str) -> None:
    response = await client.get(path, headers={"accept": accept})
    assert "Accept" in response.headers["vary"]


async def test_what_is_missing_varies_too(client: httpx.AsyncClient) -> None:
    assert (await client.get("/categories/nope")).headers["vary"] == "Accept"


async def test_the_event_loop_does_not_wait_for_lint(client: httpx.AsyncClient, services: Services) -> None:
    threads: list[bool] = []
    lint = services.lint

    def lint_observed() -> tuple[LintFinding, ...]:
        threads.append(threading.current_thread() is threading.main_thread())
        return lint()

    services.lint = lint_observed  # type: ignore[method-assign]
    await client.get("/categories")
    await client.post("/categories/reload")
    assert threads == [False, False]
