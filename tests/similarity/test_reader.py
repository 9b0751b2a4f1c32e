"""Reading articles: once per text, whoever asks, and in bounded memory."""

import asyncio

import numpy as np
import pytest

from app.domain.article import Article
from app.domain.category import Category, Taxonomy, Topic
from app.similarity import passages
from app.similarity import reader as reading
from app.similarity.embedding import MiniLM, Vectors
from app.similarity.passages import ArticleVectors, read_vectors
from app.similarity.reader import Reader
from app.similarity.taxonomy_index import TaxonomyIndex
from tests.articles import build_article

pytestmark = pytest.mark.anyio

CATEGORY = Category(id="flow", title="Flow", topics=(Topic(id="flow#t1", text="Queues and waiting"),))


@pytest.fixture
def reader() -> Reader:
    """A reader by words alone, which needs no model."""
    taxonomy = Taxonomy(categories=(CATEGORY,), version="sha256:test")
    return Reader(TaxonomyIndex.build(taxonomy, None, None))


async def test_many_who_ask_at_once_cause_one_reading(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []

    def count(article: Article, embedder: None) -> ArticleVectors:
        read.append(article.digest)
        return read_vectors(article, embedder)

    monkeypatch.setattr(reading, "read_vectors", count)
    article = build_article("Queues and waiting times grow.")
    ranked = await asyncio.gather(*(reader.rank(article) for _ in range(8)))
    assert len(set(ranked)) == 1
    assert read == [article.digest]


async def test_only_the_latest_articles_are_kept(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "KEPT", 2)
    for number in range(5):
        await reader.rank(build_article(f"Queue number {number} grows."))
    assert len(reader._kept) == 2  # noqa: SLF001 - what is kept shows nowhere else


async def test_measures_say_where_a_phrase_is_named(reader: Reader) -> None:
    article = build_article("Bread is baked.", "Queues and waiting times grow.")
    measured = await reader.measure(article, ("Queues and waiting",))
    assert measured.numbers == (1, 2)
    assert measured.mentioned.tolist() == [[False, True]]
    assert np.argmax(measured.strengths[0]) == 1


async def test_a_shortlist_is_as_long_as_asked(reader: Reader) -> None:
    (candidate,) = await reader.shortlist(build_article("Queues and waiting."), size=1)
    assert candidate.category.id == "flow"


async def test_the_most_telling_sentences_come_first(reader: Reader) -> None:
    article = build_article("Bread is baked.", "Queues and waiting times grow.", "Rain falls.")
    assert (await reader.choose(article, 2))[0] == 2
    assert len(await reader.choose(article, 2)) == 2


async def test_sentences_that_are_not_measured_count_as_their_neighbours(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passages, "MAX_SENTENCES", 3)
    quiet = ["Bread is baked."] * 8
    article = build_article(*quiet, "Queues and waiting times grow.")
    assert set(await reader.choose(article, 3)) == {7, 8, 9}


async def test_categories_are_grouped_once(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    grouped: list[int] = []

    def count(vectors: Vectors, most: int) -> tuple[tuple[int, ...], ...]:
        grouped.append(most)
        return (tuple(range(len(vectors))),)

    monkeypatch.setattr(reading, "group_alike", count)
    assert [await reader.group_alike(5) for _ in range(2)] == [((CATEGORY,),)] * 2
    assert grouped == [5]


async def test_categories_that_are_alike_are_grouped(embedder: MiniLM) -> None:
    titles = ["Baking bread", "Tax law", "Sourdough", "Income tax", "Pastry ovens", "Tax returns"]
    categories = tuple(Category(id=f"c{number}", title=title) for number, title in enumerate(titles))
    taxonomy = Taxonomy(categories=categories, version="sha256:test")
    groups = await Reader(TaxonomyIndex.build(taxonomy, embedder, None)).group_alike(4)
    assert [[category.title for category in group] for group in groups] == [titles[::2], titles[1::2]]
