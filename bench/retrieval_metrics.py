"""Owns the measures of a ranking against labels."""

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float64]
Labels = NDArray[np.bool_]
"""(articles, categories) both."""

SIZES = (8, 12, 20)


def measure_ranking(scores: Scores, labels: Labels) -> dict[str, float]:
    """The measures by name.

    hit@1: share of articles whose first category is among their labels. recall@k: share of an article's labels
    among its first k, averaged over articles. f1: the best micro-averaged F1 over one threshold on all scores.
    """
    order = np.argsort(-scores, axis=1, kind="stable")
    ranked = np.take_along_axis(labels, order, axis=1)
    measures = {"hit@1": float(ranked[:, 0].mean())}
    for size in SIZES:
        measures[f"recall@{size}"] = float((ranked[:, :size].sum(axis=1) / labels.sum(axis=1)).mean())
    flat = labels.ravel()[np.argsort(-scores.ravel(), kind="stable")]
    found, taken = np.cumsum(flat), np.arange(1, flat.size + 1)
    measures["f1"] = float((2 * found / (taken + labels.sum())).max())
    return measures


def print_header() -> None:
    print(f"{'':44s} hit@1  r@8   r@12  r@20  best micro-F1")


def print_measures(label: str, measures: dict[str, float]) -> None:
    print(f"{label:44s} " + " ".join(f"{value:.3f}" for value in measures.values()))
