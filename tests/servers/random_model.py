"""Owns the random model: a tiny language model with no learning in it, written to disk on the spot.

It is a real llama-shaped network of two layers whose weights are drawn at random, except for
one channel. That channel has the same value for every token and passes through the layers
untouched, so that the output layer can use it as a bias per token: printable letters are
likely, whatever closes a string or a list is more so, and everything else is as good as impossible.
"""

from pathlib import Path

import gguf
import numpy as np
from numpy.typing import NDArray

WIDTH, HEADS, INNER, LAYERS = 64, 4, 128, 2
CONTEXT = 131_072
CONSTANT, NOISE = 4.0, 0.3
NEVER = -30.0
END, USER, SYSTEM, ASSISTANT = "<|end|>", "<|user|>", "<|system|>", "<|assistant|>"
TEMPLATE = (
    "{% for message in messages %}<|{{ message.role }}|>{{ message.content }}<|end|>{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>{% endif %}"
)
LIKELY = {
    "etaoinshr": 0.0,
    '"': -1.0,
    "{": -3.6,
    "]": -7.5,
    "}:": -8.0,
    "[,": -8.5,
    "0123456789": -9.7,
}
"""Only the order within each choice that a grammar leaves matters: letters before the end of a string, an object
rather than an empty list, the end of a list rather than one more, few digits to a number. A server that makes
tokens it has just used less likely (see `llama_server`) comes to the end of a string after a dozen of them."""
WORD_BEGINS = 0.0
"""A space comes only together with the letter after it: alone it would also fit between brackets, and win there."""
END_BIAS = -1.5
MERGES = Path(__file__).with_name("merges.txt")
"""Pairs of tokens that make one, learned from the shipped definitions: a prompt is a third as long as its bytes."""
SPEAKABLE = tuple(f"Ġ{letter}" for letter in "tas")

Matrix = NDArray[np.float32]


def write_random_model(path: Path, *, seed: int = 7) -> None:
    """A model file of about half a megabyte; the same seed gives the same bytes."""
    tokens, merges, kinds, biases = _list_tokens()
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(LAYERS)
    writer.add_feed_forward_length(INNER)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(HEADS)
    writer.add_rope_dimension_count(WIDTH // HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_vocab_size(len(tokens))
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list(tokens)
    writer.add_token_merges(merges)
    writer.add_token_types(kinds)
    writer.add_bos_token_id(tokens.index(END))
    writer.add_eos_token_id(tokens.index(END))
    writer.add_add_bos_token(False)
    writer.add_chat_template(TEMPLATE)
    for name, weights in _draw_weights(len(tokens), np.array(biases, dtype=np.float32), seed).items():
        writer.add_tensor(name, weights)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _list_tokens() -> tuple[list[str], list[str], list[int], list[float]]:
    """Tokens as the format spells them, merges, kinds and biases: bytes, pairs, then the turns of a chat."""
    likely = {character: bias for characters, bias in LIKELY.items() for character in characters}
    tokens = [_spell(byte) for byte in range(256)]
    biases = [likely.get(chr(byte), NEVER) for byte in range(256)]
    kinds = [int(gguf.TokenType.NORMAL)] * 256
    merges = MERGES.read_text(encoding="utf-8").splitlines()
    for token in (merge.replace(" ", "") for merge in merges):
        tokens.append(token)
        biases.append(WORD_BEGINS if token in SPEAKABLE else NEVER)
        kinds.append(int(gguf.TokenType.NORMAL))
    for turn, bias in ((END, END_BIAS), (USER, NEVER), (SYSTEM, NEVER), (ASSISTANT, NEVER)):
        tokens.append(turn)
        biases.append(bias)
        kinds.append(int(gguf.TokenType.CONTROL))
    return tokens, merges, kinds, biases


def _spell(byte: int) -> str:
    """A byte as the byte-level tokeniser writes it: itself where printable, else moved past Latin-1."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    if byte in printable:
        return chr(byte)
    return chr(256 + [other for other in range(256) if other not in printable].index(byte))


def _draw_weights(vocabulary: int, biases: Matrix, seed: int) -> dict[str, Matrix]:
    """Every tensor of the network; rows that write to channel 0 are zero, so that it stays what it is."""
    dice = np.random.default_rng(seed)

    def draw(rows: int, columns: int, *, writes: bool = False) -> Matrix:
        weights = dice.normal(0, NOISE / np.sqrt(columns), (rows, columns)).astype(np.float32)
        if writes:
            weights[0] = 0
        return weights

    ones = np.ones(WIDTH, dtype=np.float32)
    embedding = dice.normal(0, 1, (vocabulary, WIDTH)).astype(np.float32)
    embedding[:, 0] = CONSTANT
    normal = CONSTANT / np.sqrt((CONSTANT**2 + WIDTH - 1) / WIDTH)
    output = draw(vocabulary, WIDTH)
    output[:, 0] = biases / normal
    tensors = {"token_embd.weight": embedding, "output_norm.weight": ones, "output.weight": output}
    for layer in range(LAYERS):
        name = f"blk.{layer}"
        tensors |= {f"{name}.attn_norm.weight": ones, f"{name}.ffn_norm.weight": ones}
        tensors |= {f"{name}.attn_{part}.weight": draw(WIDTH, WIDTH) for part in "qkv"}
        tensors[f"{name}.attn_output.weight"] = draw(WIDTH, WIDTH, writes=True)
        tensors |= {f"{name}.ffn_{part}.weight": draw(INNER, WIDTH) for part in ("gate", "up")}
        tensors[f"{name}.ffn_down.weight"] = draw(WIDTH, INNER, writes=True)
    return tensors
