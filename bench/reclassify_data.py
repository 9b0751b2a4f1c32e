"""Owns the articles of an archive that is made up: news from a harbour city, of many lengths."""

import json
import random
from collections.abc import Iterator
from pathlib import Path

FEWEST_WORDS, MOST_WORDS = 50, 2_000
PER_FOLDER = 1_000

WHO = (
    "The port authority|A ferry master|The night shift|A crane driver|The tram depot|A tenants' association|"
    "The dike inspector|The audit office|A council committee|The heating utility|An archivist|A cyclist from the east"
).split("|")
DID = (
    "measured|postponed|defended|rebuilt|counted|criticised|approved|described|tested|compared|paid for|withdrew"
).split("|")
WHAT = (
    "the gangway at the old landing stage|the queue of lorries at gate four|a tram line across the lock|"
    "two night buses that nobody had asked for|the protected lane on the quay|a flood gate from the seventies|"
    "the rents of three hundred flats|a heat pump that draws from the river|logbooks of a forgotten warehouse|"
    "the benches on the fish market|a subsidy that had never been checked|the tactile paving at the terminal"
).split("|")
WHY = (
    "because the figures of last winter did not add up|after residents had spoken for three hours|"
    "so that the first boat leaves on time|although the contract runs for nine more years|"
    "while the cranes kept working|and published every number|before the storm surge season began|"
    "which nobody on the quay had expected"
).split("|")


def write_archive(folder: Path, count: int) -> Path:
    """So many articles in files with front matter; the same ones each time."""
    for number in range(count):
        path = find_article(folder, number)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(write_article(number))
    return folder


def find_article(folder: Path, number: int) -> Path:
    """Where an article of the archive lies."""
    return folder / f"{number // PER_FOLDER:03}" / f"note-{number:05}.md"


def write_article(number: int) -> str:
    """An article's file: front matter, headings, paragraphs, a list and a link, of 50 to 2,000 words."""
    dice = random.Random(f"article {number}")
    words = round(FEWEST_WORDS * (MOST_WORDS / FEWEST_WORDS) ** dice.random())
    front = f'---\ntitle: "Note {number} from the harbour"\ndate: 2026-0{dice.randint(1, 9)}-1{dice.randint(0, 9)}\n'
    front += f"author: desk {dice.randint(1, 9)}\ntags: [archive]\n---\n"
    return front + "\n\n".join(_write_blocks(dice, number, words)) + "\n"


def write_lines(path: Path, size_bytes: int) -> int:
    """A file of JSON lines of so many bytes in all, one article each; how many those are.

    Most of a line is a comment that no reader sees, as in an export of pages with their revisions.
    """
    padding = f"<!-- {'an older revision of the page ' * 20_000} -->"
    written = count = 0
    with path.open("w") as file:
        while written < size_bytes:
            body = write_article(count).partition("\n---\n")[2]
            html = "".join(f"<p>{block}</p>" for block in body.split("\n\n"))
            written += file.write(json.dumps({"id": f"n{count}", "html": html + padding}) + "\n")
            count += 1
    return count


def _write_blocks(dice: random.Random, number: int, words: int) -> Iterator[str]:
    written = block = 0
    while written < words:
        sentences = [_write_sentence(dice) for _ in range(dice.randint(2, 5))]
        text = " ".join(sentences)
        if block % 6 == 5:
            text = f"## Part {block // 6 + 1} of note {number}\n\n{text}"
        elif block % 7 == 3:
            text = "\n".join(f"- {sentence}" for sentence in sentences)
        elif block % 5 == 1:
            text += f" See [the record](https://harbour.example/{number}/{block})."
        written += len(text.split())
        block += 1
        yield text


def _write_sentence(dice: random.Random) -> str:
    return (
        f"{dice.choice(WHO)} {dice.choice(DID)} {dice.choice(WHAT)} {dice.choice(WHY)}, on day {dice.randint(1, 365)}."
    )
