"""Owns keeping editors' words; none is ever changed, the latest about a category counts."""

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, func, insert, select
from sqlalchemy.engine import RowMapping

from app.domain.feedback import Word
from app.errors import NotKept
from app.store.parts import split
from app.store.storable import make_storable
from app.store.tables.articles import article as articles
from app.store.tables.decisions import word as words

# Built once: whoever decides about an article looks for its words twice.
_HOLD_ARTICLE = select(articles.c.key).where(articles.c.key == bindparam("of_key")).with_for_update()
_LATEST = (
    select(func.max(words.c.seq))
    .where(words.c.article.in_(bindparam("of_keys", expanding=True)))
    .group_by(words.c.article, words.c.category)
)
_FIND_WORDS = select(words).where(words.c.seq.in_(_LATEST)).order_by(words.c.seq)


def keep_word(c: Connection, key: str, word: Word) -> None:
    """Keep what an editor said about an article; the same word twice is one.

    Raises:
        NotKept: there is no such article.
    """
    key = make_storable(key)
    # Locked, so that of two who bring the same word one sees that it is there.
    if c.execute(_HOLD_ARTICLE, {"of_key": key}).first() is None:
        raise NotKept(f"There is no article {key!r} in the store. Classify it first.")
    row = word.model_dump() | {
        "article": key,
        "category": make_storable(word.category),
        "note": make_storable(word.note),
        "by": make_storable(word.by),
    }
    same = (words.c[name].is_not_distinct_from(value) for name, value in row.items())
    if c.execute(select(words.c.seq).where(*same)).first() is None:
        c.execute(insert(words), row)


def find_words(c: Connection, key: str) -> tuple[Word, ...]:
    """The latest word about every category of an article about which there is one, in the order they were said."""
    return find_words_of(c, [key])[key]


def hold_words(c: Connection, key: str) -> tuple[Word, ...]:
    """What `find_words` gives; nobody says another word about the article before this transaction ends."""
    if c.dialect.name != "sqlite":  # which lets in one writer only, before it comes to this
        c.execute(_HOLD_ARTICLE, {"of_key": make_storable(key)})
    return find_words(c, key)


def find_words_of(c: Connection, keys: Sequence[str]) -> dict[str, tuple[Word, ...]]:
    """What `find_words` gives for each of these articles."""
    found: dict[str, list[Word]] = {}
    for part in split(make_storable(key) for key in keys):
        for row in c.execute(_FIND_WORDS, {"of_keys": part}).mappings():
            found.setdefault(row["article"], []).append(read_word(row))
    return {key: tuple(found.get(make_storable(key), ())) for key in keys}


def read_word(row: RowMapping) -> Word:
    """The word of a row of the table."""
    return Word(**{name: row[name] for name in Word.model_fields})
