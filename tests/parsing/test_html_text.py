"""Holds HTML to visible text: what browsers show, in blocks."""

import pytest

from app.parsing.html_text import read_html
from app.parsing.tracing import trace_whole
from app.parsing.visible import Visible


def _read(html: str) -> Visible:
    return read_html(trace_whole(html))


@pytest.mark.parametrize(
    ("html", "text"),
    [
        pytest.param(
            "<h1>Fish &amp; chips</h1><p>Cod <b>pri</b>ces\n rose.</p>", "Fish & chips\n\nCod prices rose.", id="p"
        ),
        pytest.param("<ul><li>one<li>two</ul>", "one\n\ntwo", id="list"),
        pytest.param("<table><tr><th>a<td>b<tr><td>c</table>", "a\n\nb\n\nc", id="cells"),
        pytest.param("<p>one<br>two</p>", "one\ntwo", id="line-break"),
        pytest.param("<pre>x = 1\n  y</pre>", "x = 1\ny", id="preformatted"),
        pytest.param("<figure><img alt=no><figcaption>Caption</figcaption></figure>", "Caption", id="caption"),
        pytest.param("<details><summary>More</summary>inside</details>", "More\n\ninside", id="details"),
        pytest.param("<p title='no' data-x='no'>yes", "yes", id="attributes"),
        pytest.param("a<script>no</script><style>no</style><template>no</template>b", "ab", id="scripts"),
        pytest.param("a<noscript>no</noscript><svg><text>no</text></svg><iframe>no</iframe>b", "ab", id="fallbacks"),
        pytest.param("<textarea>no</textarea><select><option>no</select><button>Go</button>", "Go", id="controls"),
        pytest.param("1 < 2 & 3 > 2 &lt;b&gt; &copy; &#8364; &xyzzy;", "1 < 2 & 3 > 2 <b> © € &xyzzy;", id="entities"),
        pytest.param("a&#8203;b&shy;c", "abc", id="invisible-entities"),
        pytest.param("<p>un<div>closed<b>all", "un\n\nclosedall", id="unclosed"),
        pytest.param("<b><p>mis</b>nested</p>", "misnested", id="misnested"),
        pytest.param("<table>out<tr><td>in</table>", "out\n\nin", id="text-in-table"),
        pytest.param("<p>a</p><p title='", "a", id="tag-without-end"),
        pytest.param("<xmp>x</xmp><plaintext>y", "x\n\ny", id="raw-text"),
        pytest.param("a<!-- no --><!no><?php no ?>b", "ab", id="comments"),
        pytest.param("<ruby>漢<rt>かん</rt></ruby>字", "漢字", id="ruby"),
    ],
)
def test_visible_text(html: str, text: str) -> None:
    assert _read(html).traced.text == text


@pytest.mark.parametrize(
    "html",
    [
        pytest.param("<p hidden>no</p>", id="hidden"),
        pytest.param("<input type=hidden value=no>", id="hidden-input"),
        pytest.param("<p style='display:none'>no", id="display"),
        pytest.param("<p style='Visibility : HIDDEN'>no", id="visibility"),
        pytest.param("<p style='display:/**/none!important'>no", id="comment-in-style"),
        pytest.param("<p style='opacity:0'>no", id="opacity"),
        pytest.param("<p style='font-size:0'>no", id="font-size"),
        pytest.param("<p style='font:0px/1 serif'>no", id="font"),
        pytest.param("<p style='color:#FFF;background:white'>no", id="colour-on-colour"),
        pytest.param("<p style='background-color:#000'><b style='color:black'>no</b>", id="inherited-background"),
        pytest.param("<font color=white>no</font>", id="white-on-page"),
        pytest.param("<p style='color:rgba(0,0,0,0)'>no", id="transparent"),
        pytest.param("<p style='position:absolute;left:-9999px'>no", id="off-screen"),
        pytest.param("<p style='text-indent:-999em'>no", id="indented-away"),
        pytest.param("<p style='position:absolute;clip:rect(0,0,0,0)'>no", id="clip"),
        pytest.param("<p style='height:0;overflow:hidden'>no", id="no-height"),
        pytest.param("<p style='transform:scale(0)'>no", id="scaled-away"),
        pytest.param("<span class='sr-only'>no</span>", id="screen-reader-class"),
        pytest.param("<i aria-hidden=true>no</i>", id="icon"),
        pytest.param("<dialog>no</dialog>", id="closed-dialog"),
        pytest.param("<style>.q{display:none}</style><p class='a q'>no", id="style-sheet-class"),
        pytest.param("<style>@media x{} p#q , b {left:-9999px;position:fixed}</style><p id=q>no", id="style-sheet-id"),
    ],
)
def test_hidden_elements_are_left_out_and_counted(html: str) -> None:
    visible = _read(f"<div>{html}</div>yes")
    assert visible.traced.text == "yes"
    assert visible.removed.hidden_elements == 1


@pytest.mark.parametrize(
    "html",
    [
        pytest.param("<p style='display:none;display:block'>yes", id="last-declaration-counts"),
        pytest.param("<div style='font-size:0'><p style='font-size:16px'>yes", id="size-given-again"),
        pytest.param("<div class=hero><p style='color:white'>yes", id="white-on-unknown"),
        pytest.param("<div style='background:navy'><p style='color:white'>yes", id="white-on-dark"),
        pytest.param("<p style='transform:scale(0.5)'>yes", id="scaled"),
        pytest.param("<p style='left:-9999px'>yes", id="not-positioned"),
        pytest.param("<p aria-hidden=true>yes", id="hidden-from-screen-readers-alone"),
        pytest.param("<dialog open>yes", id="open-dialog"),
        pytest.param("<style>.q{display:none}.q.on{display:block}</style><p class=q>yes", id="shown-by-another-rule"),
        pytest.param("<style>@media print{.q{display:none}}</style><p class=q>yes", id="print-style"),
    ],
)
def test_what_readers_see_stays(html: str) -> None:
    assert _read(html).traced.text == "yes"


def test_comments_are_counted() -> None:
    assert _read("a<!-- one --><!-- two -->b").removed.comments == 2


def test_headings_are_told_by_their_tags() -> None:
    visible = _read("<h2>One <i>head</i></h2><p>Text</p><div role=heading>Two</div>")
    assert [block.heading for block in visible.blocks] == [True, False, True]


PAGE = """<!doctype html><html><head><title>Tidal power | Example News</title></head><body>
<header><a href=/>Example News</a></header><nav>Home Sport</nav>
<main><article><header><h1>Tidal power</h1></header><p>The sea does the work.</p><aside>Read on</aside></article></main>
<form>Sign up</form><footer>Imprint</footer></body></html>"""


def test_of_a_whole_page_only_the_main_content_is_read() -> None:
    visible = _read(PAGE)
    assert visible.traced.text == "Tidal power\n\nThe sea does the work."
    assert visible.title == "Tidal power"


@pytest.mark.parametrize(
    ("html", "text"),
    [
        pytest.param("<body><nav>n</nav><p>body</p><footer>f</footer>", "body", id="no-main"),
        pytest.param("<html><main></main><p>outside</p>", "outside", id="empty-main"),
        pytest.param("<html><article>one<article>comment</article></article><p>x", "one\n\ncomment", id="comments"),
        pytest.param("<html><div hidden><main>no</main></div><p>seen", "seen", id="hidden-main"),
        pytest.param("<html><main><nav>all there is</nav></main>", "all there is", id="nothing-but-navigation"),
        pytest.param("<html><article>one</article><article>two</article>", "one\n\ntwo", id="several-articles"),
        pytest.param("<html><form><h1>h</h1><p>all in a form</p></form>", "h\n\nall in a form", id="page-in-a-form"),
    ],
)
def test_pages_without_one_clear_article(html: str, text: str) -> None:
    assert _read(html).traced.text == text


def test_a_fragment_keeps_all_that_is_visible() -> None:
    assert _read("<nav>n</nav><p>p</p><footer>f</footer>").traced.text == "n\n\np\n\nf"
