"""Owns the labelled sets: their own fields as definitions and articles that Scopenote reads."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.domain.article import Article
from app.domain.category import Category, Taxonomy
from app.parsing.reading import read_article
from app.parsing.submission import Submission

# cs.NA, cs.SY, math.IT, math.MP, q-fin.EC, stat.TH: never a label, since articles carry the other name.
ALIAS = re.compile(r"is an alias for")


@dataclass(frozen=True)
class LabelledArticle:
    """An article with the ids of the categories that its authors or editors gave it."""

    article: Article
    labels: frozenset[str]


@dataclass(frozen=True)
class LabelledSet:
    """A taxonomy and articles labelled with it. `plain` is each definition as one text, for the baseline."""

    name: str
    taxonomy: Taxonomy
    plain: tuple[str, ...]
    articles: tuple[LabelledArticle, ...]


def load_set(name: str, data: Path, limit: int | None) -> LabelledSet | None:
    """The set of that name, None where its files are absent; `limit` picks articles evenly."""
    folder = data / ("digitalgov" if name == "digitalgov" else "arxiv")
    source = folder / ("topics.json" if name == "digitalgov" else "taxonomy.json")
    if not source.exists() or not (folder / "articles.jsonl").exists():
        return None
    rows = sorted(json.loads(source.read_text(encoding="utf-8")), key=lambda row: str(row["id"]))
    if name == "digitalgov":
        categories = [read_topic(row) for row in rows]
    else:
        kept = (row for row in rows if not ALIAS.search(row["description"]))
        categories = [read_archive(row) for row in kept if name == "arxiv" or row["id"].startswith("cs.")]
    ids = frozenset(category.id for category in categories)
    articles = [
        LabelledArticle(read_row(row, markdown=name == "digitalgov"), ids & frozenset(row["labels"]))
        for row in pick_rows(folder / "articles.jsonl", ids, limit)
    ]
    plain = tuple(" ".join(filter(None, (f"{c.title}.", c.scope, c.description))) for c in categories)
    return LabelledSet(name, Taxonomy(categories=tuple(categories), version=f"bench:{name}"), plain, tuple(articles))


def read_archive(row: dict[str, Any]) -> Category:
    """An arXiv category: title and description, as the list form of a definition has them."""
    return Category(id=row["id"], title=row["title"], description=row["description"])


def read_topic(row: dict[str, Any]) -> Category:
    """A digital.gov topic: the deck is its scope, former topics merged into it are its synonyms."""
    return Category(
        id=row["id"],
        title=row["title"],
        scope=row["deck"],
        description=row["description"],
        synonyms=tuple(row.get("merged_former_topics", ())),
    )


def read_row(row: dict[str, Any], *, markdown: bool) -> Article:
    """The article of a row, as a submission would be read."""
    body = {"markdown" if markdown else "text": row["text"]}
    return read_article(Submission(**body, title=row["title"], id=row["id"]))


def pick_rows(path: Path, ids: frozenset[str], limit: int | None) -> Iterator[dict[str, Any]]:
    """The rows that have a label in `ids`; at most `limit`, evenly spread."""
    with path.open(encoding="utf-8") as file:
        rows = [row for row in map(json.loads, file) if not ids.isdisjoint(row["labels"])]
    step = max(1.0, len(rows) / limit) if limit else 1.0
    places = sorted({int(place * step) for place in range(len(rows)) if place * step < len(rows)})
    return (rows[place] for place in places)
