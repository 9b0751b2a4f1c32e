"""Owns the measurement of the exclusion grammar against hand-made readings of exclusions.

    python -m bench.exclusions --gold FILE [--misses] [--half dev|check]

Prints what agrees; one JSON object last. FILE holds one JSON object per line: `text`, `category_title` and the
reading (`kind`, `subjects`, `condition`, `redirect_to`, `needs_judgement`, perhaps `parts`).
"""

import hashlib
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from app.category_files.exclusions.grammar import compile_exclusion
from bench.frame import end, make_parser, skip

Row = dict[str, Any]
_ARTICLES = re.compile(r"\b(?:a|an|the)\b")


class Counted(NamedTuple):
    """Phrases in both readings, in ours and in the gold one."""

    common: int
    ours: int
    gold: int

    @property
    def f1(self) -> float:
        """1 where both are empty."""
        return 2 * self.common / (self.ours + self.gold) if self.ours + self.gold else 1.0


def normalise(phrase: str) -> str:
    """Lower case without quotes, articles, punctuation and plural endings."""
    words = re.findall(r"[\w'-]+", _ARTICLES.sub(" ", phrase.casefold().replace("’", "'")))
    return " ".join(word[:-1] if len(word) > 3 and word.endswith("s") and word[-2] != "s" else word for word in words)


def is_alike(phrase: str, other: str) -> bool:
    """Whether two phrases share at least half of their words."""
    a, b = set(normalise(phrase).split()), set(normalise(other).split())
    return bool(a | b) and len(a & b) / len(a | b) >= 0.5


def count(ours: list[str], gold: list[str], *, lenient: bool) -> Counted:
    """How many phrases pair off, each once."""
    matches: Callable[[str, str], bool] = is_alike if lenient else lambda a, b: normalise(a) == normalise(b)
    left, common = list(gold), 0
    for phrase in ours:
        partner = next((g for g in left if matches(phrase, g)), None)
        if partner is not None:
            left.remove(partner)
            common += 1
    return Counted(common, len(ours), len(gold))


def compile_row(row: Row) -> Row:
    """Our reading in the shape of the gold one."""
    return compile_exclusion(row["text"], rule_id=row["id"], category_title=row["category_title"]).model_dump(
        mode="json"
    )


def get_phrases(row: Row, field: str) -> list[str]:
    """A row's subjects, or its condition's phrases."""
    return list(row["subjects"]) if field == "subjects" else list((row["condition"] or {}).get("phrases", []))


def get_type(row: Row) -> str | None:
    """The condition's type, None where there is no condition."""
    return (row["condition"] or {}).get("type")


def score_phrases(pairs: list[tuple[Row, Row]], field: str, *, lenient: bool) -> dict[str, float]:
    """Micro and macro F1 over all rows."""
    counts = [count(get_phrases(ours, field), get_phrases(gold, field), lenient=lenient) for ours, gold in pairs]
    total = Counted(*(sum(c[i] for c in counts) for i in range(3)))
    return {"micro": round(total.f1, 4), "macro": round(sum(c.f1 for c in counts) / max(1, len(counts)), 4)}


def share(pairs: list[tuple[Row, Row]], agrees: Callable[[Row, Row], bool]) -> float:
    """The share of pairs that agree; 1 where there are none."""
    return round(sum(agrees(ours, gold) for ours, gold in pairs) / len(pairs), 4) if pairs else 1.0


def score(pairs: list[tuple[Row, Row]]) -> Row:
    """All figures over pairs of our reading and the gold one."""
    redirects = [(o, g) for o, g in pairs if o.get("redirect_to") or g.get("redirect_to")]
    return {
        "rows": len(pairs),
        "kind": share(pairs, lambda o, g: o["kind"] == g["kind"]),
        "also": share(pairs, lambda o, g: set(o.get("also", ())) == set(g.get("also", ()))),
        "subjects_f1": score_phrases(pairs, "subjects", lenient=False),
        "subjects_f1_lenient": score_phrases(pairs, "subjects", lenient=True),
        "condition_f1": score_phrases(pairs, "condition", lenient=False),
        "condition_f1_lenient": score_phrases(pairs, "condition", lenient=True),
        "condition_type": share(pairs, lambda o, g: get_type(o) == get_type(g)),
        "needs_judgement": share(pairs, lambda o, g: o["needs_judgement"] == g["needs_judgement"]),
        "redirect": share(redirects, lambda o, g: set(o.get("redirect_to", ())) == set(g.get("redirect_to", ()))),
        "parts_number": share(pairs, lambda o, g: len(o.get("parts", ())) == len(g.get("parts", ()))),
    }


def pair_parts(pairs: list[tuple[Row, Row]]) -> list[tuple[Row, Row]]:
    """The parts of compound rows in order, where both readings have as many."""
    both = [(o["parts"], g.get("parts", [])) for o, g in pairs if len(o["parts"]) == len(g.get("parts", []))]
    return [pair for ours, gold in both for pair in zip(ours, gold, strict=True)]


def print_misses(pairs: list[tuple[Row, Row]]) -> None:
    """Every row in which something differs, with both readings."""
    for ours, gold in pairs:
        fields = ("subjects", "condition")
        phrases = {f: (get_phrases(ours, f), get_phrases(gold, f)) for f in fields}
        differ = {f: p for f, p in phrases.items() if count(*p, lenient=False).f1 < 1}
        simple = {f: (ours[f], gold[f]) for f in ("kind", "needs_judgement") if ours[f] != gold[f]}
        sets = {f: (ours[f], gold[f]) for f in ("also", "redirect_to") if set(ours[f]) != set(gold[f])}
        types = {"type": (get_type(ours), get_type(gold))} if get_type(ours) != get_type(gold) else {}
        counts = (len(ours["parts"]), len(gold.get("parts", [])))
        parts = {"parts": counts} if counts[0] != counts[1] else {}
        if missed := {**simple, **sets, **types, **parts, **differ}:
            print(f"\n{gold['id']} [{gold['category_title']}] {gold['text']}")
            for field, (we, they) in missed.items():
                print(f"    {field}: ours {we!r}, gold {they!r}")


def is_in_half(row: Row, half: str) -> bool:
    """Which half of the set a row is in, by its text: one to develop on, one to look at rarely."""
    is_odd = hashlib.sha256(row["text"].encode()).digest()[0] % 2 == 1
    return half == "all" or is_odd == (half == "check")


def main() -> None:
    """Read the options, measure, print."""
    parser = make_parser("bench.exclusions", __doc__)
    parser.add_argument("--gold", type=Path, required=True, help="file of readings made by hand")
    parser.add_argument("--half", choices=("all", "dev", "check"), default="all", help="of the readings (default all)")
    parser.add_argument("--misses", action="store_true", help="print each reading that differs, and how")
    options = parser.parse_args()
    if not options.gold.is_file():
        skip(f"{options.gold} is not there")
        return
    rows = [json.loads(line) for line in options.gold.read_text(encoding="utf-8").splitlines() if line.strip()]
    pairs = [(compile_row(row), row) for row in rows if is_in_half(row, options.half)]
    if options.misses:
        print_misses(pairs)
    result = score(pairs)
    result["parts"] = score(pair_parts(pairs))
    print()
    for name, figure in result.items():
        print(f"{name:22} {figure}")
    end(result)


if __name__ == "__main__":
    main()
