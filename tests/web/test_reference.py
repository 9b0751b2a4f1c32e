"""The page that shows the API shows all of it, and needs nothing from elsewhere."""

import html
import json
import re
import shlex
from collections.abc import AsyncIterator
from typing import Any

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient

from app.bootstrap.services import build_services
from app.server import create_app
from app.settings import Settings
from app.web import reference
from app.web.reference import read_operations, tell_type
from app.web.rendering import HEADERS

pytestmark = pytest.mark.anyio

HOSTILE = "<script>alert('x')</script>"


@pytest.fixture(scope="module")
def application() -> FastAPI:
    return create_app(build_services(Settings(judge="local")))


def _ask(application: FastAPI) -> AsyncClient:
    return AsyncClient(transport=ASGITransport(application), base_url="http://127.0.0.1:8000")


@pytest.fixture
async def page(application: FastAPI) -> AsyncIterator[str]:
    async with _ask(application) as client:
        yield (await client.get("/docs")).text


async def test_every_operation_of_the_document_is_on_the_page(application: FastAPI, page: str) -> None:
    paths = application.openapi()["paths"]
    operations = {f"{method.upper()} {path}" for path, item in paths.items() for method in item}
    assert "POST /classify" in operations
    assert set(re.findall(r"<h2 [^>]*><code>(.*?)</code></h2>", page)) == operations


async def test_every_parameter_field_and_status_is_on_the_page(application: FastAPI, page: str) -> None:
    document = application.openapi()
    operations = [operation for item in document["paths"].values() for operation in item.values()]
    names = {parameter["name"] for operation in operations for parameter in operation.get("parameters", ())}
    names |= set(document["components"]["schemas"]["ClassifyRequest"]["properties"])
    names |= {status for operation in operations for status in operation["responses"]}
    assert {"assignments", "markdown", "413"} <= names
    assert names <= set(re.findall(r"<dt><code>(.*?)</code></dt>", page))


async def test_each_operation_is_shown_with_the_scope_that_its_key_needs(application: FastAPI) -> None:
    scopes = {(o.method, o.path): o.scope for o in read_operations(application.openapi(), "http://a")}
    found = [scopes[where] for where in (("POST", "/jobs"), ("GET", "/review"), ("GET", "/healthz"))]
    assert found == ["admin", "review", ""]


async def test_what_is_code_in_a_description_is_code_on_the_page(page: str) -> None:
    assert "<code>text/event-stream</code>" in page or "<code>Accept: text/event-stream</code>" in page
    assert re.findall(r"<p class=\"lead\">[^<]*`|<br>[^<]*`", page) == []


async def test_the_page_links_to_the_document(application: FastAPI, page: str) -> None:
    assert 'href="/openapi.json"' in page
    async with _ask(application) as client:
        assert (await client.get("/openapi.json")).json() == application.openapi()


async def test_the_page_needs_nothing_from_elsewhere(page: str) -> None:
    addresses = re.findall(r"""(?:href|src|action)=["']?([^"'\s>]+)""", page)
    assert addresses
    assert [address for address in addresses if not re.match(r"/(?!/)|#", address)] == []
    assert set(re.findall(r"https?://[^/\s]+", page)) == {"http://127.0.0.1:8000"}
    assert "<script" not in page


async def test_the_page_is_under_the_policy_of_the_others(application: FastAPI) -> None:
    async with _ask(application) as client:
        response = await client.get("/docs")
        assert (await client.get("/redoc")).status_code == 404
    assert HEADERS.items() <= {name: response.headers[name] for name in HEADERS}.items()
    assert "style=" not in response.text
    assert "/docs" not in application.openapi()["paths"]


async def test_the_example_can_be_sent_as_it_stands(application: FastAPI, page: str) -> None:
    found = re.search(r"<pre><code>(.*?)</code></pre>", page, flags=re.DOTALL)
    assert found
    line = html.unescape(found[1]).replace("\\\n", " ")
    command, url, _, header, _, body = shlex.split(line)
    name, value = header.split(": ")
    async with _ask(application) as client:
        response = await client.post(url, content=body, headers={name: value})
    assert (command, response.status_code) == ("curl", 200)
    assert response.json()["article"]["title"] == json.loads(body)["title"]


class HostileApplication(FastAPI):
    """An application whose description is markup wherever it can be."""

    def openapi(self) -> dict[str, Any]:
        field = {"type": HOSTILE, "description": HOSTILE, "default": HOSTILE}
        content = {HOSTILE: {"schema": {"title": HOSTILE, "properties": {HOSTILE: field}}}}
        operation = {
            "description": HOSTILE,
            "parameters": [{"name": HOSTILE, "in": HOSTILE, "schema": field}],
            "requestBody": {"content": content},
            "responses": {"200": {"description": HOSTILE, "content": content}},
        }
        return {"info": {"title": HOSTILE, "version": HOSTILE}, "paths": {f"/{HOSTILE}": {"post": operation}}}


async def test_what_the_document_says_is_only_ever_text() -> None:
    application = HostileApplication()
    application.router.routes.clear()
    application.include_router(reference.router)
    async with _ask(application) as client:
        page = (await client.get("/docs")).text
    assert "<script" not in page
    assert page.count("&lt;script&gt;") >= 15


def test_a_hostile_address_stays_one_word_of_the_command() -> None:
    document: dict[str, Any] = {"paths": {"/classify": {"post": {}}}}
    command = read_operations(document, "http://a'; rm -r ~ #")[0].example
    assert command
    assert shlex.split(command)[:2] == ["curl", "http://a'; rm -r ~ #/classify"]


def test_a_field_that_refers_to_its_own_schema_is_named_and_not_followed() -> None:
    node = {"description": "A node.", "required": ["next"], "properties": {"next": {"$ref": "#/components/schemas/N"}}}
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/N"}}}
    paths = {"/a": {"put": {"requestBody": {"content": content}}}}
    (field,) = read_operations({"paths": paths, "components": {"schemas": {"N": node}}}, "")[0].body
    assert (field.name, field.kind, field.required, field.description) == ("next", "N", True, "A node.")


@pytest.mark.parametrize(
    ("schema", "told"),
    [
        pytest.param({"type": "integer"}, "integer", id="plain"),
        pytest.param({"type": "string", "format": "date-time"}, "date-time", id="a format says more"),
        pytest.param({"anyOf": [{"type": "string"}, {"type": "null"}]}, "string or null", id="a choice"),
        pytest.param({"enum": ["all", "considered"], "type": "string"}, '"all" or "considered"', id="words"),
        pytest.param(
            {"type": "array", "items": {"$ref": "#/x/Evidence"}}, "list of Evidence", id="a list of references"
        ),
        pytest.param({"type": "object", "title": "Response"}, "object", id="an object of any shape"),
        pytest.param({"properties": {}, "title": "Problem"}, "Problem", id="an object with a name"),
        pytest.param({}, "any", id="nothing said"),
    ],
)
def test_a_type_is_told_in_a_few_words(schema: dict[str, Any], told: str) -> None:
    assert tell_type(schema) == told
