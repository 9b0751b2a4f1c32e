"""Measures what the second opinion costs a person, and what it holds.

    python -m bench.second_opinion [--data DIR] [--limit N]

No LLM is asked. An oracle stands in its place: it claims, with a true quote, just the categories
that the labels name. Whatever the second opinion then sends to a person is a false alarm, as far
as the labels are right. A liar, beside it, claims one category per article that is no label: what
of that goes to a person is what the second opinion holds when a model has been talked into a tag.
One JSON object last.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from app.bootstrap.classifying import compose_classifier
from app.bootstrap.embeddings import find_embeddings
from app.category_files.loading import load_taxonomy
from app.classifier.hearing import Hearing
from app.classifier.way import Classifier
from app.domain.article import Article
from app.domain.category import Category
from app.domain.decision import Assignment
from app.domain.errand import Errand
from app.domain.plan import Part, Plan
from app.domain.verdict import Candidate, Check, Judgement, JudgeName, Verdict
from app.llm.tab import Tab
from app.parsing.article_files import read_article_file
from app.settings import Settings
from bench.expectations import load_expectations
from bench.frame import end, make_parser
from bench.retrieval_data import LabelledArticle, LabelledSet, load_set

ROOT = Path(__file__).parent.parent
SETS = ("cs", "digitalgov")
Claims = Callable[[LabelledArticle, Sequence[str]], frozenset[str]]


class Oracle:
    """A judge that claims what it is told to, with the article's first long sentence as its quote."""

    def __init__(self, claims: dict[str, frozenset[str]]) -> None:
        self._claims = claims

    async def plan(self, article: Article, categories: tuple[Category, ...], *, may_leave_out: bool) -> Plan:  # noqa: ARG002 - the protocol's
        """All of them, at once."""
        batch = tuple(Candidate(category=category, score=0.0) for category in categories)
        parts = (Part(sentences=tuple(sentence.number for sentence in article.sentences)),)
        return Plan(strategy="together", reason="the oracle knows", batches=(batch,), parts=parts)

    async def judge(self, article: Article, plan: Plan, errand: Errand, tab: Tab) -> Judgement:  # noqa: ARG002 - the protocol's
        """A verdict with a true quote for each category that is to be claimed."""
        quote = article.quote(max(article.sentences, key=lambda sentence: sentence.end - sentence.start))[:300]
        claimed = self._claims[article.digest]
        verdicts = tuple(
            Verdict(category_id=c.category.id, topics=_claim(c.category, quote), rationale="It is labelled so.")
            if c.category.id in claimed
            else Verdict(category_id=c.category.id)
            for c in plan.candidates
        )
        return Judgement(verdicts=verdicts, judge=JudgeName(kind="llm", model="oracle"), prompt_version="none")


def main() -> None:
    parser = make_parser("bench.second_opinion", __doc__)
    parser.add_argument("--data", type=Path, help="folder that holds arxiv/ and digitalgov/")
    parser.add_argument("--limit", type=int, default=150, help="articles per set, evenly spread (default 150)")
    arguments = parser.parse_args()
    figures: dict[str, object] = {"examples": measure(load_examples())}
    for name in SETS:
        found = load_set(name, arguments.data, arguments.limit) if arguments.data else None
        figures[name] = measure(found) if found else {"skipped": "no such data"}
        if not found:
            print(f"skipped: no {name} data")
    end(figures)


def load_examples() -> LabelledSet:
    """The shipped definitions and examples, labelled with what an editor expects to be assigned."""
    rows = []
    for name, entry in load_expectations(ROOT / "examples").items():
        article = read_article_file((ROOT / "examples" / name).read_bytes(), name)
        rows.append(LabelledArticle(article, frozenset(entry["assigned"] or ())))
    return LabelledSet("examples", load_taxonomy(ROOT / "categories"), (), tuple(rows))


def measure(labelled: LabelledSet) -> dict[str, float]:
    """The part of true and of false claims, and of true denials, that goes to a person."""
    classifier = compose_classifier(labelled.taxonomy, Settings(judge="local"), find_embeddings().embedder)
    ids = [category.id for category in labelled.taxonomy.categories]
    true = _run(classifier, labelled, lambda row, _: row.labels)
    false = _run(classifier, labelled, lambda row, ids: frozenset({_pick_wrong(row, ids)}))
    claims = [a for row, found in zip(labelled.articles, true, strict=True) for a in found if a.category in row.labels]
    denials = [
        a for row, found in zip(labelled.articles, true, strict=True) for a in found if a.category not in row.labels
    ]
    lies = [
        a
        for row, found in zip(labelled.articles, false, strict=True)
        for a in found
        if a.category == _pick_wrong(row, ids)
    ]
    figures = {
        "true_claims_to_review": _share(claims),
        "true_denials_to_review": _share(denials),
        "articles_with_review": sum(any(map(_disagree, found)) for found in true) / len(true),
        "lies_to_review": _share(lies),
        "lies_assigned": sum(a.status == "assigned" for a in lies) / len(lies),
    }
    print(f"{labelled.name}: {len(labelled.articles)} articles, {len(ids)} categories")
    for name, figure in figures.items():
        print(f"  {name:24} {figure:6.1%}")
    return figures


def _run(classifier: Classifier, labelled: LabelledSet, claims: Claims) -> list[tuple[Assignment, ...]]:
    ids = [category.id for category in labelled.taxonomy.categories]
    oracle = Oracle({row.article.digest: claims(row, ids) for row in labelled.articles})
    asked = replace(classifier, hearing=Hearing(oracle, classifier.hearing.judge))
    return [asyncio.run(asked.classify(row.article)).assignments for row in labelled.articles]


def _pick_wrong(row: LabelledArticle, ids: Sequence[str]) -> str:
    """A category that the article is not labelled with, drawn by its digest."""
    others = [id_ for id_ in ids if id_ not in row.labels]
    return others[int(row.article.digest[-8:], 16) % len(others)]


def _claim(category: Category, quote: str) -> tuple[Check, ...]:
    about = category.topics[0].id if category.topics else category.id
    return (Check(about=about, sentences=(1,), quote=quote),)


def _disagree(assignment: Assignment) -> bool:
    return "judges_disagree" in assignment.review_reasons


def _share(assignments: Sequence[Assignment]) -> float:
    return sum(map(_disagree, assignments)) / max(1, len(assignments))


if __name__ == "__main__":
    main()
