"""Owns the estimate of a text's tokens where no encoding is at hand: by pieces, as encodings cut them."""

import re
from typing import Final

_PIECES: Final = re.compile(r"(?P<word>[A-Za-z]+)|(?P<digits>[0-9]+)|(?P<space>\s+)|(?P<other>[^\sA-Za-z0-9]+)")
_WHOLE: Final = 7
"""Letters of a word that encodings mostly have as one token."""
_FURTHER: Final = 4
"""Letters per token in what is longer: such words are cut into pieces that are common in others, too."""
_ASCII: Final = 128


def estimate(text: str) -> int:
    """About as many tokens as the text has, rather more than fewer.

    English prose comes out a tenth too high; what hardly any encoding has as a word (long names,
    base64) may come out too low.
    """
    total = 0
    for piece in _PIECES.finditer(text):
        length = piece.end() - piece.start()
        match piece.lastgroup:
            case "word":
                total += 1 + max(0, length - _WHOLE + _FURTHER - 1) // _FURTHER
            case "digits":
                total += (length + 2) // 3
            case "space":
                # One space belongs to the word behind it.
                total += 1 if length > 1 or piece[0] == "\n" else 0
            case _:
                total += _estimate_signs(piece[0])
    return total


def _estimate_signs(signs: str) -> int:
    """Punctuation goes three to two tokens; a letter of another script counts half of its bytes, at least one."""
    ascii_signs = sum(ord(sign) < _ASCII for sign in signs)
    others = sum(max(1, len(sign.encode("utf-8", "replace")) // 2) for sign in signs if ord(sign) >= _ASCII)
    return (2 * ascii_signs + 2) // 3 + others
