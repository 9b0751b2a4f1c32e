"""Owns the secret that the fences of articles are keyed with: made once per installation, kept in a file."""

import secrets
from collections.abc import Callable
from pathlib import Path

from app.errors import BadSetting

SIZE = 32
"""Bytes."""
NAME = "fence-secret"


def load_secret(folder: Path, draw: Callable[[int], bytes] = secrets.token_bytes) -> bytes:
    """The installation's secret; made, for its owner's eyes only, where there is none yet.

    Of two processes that make it at the same moment the later one's stays: that changes the fences
    of a few prompts, and nothing that is decided.

    Raises:
        BadSetting: the folder cannot be written to, or the file holds something else.
    """
    path = folder / NAME
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            draft = path.with_name(f"{NAME}.{draw(8).hex()}")
            draft.touch(mode=0o600)
            draft.write_bytes(draw(SIZE))
            draft.replace(path)
        secret = path.read_bytes()
    except OSError as error:
        raise BadSetting(
            f"the secret for prompts cannot be kept in {folder}: {error.strerror}. "
            "Make that folder writable, or set SCOPENOTE_SECRET."
        ) from error
    if len(secret) != SIZE:
        raise BadSetting(f"{path} does not hold {SIZE} bytes. Delete it: a new one is made at the next start.")
    return secret
