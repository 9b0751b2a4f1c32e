"""Owns the fence around an article: its nonce, and text that can neither close it nor forge a line."""

import hashlib
import hmac
import re

from app.domain.article import Article

NONCE_DIGITS = 12
"""Decimal digits: common tokenisers take three of them for one token, and hexadecimal letters one by one."""

_LINE_BREAKS = re.compile(r"[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_CONTROL = re.compile(
    r"(?<=<)(?=[|｜]|</?SYS>|/?(?:s|unk|pad|bos|eos|sop|eop|start_of_turn|end_of_turn|think|tool_call|tool_response)>)"
    r"|(?<=\[)(?=/?(?:INST|SYSTEM_PROMPT|AVAILABLE_TOOLS|TOOL_[A-Z]+)\])"
)
"""Where chat templates' own marks begin (`<|im_end|>`, `</s>`, `[INST]`): some servers read them in any text."""


def compute_nonce(article: Article, secret: bytes) -> str:
    """The number on the article's fence: the same for the same article, and nowhere in its text.

    Only who knows the secret can tell it before, and changing the text to hold it changes it.
    """
    nonce, attempt = "", 0
    while not nonce or nonce in article.text or nonce in article.title:
        keyed = hmac.new(secret, f"{article.digest}\0{attempt}".encode("utf-8", "replace"), hashlib.sha256)
        nonce = str(int.from_bytes(keyed.digest()) % 10**NONCE_DIGITS).zfill(NONCE_DIGITS)
        attempt += 1
    return nonce


def flatten(text: str) -> str:
    """The text on one line, letter for letter but for line breaks and chat templates' marks."""
    return _CONTROL.sub(" ", _LINE_BREAKS.sub(" ", text))
