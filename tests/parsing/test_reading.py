"""Holds the way from a submission to an article."""

import contextlib
import json
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.article import Article
from app.errors import BadArticle, ScopenoteError, TooLarge
from app.parsing.reading import MAX_RUNS, get_digest, read_article
from app.parsing.submission import Submission

SHARED = Path(__file__).parents[2] / "../shared"
FORMS = ("text", "html", "markdown")
SIZE = 40_000


def _submit(form: str, body: str) -> Submission:
    return Submission.model_validate({form: body})


def _assert_runs_are_true(article: Article, source: str) -> None:
    reached = reached_source = 0
    for run in article.runs:
        assert run.start >= reached
        assert run.source >= reached_source
        assert article.text[run.start : run.start + run.length] == source[run.source : run.source + run.length]
        reached, reached_source = run.start + run.length, run.source + run.length


def _find_share_covered(article: Article) -> float:
    covered = sum(not c.isspace() for run in article.runs for c in article.text[run.start : run.start + run.length])
    return covered / sum(not c.isspace() for c in article.text)


MARKUP = st.lists(
    st.sampled_from(
        "word|two words.|A b. |\n|\n\n|# |- |> |1. |*|**|`|```\n|[|](x)|![|<p>|</p>|<b>|</b>|<td>|<table>|<!-- |-->|&amp;|&lt;|"
        "&#8203;|\u200b|\u00a0|e\u0301|<p hidden>|<span style='display:none'>|</span>|{{< x >}}|{: .a}|<pre>|<br>|\\*|<a href='|'>"
        "|\t|    |\\|a\\|b\\|\n\\|-\\|-\\|\n|😀|<svg>|</svg>|\r\n|\0|<script>|</script>|<|>|&|~~".split("|")
    ),
    max_size=40,
).map("".join)


@pytest.mark.parametrize("form", FORMS)
@settings(deadline=None)
@given(body=st.one_of(st.text(max_size=200), MARKUP))
def test_runs_are_true_and_every_word_is_in_a_sentence(form: str, body: str) -> None:
    try:
        article = read_article(_submit(form, body))
    except BadArticle:
        return
    _assert_runs_are_true(article, body)
    said = "".join(article.quote(sentence) for sentence in article.sentences)
    assert "".join(said.split()) == "".join(article.text.split())


@settings(deadline=None)
@given(MARKUP)
def test_the_text_of_an_article_is_its_own_normal_form(body: str) -> None:
    try:
        once = read_article(Submission(html=body))
    except BadArticle:
        return
    assert read_article(Submission(text=once.text)).text == once.text


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1).filter(str.strip))
def test_plain_ascii_is_one_run(text: str) -> None:
    article = read_article(Submission(text=text))
    assert article.text == text
    assert [(run.start, run.source, run.length) for run in article.runs] == [(0, 0, len(text))]


def test_blank_lines_at_the_ends_of_plain_text_are_taken_off() -> None:
    article = read_article(Submission(text="\n \n  One.\n\nTwo. \n\n"))
    assert article.text == "  One.\n\nTwo. "
    assert article.find_source(2) == 5


def test_sentences_are_numbered_by_line() -> None:
    article = read_article(Submission(text="On tides\nThe sea moves. It always did.\nNobody knows why, they say."))
    assert [(s.paragraph, s.heading, article.quote(s)) for s in article.sentences] == [
        (1, True, "On tides"),
        (2, False, "The sea moves."),
        (2, False, "It always did."),
        (3, False, "Nobody knows why, they say."),
    ]


@pytest.mark.parametrize(
    ("submission", "title"),
    [
        pytest.param(
            Submission(text="On tides\nThe sea moves, again and again.", title=" A\u200b  title "), "A title", id="own"
        ),
        pytest.param(Submission(text="On tides\nThe sea moves, again and again."), "On tides", id="first-line"),
        pytest.param(Submission(text="The sea moves."), "", id="none"),
        pytest.param(Submission(markdown="Intro.\n\n## On *tides*\n\nText."), "On tides", id="first-heading"),
        pytest.param(Submission(html="<title>On tides &amp; more</title><p>Text"), "On tides & more", id="title-tag"),
    ],
)
def test_titles(submission: Submission, title: str) -> None:
    assert read_article(submission).title == title


def test_a_title_that_is_cut_is_said_to_be() -> None:
    article = read_article(Submission(text="Text.", title="x" * 400))
    assert len(article.title) == 300
    assert any("title" in warning for warning in article.warnings)


def test_the_digest_covers_title_and_text() -> None:
    assert read_article(Submission(text="b", title="a")).digest == get_digest("a", "b") != get_digest("ab", "")
    assert get_digest("", "").startswith("sha256:")


@pytest.mark.parametrize(
    ("submission", "said"),
    [
        pytest.param(Submission(text=""), "no text", id="empty"),
        pytest.param(Submission(text=" \n\t "), "no text", id="blank"),
        pytest.param(Submission(text="\u200b\u202e"), "2 invisible characters", id="invisible"),
        pytest.param(Submission(html="<p hidden>x</p><!-- y -->"), "1 hidden elements, 1 comments", id="hidden"),
        pytest.param(Submission(markdown="{{< x >}}"), "1 shortcodes", id="shortcodes"),
    ],
)
def test_nothing_to_see_is_refused_with_what_was_left_out(submission: Submission, said: str) -> None:
    with pytest.raises(BadArticle, match=said):
        read_article(submission)


def test_too_many_words_are_refused_and_never_cut() -> None:
    assert read_article(Submission(text="one two three"), max_words=3).words == 3
    with pytest.raises(TooLarge, match="SCOPENOTE_MAX_WORDS"):
        read_article(Submission(text="one two three four"), max_words=3)


def test_wordpress_shortcodes_are_taken_out_of_html() -> None:
    article = read_article(Submission(html='<p>[caption id="1"]See [sic] here[/caption] [gallery ids="1"]</p>'))
    assert article.text == "See [sic] here"
    assert article.removed.shortcodes == 3


def test_more_runs_than_any_article_has_are_cut_and_said() -> None:
    article = read_article(Submission(text="a\u00a0" * (MAX_RUNS + 1)))
    assert len(article.runs) == MAX_RUNS
    assert any("stretches" in warning for warning in article.warnings)


HOSTILE = {
    "nested": "<div>", "lists": "<ul><li>", "bold": "<b>", "open-tags": "<a ", "quotes": "<a b='", "less": "<", "ends": "</p>",
    "comments": "<!--", "entities": "&#x", "paragraphs": "<p>a", "tables": "<table>", "templates": "<template>",
    "selects": "<div><select></div></select>", "attributes": "<p a=1 b=2 c=3>", "svg": "<svg><style>", "titles": "<title>",
    "brackets": "[", "stars": "*", "underlines": "_a__ ", "quoted": ">", "ticks": "`a", "links": "[a](b) ", "images": "![",
    "items": "- a\n", "deep-items": "- ", "pipes": "|a", "shortcodes": "{{<", "liquid": "{% comment %}", "fences": "```\n",
    "footnotes": "[^a", "attribute-lists": "{: ", "spaces": " ", "blank-lines": "\n", "tabs": "\t", "words": "a", "lines": "a\n",
    "nul": "a\0", "right-to-left": "\u202ea", "marks": "\u0316\u0301", "decomposed": "e\u0301", "zero-width": "a\u200b",
    "emoji": "👨\u200d👩\u200d👧", "surrogates": "a\ud800", "stops": ". ", "returns": "\r", "jamo": "\u1112\u1161\u11ab",
}  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("piece", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_input_is_read_or_refused_in_bounded_time(form: str, piece: str) -> None:
    body = "x" + piece * (SIZE // len(piece)) + "y"
    started = time.process_time()
    with contextlib.suppress(ScopenoteError):
        _assert_runs_are_true(read_article(_submit(form, body)), body.replace("\ud800", "\ufffd"))
    assert time.process_time() - started < 3


def test_formatting_that_browsers_open_again_in_every_paragraph_stays_small() -> None:
    bold = "".join(f"<b id={number}>" for number in range(5_000))
    article = read_article(Submission(html=f"<p>{bold}</p>" + "<p>x</p>" * 5_000))
    assert article.words == 5_000


def test_an_address_that_holds_data_costs_nothing() -> None:
    html = f"<p>a<img src='data:image/png;base64,{'A' * 1_000_000}'>b</p>"
    assert read_article(Submission(html=html)).text == "ab"


def test_real_articles_are_covered_by_runs() -> None:
    path = SHARED / "data/digitalgov/articles.jsonl"
    if not path.exists():
        pytest.skip("the digitalgov articles are not here")
    with path.open(encoding="utf-8") as lines:
        bodies = [json.loads(line)["text"] for _, line in zip(range(60), lines, strict=False)]
    for body in bodies:
        article = read_article(Submission(markdown=body))
        _assert_runs_are_true(article, body)
        assert _find_share_covered(article) >= 0.98


def test_a_real_plain_article_is_one_run_with_its_headings() -> None:
    path = SHARED / "seeds/002_f0b1a27ca56f6ad8.txt"
    if not path.exists():
        pytest.skip("the seed article is not here")
    text = path.read_text(encoding="utf-8")
    article = read_article(Submission(text=text))
    assert article.text == text.strip("\n")
    assert len(article.runs) == 1
    assert sum(sentence.heading for sentence in article.sentences) >= 20
