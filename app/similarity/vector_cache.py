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
    return embed_groups([texts], embedder, cache_dir)


def embed_groups(groups: Sequence[Sequence[str]], embedder: Embedder, cache_dir: Path | None) -> Vectors:
    """The vectors of all groups' texts in their order; only groups that are not in `cache_dir` are embedded.

    A definition is a group: editing one leaves the vectors of the others.
    """
    if cache_dir is None:
        return embedder.embed([text for group in groups for text in group])
    paths = [cache_dir / f"{_digest(group, embedder.model)}.f32" for group in groups]
    found = [_find_vectors(path, len(group)) for path, group in zip(paths, groups, strict=True)]
    missing = [place for place, vectors in enumerate(found) if vectors is None]
    fresh = embedder.embed([text for place in missing for text in groups[place]])
    start = 0
    for place in missing:
        vectors = fresh[start : start + len(groups[place])]
        start += len(groups[place])
        _write_vectors(paths[place], vectors)
        found[place] = vectors
    return np.vstack([vectors for vectors in found if vectors is not None])


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
