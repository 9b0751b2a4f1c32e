"""Owns the rank files of OpenAI's encodings: found where they lie already, checked, and never downloaded."""

import binascii
import gzip
import hashlib
import importlib.util
import tempfile
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, Literal

import tiktoken

from app.domain.value import Value

EncodingName = Literal["o200k_base", "cl100k_base"]

_PACKAGE: Final = "bpe_openai"
"""Carries the rank files as data; where it is installed, nothing else is needed."""
_MAX_BYTES: Final = 16_000_000

_LETTERS: Final = r"\p{Lm}\p{Lo}\p{M}"
_SHORT: Final = "(?i:'s|'t|'re|'ve|'m|'ll|'d)?"


class _Encoding(Value):
    """What makes an encoding besides its ranks: `file` is its name in tiktoken's cache folders."""

    file: str
    sha256: str
    pattern: str


_ENCODINGS: Final[dict[EncodingName, _Encoding]] = {
    "o200k_base": _Encoding(
        file="fb374d419588a4632f3f557e76b4b70aebbca790",
        sha256="446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d",
        pattern="|".join(
            [
                rf"[^\r\n\p{{L}}\p{{N}}]?[\p{{Lu}}\p{{Lt}}{_LETTERS}]*[\p{{Ll}}{_LETTERS}]+{_SHORT}",
                rf"[^\r\n\p{{L}}\p{{N}}]?[\p{{Lu}}\p{{Lt}}{_LETTERS}]+[\p{{Ll}}{_LETTERS}]*{_SHORT}",
                r"\p{N}{1,3}",
                r" ?[^\s\p{L}\p{N}]+[\r\n/]*",
                r"\s*[\r\n]+",
                r"\s+(?!\S)",
                r"\s+",
            ]
        ),
    ),
    "cl100k_base": _Encoding(
        file="9b5ad71b2ce5302211f9c61530b329a4922fc6a4",
        sha256="223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7",
        pattern="|".join(
            [
                "'(?i:[sdmt]|ll|ve|re)",
                r"[^\r\n\p{L}\p{N}]?+\p{L}++",
                r"\p{N}{1,3}+",
                r" ?[^\s\p{L}\p{N}]++[\r\n]*+",
                r"\s++$",
                r"\s*[\r\n]",
                r"\s+(?!\S)",
                r"\s",
            ]
        ),
    ),
}


def find_encoding(name: EncodingName, folders: Sequence[Path] = ()) -> tiktoken.Encoding | None:
    """The encoding, from the first of its rank files that is whole; None where there is none.

    Looks into `folders` and tiktoken's own cache folder (files named as tiktoken names them, or
    "o200k_base.tiktoken", perhaps with ".gz"), then into the package that carries them. Nothing is
    fetched: tiktoken's own downloader has no timeout, and would keep a start waiting for ever.
    """
    encoding = _ENCODINGS[name]
    for path in _list_places(name, encoding.file, folders):
        data = _read(path)
        if data is not None and hashlib.sha256(data).hexdigest() == encoding.sha256:
            return tiktoken.Encoding(name, pat_str=encoding.pattern, mergeable_ranks=_parse(data), special_tokens={})
    return None


def _list_places(name: str, file: str, folders: Sequence[Path]) -> Iterator[Path]:
    for folder in (*folders, Path(tempfile.gettempdir()) / "data-gym-cache"):
        yield folder / file
        yield folder / f"{name}.tiktoken"
        yield folder / f"{name}.tiktoken.gz"
    package = importlib.util.find_spec(_PACKAGE)
    for place in (package.submodule_search_locations or ()) if package else ():
        yield Path(place) / "data" / f"{name}.tiktoken.gz"


def _read(path: Path) -> bytes | None:
    """The bytes of a rank file, unpacked; None where there is none that could be one."""
    try:
        if not path.is_file():
            return None
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            return file.read(_MAX_BYTES)
    except (OSError, EOFError, zlib.error):
        return None


def _parse(data: bytes) -> dict[bytes, int]:
    return {
        binascii.a2b_base64(token): int(rank) for token, rank in (line.split() for line in data.splitlines() if line)
    }
