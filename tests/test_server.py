"""The application as a whole: who may ask it, by which methods, and what is said when something breaks."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from app.bootstrap.services import Services, build_services
from app.server import create_app
from app.settings import Settings
from tests.beating import give_sign_of_life

pytestmark = pytest.mark.anyio

POLICY = "content-security-policy"
SECRET = "the password is swordfish"


class BrokenServices(Services):
    """Services that meet an error nobody foresaw."""

    @property
    def judge_name(self) -> str:
        raise RuntimeError(SECRET)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "baking.md").write_text("---\ntitle: Baking\ndescription: Bread, pastry and ovens.\n---\n")
    return Settings(categories=tmp_path, judge="local")


def _ask(services: Services) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app=create_app(services), raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000")


@pytest.fixture
async def client(settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    services = build_services(settings)
    give_sign_of_life(services.database)
    async with _ask(services) as client:
        yield client


@pytest.mark.parametrize("path", ["/readyz", "/classify"])
async def test_an_error_that_nobody_foresaw_is_a_problem_without_its_insides(settings: Settings, path: str) -> None:
    services = BrokenServices(settings)
    give_sign_of_life(services.database)
    async with _ask(services) as client:
        response = await client.get(path)
    assert response.status_code == 500
    assert response.headers["content-type"] == "application/problem+json"
    assert "log" in response.json()["detail"]
    assert "swordfish" not in response.text


@pytest.mark.parametrize(
    ("listening", "named", "status"),
    [
        pytest.param("127.0.0.1", "127.0.0.1:8000", 200, id="the address"),
        pytest.param("127.0.0.1", "LOCALHOST", 200, id="the name, without a port"),
        pytest.param("127.0.0.1", "[::1]:8000", 200, id="the other family"),
        pytest.param("::1", "[::1]:8000", 200, id="IPv6 at itself"),
        pytest.param("::1", "localhost:8000", 200, id="IPv6 by name"),
        pytest.param("127.0.0.1", "evil.example", 400, id="a name that was made to resolve to this machine"),
        pytest.param("::1", "evil.example:8000", 400, id="the same over IPv6"),
        pytest.param("127.0.0.1", "127.0.0.1.evil.example", 400, id="a name that begins like the address"),
        pytest.param("127.0.0.1", "evil@127.0.0.1", 400, id="a user before the address"),
        pytest.param("127.0.0.1", "[::1", 400, id="an open bracket"),
        pytest.param("127.0.0.1", "", 400, id="nothing"),
        pytest.param("0.0.0.0", "example.org", 200, id="any name where the service is open on purpose"),  # noqa: S104
    ],
)
async def test_on_this_machine_only_its_own_names_are_answered(
    settings: Settings, listening: str, named: str, status: int
) -> None:
    async with _ask(build_services(settings.model_copy(update={"host": listening}))) as client:
        response = await client.get("/healthz", headers={"host": named})
    assert response.status_code == status
    if status != 200:
        assert response.headers["content-type"] == "application/problem+json"
        assert "127.0.0.1" in response.json()["detail"]


def _list_lasting(answer: httpx.Response) -> dict[str, str]:
    """The headers of an answer without those that no two answers share: the request's id, and the policy's nonce."""
    return {name: value for name, value in answer.headers.items() if name not in {"x-request-id", POLICY}}


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/classify", "/categories", "/categories/baking", "/docs"])
async def test_head_answers_like_get_without_the_body(client: httpx.AsyncClient, path: str) -> None:
    head, get = await client.head(path), await client.get(path)
    assert (head.status_code, head.content) == (200, b"")
    assert _list_lasting(head) == _list_lasting(get)


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        pytest.param("PUT", "/classify", "GET, HEAD, POST", id="a page and a route of the API"),
        pytest.param("PUT", "/classify/page", "GET, HEAD, POST", id="a form"),
        pytest.param("DELETE", "/categories/baking", "GET, HEAD", id="read only"),
        pytest.param("PUT", "/categories/reload", "GET, HEAD, POST", id="an action that is also an id"),
        pytest.param("POST", "/healthz", "GET, HEAD", id="health"),
    ],
)
async def test_a_wrong_method_is_told_all_that_are_allowed(
    client: httpx.AsyncClient, method: str, path: str, allowed: str
) -> None:
    response = await client.request(method, path)
    assert response.status_code == 405
    assert response.headers["allow"] == allowed
    assert response.headers["content-type"] == "application/problem+json"
