"""Vectors on disk are a convenience that is never trusted."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from app.similarity.embedding import DIMENSIONS, Vectors
from app.similarity.vector_cache import embed_cached, embed_groups

TEXTS = ["one", "two", "three"]


class CountingEmbedder:
    """Gives made-up unit vectors and counts what it was asked for."""

    def __init__(self, model: str = "made-up") -> None:
        self.model = model
        self.asked = 0

    def embed(self, texts: Sequence[str]) -> Vectors:
        self.asked += len(texts)
        vectors = np.zeros((len(texts), DIMENSIONS), dtype=np.float32)
        vectors[np.arange(len(texts)), [len(text) for text in texts]] = 1
        return vectors


def test_the_same_texts_are_embedded_once(tmp_path: Path) -> None:
    embedder = CountingEmbedder()
    first = embed_cached(TEXTS, embedder, tmp_path / "new" / "folder")
    second = embed_cached(TEXTS, embedder, tmp_path / "new" / "folder")
    assert embedder.asked == 3
    assert np.array_equal(first, second)
    assert [path.suffix for path in (tmp_path / "new" / "folder").iterdir()] == [".f32"]


@pytest.mark.parametrize(
    "texts",
    [
        pytest.param(["one", "two", "three!"], id="a text edited"),
        pytest.param(["onetwo", "", "three"], id="the same letters cut elsewhere"),
        pytest.param(["two", "one", "three"], id="another order"),
    ],
)
def test_other_texts_are_embedded_anew(texts: list[str], tmp_path: Path) -> None:
    embedder = CountingEmbedder()
    embed_cached(TEXTS, embedder, tmp_path)
    embed_cached(texts, embedder, tmp_path)
    assert embedder.asked == 6


def test_editing_one_group_leaves_the_vectors_of_the_others(tmp_path: Path) -> None:
    embedder = CountingEmbedder()
    embed_groups([["one", "two"], ["three"]], embedder, tmp_path)
    vectors = embed_groups([["one", "two"], ["three!"]], embedder, tmp_path)
    assert embedder.asked == 4
    assert vectors.argmax(axis=1).tolist() == [3, 3, 6]


def test_another_model_embeds_anew(tmp_path: Path) -> None:
    embed_cached(TEXTS, CountingEmbedder(), tmp_path)
    other = CountingEmbedder("another")
    embed_cached(TEXTS, other, tmp_path)
    assert other.asked == 3


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"x" * 100, id="too short"),
        pytest.param(b"\xff" * (3 * DIMENSIONS * 4), id="not numbers"),
        pytest.param(b"\0" * (3 * DIMENSIONS * 4), id="zeros"),
    ],
)
def test_a_corrupt_file_is_replaced(content: bytes, tmp_path: Path) -> None:
    embedder = CountingEmbedder()
    good = embed_cached(TEXTS, embedder, tmp_path)
    (path,) = tmp_path.iterdir()
    path.write_bytes(content)
    assert np.array_equal(embed_cached(TEXTS, embedder, tmp_path), good)
    assert np.array_equal(embed_cached(TEXTS, embedder, tmp_path), good)
    assert embedder.asked == 6


def test_a_folder_that_cannot_be_written_is_no_obstacle(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    assert embed_cached(TEXTS, CountingEmbedder(), tmp_path / "file").shape == (3, DIMENSIONS)


def test_without_a_folder_nothing_is_kept() -> None:
    embedder = CountingEmbedder()
    embed_cached(TEXTS, embedder, None)
    embed_cached(TEXTS, embedder, None)
    assert embedder.asked == 6
