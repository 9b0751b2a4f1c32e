import json
import time
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import JsonValue

from app.errors import BadArticle
from app.parsing.contentful_text import read_contentful_text
from app.parsing.fragments import MAX_DEPTH, MAX_FOREIGN, MAX_NODES
from app.parsing.lexical import read_lexical
from app.parsing.portable_text import read_portable_text
from app.parsing.reading import read_article
from app.parsing.strapi_blocks import read_strapi_blocks
from app.parsing.submission import Submission

Read = Callable[[JsonValue], str]
READERS: dict[str, Read] = {
    "Contentful": read_contentful_text,
    "Lexical": read_lexical,
    "Portable Text": read_portable_text,
    "Strapi": read_strapi_blocks,
}
EACH = pytest.mark.parametrize("read", READERS.values(), ids=READERS)


def _contentful(kind: str, *content: JsonValue, **more: JsonValue) -> JsonValue:
    return {"nodeType": kind, "data": {}, "content": [*content], **more}


def _value(text: str) -> JsonValue:
    return {"nodeType": "text", "value": text, "marks": [{"type": "bold"}], "data": {}}


def _node(kind: str, *children: JsonValue, **more: JsonValue) -> JsonValue:
    return {"type": kind, "children": [*children], **more}


def _leaf(text: str) -> JsonValue:
    return {"type": "text", "text": text, "bold": True}


def _block(*texts: str, style: str = "normal", **more: JsonValue) -> JsonValue:
    return {
        "_type": "block",
        "style": style,
        "children": [{"_type": "span", "text": text, "marks": ["strong"]} for text in texts],
        **more,
    }


WHOLE: dict[str, JsonValue] = {
    "Contentful": _contentful(
        "document",
        _contentful("heading-2", _value("Why")),
        _contentful("paragraph", _value("Ships "), _contentful("hyperlink", _value("queue")), _value(".")),
        _contentful("unordered-list", _contentful("list-item", _contentful("paragraph", _value("one")))),
        _contentful("ordered-list", _contentful("list-item", _contentful("paragraph", _value("two")))),
        _contentful("blockquote", _contentful("paragraph", _value("three"))),
        _contentful("hr"),
        _contentful("embedded-entry-block", data={"target": {"sys": {"id": "secret"}}}),
        _contentful(
            "table", _contentful("table-row", _contentful("table-cell", _contentful("paragraph", _value("four"))))
        ),
    ),
    "Strapi": [
        _node("heading", _leaf("Why"), level=2),
        _node("paragraph", _leaf("Ships "), _node("link", _leaf("queue"), url="https://example.org"), _leaf(".")),
        _node("list", _node("list-item", _leaf("one")), format="unordered"),
        _node("list", _node("list-item", _leaf("two")), format="ordered"),
        _node("quote", _leaf("three")),
        _node("image", _leaf(""), image={"alternativeText": "not read"}),
        _node("code", _leaf("four")),
    ],
    "Lexical": {
        "root": _node(
            "root",
            _node("extended-heading", _leaf("Why"), tag="h2"),
            _node("paragraph", _leaf("Ships "), _node("link", _leaf("queue"), url="https://example.org"), _leaf(".")),
            _node("list", _node("listitem", _leaf("one")), listType="bullet"),
            _node("list", _node("listitem", _leaf("two")), listType="number"),
            _node("quote", _leaf("three")),
            {"type": "horizontalrule"},
            {"type": "codeblock", "code": "four", "language": "python"},
        )
    },
    "Portable Text": [
        _block("Why", style="h2"),
        _block("Ships ", "queue", "."),
        _block("one", listItem="bullet", level=1),
        _block("two", listItem="number", level=1),
        _block("three", style="blockquote"),
        {"_type": "image", "asset": {"_ref": "not read"}},
        {"_type": "code", "code": "four", "language": "python"},
    ],
}


@pytest.mark.parametrize("form", WHOLE)
def test_headings_lists_and_paragraphs_reach_the_reader(form: str) -> None:
    html = READERS[form](WHOLE[form])
    for part in ("<h2>Why</h2>", "<p>Ships queue.</p>", "<ul><li>", "<ol><li>", "<blockquote>"):
        assert part in html
    article = read_article(Submission(html=html))
    assert article.text == "Why\n\nShips queue.\n\none\n\ntwo\n\nthree\n\nfour"
    assert [sentence.heading for sentence in article.sentences] == [True, False, False, False, False, False]


HOSTILE = "<script>alert(1)</script> & <b>bold</b> </p><h1>"


@pytest.mark.parametrize(
    ("read", "value"),
    [
        pytest.param(read_contentful_text, _contentful("paragraph", _value(HOSTILE)), id="Contentful"),
        pytest.param(read_strapi_blocks, [_node("paragraph", _leaf(HOSTILE))], id="Strapi"),
        pytest.param(read_lexical, _node("paragraph", _leaf(HOSTILE)), id="Lexical"),
        pytest.param(read_lexical, {"type": "codeblock", "code": HOSTILE}, id="Lexical's code"),
        pytest.param(read_portable_text, [_block(HOSTILE)], id="Portable Text"),
        pytest.param(read_portable_text, [{"_type": "quote", "text": HOSTILE}], id="Portable Text of a site's own"),
        pytest.param(read_portable_text, [HOSTILE], id="bare text"),
    ],
)
def test_text_is_text_and_no_markup(read: Read, value: JsonValue) -> None:
    html = read(value)
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; &lt;b&gt;bold" in html
    assert read_article(Submission(html=html)).text == HOSTILE


@pytest.mark.parametrize(
    ("read", "value"),
    [
        pytest.param(
            read_contentful_text, _contentful("callout", _contentful("paragraph", _value("kept"))), id="Contentful"
        ),
        pytest.param(read_contentful_text, _contentful("new-inline", value="kept"), id="Contentful, inline"),
        pytest.param(read_strapi_blocks, [_node("callout", _leaf("kept"))], id="Strapi"),
        pytest.param(read_lexical, _node("aside-2", _leaf("kept")), id="Lexical"),
        pytest.param(read_portable_text, [{"_type": "callout", "body": [_block("kept")]}], id="Portable Text, nested"),
        pytest.param(read_portable_text, [{"_type": "pull", "quote": "kept"}], id="Portable Text"),
        pytest.param(read_portable_text, _block("kept"), id="a block alone"),
    ],
)
def test_an_unknown_node_keeps_its_text(read: Read, value: JsonValue) -> None:
    assert read_article(Submission(html=read(value))).text == "kept"


def test_words_of_unknown_neighbours_do_not_join() -> None:
    html = read_strapi_blocks([_node("callout", _leaf("one")), _node("callout", _leaf("two"))])
    assert read_article(Submission(html=html)).text == "one\n\ntwo"


def test_lines_in_a_text_stay_lines() -> None:
    assert read_strapi_blocks([_node("paragraph", _leaf("one\ntwo"))]) == "<p>one<br>two</p>"
    assert read_lexical(_node("paragraph", _leaf("one"), {"type": "linebreak"}, _leaf("two"))) == "<p>one<br>two</p>"


def test_items_in_a_row_are_one_list() -> None:
    items = [_block("a", listItem="bullet"), _block("b", listItem="bullet", level=2), _block("c", listItem="number")]
    assert read_portable_text(items) == "<ul><li>a</li><li>b</li></ul><ol><li>c</li></ol>"


@pytest.mark.parametrize(
    ("card", "text"),
    [
        pytest.param({"type": "markdown", "markdown": "## From a card\n\n* one"}, "From a card\n\none", id="Markdown"),
        pytest.param({"type": "html", "html": "<p>a<!-- --></p><script>x</script>"}, "a", id="HTML"),
        pytest.param({"type": "html", "html": "open <div><!-- and never closed"}, "open", id="HTML that swallows"),
        pytest.param({"type": "html", "html": "<plaintext>a</div>"}, "a", id="HTML that never ends"),
        pytest.param({"type": "callout", "calloutText": "<b>note</b>"}, "note", id="callout"),
        pytest.param({"type": "toggle", "heading": "more", "content": "<p>rest</p>"}, "more\n\nrest", id="toggle"),
        pytest.param({"type": "image", "src": "x.png", "caption": "Caption <i>here</i>"}, "Caption here", id="caption"),
        pytest.param({"type": "image", "src": "x.png"}, "", id="no caption"),
    ],
)
def test_a_card_of_ghost_is_read_and_swallows_nothing(card: JsonValue, text: str) -> None:
    state: JsonValue = {"root": _node("root", card, _node("paragraph", _leaf("after")))}
    assert read_article(Submission(html=read_lexical(state))).text == (f"{text}\n\nafter" if text else "after")


def test_too_many_cards_are_refused() -> None:
    cards: list[JsonValue] = [{"type": "html", "html": "x"}] * (MAX_FOREIGN + 1)
    assert read_lexical(cards[1:]).count("<p>x</p>") == MAX_FOREIGN
    with pytest.raises(BadArticle, match="Send it as HTML"):
        read_lexical(cards)


def test_lexical_may_come_as_text() -> None:
    assert read_lexical(json.dumps(WHOLE["Lexical"])) == read_lexical(WHOLE["Lexical"])


@pytest.mark.parametrize("text", ["{", "[" * 1_000_000, "9" * 10_000], ids=["cut off", "deep", "endless number"])
def test_lexical_that_is_no_json_is_refused(text: str) -> None:
    with pytest.raises(BadArticle, match="Lexical"):
        read_lexical(text)


def _nest(kind: str, depth: int, leaf: JsonValue, children: str) -> JsonValue:
    node = leaf
    for _ in range(depth):
        node = {"type": kind, "nodeType": kind, "_type": kind, children: [node]}
    return node


@EACH
def test_deep_trees_are_read_flat_with_their_words_apart(read: Read) -> None:
    children = "content" if read is read_contentful_text else "children"
    leaf: JsonValue = [{"text": word, "value": word} for word in ("one", "two")]
    html = read(_nest("unknown", 20_000, leaf, children))
    assert html.count("<div>") <= MAX_DEPTH + 3
    assert len(html) < 100_000
    assert "".join(read_article(Submission(html=html)).text.split()) == "onetwo"


@EACH
def test_too_many_nodes_are_refused_in_little_time(read: Read) -> None:
    children = "content" if read is read_contentful_text else "children"
    began = time.process_time()
    with pytest.raises(BadArticle, match="nodes"):
        read([{"type": "paragraph", children: [{}, {}]}] * (MAX_NODES // 2))
    assert time.process_time() - began < 2


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=8)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(
            st.sampled_from(["type", "nodeType", "_type", "children", "content", "text", "value", "level", "tag", "root", "html", "markdown", "listItem", "style", "body"]),
            st.one_of(inner, st.sampled_from(["paragraph", "heading", "list", "block", "span", "html", "markdown", "h2", "text", "image"])),
            max_size=5,
        ),
    ),
    max_leaves=15,
)  # fmt: skip


@EACH
@settings(max_examples=60)
@given(value=JSON)
def test_whatever_it_is_it_becomes_a_fragment_or_is_refused(read: Read, value: JsonValue) -> None:
    try:
        html = read(value)
    except BadArticle:
        return
    assert html.count("<") == html.count(">")
    assert "<script" not in html
