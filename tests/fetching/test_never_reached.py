"""What fetching never reaches: a server on this machine waits behind every trick, and counts."""

import httpx
import pytest

from app.errors import BadInput
from app.fetching.connecting import Connections
from app.fetching.fetching import Bounds, fetch
from tests.fetching.internet import ARTICLE, OTHER, SITE, Internet, Sent, answer_article, open_canary

pytestmark = pytest.mark.anyio

PRIVATE: dict[str, list[list[str]]] = {
    "loopback.example": [["127.0.0.1"]],
    "127.0.0.1.nip.example": [["127.0.0.1"]],
    "metadata.example": [["169.254.169.254"]],
    "intranet": [["10.0.0.8"]],
    "v6.example": [["::1"]],
    "mapped.example": [["::ffff:127.0.0.1"]],
    "nat64.example": [["64:ff9b::7f00:1"]],
    "sixtofour.example": [["2002:7f00:1::"]],
    "zone.example": [["fe80::1%eth0"]],
    "ula.example": [["fd00:ec2::254"]],
    "mixed.example": [[SITE, "127.0.0.1"]],
    "mixed-first.example": [["127.0.0.1", SITE]],
    "mixed-families.example": [[SITE, "::1"]],
    "alias.example": [["127.0.0.1"]],
    "localhost": [["127.0.0.1", "::1"]],
    "sub.localhost": [["127.0.0.1"]],
    "router.local": [["192.168.0.1"]],
    "nobody.example": [[]],
}
"""What the machine's resolver gives in the end; a chain of aliases is followed by it, and not told."""

HOSTS = [
    "127.0.0.1", "127.1", "127.0.1", "0.0.0.0", "0", "2130706433", "0x7f000001", "0x7f.0.0.1", "0x7f.1", "017700000001",  # noqa: S104 - refused
    "0177.0.0.1", "0177.1", "127.0.0.1.", "127.0.0.01", "127.0.0.1.0x7f", "256.256.256.256", "4294967297", "127。0。0。1",
    "①②⑦.⓪.⓪.①", "１２７.0.0.1", "%31%32%37.0.0.1", "127.0.0.1%00.example", "169.254.169.254", "[::1]", "[::]",
    "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]",
    "[fe80::1%25eth0]", "[fe80::1%eth0]", "[::1%25lo]", "[fd00:ec2::254]", "[fec0::1]", "[ff02::1]", "[::ffff:0:7f00:1]",
    "localhost", "LOCALHOST", "localhost.", "sub.localhost", "loopback.example", "127.0.0.1.nip.example",
    "metadata.example", "intranet", "v6.example", "mapped.example", "nat64.example", "sixtofour.example", "zone.example",
    "ula.example", "mixed.example", "mixed-first.example", "mixed-families.example", "alias.example", "router.local",
    "nobody.example", "unknown.example", "a..b", "-a.example", "exa mple.org", "xn--a", "ex\u00adample.org",
]  # fmt: skip
URLS = [
    pytest.param("http://site.example@127.0.0.1:{port}/", id="the site as a user"),
    pytest.param("http://site.example:80@127.0.0.1:{port}/", id="the site as a user with a password"),
    pytest.param("http://@127.0.0.1:{port}/", id="an empty user"),
    pytest.param("http://site.example\\@127.0.0.1:{port}/", id="a backslash before the at"),
    pytest.param("http://127.0.0.1:{port}\\@site.example/", id="a backslash behind the host"),
    pytest.param("http://127.0.0.1:{port}#@site.example/", id="a fragment as a host"),
    pytest.param("http://127.0.0.1:{port}?@site.example/", id="a query as a host"),
    pytest.param("http://site.example%40127.0.0.1:{port}/", id="an encoded at"),
    pytest.param("http://site.example:{port}:80/", id="two ports"),
    pytest.param("http://site.example\r\nHost: 127.0.0.1/", id="a line end in the host"),
    pytest.param("http://site.example/\r\nHost: 127.0.0.1", id="a line end in the path"),
    pytest.param("http://\t127.0.0.1:{port}/", id="a tab"),
    pytest.param(" http://127.0.0.1:{port}/", id="a space in front"),
    pytest.param("http:127.0.0.1:{port}/", id="no slashes"),
    pytest.param("http:/127.0.0.1:{port}/", id="one slash"),
    pytest.param("http:///127.0.0.1:{port}/", id="three slashes"),
    pytest.param("//127.0.0.1:{port}/", id="no scheme"),
    pytest.param("file:///etc/passwd", id="file"),
    pytest.param("gopher://127.0.0.1:{port}/_x", id="gopher"),
    pytest.param("ftp://127.0.0.1:{port}/", id="ftp"),
    pytest.param("data:text/html,secret", id="data"),
    pytest.param("javascript:alert(1)", id="javascript"),
    pytest.param("dict://127.0.0.1:{port}/", id="dict"),
    pytest.param("jar:http://127.0.0.1:{port}!/", id="jar"),
    pytest.param("unix:///run/docker.sock", id="unix socket"),
    pytest.param("http+unix://%2Frun%2Fdocker.sock/", id="unix socket over http"),
    pytest.param("ws://127.0.0.1:{port}/", id="ws"),
    pytest.param("http://site.example:22/", id="port of ssh"),
    pytest.param("http://site.example:6379/", id="port of redis"),
    pytest.param("http://site.example:0/", id="port 0"),
    pytest.param("http://site.example:65616/", id="port 80 and 65536"),
    pytest.param("http://site.example:99999999999999999999/", id="a port without end"),
    pytest.param("", id="nothing"),
    pytest.param("http://", id="no host"),
    pytest.param("http://" + "a" * 3000, id="too long"),
]


async def _try_to_reach(url: str, *, by_redirect: bool) -> tuple[set[str], int]:
    """The addresses that a fetch wants to reach before it is refused, and how often it reached the canary.

    `{port}` in the URL is where the canary sits.
    """
    async with open_canary() as (port, reached):
        trick = url.replace("{port}", str(port))

        def lead_on(_request: httpx.Request) -> httpx.Response:
            return httpx.Response(302, headers={b"location": trick.encode()})

        names = {"site.example": [[SITE]], "lead.example": [[OTHER]], **PRIVATE}
        async with Internet(names, {SITE: answer_article, OTHER: lead_on}) as internet:
            first = "http://lead.example/" if by_redirect else trick
            bounds = Bounds(ports=(80, 443, port))
            with pytest.raises(BadInput) as refused:
                await fetch(first, resolve=internet.resolve, transport=internet, bounds=bounds)
        assert "secret" not in str(refused.value) or "data:" in url
        return {address for address, _ in internet.asked}, len(reached)


@pytest.mark.parametrize("host", HOSTS)
async def test_no_host_that_is_not_public_is_reached(host: str) -> None:
    assert await _try_to_reach(f"http://{host}:{{port}}/", by_redirect=False) == (set(), 0)


@pytest.mark.parametrize("host", HOSTS)
async def test_no_redirect_leads_to_a_host_that_is_not_public(host: str) -> None:
    assert await _try_to_reach(f"http://{host}:{{port}}/", by_redirect=True) == ({OTHER}, 0)


@pytest.mark.parametrize("url", URLS)
async def test_no_trick_in_a_url_reaches_this_machine(url: str) -> None:
    assert await _try_to_reach(url, by_redirect=False) == (set(), 0)


@pytest.mark.parametrize("url", URLS)
async def test_no_redirect_to_a_trick_reaches_this_machine(url: str) -> None:
    assert await _try_to_reach(url, by_redirect=True) == ({OTHER}, 0)


async def test_the_canary_would_be_reached_without_the_check() -> None:
    async with open_canary() as (port, reached), Internet({}, {}) as internet:
        request = httpx.Request("GET", f"http://127.0.0.1:{port}/")
        response = await internet.handle_async_request(request)
        assert await response.aread() == b"secret"
        await response.aclose()
    assert reached == [1]


async def test_a_name_that_means_something_else_when_it_is_connected_to_is_asked_once_only() -> None:
    names = {"rebinding.example": [[SITE], ["127.0.0.1"]]}
    async with Internet(names, {SITE: answer_article}) as internet:
        page = await fetch("http://rebinding.example/", resolve=internet.resolve, transport=internet)
    assert (page.body, internet.lookups) == (ARTICLE, ["rebinding.example"])
    assert internet.asked == [(SITE, "rebinding.example")]


async def test_a_name_that_means_something_else_after_a_redirect_is_checked_again() -> None:
    def lead_back(_request: httpx.Request) -> httpx.Response:
        return httpx.Response(307, headers={"location": "/again"})

    names = {"rebinding.example": [[SITE], ["127.0.0.1"]]}
    async with Internet(names, {SITE: lead_back}) as internet:
        with pytest.raises(BadInput):
            await fetch("http://rebinding.example/", resolve=internet.resolve, transport=internet)
    assert internet.asked == [(SITE, "rebinding.example")]


@pytest.mark.parametrize(
    ("header", "body"),
    [
        pytest.param({}, b'<meta http-equiv="refresh" content="0; url=http://127.0.0.1/">', id="a refresh in the page"),
        pytest.param({"refresh": "0; url=http://127.0.0.1/"}, b"<p>x</p>", id="a refresh in a header"),
        pytest.param({"location": "http://127.0.0.1/"}, b"<p>x</p>", id="a location without a redirect"),
        pytest.param({"link": "<http://127.0.0.1/>; rel=preload"}, b"<p>x</p>", id="a link to load"),
        pytest.param(
            {}, b'<iframe src="http://127.0.0.1/"></iframe><img src="http://127.0.0.1/">', id="frames and images"
        ),
        pytest.param({}, b'<!DOCTYPE html SYSTEM "http://127.0.0.1/x.dtd"><p>x</p>', id="a document type elsewhere"),
    ],
)
async def test_what_a_page_names_is_not_followed(header: dict[str, str], body: bytes) -> None:
    def answer(_request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, headers={"content-type": "text/html", **header}, stream=Sent(body))

    async with Internet({"site.example": [[SITE]]}, {SITE: answer}) as internet:
        await fetch("http://site.example/", resolve=internet.resolve, transport=internet)
    assert internet.asked == [(SITE, "site.example")]


async def test_proxies_of_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.fetching.connecting.is_public", lambda _address: True)
    async with open_canary() as (proxy, asked), open_canary() as (port, reached):
        for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy}")
        connections = Connections()
        page = await fetch(
            f"http://127.0.0.1:{port}/",
            resolve=connections.resolve,
            transport=connections.transport,
            bounds=Bounds(ports=(port,)),
        )
        await connections.close()
    assert (page.body, reached, asked) == (b"secret", [1], [])


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1", "::1"])
async def test_this_machine_by_its_own_resolver_is_refused(name: str) -> None:
    connections = Connections()
    host = f"[{name}]" if ":" in name else name
    with pytest.raises(BadInput, match="public server"):
        await fetch(f"http://{host}/", resolve=connections.resolve, transport=connections.transport)
    await connections.close()


@pytest.mark.parametrize("host", ["unknown.example", "loopback.example"])
async def test_whether_a_name_is_known_in_here_is_not_told(host: str) -> None:
    async with Internet(PRIVATE, {}) as internet:
        with pytest.raises(BadInput) as refused:
            await fetch(f"http://{host}/", resolve=internet.resolve, transport=internet)
    assert str(refused.value).replace(host, "X") == (
        "'X' is not the name or address of a public server. Send the article itself as text or html."
    )
