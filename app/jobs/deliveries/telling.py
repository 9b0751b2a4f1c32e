"""Owns what is said about a CMS that did not take tags as they were meant."""

from collections.abc import Mapping, Sequence
from typing import Final

from app.cms.site import Mismatch
from app.domain.source import CMS, Source

_MOST_TAGS = 8
_REMEDIES: Final[Mapping[CMS, str]] = {
    "wagtail": 'Wagtail\'s API drops a field that is not writable: declare it as APIField("{field}", writable=True).',
    "directus": "See whether the role of the token may change the field {field!r}, and whether it holds a list.",
    "strapi": "See whether the API token may change {field!r}, and whether it is a relation to the tags' content type.",
    "wordpress": "See whether the taxonomy {field!r} is shown in REST, and whether the user may assign its terms.",
    "ghost": "See whether the integration's key is of the Admin API, and whether another integration changes tags.",
}
_REMEDY: Final = "See whether the field {field!r} can be written by whoever the token belongs to."


def tell_mismatches(source: Source, mismatches: Sequence[Mismatch]) -> str:
    """What the CMS has in place of what was written, and what to do."""
    return " ".join(_tell(source, mismatch) for mismatch in mismatches)


def _tell(source: Source, mismatch: Mismatch) -> str:
    remedy = _REMEDIES.get(source.cms, _REMEDY).format(field=mismatch.field)
    return (
        f"The CMS took the call, but its field {mismatch.field!r} has {_list(mismatch.found)} "
        f"in place of {_list(mismatch.meant)}. {remedy}"
    )


def _list(tags: Sequence[str]) -> str:
    if not tags:
        return "no tags"
    shown = ", ".join(repr(tag[:60]) for tag in tags[:_MOST_TAGS])
    return shown if len(tags) <= _MOST_TAGS else f"{shown} and {len(tags) - _MOST_TAGS:,} more"
