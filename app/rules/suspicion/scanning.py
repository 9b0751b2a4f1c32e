"""Owns looking through folded text for a table of patterns, in linear time."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Literal, NamedTuple, Protocol

import re2

Deed = Literal[
    "addresses_a_model",
    "orders_a_tag",
    "overrides_instructions",
    "lifts_exclusions",
    "sets_a_score",
    "forges_a_reply",
    "forges_a_fence",
    "role_marker",
    "encoded_order",
    "hidden_text",
]
"""What a suspicious sentence does."""

_OPEN_ENDING = re.compile(r"(?<=\w)\*")
REPEATED = 4
"""How often a part that may be missing may stand at most."""
AROUND = 80
"""Characters before and after a match that may show it to be harmless."""

Spares = Callable[[str, str], bool]
"""Whether what stands before and after a match shows it to be harmless."""


class _Match(Protocol):
    def span(self) -> tuple[int, int]: ...


class Expression(Protocol):
    """A compiled RE2 expression, as far as it is used here."""

    def finditer(self, text: str) -> Iterator[_Match]:
        """Every match, none overlapping another."""
        ...

    def search(self, text: str) -> _Match | None:
        """The first match."""
        ...


class Pattern(NamedTuple):
    """What to look for, and what it means where it is found."""

    does: Deed
    expression: Expression
    spares: Spares | None = None


Table = Sequence[Pattern]


def compile_table(rows: Sequence[tuple[Deed, Sequence[str]]], spares: Spares | None = None) -> tuple[Pattern, ...]:
    """One expression per row, whatever the number of its alternatives."""
    return tuple(Pattern(does, compile_expression("|".join(sources)), spares) for does, sources in rows)


def compile_expression(source: str) -> Expression:
    """The RE2 expression; one that does not compile is our own mistake and raises at import."""
    options = re2.Options()
    options.log_errors = False
    options.never_capture = True
    options.max_mem = 64 << 20
    expression: Expression = re2.compile(source, options)
    return expression


def compile_wordings(
    rows: Sequence[tuple[Deed, str]], vocabulary: Mapping[str, str], spares: Spares | None = None
) -> tuple[Pattern, ...]:
    """A table from wordings, one per line, as `read_wording` reads them."""
    return compile_table(
        [(does, [read_wording(line, vocabulary) for line in lines.strip().splitlines()]) for does, lines in rows],
        spares,
    )


def read_wording(line: str, vocabulary: Mapping[str, str]) -> str:
    """The expression for a line of words.

    "|" separates alternatives, "_" joins the words of one, "*" stands for any ending, "{name}" for words of the
    vocabulary. "..3" allows for three other words at most; "?" before a part says that it may be missing, or repeated.
    """
    expression = ""
    for part in line.split():
        if part.startswith(".."):
            expression += f"(?: [^ ]+){{0,{part[2:]}}}"
            continue
        words = _OPEN_ENDING.sub("[^ ]*", part.removeprefix("?").format_map(vocabulary).replace("_", " "))
        expression += f"(?: (?:{words})){{0,{REPEATED}}}" if part.startswith("?") else f" (?:{words})"
    return expression + " "


def scan(table: Table, text: str, *, spared: bool = False) -> Iterator[tuple[Deed, int, int]]:
    """What is done where: the span of every match that nothing around it shows to be harmless; or only the others."""
    for pattern in table:
        for match in pattern.expression.finditer(text):
            start, end = match.span()
            # The blank before the first word belongs to whatever stands before it, the one after the last likewise.
            start += len(text[start:end]) - len(text[start:end].lstrip())
            end = start + len(text[start:end].rstrip())
            before, after = text[max(0, start - AROUND) : start], text[end : end + AROUND]
            if spared == (pattern.spares is not None and pattern.spares(before, after)):
                yield pattern.does, start, end
