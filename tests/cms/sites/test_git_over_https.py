"""A site in git over https: read, committed to and pushed with a token, which nothing that is told shows."""

import base64
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from app.cms.site import Site
from app.errors import BadInput, CmsUnavailable
from tests.cms.sites.opened_sites import list_all, make_source, opened
from tests.cms.sites.repositories import TIDAL, Repository, run_git
from tests.servers.git_https import GIT, OPENSSL, HttpsHost, serving

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.skipif(GIT is None or OPENSSL is None, reason="git and openssl are not both installed"),
    pytest.mark.skipif(
        GIT is not None and not Path(run_git(Path("/"), "--exec-path").strip(), "git-http-backend").exists(),
        reason="git was installed without its server",
    ),
]

PATH = "content/tidal.md"
TOKEN = "ghp_" + "a1B2" * 9


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    made = Repository(tmp_path)
    made.write({PATH: TIDAL})
    return made


@pytest.fixture
def host(repository: Repository, tmp_path: Path) -> Iterator[HttpsHost]:
    run_git(Path(repository.url), "config", "http.receivepack", "true")
    with serving(tmp_path, "x-access-token", TOKEN) as served:
        yield served


@asynccontextmanager
async def _opened(host: HttpsHost, folder: Path, secret: str, user: str = "") -> AsyncIterator[Site]:
    """The site over https, with a copy that trusts the host: a private certificate is in the system's store else."""
    source = make_source("github", f"{host.url}/site.git", user=user)
    async with opened(source, [secret] if secret else [], folder=folder / "mirrors") as site:
        mirror = site._mirror._git.folder  # type: ignore[attr-defined]  # noqa: SLF001 - made before its first use
        mirror.parent.mkdir(exist_ok=True)
        if not mirror.exists():
            run_git(folder, "init", "-q", "--bare", str(mirror))
        run_git(mirror, "config", "http.sslCAInfo", str(host.certificate))
        yield site


async def test_with_the_token_it_is_read_written_and_listed(
    repository: Repository, host: HttpsHost, tmp_path: Path
) -> None:
    async with _opened(host, tmp_path, TOKEN) as site:
        present = await site.look(PATH, None)
        written = await site.write(present, {"tags": ("energy", "tides")}, publish=True)
        assert [event.id for event in await list_all(site)] == [PATH]
    assert written.tags["tags"] == ("energy", "tides")
    assert repository.ask("show", f"main:{PATH}") == TIDAL.replace("[energy]", "[energy, tides]")
    assert set(host.statuses) == {200}, "the token goes with the first request, and not after a refusal"


async def test_what_is_lying_about_of_it_shows_no_token(host: HttpsHost, tmp_path: Path) -> None:
    async with _opened(host, tmp_path, TOKEN) as site:
        await site.look(PATH, None)
    pair = base64.b64encode(f"x-access-token:{TOKEN}".encode())
    files = [path.read_bytes() for path in (tmp_path / "mirrors").rglob("*") if path.is_file()]
    assert files
    assert not any(TOKEN.encode() in data or pair in data for data in files)


@pytest.mark.parametrize(
    ("secret", "user", "cause"),
    [
        pytest.param("ghp_" + "wrong" * 7, "", "does not take the write secret .* of 'x-access-token'", id="another"),
        pytest.param("", "", "the source has no write secret", id="none"),
        pytest.param(TOKEN, "somebody", "does not take the write secret .* of 'somebody'", id="another user"),
    ],
)
async def test_who_is_not_let_in_is_told_why_without_the_token(
    host: HttpsHost, tmp_path: Path, secret: str, user: str, cause: str
) -> None:
    async with _opened(host, tmp_path, secret, user) as site:
        with pytest.raises(BadInput, match=cause) as refused:
            await site.look(PATH, None)
    told = str(refused.value)
    assert f"{host.url}/site.git" in told
    assert not secret or (secret not in told and base64.b64encode(secret.encode()).decode()[:20] not in told)


async def test_a_token_that_may_only_read_is_told_when_it_writes(
    repository: Repository, host: HttpsHost, tmp_path: Path
) -> None:
    async with _opened(host, tmp_path, TOKEN) as site:
        present = await site.look(PATH, None)
        run_git(Path(repository.url), "config", "http.receivepack", "false")
        with pytest.raises(BadInput, match=r"403.*may read and write"):
            await site.write(present, {"tags": ("tides",)}, publish=True)
    assert repository.ask("show", f"main:{PATH}") == TIDAL


async def test_a_host_that_is_not_trusted_gets_no_token(host: HttpsHost, tmp_path: Path) -> None:
    async with _opened(host, tmp_path, TOKEN) as site:
        (mirror,) = (tmp_path / "mirrors").glob("*.git")
        run_git(mirror, "config", "--unset", "http.sslCAInfo")
        with pytest.raises(CmsUnavailable, match="certificate"):
            await site.look(PATH, None)
    assert host.statuses == []
