"""Owns the comparison of the embedding graph with the same model written out in plain numpy.

    python -m bench.embedding_check

Prints the largest difference, sentences and paragraphs per second, load time and peak memory; one JSON object last.
"""

import json
import math
import resource
import struct
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from app.errors import EmbeddingsUnavailable
from app.similarity.background import BACKGROUND
from app.similarity.embedding import Vectors, find_model_folder, load_embedder, load_tokenizer
from bench.frame import end, make_parser, skip

LAYERS, HEADS, EPSILON = 6, 12, 1e-12
TOLERANCE = 1e-5


def read_weights(path: Path) -> dict[str, Vectors]:
    """The float tensors of a safetensors file by name."""
    data = path.read_bytes()
    (size,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + size])
    weights = {}
    for name, entry in header.items():
        if entry.get("dtype") == "F32":
            begin, end = (8 + size + offset for offset in entry["data_offsets"])
            weights[name] = np.frombuffer(data[begin:end], dtype=np.float32).reshape(entry["shape"])
    return weights


def normalise(x: Vectors, weights: dict[str, Vectors], layer: str) -> Vectors:
    mean, variance = x.mean(-1, keepdims=True), x.var(-1, keepdims=True)
    scaled = (x - mean) / np.sqrt(variance + EPSILON) * weights[f"{layer}.weight"] + weights[f"{layer}.bias"]
    return np.asarray(scaled, dtype=np.float32)


def apply_dense(x: Vectors, weights: dict[str, Vectors], layer: str) -> Vectors:
    return np.asarray(x @ weights[f"{layer}.weight"].T + weights[f"{layer}.bias"], dtype=np.float32)


def apply_gelu(x: Vectors) -> Vectors:
    return np.asarray(0.5 * x * (1 + np.vectorize(math.erf)(x / math.sqrt(2))), dtype=np.float32)


def attend(x: Vectors, weights: dict[str, Vectors], layer: str) -> Vectors:
    length, hidden = x.shape
    query, key, value = (
        apply_dense(x, weights, f"{layer}.self.{part}").reshape(length, HEADS, hidden // HEADS).transpose(1, 0, 2)
        for part in ("query", "key", "value")
    )
    scores = query @ key.transpose(0, 2, 1) / math.sqrt(hidden // HEADS)
    shares = np.exp(scores - scores.max(-1, keepdims=True))
    mixed = (shares / shares.sum(-1, keepdims=True)) @ value
    return apply_dense(mixed.transpose(1, 0, 2).reshape(length, hidden), weights, f"{layer}.output.dense")


def embed_plainly(ids: Sequence[int], weights: dict[str, Vectors]) -> Vectors:
    """One unit vector for one text's tokens, computed as the model's paper says."""
    x = weights["embeddings.word_embeddings.weight"][list(ids)]
    x = x + weights["embeddings.position_embeddings.weight"][: len(ids)]
    x = normalise(x + weights["embeddings.token_type_embeddings.weight"][0], weights, "embeddings.LayerNorm")
    for layer in (f"encoder.layer.{number}" for number in range(LAYERS)):
        attended = attend(x, weights, f"{layer}.attention")
        x = normalise(attended + x, weights, f"{layer}.attention.output.LayerNorm")
        wide = apply_gelu(apply_dense(x, weights, f"{layer}.intermediate.dense"))
        x = normalise(apply_dense(wide, weights, f"{layer}.output.dense") + x, weights, f"{layer}.output.LayerNorm")
    pooled = x.mean(0)
    return np.asarray(pooled / np.linalg.norm(pooled), dtype=np.float32)


def main() -> int:
    make_parser("bench.embedding_check", __doc__).parse_args()
    folder = find_model_folder()
    started = time.perf_counter()
    try:
        embedder = load_embedder()
    except EmbeddingsUnavailable as problem:
        skip(str(problem))
        return 0
    assert folder is not None  # noqa: S101 - the model has just been loaded from there
    load_s = time.perf_counter() - started
    sentences = list(BACKGROUND)
    paragraphs = [" ".join(sentences[start : start + 14]) for start in range(0, len(sentences) - 14, 4)]
    rates = {}
    for name, texts in (("sentences", sentences), ("paragraphs", paragraphs)):
        started = time.perf_counter()
        embedder.embed(texts)
        rates[f"{name}_per_s"] = round(len(texts) / (time.perf_counter() - started), 1)
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    texts = [*sentences[:20], *paragraphs[:3]]
    weights, tokenizer = read_weights(folder / "model.safetensors"), load_tokenizer(folder / "tokenizer.json")
    plain = np.stack([embed_plainly(tokenizer.encode(text).ids, weights) for text in texts])
    difference = float(np.abs(plain - embedder.embed(texts)).max())
    print(f"largest difference to plain numpy over {len(texts)} texts: {difference:.2g} (allowed {TOLERANCE:g})")
    print(
        f"load {load_s:.2f} s, {rates['sentences_per_s']} sentences/s, {rates['paragraphs_per_s']} paragraphs/s, "
        f"peak {peak_mb} MB"
    )
    end({"max_abs_difference": difference, "load_s": round(load_s, 3), "peak_mb": peak_mb, **rates})
    return 0 if difference <= TOLERANCE else 1


if __name__ == "__main__":
    sys.exit(main())
