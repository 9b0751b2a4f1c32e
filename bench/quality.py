"""Measures decisions: against editors' expectations of the examples, and against labelled sets.

    python -m bench.quality [--data DIR] [--limit N] [--set cs|arxiv|digitalgov|all]

Prints each expectation that is not met; for the labelled sets precision, recall and F1 of what is
assigned (pooled over all pairs), and everywhere how often a person is asked. The labels are an
editor's or an author's choice among equals: an assignment that they lack is not always wrong.
One JSON object last.
"""

import asyncio
from collections import Counter
from pathlib import Path

from app.bootstrap.classifying import compose_classifier
from app.bootstrap.embeddings import find_embeddings
from app.category_files.loading import load_taxonomy
from app.classifier.way import Classifier
from app.domain.category import Taxonomy
from app.domain.decision import Decision
from app.parsing.article_files import read_article_file
from app.settings import Settings
from bench.expectations import compare, load_expectations
from bench.frame import end, make_parser
from bench.retrieval_data import LabelledSet, load_set

ROOT = Path(__file__).parent.parent
SETS = ("cs", "arxiv", "digitalgov")


def main() -> None:
    parser = make_parser("bench.quality", __doc__)
    parser.add_argument("--data", type=Path, help="folder that holds arxiv/ and digitalgov/")
    parser.add_argument("--set", choices=(*SETS, "all"), default="all", help="of the labelled sets (default all)")
    parser.add_argument("--limit", type=int, default=200, help="articles per set, evenly spread (default 200)")
    arguments = parser.parse_args()
    figures: dict[str, object] = {"examples": measure_examples()}
    for name in SETS if arguments.set == "all" else (arguments.set,):
        found = load_set(name, arguments.data, arguments.limit) if arguments.data else None
        figures[name] = measure_set(found) if found else {"skipped": "no such data"}
    end(figures)


def measure_examples() -> dict[str, object]:
    """The share of editors' expectations of the examples that are met, and the review rate."""
    classifier = _compose(load_taxonomy(ROOT / "categories"))
    expected = load_expectations(ROOT / "examples")
    decisions = {name: _classify_file(classifier, ROOT / "examples" / name) for name in expected}
    checked = [e for name, entry in expected.items() for e in compare(name, entry, decisions[name])]
    print(f"examples: {sum(e.met for e in checked)} of {len(checked)} expectations met")
    for missed in (e for e in checked if not e.met):
        print(f"  {missed.article}: {missed.what}; it is {missed.seen}")
    return {"expectations": len(checked), "met": sum(e.met for e in checked), **_count_reviews([*decisions.values()])}


def measure_set(labelled: LabelledSet) -> dict[str, object]:
    """Precision, recall and F1 of the assignments to a labelled set, and the review rate."""
    classifier = _compose(labelled.taxonomy)
    decisions = [asyncio.run(classifier.classify(row.article)) for row in labelled.articles]
    assigned = [set(decision.tags) for decision in decisions]
    right = sum(len(tags & row.labels) for tags, row in zip(assigned, labelled.articles, strict=True))
    precision = right / max(1, sum(map(len, assigned)))
    recall = right / sum(len(row.labels) for row in labelled.articles)
    f1 = 2 * precision * recall / max(1e-9, precision + recall)
    counted = _count_reviews(decisions)
    print(
        f"{labelled.name}: {len(decisions)} articles, precision {precision:.3f}, recall {recall:.3f}, "
        f"F1 {f1:.3f}, {counted['tags_per_article']:.2f} tags an article"
    )
    return {"articles": len(decisions), "precision": precision, "recall": recall, "f1": f1, **counted}


def _count_reviews(decisions: list[Decision]) -> dict[str, float]:
    """How often a person is asked, per article and per category that stands or waits."""
    waiting = [sum(a.status == "review" for a in decision.assignments) for decision in decisions]
    statuses = Counter(a.status for decision in decisions for a in decision.assignments)
    reasons = Counter(r for d in decisions for a in d.assignments for r in a.review_reasons)
    standing = statuses["assigned"] + statuses["review"] + statuses["excluded"]
    rate = statuses["review"] / max(1, standing)
    asked = f"{sum(map(bool, waiting))} of {len(decisions)} articles"
    print(f"  review: {rate:.1%} of what could stand, {asked} {dict(reasons)}")
    return {
        "review_rate": rate,
        "articles_with_review": sum(map(bool, waiting)) / len(decisions),
        "tags_per_article": statuses["assigned"] / len(decisions),
    }


def _compose(taxonomy: Taxonomy) -> Classifier:
    return compose_classifier(taxonomy, Settings(judge="local"), find_embeddings().embedder)


def _classify_file(classifier: Classifier, path: Path) -> Decision:
    return asyncio.run(classifier.classify(read_article_file(path.read_bytes(), path.name)))


if __name__ == "__main__":
    main()
