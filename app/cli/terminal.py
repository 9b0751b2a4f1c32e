"""Owns all that a command writes: words are made printable here, so that none of them can steer a terminal.

Articles, definitions, names of files and what errors quote of them are somebody else's text.
"""

import io
import re
import sys
from typing import Final

from rich.console import Console
from rich.markup import escape
from rich.text import Text

_STEERING: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""Control characters of both sets, line separators, bidirectional overrides, and halves of no character."""


def make_printable(text: str, *, newline: str = r"\n") -> str:
    """The text with a visible escape for each character that steers; `newline` stands for line ends.

    A line end is an escape too where it could forge a line of ours.
    """
    return _STEERING.sub(_escape, text).replace("\n", newline)


def escape_words(text: str, *, newline: str = " ") -> str:
    """Text of others for a place where rich reads markup; `newline` stands for line ends."""
    return escape(make_printable(text, newline=newline))


def join_words(*parts: str | tuple[str, str]) -> Text:
    """One line from parts, some with a style; neither markup nor line ends in them are read."""
    pairs = ((part, "") if isinstance(part, str) else part for part in parts)
    return Text.assemble(*((make_printable(words, newline=" "), style) for words, style in pairs))


def open_console() -> Console:
    """Standard output for people: what its encoding lacks becomes a question mark, and no name an emoji."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")
    return Console(highlight=False, emoji=False)


def write_json(text: str) -> None:
    """Write a JSON text and a line end to standard output, in UTF-8 whatever the locale says.

    Characters that steer stand inside strings only, where JSON has an escape for each.
    """
    line = _STEERING.sub(lambda match: f"\\u{ord(match[0]):04x}", text) + "\n"
    sys.stdout.flush()
    sys.stdout.buffer.write(line.encode())
    sys.stdout.buffer.flush()


def say(text: str) -> None:
    """Write one line to standard error."""
    sys.stderr.write(make_printable(text) + "\n")


def say_error(error: Exception | str) -> None:
    """Write what went wrong to standard error, in one line that names the program."""
    say(f"scopenote: {error}")


def _escape(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
