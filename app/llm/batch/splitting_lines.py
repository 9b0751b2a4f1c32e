"""Owns cutting a stream of bytes into lines, none of which is held beyond a bound."""

from collections.abc import Iterator

MAX_LINE_BYTES = 4_000_000
"""Longer than any reply can be."""


class LineSplitter:
    """Takes chunks as they come and gives whole lines; one that is too long is passed over and comes as b""."""

    def __init__(self, most: int = MAX_LINE_BYTES) -> None:
        self._most = most
        self._rest = bytearray()
        self._is_too_long = False

    def split(self, chunk: bytes) -> Iterator[bytes]:
        """The lines that this chunk completes; empty ones are left out."""
        start = 0
        while (end := chunk.find(b"\n", start)) >= 0:
            self._take(chunk[start:end])
            start = end + 1
            yield from self._end_line()
        self._take(chunk[start:])

    def take_rest(self) -> bytes | None:
        """What came after the last line break; None where nothing did."""
        return next(self._end_line(), None)

    def _take(self, part: bytes) -> None:
        if self._is_too_long or len(self._rest) + len(part) > self._most:
            self._is_too_long = True
            self._rest.clear()
        else:
            self._rest += part

    def _end_line(self) -> Iterator[bytes]:
        line, was_too_long = bytes(self._rest).strip(), self._is_too_long
        self._rest.clear()
        self._is_too_long = False
        if line or was_too_long:
            yield b"" if was_too_long else line
