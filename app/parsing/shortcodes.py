"""Owns template code in articles: site generators replace it before a reader sees the page.

Hugo (`{{< name >}}`, `{{% name %}}`), Jekyll and other Liquid (`{% tag %}`, `{{ value }}`), the attribute
lists of kramdown and goldmark (`{: .class}`, `{#id}`), footnote marks. Of a pair of shortcodes the inner text
stays, except between `comment` ones. Code keeps `{{ value }}`: there it is what the article shows.
"""

import re
from collections.abc import Iterator

from app.parsing.tracing import Edit, Traced, edit

_MAX_LENGTH = 1000
_CODE = r"(?P<code>^[ ]{0,3}(?P<fence>```|~~~)(?s:.*?)(?:^[ ]{0,3}(?P=fence)|\Z)|`[^`\n]++`)"
_OPENING = r"(?P<open>\{\{[<%](?!\*)|\{%)"
_VALUE = r"(?P<value>(?<![\^_\\])\{\{-?[ \t]*[A-Za-z_][\w.]*+(?:[ \t|:.,'\"\w-]|\[\d+\])*+\}\})"
_ATTRIBUTES = r"(?P<attributes>(?<![ \t])[ \t]*+(?:\{:[^{}\n]*+\}|\{[#.][A-Za-z][^{}\n]*+\}(?=[ \t]*+\#*+[ \t]*+$)))"
_FOOTNOTE = r"(?P<footnote>\[\^[^\]\s]{1,60}\]:?)"
_FOUND = re.compile("|".join((_CODE, _OPENING, _VALUE, _ATTRIBUTES, _FOOTNOTE)), re.MULTILINE)
_CLOSING = {"{{<": ">}}", "{{%": "%}}", "{%": "%}"}
_COMMENT = re.compile(r"(?:\{\{[<%]|\{%-?)\s*comment\b")
_COMMENT_END = re.compile(r"(?:\{\{[<%]\s*/\s*comment|\{%-?\s*endcomment)\s*-?[>%]\}{1,2}")

_WORDPRESS = re.compile(
    r"\[/?(?:audio|caption|embed|gallery|playlist|video|wp_caption|contact-form-7|vc_[a-z_]+|et_pb_[a-z_]+)"
    r"(?:\s[^\[\]]{0,2000})?/?\]"
)


def remove_shortcodes(traced: Traced) -> tuple[Traced, int]:
    """Markdown without template code, and how many shortcodes and values were taken out. Linear time."""
    edits = list(_find_shortcodes(traced.text))
    removed = sum(counted for _, counted in edits)
    return edit(traced, (found for found, _ in edits)), removed


def remove_wordpress_shortcodes(traced: Traced) -> tuple[Traced, int]:
    """HTML without the shortcodes of WordPress itself and its page builders, and how many there were."""
    edits = [(match.start(), match.end(), "") for match in _WORDPRESS.finditer(traced.text)]
    return edit(traced, edits), len(edits)


def _find_shortcodes(text: str) -> Iterator[tuple[Edit, bool]]:
    at = 0
    last_comment_end = _find_last_comment_end(text)
    while match := _FOUND.search(text, at):
        at = match.end()
        if match["open"]:
            end = _find_end(text, match, last_comment_end)
            if end is not None:
                yield (match.start(), end, ""), True
                at = end
        elif not match["code"]:
            yield (match.start(), at, ""), bool(match["value"])


def _find_end(text: str, match: re.Match[str], last_comment_end: int) -> int | None:
    closing = _CLOSING[match["open"]]
    end = text.find(closing, match.end(), match.end() + _MAX_LENGTH)
    if end < 0:
        return None
    end += len(closing)
    if end < last_comment_end and _COMMENT.match(text, match.start()):
        comment = _COMMENT_END.search(text, end)
        return comment.end() if comment else end
    return end


def _find_last_comment_end(text: str) -> int:
    """Behind it no comment is looked for: each look would read the rest of the text."""
    return max((match.end() for match in _COMMENT_END.finditer(text)), default=0)
