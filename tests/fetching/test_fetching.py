"""What fetching brings back, and how far it goes: size, time, redirects, kinds of pages."""

import asyncio
import gzip
import time
import tracemalloc
import zlib
from collections.abc import AsyncIterator, Mapping

import httpx
import pytest

from app.errors import BadArticle, BadInput, ScopenoteError, TooLarge, Unavailable
from app.fetching.fetching import Bounds, Page, fetch
from tests.fetching.internet import ARTICLE, OTHER, SITE, Answer, Internet, Sent, answer_article

pytestmark = pytest.mark.anyio

URL = "http://site.example/a?b=c"
HTML = {"content-type": "text/html"}


async def _fetch(answer: Answer, bounds: Bounds | None = None, url: str = URL) -> Page:
    async with Internet({"site.example": [[SITE]], "other.example": [[OTHER]]}, {SITE: answer, OTHER: answer}) as web:
        return await fetch(url, resolve=web.resolve, transport=web, bounds=bounds or Bounds())


def _answer(status: int = 200, headers: Mapping[str, str] = HTML, *pieces: bytes) -> Answer:
    return lambda _request: httpx.Response(status, headers=headers, stream=Sent(*(pieces or (ARTICLE,))))


async def test_a_page_comes_with_where_it_was_and_what_it_is() -> None:
    page = await _fetch(_answer(200, {"content-type": 'Text/HTML; Charset="ISO-8859-2"'}))
    assert page == Page(url=URL, content_type="text/html", charset="iso-8859-2", body=ARTICLE)


@pytest.mark.parametrize(
    ("url", "asked", "named"),
    [
        pytest.param("http://site.example/a?b=c#d", "http://93.184.216.34/a?b=c", "site.example", id="plain"),
        pytest.param("HTTP://SITE.example./", "http://93.184.216.34/", "site.example", id="capitals and a last dot"),
        pytest.param("http://site.example:443/", "http://93.184.216.34:443/", "site.example:443", id="another port"),
        pytest.param("https://site.example", "https://93.184.216.34/", "site.example", id="encrypted"),
        pytest.param("http://1.1.1.1/", "http://1.1.1.1/", "1.1.1.1", id="an address"),
        pytest.param("http://[2606:4700::1]/", "http://[2606:4700::1]/", "[2606:4700::1]", id="an address of six"),
        pytest.param("http://bücher.example/ä", "http://93.184.216.34/%C3%A4", "xn--bcher-kva.example", id="letters"),
    ],
)
async def test_the_checked_address_is_asked_for_the_name(url: str, asked: str, named: str) -> None:
    names = {name: [[SITE]] for name in ("site.example", "xn--bcher-kva.example")}
    servers = dict.fromkeys((SITE, "1.1.1.1", "2606:4700::1"), answer_article)
    async with Internet(names, servers) as web:
        await fetch(url, resolve=web.resolve, transport=web)
    request = web.requests[0]
    assert (str(request.url), request.headers.get_list("host")) == (asked, [named])
    assert request.extensions["sni_hostname"] == named.partition(":443")[0].strip("[]")


async def test_nothing_is_sent_that_tells_who_asks() -> None:
    async with Internet({"site.example": [[SITE]]}, {SITE: answer_article}) as web:
        await fetch(URL, resolve=web.resolve, transport=web)
    assert set(web.requests[0].headers) == {"host", "user-agent", "accept", "accept-encoding", "connection"}


async def test_cookies_are_not_carried_over_a_redirect() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/next":
            return answer_article(request)
        return httpx.Response(302, headers={"set-cookie": "a=b", "location": "/next"})

    async with Internet({"site.example": [[SITE]]}, {SITE: answer}) as web:
        await fetch(URL, resolve=web.resolve, transport=web)
    assert [request.url.path for request in web.requests] == ["/a", "/next"]
    assert "cookie" not in web.requests[1].headers


async def test_the_next_address_is_asked_where_one_does_not_listen() -> None:
    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused", request=request)

    async with Internet({"site.example": [[OTHER, SITE]]}, {OTHER: refuse, SITE: answer_article}) as web:
        page = await fetch(URL, resolve=web.resolve, transport=web)
    assert page.body == ARTICLE
    assert [address for address, _ in web.asked] == [OTHER, SITE]


async def test_a_name_with_many_addresses_is_given_up_after_three() -> None:
    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused", request=request)

    addresses = [f"93.184.216.{number}" for number in range(9)]
    async with Internet({"site.example": [addresses]}, dict.fromkeys(addresses, refuse)) as web:
        with pytest.raises(Unavailable, match="cannot be reached"):
            await fetch(URL, resolve=web.resolve, transport=web)
    assert len(web.asked) == 3


@pytest.mark.parametrize(("redirects", "arrives"), [(0, True), (5, True), (6, False), (1000, False)])
async def test_five_redirects_are_followed(redirects: int, arrives: bool) -> None:
    left = redirects

    def answer(request: httpx.Request) -> httpx.Response:
        nonlocal left
        left -= 1
        return answer_article(request) if left < 0 else httpx.Response(308, headers={"location": f"/{left}"})

    if arrives:
        assert (await _fetch(answer)).body == ARTICLE
    else:
        with pytest.raises(BadInput, match="more than 5 times"):
            await _fetch(answer)
    assert left >= redirects - 6


@pytest.mark.parametrize(
    ("answer", "error", "said"),
    [
        pytest.param(_answer(404), BadArticle, "answered 404", id="no such page"),
        pytest.param(_answer(401), BadArticle, "answered 401", id="behind a login"),
        pytest.param(_answer(204), BadArticle, "answered 204", id="no content"),
        pytest.param(_answer(206), BadArticle, "answered 206", id="a part"),
        pytest.param(_answer(304), BadArticle, "answered 304", id="not modified"),
        pytest.param(_answer(429), Unavailable, "answered 429", id="too many"),
        pytest.param(_answer(500), Unavailable, "answered 500", id="broken"),
        pytest.param(_answer(200, {"content-type": "application/pdf"}), BadArticle, "application/pdf", id="a PDF"),
        pytest.param(_answer(200, {"content-type": "image/svg+xml"}), BadArticle, "image/svg", id="a picture"),
        pytest.param(_answer(200, {}), BadArticle, "not HTML", id="nothing said"),
        pytest.param(_answer(200, {"content-type": "text/html-x"}), BadArticle, "not HTML", id="alike"),
        pytest.param(
            _answer(200, {**HTML, "content-encoding": "br"}), BadArticle, "packed as 'br'", id="not asked for"
        ),
        pytest.param(_answer(200, {**HTML, "content-encoding": "gzip, gzip"}), BadArticle, "packed as", id="twice"),
        pytest.param(_answer(200, {**HTML, "content-encoding": "gzip"}), BadArticle, "not packed", id="no gzip"),
        pytest.param(
            _answer(200, {**HTML, "content-encoding": "gzip"}, gzip.compress(ARTICLE)[:-9]),
            BadArticle,
            "breaks off",
            id="half",
        ),
        pytest.param(_answer(302, {"location": "http://[::1"}), BadInput, "no URL", id="a broken location"),
        pytest.param(_answer(302, {}), BadInput, "redirects more than", id="a redirect to nowhere"),
    ],
)
async def test_what_cannot_be_used_is_told(answer: Answer, error: type[ScopenoteError], said: str) -> None:
    with pytest.raises(error, match=said):
        await _fetch(answer)


@pytest.mark.parametrize(
    ("encoding", "packed"),
    [
        pytest.param("gzip", gzip.compress(ARTICLE), id="gzip"),
        pytest.param("deflate", zlib.compress(ARTICLE), id="deflate"),
        pytest.param("identity", ARTICLE, id="as it is"),
    ],
)
async def test_a_packed_page_is_unpacked(encoding: str, packed: bytes) -> None:
    pieces = [packed[at : at + 5] for at in range(0, len(packed), 5)]
    assert (await _fetch(_answer(200, {**HTML, "content-encoding": encoding}, *pieces))).body == ARTICLE


async def test_a_body_without_end_is_left_at_the_limit() -> None:
    body = Sent(*[b"x" * 1_000] * 100)
    with pytest.raises(TooLarge, match="10,000 bytes"):
        await _fetch(lambda _: httpx.Response(200, headers=HTML, stream=body), Bounds(max_bytes=10_000))
    assert body.sent == 11


async def test_a_body_at_the_limit_is_taken() -> None:
    page = await _fetch(_answer(200, HTML, b"x" * 5_000, b"y" * 5_000), Bounds(max_bytes=10_000))
    assert len(page.body) == 10_000


async def test_a_bomb_is_unpacked_no_further_than_the_limit() -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    bomb = b"".join(packer.compress(bytes(1_000_000)) for _ in range(200)) + packer.flush()
    answer = _answer(200, {**HTML, "content-encoding": "gzip"}, bomb)
    tracemalloc.start()
    with pytest.raises(TooLarge):
        await _fetch(answer)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 25_000_000


class _Dripping(httpx.AsyncByteStream):
    """A body of one byte now and then, for ever."""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while True:
            await asyncio.sleep(0.01)
            yield b"x"


async def test_a_page_that_drips_is_given_up_in_time() -> None:
    begun_s = time.monotonic()
    with pytest.raises(Unavailable, match=r"within 0\.2 s"):
        await _fetch(lambda _: httpx.Response(200, headers=HTML, stream=_Dripping()), Bounds(total_s=0.2))
    assert time.monotonic() - begun_s < 1


async def test_a_name_server_that_does_not_answer_is_given_up_in_time() -> None:
    async def resolve(_host: str, _port: int) -> list[str]:
        await asyncio.sleep(60)
        return [SITE]

    async with Internet({}, {}) as web:
        with pytest.raises(Unavailable):
            await fetch(URL, resolve=resolve, transport=web, bounds=Bounds(total_s=0.1))
    assert web.asked == []
