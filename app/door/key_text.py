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
PREFIX: Final = "sn_"
LENGTH: Final = len("sn_s__") + 2 * ID_BYTES + _SECRET_LENGTH + len("_") + _CHECKSUM_LENGTH
"""Characters of a key."""
_LETTERS_ALONE: Final = re.compile(r"[0-9A-Za-z_]*")


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
        NotAllowed: it is not, so that it cannot be one of ours; what is wrong with it.
    """
    found = _FORM.fullmatch(text) if len(text) == LENGTH else None
    if found is None or _sum_up(found["body"]) != found["checksum"]:
        raise NotAllowed(_tell_fault(text))
    return digest(text)


def _tell_fault(text: str) -> str:
    """Why this is no key. The form of keys is no secret, and what was sent is not repeated."""
    if not text:
        return f"This is not a key: it is empty. Copy the whole of one, from {PREFIX} on."
    if not text.startswith(PREFIX):
        return f"This is not a key: keys begin with {PREFIX}. Copy the key alone, with nothing before it."
    if not _LETTERS_ALONE.fullmatch(text[: LENGTH + 1]):
        return "The key holds a character that is in no key, such as a space or a quotation mark. Copy the key alone."
    if len(text) < LENGTH:
        return f"The key is incomplete: it has {len(text)} of {LENGTH} characters. Copy it whole."
    if len(text) > LENGTH:
        return f"This is more than a key, which has {LENGTH} characters. Copy the key alone."
    return "The key is mistyped: its parts do not fit together. Copy it again instead of typing it."


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
