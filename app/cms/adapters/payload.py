"""Owns the reading of a payload that a stranger wrote: each value by its path, bounded, or refused by that path."""

import json
import re
from datetime import UTC, datetime
from typing import NamedTuple, NoReturn

from pydantic import JsonValue

from app.cms.arrival import Arrival
from app.errors import BadPayload
from app.parsing.submission import is_web_address

MAX_TITLE = 2_000
MAX_NAME = 400
MAX_ADDRESS = 2_000
MAX_LOCALE = 40
MAX_ID = 400
MAX_ITEMS = 2_000
"""Of one list. No article has as many tags, nor does one call name as many articles."""

_UNTEXTUAL = re.compile("[\0\ud800-\udfff]")
_KINDS = {str: "text", bool: "true or false", int: "a number", float: "a number", list: "a list", dict: "an object"}


class Place(NamedTuple):
    """A value of a payload and the path by which people find it; a missing value is None, like null."""

    value: JsonValue
    path: str


def read_payload(arrival: Arrival) -> Place:
    """The object that the body holds.

    Raises:
        BadPayload: it is not JSON in UTF-8, or something else than an object.
    """
    try:
        value: JsonValue = json.loads(arrival.body.decode("utf-8-sig"), parse_constant=_refuse_constant)
    except UnicodeDecodeError as error:
        raise BadPayload("The webhook's body is not UTF-8. Send JSON in UTF-8.") from error
    except ValueError as error:
        raise BadPayload(f"The webhook's body is not JSON: {str(error)[:200]}.") from error
    except RecursionError as error:
        raise BadPayload("The webhook's body is nested too deeply.") from error
    if not isinstance(value, dict):
        raise BadPayload(f"The webhook's body must be a JSON object, not {_name_kind(value)}.")
    return Place(value, "")


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")


def step(place: Place, *names: str) -> Place:
    """The value under these names, one in the other; None where one of them is missing.

    Raises:
        BadPayload: something on the way is no object.
    """
    for name in names:
        if place.value is not None and not isinstance(place.value, dict):
            raise refuse(place, "an object")
        inner = None if place.value is None else place.value.get(name)
        place = Place(inner, f"{place.path}.{name}" if place.path else name)
    return place


def step_first(place: Place) -> Place:
    """The first item of a list, None where the list is empty or missing.

    Raises:
        BadPayload: it is no list.
    """
    items = list_items(place)
    return items[0] if items else Place(None, f"{place.path}[0]")


def list_items(place: Place, limit: int = MAX_ITEMS) -> tuple[Place, ...]:
    """The items of a list; a missing one has none.

    Raises:
        BadPayload: it is no list, or too long.
    """
    if place.value is None:
        return ()
    if not isinstance(place.value, list):
        raise refuse(place, "a list")
    if len(place.value) > limit:
        raise BadPayload(f"{place.path} has {len(place.value):,} items; at most {limit:,} are read.")
    return tuple(Place(item, f"{place.path}[{number}]") for number, item in enumerate(place.value))


def list_keys(place: Place) -> tuple[str, ...]:
    """The names in an object; a missing one has none.

    Raises:
        BadPayload: it is no object, or it has too many.
    """
    if place.value is None:
        return ()
    if not isinstance(place.value, dict):
        raise refuse(place, "an object")
    if len(place.value) > MAX_ITEMS:
        raise BadPayload(f"{place.path} has {len(place.value):,} fields; at most {MAX_ITEMS:,} are read.")
    return tuple(mend(key)[:MAX_NAME] for key in place.value)


def mend(text: str) -> str:
    """The text without what neither a parser nor a database may meet."""
    return _UNTEXTUAL.sub("\ufffd", text)


def find_text(place: Place, limit: int | None = MAX_NAME) -> str | None:
    """Text, None where there is none; `limit` in characters, None where the body's size is limit enough.

    Raises:
        BadPayload: it is something else, or longer.
    """
    if place.value is None:
        return None
    if not isinstance(place.value, str):
        raise refuse(place, "text")
    if limit is not None and len(place.value) > limit:
        raise BadPayload(f"{place.path} is longer than {limit:,} characters.")
    return mend(place.value)


def find_title(place: Place) -> str:
    """A title, "" where there is none."""
    return find_text(place, MAX_TITLE) or ""


def find_id(place: Place) -> str | None:
    """An id as text: CMSs have both texts and whole numbers.

    Raises:
        BadPayload: it is something else, empty, too long, or holds what cannot be printed.
    """
    if isinstance(place.value, int) and not isinstance(place.value, bool):
        place = Place(str(place.value), place.path)
    if place.value is not None and not isinstance(place.value, str):
        raise refuse(place, "text or a whole number")
    text = find_text(place, MAX_ID)
    if text is not None and (not text.strip() or not text.isprintable() or text != place.value):
        raise BadPayload(f"{place.path} must be an id, not {text[:60]!r}.")
    return text


def get_id(place: Place) -> str:
    """An id that has to be there.

    Raises:
        BadPayload: it is missing, or as for `find_id`.
    """
    found = find_id(place)
    if found is None:
        raise BadPayload(f"{place.path} is missing: the article's id.")
    return found


def find_locale(place: Place) -> str | None:
    """The tag of a language, None where there is none or an empty one."""
    locale = find_text(place, MAX_LOCALE)
    if locale and not locale.isprintable():
        raise BadPayload(f"{place.path} must be a language, such as en-GB, not {locale!r}.")
    return locale or None


def find_address(place: Place) -> str | None:
    """The article's own address, None where there is none or an empty one.

    Raises:
        BadPayload: a page could not link to it.
    """
    address = find_text(place, MAX_ADDRESS)
    if address and not is_web_address(address):
        raise BadPayload(f"{place.path} must begin with http:// or https://, or be a path, not {address[:60]!r}.")
    return address or None


def find_moment(place: Place, *, bare: bool = False) -> datetime | None:
    """A moment in UTC, written as ISO 8601. `bare`: this CMS writes UTC without saying so.

    Raises:
        BadPayload: it is no moment, or does not say in which time zone.
    """
    text = find_text(place, 60)
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None and bare:
            return moment.replace(tzinfo=UTC)
        if moment.tzinfo is not None:
            return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise BadPayload(f"{place.path} must be a moment such as 2026-11-22T16:48:22Z, not {text!r}.")


def refuse(place: Place, wanted: str) -> BadPayload:
    """What to raise for a value of another kind."""
    return BadPayload(f"{place.path or 'The payload'} must be {wanted}, not {_name_kind(place.value)}.")


def _name_kind(value: JsonValue) -> str:
    return "nothing" if value is None else _KINDS[type(value)]
