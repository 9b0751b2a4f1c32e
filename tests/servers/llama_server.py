"""Owns the real server: llama.cpp inside this process, over a random model made on the spot."""

import gc
import importlib
import importlib.util
import json
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.servers.random_model import write_random_model

CONTEXT = 32_768
AT_ONCE = 2
THREADS = 1
"""Two would wait for each other in a busy loop, and for long where other work takes a core from one of them."""


def find_obstacle() -> str:
    """Why there can be no such server here; empty where there can."""
    missing = [name for name in ("xllamacpp", "gguf") if importlib.util.find_spec(name) is None]
    if missing:
        return f"{' and '.join(missing)} not installed"
    try:
        importlib.import_module("xllamacpp")
    except (ImportError, OSError) as error:
        return f"xllamacpp does not load here: {error}"
    return ""


def _await_loop(address: str) -> None:
    """Have one token made: a server that is closed before its loop runs waits for itself for ever."""
    body = json.dumps({"prompt": "a", "n_predict": 1}).encode()
    request = urllib.request.Request(f"{address}/completion", body, {"Content-Type": "application/json"})  # noqa: S310 - ours
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - a loopback address of ours
        answer.read()


@contextmanager
def serve_llama(folder: Path) -> Iterator[str]:
    """The base URL of a server that answers until the end of the block; its model is written to the folder."""
    xllamacpp = importlib.import_module("xllamacpp")
    model = folder / "random.gguf"
    write_random_model(model)
    params = xllamacpp.CommonParams()
    params.model.path = str(model)
    params.model_alias = {"random"}
    params.n_ctx = CONTEXT * AT_ONCE
    params.n_parallel = AT_ONCE
    params.n_gpu_layers = 0
    params.cpuparams.n_threads = THREADS
    params.cpuparams_batch.n_threads = THREADS
    params.warmup = False
    params.fit_params = False
    params.ui = False
    params.verbosity = -1
    params.sampling.seed = 7
    # Also at temperature 0 a random model has to come to an end: what it has just said becomes less likely.
    params.sampling.penalty_freq = 3.0
    params.sampling.penalty_last_n = 14
    # True would silently drop `response_format`.
    params.force_pure_content_parser = False
    server = xllamacpp.Server(params)
    try:
        _await_loop(server.listening_address)
        yield f"{server.listening_address}/v1"
    finally:
        del server
        gc.collect()
