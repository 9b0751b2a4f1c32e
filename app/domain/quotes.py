"""Owns leaving out of a reason what it quotes of a payload: that may be of an article, which no log is to have."""

import re
from typing import Final

LEFT_OUT: Final = "…"
LONGEST: Final = 300
"""Characters of a reason that are logged; its page has it whole."""

# As repr writes them. A mark inside of a word is an apostrophe.
_QUOTED: Final = re.compile(r"""(?<!\w)(?:'(?:[^'\\]|\\.)*+'?|"(?:[^"\\]|\\.)*+"?)""")


def leave_out_quotes(reason: str) -> str:
    """The reason without the values that it quotes; one that is cut off in the middle of a quote is left out too."""
    return _QUOTED.sub(LEFT_OUT, reason)[:LONGEST]
