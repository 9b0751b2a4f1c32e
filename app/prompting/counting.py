"""Owns the counting of tokens: by a model's own encoding where its ranks are there, else an estimate that says so."""

import hashlib
import re
from collections import OrderedDict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from app.prompting.estimating import estimate
from app.prompting.ranks import EncodingName, find_encoding

KEPT: Final = 4096
_WORTH_KEEPING: Final = 1_000
"""Characters from which on a digest is quicker than a count."""

_ENCODED: Final[tuple[tuple[str, EncodingName], ...]] = (
    (r"(?:ft:)?(?:chatgpt-|gpt-)(?:4o|4\.[15]|5)(?![0-9])", "o200k_base"),
    (r"gpt-oss(?![a-z])", "o200k_base"),
    (r"o[134](?![0-9a-z])", "o200k_base"),
    (r"(?:ft:)?gpt-(?:4|3\.5|35)(?![0-9a-z.])", "cl100k_base"),
)
"""Which families of models are known to use which encoding; gpt-oss shares the ranks of the first."""
_DEFAULT: Final[EncodingName] = "o200k_base"
_HOST_PREFIX: Final = re.compile(r"^.*/")


class Counter:
    """Counts tokens; long texts are counted once and remembered by digest.

    `name` is the encoding's, or "estimate". `exact` says that the model asked for is known to use
    it: another model's tokens are a little more or fewer. What chat templates treat as special
    (`<|endoftext|>`) is counted as the text that it is.
    """

    def __init__(self, name: str, count: Callable[[str], int], *, exact: bool) -> None:
        self.name = name
        self.exact = exact
        self._count = count
        self._kept: OrderedDict[bytes, int] = OrderedDict()

    def count(self, text: str) -> int:
        """The tokens of a text."""
        if len(text) < _WORTH_KEEPING:
            return self._count(text)
        key = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()
        counted = self._kept.get(key)
        if counted is None:
            counted = self._kept[key] = self._count(text)
            if len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return counted


def load_counter(model: str, *, folders: Sequence[Path] = (), encoding: str | None = None) -> Counter:
    """The counter for a model, by its name as servers and routers write it ("openai/gpt-4o-mini").

    `encoding` says which one it uses where the name does not (a deployment's, for one). A model that
    nobody knows is counted by OpenAI's latest encoding, which is an estimate. Reads a rank file of
    some megabytes and never the network; see `app.prompting.ranks` for where from.
    """
    known = _find_encoding_name(model) if encoding is None else _read_encoding_name(encoding)
    found = find_encoding(known or _DEFAULT, folders)
    if found is None:
        return Counter("estimate", estimate, exact=False)

    def count(text: str) -> int:
        return len(found.encode(text, disallowed_special=()))

    return Counter(found.name, count, exact=known is not None)


def _find_encoding_name(model: str) -> EncodingName | None:
    bare = _HOST_PREFIX.sub("", model.strip().lower())
    return next((name for pattern, name in _ENCODED if re.match(pattern, bare)), None)


def _read_encoding_name(encoding: str) -> EncodingName | None:
    """A setting's word for an encoding; an unknown one leaves the default, which is then no exact one."""
    if encoding == "cl100k_base":
        return "cl100k_base"
    return "o200k_base" if encoding in {"o200k_base", "o200k_harmony"} else None
