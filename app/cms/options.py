"""Owns the values of a source's options: each read in one way, with a default, or refused by its name."""

import re
from collections.abc import Callable, Mapping

from app.domain.source import Source
from app.errors import BadInput

_HEADER = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}")
_PART = re.compile(r"\{(\w+)\}")
MAX_TOLERANCE_S = 86_400
ENCODINGS = ("hex", "base64", "base64url")
FORMATS = ("html", "markdown", "text")
EVENTS: Mapping[str, tuple[str, ...]] = {
    "ghost": tuple(
        f"{kind}.{happened}"
        for kind in ("post", "page")
        for happened in ("published", "published.edited", "unpublished", "deleted")
    ),
    "wp-webhooks": ("post_create", "post_update", "post_delete", "post_trash"),
}
"""What option `event` may be where a CMS has it: an event that is misspelt would never count."""
SIGNED_PARTS = frozenset({"timestamp", "id", "body"})


def read_text(source: Source, name: str, default: str = "") -> str:
    """The option as it stands; the default where it is missing or empty."""
    return source.options.get(name) or default


def read_words(source: Source, name: str, default: str = "") -> tuple[str, ...]:
    """An option that is a list, written with commas."""
    return tuple(word for part in read_text(source, name, default).split(",") if (word := part.strip()))


def read_choice(source: Source, name: str, choices: tuple[str, ...], default: str = "") -> str:
    """One of some words; the default where it is not given, or the first.

    Raises:
        BadInput: it is none of them.
    """
    value = read_text(source, name, default or choices[0])
    if value not in choices:
        raise _refuse(source, name, f"one of {', '.join(choices)}")
    return value


def read_tolerance(source: Source, default: int) -> int:
    """The seconds by which a sender's clock may differ from ours.

    Raises:
        BadInput: it is no number of seconds within a day.
    """
    value = read_text(source, "tolerance", str(default))
    if not re.fullmatch("[0-9]{1,5}", value) or not 1 <= int(value) <= MAX_TOLERANCE_S:
        raise _refuse(source, "tolerance", f"a whole number of seconds, 1 to {MAX_TOLERANCE_S:,}")
    return int(value)


def read_header(source: Source, name: str, default: str = "") -> str:
    """An option that names a header, in small letters; "" where none is named.

    Raises:
        BadInput: no header can have that name.
    """
    value = read_text(source, name, default)
    if value and not _HEADER.fullmatch(value):
        raise _refuse(source, name, "the name of a header, such as X-Signature")
    return value.lower()


def read_signed(source: Source) -> str:
    """What a configurable signature is made over, as a template.

    Raises:
        BadInput: the body is not in it, or it names what there is not.
    """
    value = read_text(source, "signed", "{body}")
    parts = set(list_holes(value))
    if "body" not in parts or parts - SIGNED_PARTS:
        raise _refuse(source, "signed", "a template with {body} in it, and {timestamp} and {id} where they are signed")
    missing = {"timestamp": "timestamp_header", "id": "id_header"}
    for part in sorted(parts & missing.keys()):
        if not read_header(source, missing[part]):
            raise _refuse(source, "signed", f"given together with {missing[part]}, since {{{part}}} is in it")
    return value


def list_holes(template: str) -> tuple[str, ...]:
    """The {names} in a template."""
    return tuple(_PART.findall(template))


def fill_template(template: str, values: Mapping[str, str | None]) -> str | None:
    """The template with its {names} replaced; None where one of them has no value."""
    if any(not values.get(name) for name in list_holes(template)):
        return None
    return _PART.sub(lambda match: values[match[1]] or "", template)


def check_values(source: Source) -> None:
    """Read every option whose values are not free, so that a mistake shows when the source is added.

    Raises:
        BadInput: the first one that cannot be used, with what it may be.
    """
    for name, read in _CHECKS.items():
        if name in source.options:
            read(source)


_CHECKS: Mapping[str, Callable[[Source], object]] = {
    "tolerance": lambda source: read_tolerance(source, 300),
    "header": lambda source: read_header(source, "header"),
    "timestamp_header": lambda source: read_header(source, "timestamp_header"),
    "id_header": lambda source: read_header(source, "id_header"),
    "encoding": lambda source: read_choice(source, "encoding", ENCODINGS),
    "timestamp_unit": lambda source: read_choice(source, "timestamp_unit", ("s", "ms")),
    "format": lambda source: read_choice(source, "format", FORMATS),
    "signature": lambda source: read_choice(source, "signature", ("body", "token")),
    "signed": read_signed,
    "event": lambda source: read_choice(source, "event", EVENTS[source.cms]),
}


def _refuse(source: Source, name: str, wanted: str) -> BadInput:
    value = source.options.get(name, "")
    return BadInput(f"The option {name}={value[:80]!r} of source {source.name!r} cannot be used: it must be {wanted}.")
