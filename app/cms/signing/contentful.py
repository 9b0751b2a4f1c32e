"""Owns Contentful's signature: method, path, the headers that it names, and the body, each on a line."""

from collections.abc import Sequence
from datetime import datetime
from urllib.parse import quote

from pydantic import SecretStr

from app.cms.arrival import Arrival
from app.cms.options import read_text, read_tolerance
from app.cms.signing.digests import check_digest
from app.cms.signing.headers import check_age, decode, get_header
from app.domain.source import Source
from app.errors import Forged

TOLERANCE_S = 30
"""What Contentful's own library allows."""

MAX_SIGNED_HEADERS = 100
_LIST = "x-contentful-signed-headers"
_TIME = "x-contentful-timestamp"
_IN_ADDRESS = ";,/?:@&=+$-_.!~*'()#"
_IN_QUERY = "-_.!~*'()"


def verify(arrival: Arrival, secrets: Sequence[SecretStr], source: Source, now: datetime) -> None:
    """Check `x-contentful-signature`, made over the path that stands in Contentful.

    Option `path` gives that path where a proxy in front of us changes it.

    Raises:
        Forged: a header is missing or malformed, the time is away from ours, or it does not hold.
    """
    given = decode(get_header(arrival, "x-contentful-signature"), "hex")
    stamp = get_header(arrival, _TIME)
    check_age(stamp, now, read_tolerance(source, TOLERANCE_S), per_second=1000)
    lines = (
        arrival.method.upper(),
        encode_target(read_text(source, "path") or arrival.target),
        _join_headers(arrival, stamp),
    )
    signed = "".join(f"{line}\n" for line in lines).encode("utf-8", "surrogatepass") + arrival.body
    check_digest(secrets, signed, given)


def encode_target(target: str) -> str:
    """A path and query as Contentful signs them: the query escaped as one word, then the whole as an address."""
    path, _, rest = target.partition("?")
    query = rest.partition("?")[0]
    target = f"{path}?{quote(query, safe=_IN_QUERY, errors='replace')}" if query else path
    return quote(target, safe=_IN_ADDRESS, errors="replace")


def list_signed(arrival: Arrival) -> set[str]:
    """The headers that the signature says it is made over, in small letters."""
    return {name.strip().lower() for name in arrival.headers.get(_LIST, "").split(",")}


def _join_headers(arrival: Arrival, stamp: str) -> str:
    """`name:value` of each header on the list that is there, sorted; the list and the time always belong to them."""
    get_header(arrival, _LIST)
    names = list_signed(arrival)
    if len(names) > MAX_SIGNED_HEADERS:
        raise Forged(f"The webhook names more than {MAX_SIGNED_HEADERS} signed headers.")
    present = sorted({name for name in names if name in arrival.headers} | {_LIST, _TIME})
    values = {name: arrival.headers.get(name, "").strip() for name in present}
    values |= {_LIST: ",".join(present), _TIME: stamp}
    return ";".join(f"{name}:{values[name]}" for name in present)
