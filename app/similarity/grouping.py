"""Owns the grouping of definitions that are alike, by their vectors."""

from collections.abc import Sequence
from math import ceil

import numpy as np
from numpy.typing import NDArray

from app.similarity.embedding import Vectors

SLACK = 1.2
"""How much larger than the mean a group may be: what is alike stays together, and there is room for what is added."""
ROUNDS = 5
"""After so many, hardly any definition changes its group."""

Group = tuple[int, ...]
"""Rows, in their order."""

_Numbers = NDArray[np.float64]


def group_alike(vectors: Vectors, most: int) -> tuple[Group, ...]:
    """The rows in groups of at most `most` that are alike; every row is in one group.

    The same vectors give the same groups, in the order of their first rows. How many groups there
    are depends on the number of rows alone: `count_groups` says it. As long as it stays, most rows
    stay where they were when one is rewritten, added or removed: with 110 and more definitions of a
    real taxonomy, rewriting one moved 1 to 4 % of the others on the average and removing one 2 to
    10 %, neither more than 21 %. Where it changes, all may move. Vectors without columns tell
    nothing: then neighbours are together.
    """
    rows, columns = vectors.shape
    count = count_groups(rows, most)
    if count <= 1 or columns == 0:
        return _cut_evenly(rows, count)
    wide = vectors.astype(np.float64)
    largest = min(most, ceil(SLACK * rows / count))
    groups = _refine(wide, _divide(wide, np.arange(rows), count), largest)
    return tuple(sorted((tuple(group.tolist()) for group in groups), key=lambda group: group[0]))


def count_groups(rows: int, most: int) -> int:
    """How many groups so many rows make: enough that the mean leaves slack under `most`."""
    return min(rows, ceil(rows * SLACK / most))


def _cut_evenly(rows: int, count: int) -> tuple[Group, ...]:
    return tuple(tuple(part.tolist()) for part in np.array_split(np.arange(rows), count)) if rows else ()


def _divide(vectors: _Numbers, rows: NDArray[np.intp], count: int) -> list[NDArray[np.intp]]:
    """The rows in `count` parts: halved again and again, along the direction in which they differ most."""
    if count == 1:
        return [np.sort(rows)]
    along = vectors[rows] @ _find_axis(vectors[rows])
    order = np.argsort(-along, kind="stable")
    left = count // 2
    cut = round(len(rows) * left / count)
    return [*_divide(vectors, rows[order[:cut]], left), *_divide(vectors, rows[order[cut:]], count - left)]


def _find_axis(vectors: _Numbers) -> _Numbers:
    """The direction in which the vectors differ most; its largest component is positive."""
    apart = vectors - vectors.mean(axis=0)
    # The same direction from the smaller of two matrices.
    if len(apart) < apart.shape[1]:
        axis = apart.T @ np.linalg.eigh(apart @ apart.T)[1][:, -1]
    else:
        axis = np.linalg.eigh(apart.T @ apart)[1][:, -1]
    return np.asarray(-axis if axis[np.argmax(np.abs(axis))] < 0 else axis, dtype=np.float64)


def _refine(vectors: _Numbers, groups: Sequence[NDArray[np.intp]], largest: int) -> Sequence[NDArray[np.intp]]:
    """Every row moved to the group whose middle it is nearest to, while there is room in it."""
    for _ in range(ROUNDS):
        middles = np.stack([vectors[group].mean(axis=0) for group in groups])
        lengths = np.linalg.norm(middles, axis=1, keepdims=True)
        owners = _assign(vectors @ (middles / np.maximum(lengths, np.finfo(np.float64).tiny)).T, largest)
        moved = [np.flatnonzero(owners == number) for number in range(len(groups))]
        if not all(map(len, moved)) or all(map(np.array_equal, moved, groups)):
            break
        groups = moved
    return groups


def _assign(nearness: _Numbers, largest: int) -> NDArray[np.intp]:
    """The group of each row: the nearest pair of all is joined first, full groups take no more."""
    rows, groups = nearness.shape
    owners, free = [-1] * rows, [largest] * groups
    for place in np.argsort(-nearness, axis=None, kind="stable").tolist():
        row, group = divmod(place, groups)
        if owners[row] < 0 and free[group]:
            owners[row] = group
            free[group] -= 1
    return np.array(owners, dtype=np.intp)
