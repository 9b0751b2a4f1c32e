"""Owns the tests of changing words in front matter: what comes and goes, and that nothing else does."""

import pytest

from app.errors import BadFile
from app.parsing.front_matter_edit import edit_words, read_words

YAML = [
    pytest.param("tags:\n  - a\n  - b\n", ["a", "b", "x"], "tags:\n  - a\n  - b\n  - x\n", id="block-add"),
    pytest.param("tags:\n- a\n- b\nz: 1\n", ["b", "x"], "tags:\n- b\n- x\nz: 1\n", id="block-without-indent"),
    pytest.param("tags:\n    -   a\nz: 1\n", ["a", "x"], "tags:\n    -   a\n    -   x\nz: 1\n", id="odd-indent"),
    pytest.param("tags:\n  -\n    a\nz: 1\n", ["a", "x"], "tags:\n  -\n    a\n  - x\nz: 1\n", id="word-below-its-dash"),
    pytest.param(
        "tags: # ours\n  # about - a\n  - a # first\n  # about b\n  - b\n# end\nz: 1\n",
        ["b", "x"],
        "tags: # ours\n  # about - a\n  # about b\n  - b\n  - x\n# end\nz: 1\n",
        id="comments-between",
    ),
    pytest.param("tags:\n  - 'a'\n  - 'b c'\n", ["a", "b c", "x"], "tags:\n  - 'a'\n  - 'b c'\n  - 'x'\n", id="single"),
    pytest.param('tags:\n  - "a"\n', ["a", "it's"], 'tags:\n  - "a"\n  - "it\'s"\n', id="double"),
    pytest.param("tags:\n  - a\n  - 'b'\n", ["a", "b", "x"], "tags:\n  - a\n  - 'b'\n  - x\n", id="mixed-quotes"),
    pytest.param("tags:\n  - a\n  - b\nz: 1\n", [], "tags:\nz: 1\n", id="block-emptied"),
    pytest.param("tags:\n  - a\n  -\n", ["a", "x"], "tags:\n  - a\n  -\n  - x\n", id="an-empty-item-stays"),
    pytest.param("tags:\n  - 508\n", ["508", "x"], "tags:\n  - 508\n  - x\n", id="a-number-stays"),
    pytest.param("tags: [a, b]\n", ["a", "b", "x"], "tags: [a, b, x]\n", id="flow-add"),
    pytest.param("tags: [a, b, c]\n", ["b", "c"], "tags: [b, c]\n", id="flow-first-goes"),
    pytest.param("tags: [a, b, c]\n", ["a", "c"], "tags: [a, c]\n", id="flow-middle-goes"),
    pytest.param("tags: [a, b, c]\n", ["a"], "tags: [a]\n", id="flow-last-go"),
    pytest.param("tags: [ a, b, ]\n", ["a", "x"], "tags: [ a, x, ]\n", id="flow-trailing-comma"),
    pytest.param("tags: ['a','b']\n", ["a", "b", "x"], "tags: ['a','b','x']\n", id="flow-tight-and-quoted"),
    pytest.param("tags: [a]\nz: 1\n", [], "tags: []\nz: 1\n", id="flow-emptied"),
    pytest.param("tags: []\n", ["a", "b"], "tags: [a, b]\n", id="flow-filled"),
    pytest.param(
        "tags: [\n  a, # first\n  b  # second\n]\n",
        ["a", "b", "x"],
        "tags: [\n  a, # first\n  b,  # second\n  x\n]\n",
        id="flow-over-lines",
    ),
    pytest.param("tags: word\n", ["word", "x"], "tags: [word, x]\n", id="scalar"),
    pytest.param("tags: 'word'\n", ["word", "x"], "tags: ['word', 'x']\n", id="quoted-scalar"),
    pytest.param("tags: word\nz: 1\n", [], "tags: []\nz: 1\n", id="scalar-emptied"),
    pytest.param('tags: ""\n', ["x"], "tags: [x]\n", id="empty-scalar"),
    pytest.param("tags:\nz: 1\n", ["x"], "tags:\n  - x\nz: 1\n", id="nothing"),
    pytest.param("tags: # none yet\nz: 1\n", ["x"], "tags: # none yet\n  - x\nz: 1\n", id="nothing-with-comment"),
    pytest.param("tags: ~\n", ["x"], "tags: [x]\n", id="null"),
    pytest.param("z: 1\n", ["x", "w"], "z: 1\ntags:\n  - x\n  - w\n", id="missing"),
    pytest.param("z: 1\ntags:\n  - x\n", [], "z: 1\n", id="as-added-goes-whole"),
    pytest.param("k: ['a']\n", ["x"], "k: ['a']\ntags: ['x']\n", id="missing-beside-flow-lists"),
    pytest.param("k:\n- a\n", ["x"], "k:\n- a\ntags:\n- x\n", id="missing-beside-lists-without-indent"),
    pytest.param("  z: 1\n", ["x"], "  z: 1\n  tags:\n    - x\n", id="missing-in-an-indented-root"),
    pytest.param("", ["x"], "tags:\n  - x\n", id="empty-front-matter"),
    pytest.param("z: |+\n  long\n\n", ["x"], "z: |+\n  long\n\ntags:\n  - x\n", id="behind-a-text-that-keeps-blanks"),
    pytest.param("Tags: [a]\n", ["a", "x"], "Tags: [a, x]\n", id="case-of-the-key"),
    pytest.param("'tags': [a]\n", ["a", "x"], "'tags': [a, x]\n", id="quoted-key"),
    pytest.param("z: {tags: [q]}\ntags: [a]\n", ["a", "x"], "z: {tags: [q]}\ntags: [a, x]\n", id="namesake-inside"),
]

TOML = [
    pytest.param('tags = ["a", "b"]\n', ["a", "b", "x"], 'tags = ["a", "b", "x"]\n', id="one-line"),
    pytest.param('tags = ["a","b"]\n', ["b", "x"], 'tags = ["b","x"]\n', id="tight"),
    pytest.param("tags = ['a']\n", ["a", "x"], "tags = ['a', 'x']\n", id="literal"),
    pytest.param(
        'tags = [\n  "a", # first\n  # about b\n  "b", # [second]\n]\nz = 1\n',
        ["b", "x"],
        'tags = [\n  # about b\n  "b", # [second]\n  "x",\n]\nz = 1\n',
        id="lines-trailing-comma-comments",
    ),
    pytest.param(
        'tags = [\n  "a",\n  "b"\n]\n',
        ["a", "b", "x"],
        'tags = [\n  "a",\n  "b",\n  "x"\n]\n',
        id="lines-no-last-comma",
    ),
    pytest.param('tags = [ # all\n  "a", "b"\n]\n', ["b"], 'tags = [ # all\n  "b"\n]\n', id="comment-behind-bracket"),
    pytest.param(
        'tags = ["a", # one\n  "b", "c"] # both\n',
        ["a", "b", "c", "x"],
        'tags = ["a", # one\n  "b", "c", "x"] # both\n',
        id="wrapped",
    ),
    pytest.param('tags = "a"\n', ["a", "x"], 'tags = ["a", "x"]\n', id="scalar"),
    pytest.param('tags = ""\n', ["x"], 'tags = ["x"]\n', id="empty-scalar"),
    pytest.param(
        'z = 1\n\n[m]\nk = "[tags]"\n', ["x"], 'z = 1\ntags = ["x"]\n\n[m]\nk = "[tags]"\n', id="before-tables"
    ),
    pytest.param("[m]\nk = 1\n", ["x"], 'tags = ["x"]\n[m]\nk = 1\n', id="only-tables"),
    pytest.param('z="1"\n', ["x"], 'z="1"\ntags=["x"]\n', id="equals-as-in-use"),
    pytest.param('z = 1\ntags = ["x"]\n', [], "z = 1\n", id="as-added-goes-whole"),
    pytest.param('tags = ["x"]\nz = 1\n', [], "tags = []\nz = 1\n", id="elsewhere-stays-empty"),
    pytest.param("", ["x"], 'tags = ["x"]\n', id="empty-front-matter"),
    pytest.param(
        'z = """\ntags = ["q"]\n"""\ntags = ["a"]\n',
        ["a", "x"],
        'z = """\ntags = ["q"]\n"""\ntags = ["a", "x"]\n',
        id="namesake-in-a-text",
    ),
    pytest.param('z = "a\\"b" # "\ntags = ["a"]\n', ["x"], 'z = "a\\"b" # "\ntags = ["x"]\n', id="escaped-quote"),
    pytest.param('TAGS = ["a"]\n', ["a", "x"], 'TAGS = ["a", "x"]\n', id="case-of-the-key"),
    pytest.param('tags = ["a"]\n', ["a", 'q"\\\x01'], 'tags = ["a", "q\\"\\\\\\u0001"]\n', id="escapes"),
]

JSON = [
    pytest.param('{"tags": ["a", "b"]}', ["a", "b", "x"], '{"tags": ["a", "b", "x"]}', id="one-line"),
    pytest.param('{"tags": ["a", "b"]}', ["b"], '{"tags": ["b"]}', id="first-goes"),
    pytest.param(
        '{\n  "tags": [\n    "a",\n    "b"\n  ]\n}',
        ["a", "x"],
        '{\n  "tags": [\n    "a",\n    "x"\n  ]\n}',
        id="lines",
    ),
    pytest.param('{"z": {"tags": ["q"]}, "tags": []}', ["x"], '{"z": {"tags": ["q"]}, "tags": ["x"]}', id="namesake"),
    pytest.param('{"tags": null}', ["x"], '{"tags": ["x"]}', id="null"),
    pytest.param('{"tags": "a"}', ["a", "x"], '{"tags": ["a", "x"]}', id="scalar"),
    pytest.param('{\n\t"z": 1\n}', ["x"], '{\n\t"z": 1,\n\t"tags": ["x"]\n}', id="missing"),
    pytest.param('{"z":1}', ["x"], '{"z":1,"tags":["x"]}', id="missing-and-tight"),
    pytest.param('{\n\t"z": 1,\n\t"tags": ["x"]\n}', [], '{\n\t"z": 1\n}', id="as-added-goes-whole"),
    pytest.param("{}", ["x"], '{"tags": ["x"]}', id="empty-object"),
    pytest.param(
        '{"z": "\\"]", "tags": ["a\\u0062"]}', ["ab", "x"], '{"z": "\\"]", "tags": ["a\\u0062", "x"]}', id="escapes"
    ),
    pytest.param('{"tags": ["a", [1]], "z": 1}', None, "list or mapping", id="a-list-inside"),
]


def _wrap(front: str, fence: str) -> bytes:
    return f"{fence}\n{front}{fence}\nBody: tags, and --- dashes.\n".encode()


@pytest.mark.parametrize(("front", "wanted", "edited"), YAML)
def test_yaml_is_edited_in_its_own_style(front: str, wanted: list[str], edited: str) -> None:
    assert edit_words(_wrap(front, "---"), "a.md", {"tags": wanted}).decode() == _wrap(edited, "---").decode()


@pytest.mark.parametrize(("front", "wanted", "edited"), TOML)
def test_toml_is_edited_in_its_own_style(front: str, wanted: list[str], edited: str) -> None:
    assert edit_words(_wrap(front, "+++"), "a.md", {"tags": wanted}).decode() == _wrap(edited, "+++").decode()


@pytest.mark.parametrize(("front", "wanted", "edited"), JSON)
def test_json_is_edited_in_its_own_style(front: str, wanted: list[str] | None, edited: str) -> None:
    data = f"{front}\n\nBody.".encode()
    if wanted is None:
        with pytest.raises(BadFile, match=edited):
            edit_words(data, "a.md", {"tags": ["x"]})
    else:
        assert edit_words(data, "a.md", {"tags": wanted}).decode() == f"{edited}\n\nBody."


@pytest.mark.parametrize(
    ("word", "written"),
    [
        pytest.param(word, written, id=word)
        for word, written in [
            ("operating-model", "operating-model"), ("21st-century", "21st-century"), ("R&D", "R&D"),
            ("Über uns", "Über uns"), ("no", "'no'"), ("Off", "'Off'"), ("~", "'~'"), ("null", "'null'"),
            ("1.0", "'1.0'"), ("1e3", "'1e3'"), ("0x1F", "'0x1F'"), ("2024-01-31", "'2024-01-31'"),
            ("12:30", "'12:30'"), ("a: b", "'a: b'"), ("a:", "'a:'"), ("#x", "'#x'"), ("a #x", "'a #x'"),
            ("- a", "'- a'"), ("[a]", "'[a]'"), ("a, b", "'a, b'"), ("it's", "'it''s'"), ("*a", "'*a'"),
            ("a ", "'a '"), ("", "''"), ("two\nlines", '"two\\nlines"'), ("tab\t", '"tab\\t"'),
        ]
    ],
)  # fmt: skip
def test_a_word_that_yaml_would_misread_is_quoted(word: str, written: str) -> None:
    edited = edit_words(_wrap("tags:\n  - a\n", "---"), "a.md", {"tags": ["a", word]})
    assert edited == _wrap(f"tags:\n  - a\n  - {written}\n", "---")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["lf", "crlf", "cr"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["plain", "marked"])
@pytest.mark.parametrize(
    ("lines", "added"),
    [
        pytest.param("---|tags:|  - a|z: 1|---|Body.|", "---|tags:|  - a|  - x|z: 1|---|Body.|", id="yaml"),
        pytest.param("---|z: 1|---|Body.|", "---|z: 1|tags:|  - a|  - x|---|Body.|", id="yaml-missing"),
        pytest.param("+++|z = 1|+++|Body.|", '+++|z = 1|tags = ["a", "x"]|+++|Body.|', id="toml-missing"),
        pytest.param('{|  "z": 1|}|Body.|', '{|  "z": 1,|  "tags": ["a", "x"]|}|Body.|', id="json-missing"),
    ],
)
def test_line_ends_and_the_byte_order_mark_stay(lines: str, added: str, end: str, mark: bytes) -> None:
    data, edited = (mark + text.replace("|", end).encode() for text in (lines, added))
    assert edit_words(data, "a.md", {"tags": ["a", "x"]}) == edited


def test_each_inserted_line_ends_as_the_lines_around_it() -> None:
    mixed = b"---\ntitle: t\ntags:\r\n  - a\r\nz: 1\n---\nBody.\r\n"
    assert edit_words(mixed, "a.md", {"tags": ["a", "x"]}) == mixed.replace(b"- a\r\n", b"- a\r\n  - x\r\n")


@pytest.mark.parametrize(
    ("front", "edited"),
    [
        pytest.param("z = 1\n", 'z = 1\n[taxonomies]\ntags = ["x"]\n', id="missing"),
        pytest.param(
            "[taxonomies]\ncategories = ['q']\n[extra]\ntags = ['n']\n",
            "[taxonomies]\ncategories = ['q']\ntags = [\"x\"]\n[extra]\ntags = ['n']\n",
            id="beside-others",
        ),
        pytest.param("[taxonomies]\n[extra]\n", '[taxonomies]\ntags = ["x"]\n[extra]\n', id="empty-table"),
        pytest.param("[taxonomies]\ntags = ['a']\n", "[taxonomies]\ntags = ['x']\n", id="there"),
        pytest.param("taxonomies.tags = ['a']\n", "taxonomies.tags = ['x']\n", id="dotted"),
    ],
)
def test_a_field_with_a_dot_is_a_key_of_a_toml_table(front: str, edited: str) -> None:
    assert edit_words(_wrap(front, "+++"), "a.md", {"taxonomies.tags": ["x"]}) == _wrap(edited, "+++")


REFUSED = [
    pytest.param(b"No front matter.\n", "no front matter", id="none"),
    pytest.param(b"---\ntags: &t [a]\nother: *t\n---\n", "anchors", id="alias"),
    pytest.param(b"---\ntags: [a]\ntags: [b]\n---\n", "already given", id="twice"),
    pytest.param(b"---\ntags: [a]\nTags: [b]\n---\n", "same field", id="twice-but-for-case"),
    pytest.param(b"---\ntags: {a: 1}\n---\n", "mapping", id="mapping"),
    pytest.param(b"---\ntags:\n  - {a: 1}\n---\n", "list or mapping", id="nested"),
    pytest.param(b"---\ntags: a b\n---\n", "one word or several", id="spaces"),
    pytest.param(b"---\ntags: a,b\n---\n", "one word or several", id="commas"),
    pytest.param(b"---\ntags: !!str a\n---\n", "YAML tag", id="yaml-tag"),
    pytest.param(b"---\ntags: >-\n  a\n---\n", "edited in place", id="folded-scalar"),
    pytest.param(b"---\ntags:\n  - |-\n    a\n---\n", "edited in place", id="folded-item"),
    pytest.param(b"---\n? tags\n: - a\n---\n", "edited in place", id="explicit-key"),
    pytest.param(b"---\n{z: 1}\n---\n", "in braces", id="missing-in-braces"),
    pytest.param(b"---\ntags: [\xff]\n---\n", "windows-1252", id="not-utf-8"),
    pytest.param("---\ntags: [a]\n---\n".encode("utf-16"), "utf-16", id="utf-16"),
    pytest.param(b"+++\ntags = {a = 1}\n+++\n", "mapping", id="toml-inline-table"),
    pytest.param(b'{"tags": {"a": 1}}\n', "mapping", id="json-object"),
    pytest.param(b"---\ntags: [a]\n", "never closed", id="unterminated"),
    pytest.param(b'+++\n"ta\\u0067s" = ["a"]\n+++\n', "edited in place .*already exists", id="escaped-toml-key"),
]


@pytest.mark.parametrize(("data", "problem"), REFUSED)
def test_what_cannot_be_edited_safely_is_refused_with_a_remedy(data: bytes, problem: str) -> None:
    with pytest.raises(BadFile, match=problem) as refused:
        edit_words(data, "a.md", {"tags": ["x"]})
    assert refused.value.remedy


@pytest.mark.parametrize(
    "slip",
    [
        pytest.param("tags: [a, x]\nz: true\n", id="another-field"),
        pytest.param("tags: [a]\nz: 1\n", id="nothing"),
        pytest.param("tags: [x, a]\nz: 1\n", id="order"),
        pytest.param("tags: [a, x]\nz: 1\n---\n", id="body"),
        pytest.param("z: 1\ntags: [a, x", id="no-longer-read"),
    ],
)
def test_a_slip_of_the_editor_is_caught(slip: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.parsing.front_matter_edit.edit_yaml", lambda *_: slip)
    with pytest.raises(BadFile, match="cannot be edited in place"):
        edit_words(_wrap("tags: [a]\nz: 1\n", "---"), "a.md", {"tags": ["a", "x"]})


@pytest.mark.parametrize(
    ("data", "field", "problem"),
    [
        pytest.param(b"---\nz: 1\n---\n", "taxonomies.tags", "in TOML only", id="dotted-in-yaml"),
        pytest.param(b"+++\ntaxonomies = {a = ['b']}\n+++\n", "taxonomies.tags", "within another", id="inline"),
        pytest.param(b"+++\n[[taxonomies]]\na = 1\n+++\n", "taxonomies.tags", "no table", id="array-of-tables"),
    ],
)
def test_a_table_that_cannot_be_added_to_is_refused(data: bytes, field: str, problem: str) -> None:
    with pytest.raises(BadFile, match=problem):
        edit_words(data, "a.md", {field: ["x"]})


def test_a_word_that_is_no_text_is_refused() -> None:
    with pytest.raises(BadFile, match="not text"):
        edit_words(b"---\ntags: [a]\n---\n", "a.md", {"tags": ["a", "half \ud800"]})


def test_front_matter_that_would_grow_beyond_what_is_read_is_refused() -> None:
    data = b"---\nz: " + b"x" * 262_100 + b"\ntags: [a]\n---\n"
    with pytest.raises(BadFile, match="longer than 256 kB"):
        edit_words(data, "a.md", {"tags": ["a", "y" * 100]})


def test_several_fields_are_edited_at_once() -> None:
    data = _wrap("categories: [k]\ntags:\n  - a\n", "---")
    edited = edit_words(data, "a.md", {"tags": ["a", "x"], "categories": [], "concepts": ["c"]})
    assert edited == _wrap("categories: []\ntags:\n  - a\n  - x\nconcepts:\n  - c\n", "---")


def test_words_are_read_from_every_form_of_a_field() -> None:
    data = _wrap("Tags: [a, 508, ~, true]\ncategories: one\nconcepts:\n", "---")
    assert read_words(data, "a.md", ["tags", "categories", "concepts", "missing"]) == {
        "tags": ("a", "508", "true"),
        "categories": ("one",),
        "concepts": (),
        "missing": (),
    }


def test_a_long_list_is_edited_in_time() -> None:
    many = [f"tag-{number}" for number in range(3000)]
    data = _wrap("".join(["tags = [\n", *(f'  "{tag}",\n' for tag in many), "]\n"]), "+++")
    edited = edit_words(data, "a.md", {"tags": [*many[::2], "x"]})
    assert read_words(edited, "a.md", ["tags"])["tags"] == (*many[::2], "x")
