"""Holds Markdown to visible text."""

import pytest

from app.parsing.markdown_text import MAX_MARKUP, read_markdown
from app.parsing.tracing import trace_whole
from app.parsing.visible import Visible


def _read(markdown: str) -> Visible:
    return read_markdown(trace_whole(markdown))


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        pytest.param("# Head #\n\nSome *em* and **strong** text.", "Head\n\nSome em and strong text.", id="prose"),
        pytest.param("One\ntwo\\\nthree", "One two\nthree", id="line-breaks"),
        pytest.param(
            "See [the site](http://x.y 'title') and [ref][a].\n\n[a]: http://z", "See the site and ref.", id="links"
        ),
        pytest.param("Go to <https://x.y>.", "Go to https://x.y.", id="address"),
        pytest.param("![alt](a.png) after", "after", id="image"),
        pytest.param("- one\n- two\n  - three\n\n1. four", "one\n\ntwo\n\nthree\n\nfour", id="lists"),
        pytest.param("|a|b|\n|-|-|\n|c *d*|e|", "a\n\nb\n\nc d\n\ne", id="table"),
        pytest.param("> quoted\n> on", "quoted on", id="quotation"),
        pytest.param("Call `f(x)`:\n\n```py\na = 1\nb < 2\n```", "Call f(x):\n\na = 1\nb < 2", id="code"),
        pytest.param(r"\*stars\* &amp; 5 &lt; 6", "*stars* & 5 < 6", id="escapes"),
        pytest.param("A<span hidden>no</span>B <!-- no --> C", "AB C", id="inline-html"),
        pytest.param("<div hidden>\n\nNo *markdown* here.\n\n</div>\n\nyes", "yes", id="markdown-in-hidden-html"),
        pytest.param("a~~b~~", "ab", id="strikethrough"),
        pytest.param("Claim[^1].\n\n[^1]: The note.", "Claim.\n\nThe note.", id="footnote"),
        pytest.param(
            "Why {#toc0}\n===\n\n## How {: .x}\n\nText\n{: .lead}", "Why\n\nHow\n\nText", id="attribute-lists"
        ),
        pytest.param(
            '{{< note "x" >}}In *it*{{< /note >}} {{% a %}}{% b %} {{ page.title }}.', "In it .", id="shortcodes"
        ),
        pytest.param("{% comment %}no{% endcomment %}yes", "yes", id="template-comment"),
        pytest.param("Write `{{ name }}` here", "Write {{ name }} here", id="template-in-code"),
        pytest.param("{{< open and never closed", "{{< open and never closed", id="unclosed-shortcode"),
    ],
)
def test_visible_text(markdown: str, text: str) -> None:
    assert _read(markdown).traced.text == text


def test_what_was_left_out_is_counted() -> None:
    removed = _read("{{< a >}}b<b hidden>c</b><!-- d -->").removed
    assert (removed.shortcodes, removed.hidden_elements, removed.comments) == (1, 1, 1)


def test_headings_are_told_by_their_marks() -> None:
    assert [block.heading for block in _read("Title\n=====\n\ntext\n\n### Sub").blocks] == [True, False, True]


@pytest.mark.parametrize(
    ("markdown", "word"),
    [
        pytest.param("[a](b) b", "b", id="address-repeats-word"),
        pytest.param("`x` x *x*", "x", id="word-three-times"),
        pytest.param("|k|k|\n|-|-|\n|v|v|", "v", id="cells-alike"),
        pytest.param("> - nested *item* one\n>   goes on", "goes", id="nested"),
    ],
)
def test_visible_words_lead_to_where_they_were_written(markdown: str, word: str) -> None:
    traced = _read(markdown).traced
    at = traced.text.rindex(word)
    start, source, _ = next(s for s in traced.stretches if s[0] <= at < s[0] + s[2])
    assert source + at - start == markdown.rindex(word)


def test_too_much_markup_is_read_as_plain_text_and_said() -> None:
    visible = _read("[" * (MAX_MARKUP + 1))
    assert visible.traced.text.startswith("[[[")
    assert "plain text" in visible.warnings[0]
