"""Owns the fitting of the shortlist's weights, on one half of the articles and tried on the other."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from app.similarity.evidence import FEATURES, LEXICAL_FEATURES
from bench.retrieval_metrics import Labels, measure_ranking, print_header, print_measures

Evidence = NDArray[np.float32]
STEPS = 30
RIDGE = 1e-4


def fit_weights(measured: Sequence[tuple[Evidence, Labels]]) -> None:
    """Prints the logistic weights fitted on every other article of all sets at once, and how the rest fares."""
    for name, features in (("all features", FEATURES), ("lexical features", LEXICAL_FEATURES)):
        columns = [FEATURES.index(feature) for feature in features]
        for half in (0, 1):
            weights = fit_logistic([(e[half::2, :, columns], labels[half::2]) for e, labels in measured])
            print(
                f"\n{name}, fitted on half {half}: bias {weights[-1]:.2f}, "
                + ", ".join(f"{feature} {weight:.2f}" for feature, weight in zip(features, weights, strict=False))
            )
            print_header()
            for evidence, labels in measured:
                rest = evidence[1 - half :: 2][:, :, columns].astype(np.float64) @ weights[:-1] + weights[-1]
                print_measures("  on the other half", measure_ranking(rest, labels[1 - half :: 2]))


def fit_logistic(sets: Sequence[tuple[Evidence, Labels]]) -> NDArray[np.float64]:
    """Weights and, last, the bias; every set counts the same whatever its size."""
    rows = np.vstack([evidence.reshape(-1, evidence.shape[-1]) for evidence, _ in sets]).astype(np.float64)
    rows = np.hstack([rows, np.ones((len(rows), 1))])
    truth = np.concatenate([labels.ravel() for _, labels in sets]).astype(np.float64)
    share = np.concatenate([np.full(labels.size, 1 / labels.size / len(sets)) for _, labels in sets])
    weights = np.zeros(rows.shape[1])
    for _ in range(STEPS):
        chance = 1 / (1 + np.exp(-rows @ weights))
        gradient = rows.T @ (share * (chance - truth)) + RIDGE * np.append(weights[:-1], 0)
        curvature = (rows * (share * chance * (1 - chance))[:, None]).T @ rows + RIDGE * np.eye(len(weights))
        weights -= np.linalg.solve(curvature, gradient)
    return weights
