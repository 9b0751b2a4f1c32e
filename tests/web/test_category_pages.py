"""The pages of categories show each exclusion as it was understood, and JSON stays the default for programs."""

import pytest
from fastapi import Request
from httpx import AsyncClient

from app.door.accepting import prefers_html
from app.linting.findings import LintFinding
from tests.web.page_fakes import FakeServices

pytestmark = pytest.mark.anyio


def build_finding(category: str, message: str) -> LintFinding:
    return LintFinding(category_id=category, file="a.md", line=None, code="vague", severity="warning", message=message)


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        pytest.param("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", True, id="a browser"),
        pytest.param("*/*", False, id="curl"),
        pytest.param("", False, id="nothing"),
        pytest.param("application/json", False, id="a program"),
        pytest.param("application/json, text/html;q=0.5", False, id="rather JSON"),
        pytest.param("application/json;q=0.5, Text/HTML", True, id="rather a page"),
        pytest.param("text/html;q=0", False, id="anything but a page"),
        pytest.param("text/html;q=x", False, id="a weight that is none"),
    ],
)
def test_a_page_is_for_those_who_prefer_one(accept: str, expected: bool) -> None:
    request = Request({"type": "http", "headers": [(b"accept", accept.encode())]})
    assert prefers_html(request) is expected


async def test_the_list_links_to_every_category(client: AsyncClient, services: FakeServices) -> None:
    html = (await client.get("/categories")).text
    assert all(f'href="/categories/{category.id}"' in html for category in services.taxonomy.categories)


@pytest.mark.parametrize(
    ("id_", "words"),
    [
        pytest.param("operating-model", '<span class="phrase">Scrum</span>', id="a subject"),
        pytest.param("operating-model", "where it does not deal with", id="the condition's type"),
        pytest.param("operating-model", "the structure of the organisation", id="the condition"),
        pytest.param("operating-model", '<a href="/categories/leadership">Leadership</a>', id="a redirect"),
        pytest.param("operating-model", "A Category Elsewhere", id="a redirect that leads nowhere"),
        pytest.param("operating-model", "words alone cannot tell", id="a part that needs judgement"),
        pytest.param("operating-model", "Shared services and the interfaces", id="a topic"),
        pytest.param("operating-model", "An article qualifies when", id="the scope"),
        pytest.param("scrum", "<code>\\bPSM\\b</code>", id="a pattern"),
        pytest.param("scrum", "sprint goal", id="what lifts a rule"),
        pytest.param("scrum", "20 % of sentences", id="a rule's share"),
        pytest.param("scrum", "0.60, its own", id="a threshold"),
        pytest.param("agile-delivery", '<a href="/categories/scrum">Scrum</a>', id="a narrower category"),
        pytest.param("kanban", "The definition has none", id="no exclusions"),
    ],
)
async def test_a_category_shows(client: AsyncClient, id_: str, words: str) -> None:
    assert words in (await client.get(f"/categories/{id_}")).text


async def test_lint_findings_stand_with_their_category(client: AsyncClient, services: FakeServices) -> None:
    services.findings = (build_finding("scrum", "cannot be <told>"), build_finding("elsewhere", "two of a kind"))
    assert "cannot be &lt;told&gt;" in (await client.get("/categories/scrum")).text
    assert "cannot be" not in (await client.get("/categories/kanban")).text
    assert "two of a kind" in (await client.get("/categories")).text


async def test_a_category_that_is_not_there_is_a_page_that_says_so(client: AsyncClient) -> None:
    answer = await client.get("/categories/%3Cscript%3E")
    assert answer.status_code == 404
    assert "&lt;script&gt;" in answer.text
