"""Owns an article as suspicion reads it: disguises of letters taken off, in the forms that patterns look through."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import accumulate

_LETTERS = str.maketrans(
    {"ı": "i", "ł": "l", "ø": "o", "đ": "d", "ð": "d", "æ": "ae", "œ": "oe", "ß": "ss", "ـ": None, "⁄": "/"}
)
"""Letters that Unicode does not decompose; the Arabic one only stretches a word."""
_LOOK_ALIKES = str.maketrans(
    {
        pair[0]: pair[1]
        for pair in (
            "аa вb сc ԁd еe ҽe ԍg нh һh іi ӏl јj кk мm пn оo рp ԛq ѕs тt уy ѵv ԝw хx "
            "αa βb ϲc εe γy ηn ιi κk νv οo ρp τt υu χx ωw ϳj ոn օo սu հh ցg ʋv ɑa ɡg "
            "ᴀa ʙb ᴄc ᴅd ᴇe ꜰf ɢg ʜh ɪi ᴊj ᴋk ʟl ᴍm ɴn ᴏo ᴘp ʀr ꜱs ᴛt ᴜu ᴠv ᴡw ʏy ᴢz"
        ).split()
    }
)
"""Letters of other alphabets, and small capitals, that a reader takes for Latin ones."""
_QUOTES = str.maketrans(dict.fromkeys("‘’‚‛“”„‟«»‹›'`´", '"'))
_NO_WORD = re.compile(r"[\W_]+")


def fold_marks(text: str) -> str:
    """Compatibility forms, accents and case taken off: "Ｉｇｎｏｒｅｚ", "𝐈gnorez" and "ignorèz" read the same."""
    if text.isascii():
        return text.casefold()
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return "".join(c for c in plain if unicodedata.category(c) != "Mn").translate(_LETTERS)


class Joined:
    """Folded pieces joined, in each of the forms that patterns look through; `..._starts` say where each piece begins.

    `words`: words with one space around each, all else left out. `tight`: no space at all, every quotation mark a
    plain one, a line end after each piece. `squeezed`: letters and digits only; `backwards`: from the end.
    """

    def __init__(self, pieces: Sequence[str]) -> None:
        worded = [f" {_NO_WORD.sub(' ', piece).strip()}" for piece in pieces]
        tightened = ["".join(piece.split()).translate(_QUOTES) + "\n" for piece in pieces]
        squeezed = [piece.replace(" ", "") for piece in worded]
        self.words = "".join(worded) + " "
        self.tight = "".join(tightened)
        self.squeezed = "".join(squeezed)
        self.backwards = self.squeezed[::-1]
        self.word_starts = _list_starts(worded)
        self.tight_starts = _list_starts(tightened)
        self.squeezed_starts = _list_starts(squeezed)
        self.backward_starts = _list_starts(squeezed[::-1])


def fold_all(pieces: Sequence[str]) -> Iterator[Joined]:
    """The pieces folded; once more with look-alikes read as Latin letters where there are any."""
    plain = [fold_marks(piece) for piece in pieces]
    yield Joined(plain)
    latin = [piece.translate(_LOOK_ALIKES) for piece in plain]
    if latin != plain:
        yield Joined(latin)


def _list_starts(pieces: Sequence[str]) -> list[int]:
    return list(accumulate(map(len, pieces[:-1]), initial=0))
