"""Owns reading from a server's refusal how long a reply may be asked for."""

import re

BOUNDS = frozenset({"max_tokens", "max_completion_tokens"})
"""The parameters that bound a reply. One of the two has to stay: without either it could be endless."""

_LEAST = 16
_MOST = 1_000_000
"""A number outside of these is not the longest reply of any model."""

_TOO_MUCH = re.compile(
    r"too (?:large|big|high|long|many)|at most|more than|(?:less|lower|smaller|greater|higher|larger) than"
    r"|exceed|\brange\b|\bbetween\b|\bmax(?:imum)?\b|[<>≤≥]",
    re.IGNORECASE,
)
_CUES = (
    r"at most|no(?:t be)? (?:more|greater|larger|higher) than|(?:less|lower|smaller) than or equal to|<=|≤|>"
    r"|exceed(?:s|ing)?|\bmax(?:imum)?\b[^\d.;]{0,60}?|\blimit(?: of| is|:)?"
    r"|(?:[\[(]|\bbetween |\bfrom )\d+(?: \(inclusive\))?(?:,| and| to)"
)
_BOUND = re.compile(
    rf"(?:{_CUES}|(?P<below>(?:less|lower|smaller) than|<))[\s`'\"(]{{0,4}}(\d[\d,]{{1,9}}+)(?!\w|\.\d)"
    r"(?P<excluded> \(exclusive\))?",
    re.IGNORECASE,
)


def says_too_much(message: str) -> bool:
    """Whether what a server refuses is the value of a parameter, and not the parameter."""
    return bool(_TOO_MUCH.search(message))


def find_most_output(message: str) -> int | None:
    """The longest reply in tokens that a server's words about its bound allow; None where they name none."""
    if not says_too_much(message):
        return None
    for found in _BOUND.finditer(message):
        bound = int(found[2].replace(",", "")) - bool(found["below"] or found["excluded"])
        if _LEAST <= bound <= _MOST:
            return bound
    return None
