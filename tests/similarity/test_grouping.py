"""Grouping definitions that are alike: bounded, the same every time, and hardly moved by one change."""

from math import ceil

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.similarity.embedding import Vectors, unit
from app.similarity.grouping import SLACK, Group, count_groups, group_alike

NEW = 999
"""The name of a row that was not there before."""


def _make_vectors(rows: int, *, subjects: int = 12, spread: float = 0.7, seed: int = 3) -> Vectors:
    """Vectors around so many subjects in turn, which differ more in some respects than in others."""
    source = np.random.default_rng(seed)
    respects = 1 / np.sqrt(np.arange(1, 49))
    middles = unit((source.normal(size=(subjects, 48)) * respects).astype(np.float32))
    noise = unit((source.normal(size=(rows, 48)) * respects).astype(np.float32))
    return unit(middles[np.arange(rows) % subjects] + np.float32(spread) * noise)


def _count_moved(before: tuple[Group, ...], after: tuple[Group, ...]) -> int:
    """Rows that are not in the group of `after` in which most of their fellows are."""
    owners = {row: number for number, group in enumerate(before) for row in group}
    kept = 0
    for group in after:
        fellows = [owners[row] for row in group if row in owners]
        kept += max((fellows.count(number) for number in set(fellows)), default=0)
    return sum(map(len, before)) - kept


@settings(max_examples=40, deadline=None)
@given(
    rows=st.integers(0, 90), most=st.integers(1, 40), columns=st.sampled_from([0, 1, 4]), seed=st.integers(0, 2**32 - 1)
)
def test_every_row_is_in_one_group_and_no_group_is_too_large(rows: int, most: int, columns: int, seed: int) -> None:
    # Rounded, so that rows are often the same.
    vectors = np.random.default_rng(seed).normal(size=(rows, columns)).round(0).astype(np.float32)
    groups = group_alike(vectors, most)
    assert sorted(row for group in groups for row in group) == list(range(rows))
    assert all(0 < len(group) <= most for group in groups)
    assert len(groups) == count_groups(rows, most)


def test_rows_that_are_alike_are_together() -> None:
    vectors = _make_vectors(40, subjects=4, spread=0.2)
    assert group_alike(vectors, 12) == tuple(tuple(range(subject, 40, 4)) for subject in range(4))


def test_groups_are_balanced() -> None:
    groups = group_alike(_make_vectors(149), 30)
    assert max(map(len, groups)) <= ceil(SLACK * 149 / len(groups))


def test_groups_and_rows_stand_in_the_order_of_the_taxonomy() -> None:
    groups = group_alike(_make_vectors(149), 30)
    assert [group[0] for group in groups] == sorted(group[0] for group in groups)
    assert all(list(group) == sorted(group) for group in groups)


def test_the_same_vectors_give_the_same_groups() -> None:
    assert group_alike(_make_vectors(149), 30) == group_alike(_make_vectors(149), 30)


def test_without_vectors_neighbours_are_together() -> None:
    groups = group_alike(np.empty((10, 0), dtype=np.float32), 4)
    assert groups == ((0, 1, 2, 3), (4, 5, 6), (7, 8, 9))


@pytest.mark.parametrize("change", ["rewritten", "added", "removed"])
def test_one_change_leaves_most_others_where_they_were(change: str) -> None:
    vectors, news = _make_vectors(140), _make_vectors(14, seed=5)
    before, moved = group_alike(vectors, 30), []
    for row, new in zip(range(0, 140, 10), news, strict=True):
        names = [*range(140), NEW]
        changed = np.vstack([vectors, new])
        if change != "added":
            names.pop(row)
            changed = np.delete(changed, row, axis=0)
        if change == "removed":
            names, changed = names[:-1], changed[:-1]
        after = tuple(tuple(names[place] for place in group) for group in group_alike(changed, 30))
        moved.append(_count_moved(before, after) - (change != "added"))
    assert np.mean(moved) / 140 < 0.1
    assert max(moved) / 140 < 0.3
