import base64
import hashlib
import hmac
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import pytest

from app.cms.arrival import Arrival
from app.cms.kinds import find_adapter
from app.domain.source import CMS, Source
from app.errors import Forged
from tests.cms.captured import flip_byte, hide, make_arrival, make_source

BODY = '{"post":"Café"}'.encode()
SECRET = "shared-secret"
SECONDS, MILLISECONDS = "1795366913", "1795366913906"
NOW = datetime(2026, 11, 22, 17, 1, 54, tzinfo=UTC)
LONG_SECRET = "0123456789abcdef" * 4
CONTENTFUL = {
    "content-type": "application/json",
    "x-contentful-topic": " ContentManagement.Entry.publish ",
    "x-contentful-signed-headers": "content-type,x-contentful-signed-headers,x-contentful-timestamp,x-contentful-topic",
    "x-contentful-timestamp": MILLISECONDS,
}


class Vector(NamedTuple):
    """A call that is signed as its scheme's documents say; `tolerance_s` None: nothing tells when."""

    source: Source
    arrival: Arrival
    secret: str
    header: str
    tolerance_s: int | None


def _sign(signed: bytes, key: str = SECRET) -> bytes:
    return hmac.new(key.encode(), signed, hashlib.sha256).digest()


def _vector(
    source: Source,
    headers: dict[str, str],
    header: str,
    tolerance_s: int | None,
    *,
    secret: str = SECRET,
    target: str = "/webhooks/blog",
) -> Vector:
    return Vector(source, make_arrival(BODY, headers, target=target), secret, header, tolerance_s)


# Signatures by `openssl dgst -sha256 -hmac`, by the examples in the schemes' documents, or by the vendors' own packages
# (@contentful/node-apps-toolkit 3.16.1, @sanity/webhook 4.0.4).
VECTORS = {
    "standard": _vector(
        make_source("standard"),
        {"webhook-id": "msg_1", "webhook-timestamp": SECONDS, "webhook-signature": "v1,a+75PvxW6hf3RPtVpJwilcZ2/iMmN8xsr99Dur47MRE="},
        "webhook-signature",
        300,
        secret="whsec_c2hhcmVkLXNlY3JldA==",
    ),
    "ghost": _vector(
        make_source("ghost"),
        {"x-ghost-signature": f"sha256=13b148669486726c9f1f1e7505c9ee0731dcba69da4c1a14875cb0cfd1723119, t={MILLISECONDS}"},
        "x-ghost-signature",
        300,
    ),
    "sanity": _vector(
        make_source("sanity"),
        {"sanity-webhook-signature": f"t={MILLISECONDS},v1=SXjrOzd2Qn8fNxa3MW06ryz7RjE4zHE24M1V2GWTZf0"},
        "sanity-webhook-signature",
        300,
    ),
    "drupal": _vector(
        make_source("drupal"),
        {"x-hub-signature-256": "sha256=a42f9e010fae8d9cb46f848151cf3408dd54ed03eb9362d23373e052a50225e0"},
        "x-hub-signature-256",
        None,
    ),
    "github": _vector(
        make_source("github"),
        {"x-hub-signature-256": "sha256=a42f9e010fae8d9cb46f848151cf3408dd54ed03eb9362d23373e052a50225e0"},
        "x-hub-signature-256",
        None,
    ),
    "wp-webhooks": _vector(
        make_source("wp-webhooks"),
        {"x-wp-webhook-signature": "pC+eAQ+ujZy0b4SBUc80CN1U7QPrk2LSM3PgUqUCJeA="},
        "x-wp-webhook-signature",
        None,
    ),
    "contentful": _vector(
        make_source("contentful"),
        CONTENTFUL | {"x-contentful-signature": "a45844759f8e04a434c5cdad86e51302ef5898e47b388e4d734565f91c449180"},
        "x-contentful-signature",
        30,
        secret=LONG_SECRET,
        target="/hooks/blog",
    ),
    "contentful with a query": _vector(
        make_source("contentful"),
        CONTENTFUL | {"x-contentful-signature": "20263d4e1ad8a262522336a4390ab7d1e144ed58940584d61c4fce95731f3455"},
        "x-contentful-signature",
        30,
        secret=LONG_SECRET,
        target="/hooks/blog?a=1&b=%20x",
    ),
    "contentful behind a proxy": _vector(
        make_source("contentful", path="/höoks/a b?q=ü"),
        CONTENTFUL | {"x-contentful-signature": "038424b1f39ce6869a23e212051c6bf066ddf4ea5a2036e1b0c4db46a7e63067"},
        "x-contentful-signature",
        30,
        secret=LONG_SECRET,
        target="/webhooks/blog",
    ),
    "hmac over a time": _vector(
        make_source("hmac", header="X-Sig", prefix="v0=", signed="v0:{timestamp}:{body}", timestamp_header="X-Time"),
        {"x-sig": "v0=a7a8adc4f689dc7549cea8cfca6c3b6173d6a1a897ca36022d10237fbc7c93f6", "x-time": SECONDS},
        "x-sig",
        300,
    ),
    "hmac over an id and a time": _vector(
        make_source("hmac", encoding="base64url", signed="{id}.{timestamp}.{body}", timestamp_header="X-Time", timestamp_unit="ms", id_header="X-Call"),
        {"x-signature": "jTZgxWi3J-gH6Vjhe1UuaV-JROlWpQ7LpS_sg384qGI=", "x-time": MILLISECONDS, "x-call": "call-7"},
        "x-signature",
        300,
    ),
    "hmac over the body": _vector(
        make_source("hmac", encoding="base64"),
        {"x-signature": "pC+eAQ+ujZy0b4SBUc80CN1U7QPrk2LSM3PgUqUCJeA="},
        "x-signature",
        None,
    ),
    "token": _vector(make_source("token"), {"authorization": f"Bearer {SECRET}"}, "authorization", None),
    "token in a header": _vector(make_source("token", header="X-Token"), {"x-token": SECRET}, "x-token", None),
    "strapi": _vector(make_source("strapi"), {"authorization": f"bearer {SECRET}"}, "authorization", None),
    "directus": _vector(make_source("directus", header="X-Token"), {"x-token": SECRET}, "x-token", None),
    "wp-webhooks by token": _vector(make_source("wp-webhooks", signature="token", header="X-Token"), {"x-token": SECRET}, "x-token", None),
}  # fmt: skip
BY_NAME = pytest.mark.parametrize("vector", VECTORS.values(), ids=VECTORS)
SIGNING = pytest.mark.parametrize(
    "vector",
    [vector for vector in VECTORS.values() if SECRET not in vector.arrival.headers[vector.header]],
    ids=[name for name, vector in VECTORS.items() if SECRET not in vector.arrival.headers[vector.header]],
)
DATED = pytest.mark.parametrize(
    "vector",
    [vector for vector in VECTORS.values() if vector.tolerance_s],
    ids=[name for name, vector in VECTORS.items() if vector.tolerance_s],
)


def _verify(vector: Vector, *secrets: str, arrival: Arrival | None = None, now: datetime = NOW) -> None:
    secrets = secrets or (vector.secret,)
    find_adapter(vector.source.cms).verify(arrival or vector.arrival, hide(*secrets), vector.source, now)


@BY_NAME
def test_a_call_that_is_signed_as_documented_holds(vector: Vector) -> None:
    _verify(vector)


@SIGNING
def test_a_changed_byte_of_the_body_is_seen(vector: Vector) -> None:
    with pytest.raises(Forged, match="does not hold"):
        _verify(vector, arrival=flip_byte(vector.arrival))


@SIGNING
def test_an_empty_body_is_not_what_was_signed(vector: Vector) -> None:
    with pytest.raises(Forged, match="does not hold"):
        _verify(vector, arrival=replace(vector.arrival, body=b""))


@BY_NAME
def test_another_secret_does_not_hold(vector: Vector) -> None:
    with pytest.raises(Forged, match="does not hold"):
        _verify(vector, vector.secret[:-6] + "AAAAA=")


@BY_NAME
@pytest.mark.parametrize("secrets", [(), ("",), ("", "")], ids=["none", "empty", "two empty"])
def test_a_source_without_a_secret_lets_nobody_in(vector: Vector, secrets: tuple[str, ...]) -> None:
    with pytest.raises(Forged, match="no secret"):
        find_adapter(vector.source.cms).verify(vector.arrival, hide(*secrets), vector.source, NOW)


@BY_NAME
def test_a_signature_under_nothing_does_not_hold_beside_a_secret(vector: Vector) -> None:
    with pytest.raises(Forged, match="does not hold"):
        _verify(vector, "", vector.secret[:-6] + "AAAAA=")


@BY_NAME
@pytest.mark.parametrize("order", [list, lambda pair: list(reversed(pair))], ids=["old first", "new first"])
def test_either_secret_holds_while_they_are_changed(
    vector: Vector, order: Callable[[list[str]], Sequence[str]]
) -> None:
    _verify(vector, *order([vector.secret[:-6] + "AAAAA=", vector.secret]))


@BY_NAME
def test_a_call_without_its_header_is_refused(vector: Vector) -> None:
    headers = {name: value for name, value in vector.arrival.headers.items() if name != vector.header}
    with pytest.raises(Forged, match=vector.header):
        _verify(vector, arrival=replace(vector.arrival, headers=headers))


@DATED
def test_a_call_holds_up_to_its_tolerance_both_ways(vector: Vector) -> None:
    sent_at = datetime.fromtimestamp(int(SECONDS), UTC)
    for away in (timedelta(seconds=(vector.tolerance_s or 0) - 1), timedelta(seconds=2 - (vector.tolerance_s or 0))):
        _verify(vector, now=sent_at + away)


@DATED
@pytest.mark.parametrize("sign", [1, -1], ids=["old", "ahead"])
def test_a_call_beyond_its_tolerance_is_refused(vector: Vector, sign: int) -> None:
    away = timedelta(seconds=sign * ((vector.tolerance_s or 0) + 2))
    with pytest.raises(Forged, match="s are allowed"):
        _verify(vector, now=NOW + away)


@DATED
def test_an_option_allows_more_time(vector: Vector) -> None:
    source = vector.source.model_copy(update={"options": vector.source.options | {"tolerance": "3600"}})
    _verify(vector._replace(source=source), now=NOW + timedelta(minutes=50))


@DATED
def test_a_time_that_was_changed_to_now_does_not_hold(vector: Vector) -> None:
    later = NOW + timedelta(days=1)
    old, new = SECONDS, str(int(later.timestamp()))
    headers = {name: value.replace(old, new) for name, value in vector.arrival.headers.items()}
    with pytest.raises(Forged, match="does not hold"):
        _verify(vector, arrival=replace(vector.arrival, headers=headers), now=later)


@pytest.mark.parametrize(
    ("name", "digest"),
    [
        pytest.param("ghost", _sign(BODY + MILLISECONDS.encode()).hex(), id="ghost: body and time"),
        pytest.param("sanity", base64.urlsafe_b64encode(_sign(f"{MILLISECONDS}.".encode() + BODY)).decode().rstrip("="), id="sanity: time.body"),
        pytest.param("standard", base64.b64encode(_sign(f"msg_1.{SECONDS}.".encode() + BODY)).decode(), id="standard: id.time.body"),
        pytest.param("github", _sign(BODY).hex(), id="github: body"),
        pytest.param("wp-webhooks", base64.b64encode(_sign(BODY)).decode(), id="wp-webhooks: body"),
        pytest.param(
            "contentful",
            _sign(
                b"POST\n/hooks/blog\ncontent-type:application/json;x-contentful-signed-headers:" + CONTENTFUL["x-contentful-signed-headers"].encode()
                + f";x-contentful-timestamp:{MILLISECONDS};x-contentful-topic:ContentManagement.Entry.publish\n".encode() + BODY,
                LONG_SECRET,
            ).hex(),
            id="contentful: method, path, headers, body",
        ),
        pytest.param("hmac over a time", _sign(f"v0:{SECONDS}:".encode() + BODY).hex(), id="hmac: as the options say"),
    ],
)  # fmt: skip
def test_the_vectors_are_what_the_documents_describe(name: str, digest: str) -> None:
    vector = VECTORS[name]
    assert digest in vector.arrival.headers[vector.header]


def test_the_example_of_standard_webhooks_holds() -> None:
    headers = {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }
    arrival = make_arrival(b'{"test": 2432232314}', headers)
    secrets = hide("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    moment = datetime.fromtimestamp(1614265330, UTC)
    find_adapter("standard").verify(arrival, secrets, make_source("standard"), moment)


def test_the_example_of_github_holds() -> None:
    digest = "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
    arrival = make_arrival(b"Hello, World!", {"x-hub-signature-256": f"sha256={digest}"})
    find_adapter("github").verify(arrival, hide("It's a Secret to Everybody"), make_source("github"), NOW)


def test_one_of_several_signatures_may_hold() -> None:
    vector = VECTORS["standard"]
    good = vector.arrival.headers["webhook-signature"]
    wrong = "v1," + base64.b64encode(bytes(32)).decode()
    headers = {**vector.arrival.headers, "webhook-signature": f"v1a,{good[3:]} {wrong} v1,! {good}"}
    _verify(vector, arrival=replace(vector.arrival, headers=headers))


def test_a_signature_of_another_version_does_not_count() -> None:
    vector = VECTORS["standard"]
    headers = {**vector.arrival.headers, "webhook-signature": "v1a" + vector.arrival.headers["webhook-signature"][2:]}
    with pytest.raises(Forged, match="version v1"):
        _verify(vector, arrival=replace(vector.arrival, headers=headers))


def test_an_id_with_a_dot_in_it_is_refused_since_it_moves_the_body() -> None:
    # `a.1795366913.2` + `.b` under one signature: as the id `a` with the body `2.b`, or as the id `a.1795366913`.
    digest = base64.b64encode(_sign(f"a.{SECONDS}.2.b".encode())).decode()
    headers = {"webhook-id": f"a.{SECONDS}", "webhook-timestamp": "2", "webhook-signature": f"v1,{digest}"}
    with pytest.raises(Forged, match="dot"):
        _verify(VECTORS["standard"], arrival=make_arrival(b"b", headers), now=datetime.fromtimestamp(2, UTC))


@pytest.mark.parametrize("message", ["msg_\xe9", "msg\x7f1", "\ud800"], ids=["accent", "control", "surrogate"])
def test_an_id_that_no_sender_makes_is_refused(message: str) -> None:
    vector = VECTORS["standard"]
    headers = {**vector.arrival.headers, "webhook-id": message}
    with pytest.raises(Forged, match="characters"):
        _verify(vector, arrival=replace(vector.arrival, headers=headers))


@pytest.mark.parametrize("cms", ["github", "drupal"])
def test_sha1_is_refused_by_name(cms: CMS) -> None:
    digest = hmac.new(SECRET.encode(), BODY, hashlib.sha1).hexdigest()
    arrival = make_arrival(BODY, {"x-hub-signature": f"sha1={digest}"})
    with pytest.raises(Forged, match="SHA-1"):
        find_adapter(cms).verify(arrival, hide(SECRET), make_source(cms), NOW)


def test_a_signed_header_that_was_changed_does_not_hold() -> None:
    vector = VECTORS["contentful"]
    headers = {**vector.arrival.headers, "x-contentful-topic": "ContentManagement.Entry.delete"}
    with pytest.raises(Forged, match="does not hold"):
        _verify(vector, arrival=replace(vector.arrival, headers=headers))


def test_another_path_does_not_hold() -> None:
    vector = VECTORS["contentful"]
    with pytest.raises(Forged, match="does not hold"):
        _verify(vector, arrival=replace(vector.arrival, target="/hooks/other"))


def test_a_secret_in_no_base64_is_told_apart_from_a_forger() -> None:
    with pytest.raises(Forged, match="whsec_ and base64"):
        _verify(VECTORS["standard"], "x")
