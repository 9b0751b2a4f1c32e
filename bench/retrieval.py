"""Owns the measuring of the shortlist: do the categories that editors chose come first?

    python -m bench.retrieval --data DIR [--set cs|arxiv|digitalgov|all] [--limit N] [--ablation] [--fit]

cs: the 38 cs.* categories of arXiv with the articles that have one of them; arxiv: all 149 categories that can
occur as labels (the 155 less six aliases); digitalgov: 51 topics. Beside ours stand a naive baseline computed on
the same rows, and the figures once measured for it on another draw. One JSON object last.
"""

import sys
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.errors import EmbeddingsUnavailable
from app.similarity.embedding import Embedder, load_embedder
from app.similarity.evidence import FEATURES, LEXICAL_FEATURES, measure_evidence
from app.similarity.passages import read_vectors
from app.similarity.shortlist import score_evidence
from app.similarity.taxonomy_index import TaxonomyIndex
from bench.frame import end, make_parser, skip
from bench.retrieval_data import LabelledSet, load_set
from bench.retrieval_fit import fit_weights
from bench.retrieval_metrics import Labels, Scores, measure_ranking, print_header, print_measures

# The naive baseline as measured elsewhere: hit@1, recall@8, @12, @20, best micro-F1 (None: not given).
KNOWN_BASELINE = {
    "cs": (0.60, 0.82, 0.89, 0.95, 0.45),
    "arxiv": (0.47, None, 0.65, 0.76, None),
    "digitalgov": (0.75, 0.61, 0.70, 0.80, 0.42),
}
NAIVE_CHUNK = 900

Evidence = NDArray[np.float32]
"""(articles, categories, features)."""


def collect_evidence(labelled: LabelledSet, embedder: Embedder | None) -> tuple[Evidence, float]:
    """What is measured of each article, one at a time, and the seconds that it took."""
    index = TaxonomyIndex.build(labelled.taxonomy, embedder, None)
    measure_evidence(read_vectors(labelled.articles[0].article, embedder), index)
    started = time.perf_counter()
    evidence = [measure_evidence(read_vectors(row.article, embedder), index) for row in labelled.articles]
    return np.stack(evidence), time.perf_counter() - started


def score_naively(labelled: LabelledSet, embedder: Embedder) -> Scores:
    """Category = title and description; 900-character chunks; half the best, half the mean; then the contrast.

    The contrast takes each category's mean over all articles away, which only a batch of articles allows.
    """
    categories = embedder.embed(labelled.plain)
    scores = []
    for row in labelled.articles:
        text = f"{row.article.title}. {row.article.text}"
        chunks = [text[start : start + NAIVE_CHUNK] for start in range(0, len(text), NAIVE_CHUNK)]
        met = embedder.embed(chunks) @ categories.T
        scores.append((met.max(axis=0) + met.mean(axis=0)) / 2)
    return np.stack(scores).astype(np.float64)


def find_labels(labelled: LabelledSet) -> Labels:
    """Which category each article has, as (articles, categories)."""
    ids = [category.id for category in labelled.taxonomy.categories]
    return np.array([[category_id in row.labels for category_id in ids] for row in labelled.articles])


def score_all(evidence: Evidence) -> Scores:
    """The shipped scores of each article's categories."""
    return np.stack([score_evidence(rows) for rows in evidence]).astype(np.float64)


def report(labelled: LabelledSet, embedder: Embedder, *, ablation: bool) -> tuple[dict[str, object], Evidence]:
    """Prints one set's table."""
    labels = find_labels(labelled)
    count, categories = labels.shape
    print(f"\n{labelled.name}: {count} articles, {categories} categories, {labels.sum() / count:.2f} labels each")
    print_header()
    known = " ".join("  -  " if value is None else f"{value:.3f}" for value in KNOWN_BASELINE[labelled.name])
    print(f"{'naive baseline, another draw of the set':44s} {known}")
    naive = score_naively(labelled, embedder)
    results = {
        "naive": measure_ranking(naive, labels),
        "naive_contrast": measure_ranking(naive - naive.mean(0), labels),
    }
    print_measures("naive baseline, these rows, no contrast", results["naive"])
    print_measures("naive baseline, these rows, batch contrast", results["naive_contrast"])
    evidence, seconds = collect_evidence(labelled, embedder)
    results["scopenote"] = measure_ranking(score_all(evidence), labels)
    print_measures("scopenote, one article at a time", results["scopenote"])
    columns = [FEATURES.index(feature) for feature in LEXICAL_FEATURES]
    results["lexical_only"] = measure_ranking(score_all(evidence[:, :, columns]), labels)
    print_measures("scopenote without the embedding model", results["lexical_only"])
    if ablation:
        print_ablation(evidence, labels)
    print(f"{count / seconds:.1f} articles/s")
    return {
        **results,
        "articles": count,
        "categories": categories,
        "articles_per_s": round(count / seconds, 1),
    }, evidence


def print_ablation(evidence: Evidence, labels: Labels) -> None:
    """What each feature adds: the same weights with that feature held at its mean, and that feature alone."""
    for column, feature in enumerate(FEATURES):
        without = evidence.copy()
        without[:, :, column] = evidence[:, :, column].mean()
        print_measures(f"  without {feature}", measure_ranking(score_all(without), labels))
    for column, feature in enumerate(FEATURES[:-1]):
        print_measures(f"  only {feature}", measure_ranking(evidence[:, :, column].astype(np.float64), labels))


def main() -> int:
    parser = make_parser("bench.retrieval", __doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder that holds arxiv/ and digitalgov/")
    parser.add_argument("--set", choices=(*KNOWN_BASELINE, "all"), default="all", help="labelled set (default all)")
    parser.add_argument("--limit", type=int, help="at most so many articles per set, evenly spread")
    parser.add_argument("--ablation", action="store_true", help="what each feature adds")
    parser.add_argument("--fit", action="store_true", help="weights fitted on half of the articles, tried on the rest")
    arguments = parser.parse_args()
    try:
        embedder = load_embedder()
    except EmbeddingsUnavailable as problem:
        skip(str(problem))
        return 0
    names = tuple(KNOWN_BASELINE) if arguments.set == "all" else (arguments.set,)
    sets = [found for name in names if (found := load_set(name, arguments.data, arguments.limit))]
    if not sets:
        skip(f"no labelled sets in {arguments.data}")
        return 0
    results: dict[str, object] = {}
    measured: list[tuple[Evidence, Labels]] = []
    for labelled in sets:
        results[labelled.name], evidence = report(labelled, embedder, ablation=arguments.ablation)
        measured.append((evidence, find_labels(labelled)))
    if arguments.fit:
        fit_weights(measured)
    end(results)
    return 0


if __name__ == "__main__":
    sys.exit(main())
