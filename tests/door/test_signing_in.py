"""An editor shows a key once, and the browser is let in from then on, until the editor signs out or the key ends."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from app.store.keys import list_keys, revoke_key
from app.store.sessions import Session
from app.store.tables.doors import session as sessions
from tests.door.entrance import AFAR, BROWSER, Entrance, open_entrance
from tests.store.kept_values import NOON

pytestmark = pytest.mark.anyio
OWN = {"sec-fetch-site": "same-origin"}


@pytest.fixture
async def entrance(tmp_path: Path) -> AsyncIterator[Entrance]:
    async with open_entrance(tmp_path) as opened:
        yield opened


async def _sign_in(browser: httpx.AsyncClient, key: str, next_: str = "") -> httpx.Response:
    return await browser.post("/login", data={"key": key, "next": next_}, headers=OWN)


def _list_kept(entrance: Entrance) -> list[str]:
    return entrance.services.database.read_now(lambda c: [row.digest for row in c.execute(sessions.select())])


async def test_a_key_is_shown_once_and_lets_the_browser_in(entrance: Entrance) -> None:
    key = entrance.keep("Ada", "review")
    async with entrance.ask(**BROWSER) as browser:
        led = await browser.get("/review?after=x")
        form = await browser.get(led.headers["location"])
        assert (form.status_code, 'name="next" value="/review?after=x"' in form.text) == (200, True)
        signed = await _sign_in(browser, key, "/review?after=x")
        assert (signed.status_code, "set-cookie" in signed.headers) == (303, True)
        led = await browser.get(signed.headers["location"])
        assert (led.status_code, led.headers["location"]) == (303, "/review?after=x")
        page = await browser.get("/review")
        assert (page.status_code, "Ada" in page.text, "Sign out" in page.text) == (200, True, True)
        assert (await browser.get("/jobs")).status_code == 403
        assert (await browser.get("/login")).headers["location"] == "/classify"


@pytest.mark.parametrize(
    ("headers", "cookie"),
    [
        pytest.param(
            {"host": "127.0.0.1:8000"}, r"scopenote=[\w-]{43}; HttpOnly; Max-Age=43200; Path=/; SameSite=lax", id="here"
        ),
        pytest.param(
            {"host": "127.0.0.1:8000", "origin": "https://tags.example.org"},
            r"scopenote=[\w-]{43}; HttpOnly; Max-Age=43200; Path=/; SameSite=lax; Secure",
            id="behind a proxy that hides its name",
        ),
        pytest.param(
            {"host": "tags.example.org"},
            r"__Host-scopenote=[\w-]{43}; HttpOnly; Max-Age=43200; Path=/; SameSite=lax; Secure",
            id="elsewhere",
        ),
    ],
)
async def test_the_cookie_is_for_this_service_alone_and_no_script(
    entrance: Entrance, headers: dict[str, str], cookie: str
) -> None:
    key = entrance.keep()
    async with entrance.ask(**headers, **BROWSER) as browser:
        signed = await _sign_in(browser, key)
    assert re.fullmatch(cookie, signed.headers["set-cookie"])
    value = signed.headers["set-cookie"].partition("=")[2].partition(";")[0]
    (kept,) = _list_kept(entrance)
    assert value != kept


async def test_what_is_no_key_is_told_on_the_page_and_not_repeated(entrance: Entrance) -> None:
    key = entrance.keep()
    async with entrance.ask(**BROWSER) as browser:
        for text, status in ((key[:-1], 401), ("<script>x</script>", 401), ("y" * 5_000, 413)):
            answer = await _sign_in(browser, text, "/review")
            assert (answer.status_code, text in answer.text, "set-cookie" in answer.headers) == (status, False, False)
            assert ('role="alert"' in answer.text, "Bearer" in answer.text) == (True, False)


async def test_signing_out_ends_the_session_and_not_just_the_cookie(entrance: Entrance) -> None:
    key = entrance.keep()
    async with entrance.ask(**BROWSER) as browser:
        await _sign_in(browser, key)
        carried = dict(browser.cookies)
        out = await browser.post("/logout", headers=OWN)
        assert dict(browser.cookies) == {}
        assert "You are signed out." in (await browser.get(out.headers["location"])).text
    async with entrance.ask(**BROWSER, cookie=f"scopenote={carried['scopenote']}") as thief:
        assert (await thief.get("/categories")).status_code == 303


async def test_signing_in_again_ends_the_session_that_the_browser_had(entrance: Entrance) -> None:
    first, second = entrance.keep("Ada"), entrance.keep("Grace", "review")
    async with entrance.ask(**BROWSER) as browser:
        await _sign_in(browser, first)
        (former,), carried = _list_kept(entrance), dict(browser.cookies)
        assert (await browser.get("/categories")).status_code == 200
        await _sign_in(browser, second)
        (kept,) = _list_kept(entrance)
        assert kept != former
        assert "Grace" in (await browser.get("/categories")).text
    async with entrance.ask(**BROWSER, cookie=f"scopenote={carried['scopenote']}") as thief:
        assert (await thief.get("/categories")).status_code == 303


async def test_a_refused_key_ends_no_session(entrance: Entrance) -> None:
    key = entrance.keep("Ada")
    async with entrance.ask(**BROWSER) as browser:
        await _sign_in(browser, key)
        assert (await _sign_in(browser, key[:-1])).status_code == 401
        assert (await browser.get("/categories")).status_code == 200


async def test_sessions_that_are_over_are_forgotten_when_somebody_signs_in(entrance: Entrance) -> None:
    key = entrance.keep()
    async with entrance.ask(**BROWSER) as browser, entrance.ask(**BROWSER) as another:
        await _sign_in(browser, key)
        (over,) = _list_kept(entrance)
        entrance.services.database.write_now(
            lambda c: c.execute(sessions.update().values(expires_at=sessions.c.created_at))
        )
        await _sign_in(another, key)
    assert len(_list_kept(entrance)) == 1
    assert over not in _list_kept(entrance)


async def test_a_browser_that_does_not_carry_the_session_is_told_so_instead_of_asked_again(entrance: Entrance) -> None:
    key = entrance.keep()
    async with entrance.ask(host="tags.example.org", **BROWSER) as browser:
        signed = await _sign_in(browser, key, "/review")
    async with entrance.ask(host="tags.example.org", **BROWSER, **OWN) as forgetful:
        page = await forgetful.get(signed.headers["location"])
    assert (page.status_code, "your browser did not keep" in page.text) == (200, True)
    assert 'name="next" value="/review"' in page.text


@pytest.mark.parametrize(
    ("headers", "is_taken"),
    [
        pytest.param({"host": "tags.example.org", "origin": "http://tags.example.org"}, False, id="plain"),
        pytest.param({"host": "tags.example.org", "origin": "https://tags.example.org"}, True, id="encrypted"),
        pytest.param({"host": "127.0.0.1:8000", "origin": "http://127.0.0.1:8000"}, True, id="this machine"),
    ],
)
async def test_a_key_over_plain_http_from_afar_begins_no_session_that_no_browser_would_carry(
    entrance: Entrance, headers: dict[str, str], is_taken: bool
) -> None:
    key = entrance.keep()
    async with entrance.ask(**BROWSER, **headers) as browser:
        answer = await browser.post("/login", data={"key": key})
    assert (answer.status_code, len(_list_kept(entrance))) == ((303, 1) if is_taken else (422, 0))
    assert is_taken or "have it rotated" in answer.text


@pytest.mark.parametrize(
    ("headers", "is_warned"),
    [
        pytest.param({"host": "tags.example.org"}, True, id="plain"),
        pytest.param({"host": "tags.example.org", "sec-fetch-site": "none"}, False, id="encrypted"),
        pytest.param({"host": "tags.example.org", "x-forwarded-proto": "https"}, False, id="by a proxy"),
        pytest.param({"host": "localhost:8000"}, False, id="this machine"),
    ],
)
async def test_whoever_is_about_to_send_a_key_in_the_clear_is_warned(
    tmp_path: Path, headers: dict[str, str], is_warned: bool
) -> None:
    async with open_entrance(tmp_path, public_url="https://tags.example.org/desk/") as entrance:
        entrance.keep()
        page = await entrance.get("/login", **BROWSER, **headers)
    assert (page.status_code, "over plain http" in page.text) == (200, is_warned)
    assert ('href="https://tags.example.org/desk/login"' in page.text) == is_warned


async def test_a_session_is_over_with_its_key(entrance: Entrance) -> None:
    key = entrance.keep()
    async with entrance.ask(**BROWSER) as browser:
        await _sign_in(browser, key)
        assert (await browser.get("/categories")).status_code == 200
        database = entrance.services.database
        database.write_now(lambda c: revoke_key(c, list_keys(c)[0].id, NOON))
        keyring = entrance.app.state.door.keyring
        keyring._ring = type(keyring._ring)()  # noqa: SLF001 - as it is seconds later
        assert (await browser.get("/categories")).headers["location"].startswith("/login")


async def test_a_session_is_over_after_its_hours(entrance: Entrance) -> None:
    key = entrance.keep()
    async with entrance.ask(**BROWSER) as browser:
        await _sign_in(browser, key)
        assert (await browser.get("/categories")).status_code == 200
        known = entrance.app.state.door.sessions._known  # noqa: SLF001 - as it is hours later
        for digest, (kept, at_s) in known.items():
            known[digest] = Session(**kept.model_dump() | {"expires_at": kept.created_at}), at_s
        assert (await browser.get("/categories")).status_code == 303


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        pytest.param({"sec-fetch-site": "same-origin"}, 200, id="our own page"),
        pytest.param({"sec-fetch-site": "none"}, 200, id="typed by the user"),
        pytest.param(
            {"sec-fetch-site": "same-origin", "origin": "https://tags.example"}, 200, id="a proxy that hides its name"
        ),
        pytest.param({"sec-fetch-site": "cross-site", "origin": "http://127.0.0.1:8000"}, 403, id="not as it says"),
        pytest.param({"sec-fetch-site": "same-site"}, 403, id="a neighbour"),
        pytest.param({"sec-fetch-site": "cross-site"}, 403, id="another site"),
        pytest.param({"origin": "http://127.0.0.1:8000"}, 200, id="an older browser on our own page"),
        pytest.param({"origin": "https://evil.example"}, 403, id="an older browser elsewhere"),
        pytest.param({"origin": "null"}, 403, id="a page that hides where it is"),
        pytest.param({"origin": "http://["}, 403, id="an origin that is none"),
        pytest.param({}, 403, id="a cookie, and nobody says where from"),
    ],
)
async def test_no_other_site_has_a_signed_in_browser_do_anything(
    entrance: Entrance, headers: dict[str, str], status: int
) -> None:
    key = entrance.keep()
    async with entrance.ask(accept="application/json") as browser:
        await _sign_in(browser, key)
        answer = await browser.post("/classify", json={"text": "Bread comes out of ovens."}, headers=headers)
    assert answer.status_code == status


async def test_a_key_beside_a_cookie_is_judged_as_a_browsers(entrance: Entrance) -> None:
    key = entrance.keep()
    for cookie, status in (({}, 200), ({"cookie": "theme=dark"}, 403)):
        async with entrance.ask(key, **cookie) as client:
            answer = await client.post("/classify", json={"text": "Bread comes out of ovens."})
        assert answer.status_code == status


@pytest.mark.parametrize(
    "wanted",
    [
        "//evil.example",
        "/\\evil.example",
        "https://evil.example",
        "javascript:x",
        "/a\\b",
        "/a b",
        "/a\r\nX: y",
        "/logout",
    ],
)
async def test_nobody_is_led_elsewhere(entrance: Entrance, wanted: str) -> None:
    key = entrance.keep()
    async with entrance.ask(**BROWSER) as browser:
        signed = await _sign_in(browser, key, wanted)
        assert (await browser.get(signed.headers["location"])).headers["location"] == "/classify"


async def test_a_key_for_figures_opens_no_page(entrance: Entrance) -> None:
    key = entrance.keep("prometheus", "watch")
    async with entrance.ask(**BROWSER, **OWN) as browser:
        refused = await browser.post("/login", data={"key": key})
    assert (refused.status_code, "opens no page" in refused.text, dict(browser.cookies)) == (422, True, {})


async def test_another_sites_request_is_refused_with_a_page_where_a_browser_came_for_one(entrance: Entrance) -> None:
    elsewhere = {"sec-fetch-site": "cross-site", "origin": "https://evil.example"}
    form = {"article": "Bread comes out of ovens."}
    async with entrance.ask(**elsewhere) as client:
        page = await client.post("/classify/page", data=form, headers=BROWSER)
        part = await client.post("/classify/page", data=form, headers={**BROWSER, "hx-request": "true"})
        told = await client.post("/classify/page", data=form)
    assert (page.status_code, page.headers["content-type"]) == (403, "text/html; charset=utf-8")
    assert all(words in page.text for words in ("Not from another site", "Another site sent this request."))
    assert [(answer.status_code, answer.json()["type"]) for answer in (part, told)] == [
        (403, "urn:scopenote:problem:cross-site")
    ] * 2


async def test_where_no_key_is_needed_nobody_is_asked_for_one(entrance: Entrance) -> None:
    assert (await entrance.get("/login?next=/review", **BROWSER)).headers["location"] == "/review"
    assert (await entrance.get("/logout", **BROWSER)).headers["location"] == "/login"
    assert (await entrance.get("/login", address=AFAR, **BROWSER)).status_code == 303
