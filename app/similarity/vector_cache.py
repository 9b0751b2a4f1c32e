"""Owns the vectors on disk: texts that do not change are not embedded anew at each start."""

import hashlib
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from app.similarity.embedding import DIMENSIONS, Embedder, Vectors


def embed_cached(texts: Sequence[str], embedder: Embedder, cache_dir: Path | None) -> Vectors:
    """The texts' vectors, from a file in `cache_dir` where the very same texts were embedded before.

    The folder is only a convenience: what cannot be read or written there is computed, and not complained about.
    """
    if cache_dir is None or not texts:
        return embedder.embed(texts)
    path = cache_dir / f"{_digest(texts, embedder.model)}.f32"
    vectors = _find_vectors(path, len(texts))
    if vectors is None:
        vectors = embedder.embed(texts)
        _write_vectors(path, vectors)
    return vectors


def _digest(texts: Sequence[str], model: str) -> str:
    digest = hashlib.sha256(model.encode())
    for text in texts:
        encoded = text.encode("utf-8", "surrogatepass")
        digest.update(len(encoded).to_bytes(8) + encoded)
    return digest.hexdigest()


def _find_vectors(path: Path, count: int) -> Vectors | None:
    try:
        data = path.read_bytes()
    except OSError:
        return None
    if len(data) != count * DIMENSIONS * 4:
        return None
    vectors = np.frombuffer(data, dtype="<f4").reshape(count, DIMENSIONS).astype(np.float32)
    # Rot shows: every row is a unit vector.
    lengths = np.linalg.norm(vectors, axis=1)
    return vectors if bool(np.all(np.abs(lengths - 1) < 1e-3)) else None


def _write_vectors(path: Path, vectors: Vectors) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as file:
            file.write(vectors.astype("<f4").tobytes())
        Path(file.name).replace(path)
    except OSError:
        return
