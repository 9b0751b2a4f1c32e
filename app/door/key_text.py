"""Owns the form of a key: `sn_<scope>_<id>_<secret>_<checksum>`, made once and read from every request.

The prefix lets scanners find a key that was published by mistake, the checksum tells a mistyped one
without a look into the store. The secret is 256 random bits, so that its plain SHA-256 is safe to keep.
"""

import hashlib
import re
import zlib
from collections.abc import Callable
from typing import Final

from app.domain.key import SCOPES, Scope
from app.domain.value import Value
from app.errors import NotAllowed

SECRET_BYTES: Final = 32
ID_BYTES: Final = 5
LETTERS: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_SECRET_LENGTH: Final = 43
_CHECKSUM_LENGTH: Final = 6
_FORM: Final = re.compile(
    rf"(?P<body>sn_[{''.join(scope[0] for scope in SCOPES)}]_(?P<id>[0-9a-f]{{{2 * ID_BYTES}}})"
    rf"_[0-9A-Za-z]{{{_SECRET_LENGTH}}})_(?P<checksum>[0-9A-Za-z]{{{_CHECKSUM_LENGTH}}})"
)
LONGEST: Final = 200
"""Characters of what may be a key at all; ours have 70."""


class NewKey(Value):
    """A key that was just made. `text` is shown once; `digest` is what is kept of it."""

    id: str
    text: str
    digest: str


def make_key(scope: Scope, draw: Callable[[int], bytes]) -> NewKey:
    """A new key; `draw` gives so many random bytes that nobody can foresee."""
    key_id = draw(ID_BYTES).hex()
    body = f"sn_{scope[0]}_{key_id}_{_spell(int.from_bytes(draw(SECRET_BYTES)), _SECRET_LENGTH)}"
    text = f"{body}_{_sum_up(body)}"
    return NewKey(id=key_id, text=text, digest=digest(text))


def read_key(text: str) -> str:
    """The digest of a key that is in the right form.

    Raises:
        NotAllowed: it is not, so that it cannot be one of ours.
    """
    found = _FORM.fullmatch(text) if len(text) <= LONGEST else None
    if found is None:
        raise NotAllowed("This is not a key: keys begin with sn_. Send one as `Authorization: Bearer KEY`.")
    if _sum_up(found["body"]) != found["checksum"]:
        raise NotAllowed("The key is mistyped: its last letters do not fit the rest. Copy it again.")
    return digest(text)


def digest(secret: str) -> str:
    """What is kept of a secret with 256 random bits: its SHA-256."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _sum_up(body: str) -> str:
    return _spell(zlib.crc32(body.encode()), _CHECKSUM_LENGTH)


def _spell(number: int, length: int) -> str:
    """A number in letters and digits, with leading zeros."""
    letters = []
    for _ in range(length):
        number, left = divmod(number, len(LETTERS))
        letters.append(LETTERS[left])
    return "".join(reversed(letters))
