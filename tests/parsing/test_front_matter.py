"""Owns the tests of front matter: fields, body and places, or a refusal that can be acted on."""

import pytest

from app.errors import BadFile
from app.parsing.front_matter import FrontMatter, read_front_matter


def read(text: str) -> FrontMatter:
    return read_front_matter(text, "a.md")


def refuse(text: str) -> BadFile:
    with pytest.raises(BadFile) as refused:
        read_front_matter(text, "a.md")
    return refused.value


@pytest.mark.parametrize(
    ("text", "form", "body", "line"),
    [
        pytest.param("---\na: 1\n---\nBody\n", "yaml", "Body\n", 4, id="yaml"),
        pytest.param("---\na: 1\n...\nBody", "yaml", "Body", 4, id="yaml closed by dots"),
        pytest.param("+++\na = 1\n+++\nBody", "toml", "Body", 4, id="toml"),
        pytest.param('{\n"a": 1\n}\n\nBody', "json", "\nBody", 4, id="json"),
        pytest.param('{"a": 1} Body', "json", "Body", 1, id="json and body on one line"),
        pytest.param("---\r\na: 1\r\n---\r\nBody", "yaml", "Body", 4, id="crlf"),
        pytest.param("---\ra: 1\r---\rBody", "yaml", "Body", 4, id="cr alone"),
        pytest.param("---\r\na: 1\n---\r\nBody", "yaml", "Body", 4, id="mixed line ends"),
        pytest.param("\n \n---\na: 1\n---\nBody", "yaml", "Body", 6, id="blank lines before"),
        pytest.param("--- \t\na: 1\n---  \nBody", "yaml", "Body", 4, id="spaces behind the fences"),
        pytest.param("---\n  a: 1\n---\nBody", "yaml", "Body", 4, id="indented root"),
        pytest.param("---\na: 1\n---\nx\n---\ny", "yaml", "x\n---\ny", 4, id="fence in the body"),
        pytest.param("---\na: 1\n---", "yaml", "", 3, id="closed at the end of the file"),
        pytest.param("\ufeff---\na: 1\n---\nBody", "yaml", "Body", 4, id="a mark that was not stripped"),
    ],
)
def test_a_file_is_split_at_its_fences(text: str, form: str, body: str, line: int) -> None:
    front = read(text)
    assert (front.format, front.fields, front.body, front.body_line) == (form, {"a": 1}, body, line)
    assert text[front.body_offset :] == body


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param("Words\n---\na: 1\n---\n", id="fences further down"),
        pytest.param("{{< ref >}} words", id="a shortcode"),
        pytest.param("{% if %}", id="a template tag"),
        pytest.param("--- a dash\nb", id="a dash"),
        pytest.param("\n\n  ---\nx: 1\n---\n", id="an indented rule"),
    ],
)
def test_a_file_without_front_matter_is_all_body(text: str) -> None:
    front = read(text)
    assert (front.format, front.fields, front.body, front.body_offset) == ("none", {}, text, 0)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("---\n---\nBody", id="yaml"),
        pytest.param("---\n# only a comment\n---\nBody", id="a comment"),
        pytest.param("+++\n+++\nBody", id="toml"),
        pytest.param("{}\nBody", id="json"),
    ],
)
def test_empty_front_matter_has_no_fields(text: str) -> None:
    front = read(text)
    assert (front.fields, front.body) == ({}, "Body")
    assert front.format != "none"


@pytest.mark.parametrize(
    ("written", "value"),
    [
        pytest.param("no", "no", id="a word, not a truth value"),
        pytest.param("True", True, id="true"),
        pytest.param("'true'", "true", id="quoted"),
        pytest.param("~", None, id="null"),
        pytest.param("", None, id="nothing"),
        pytest.param("508", 508, id="integer"),
        pytest.param("-2", -2, id="negative"),
        pytest.param("0755", "0755", id="leading zero"),
        pytest.param("1" * 30, "1" * 30, id="too long for a quantity"),
        pytest.param("1.50", 1.5, id="fraction"),
        pytest.param("1e999", "1e999", id="beyond all numbers"),
        pytest.param(".nan", ".nan", id="no number"),
        pytest.param("2025-11-24T13:22:30Z", "2025-11-24T13:22:30Z", id="date"),
        pytest.param("2014-06-13 10:00:48 -0400", "2014-06-13 10:00:48 -0400", id="odd date"),
        pytest.param("12:30", "12:30", id="sexagesimal"),
        pytest.param("!!str 12", "12", id="said to be text"),
        pytest.param("[a, 508, , null]", ["a", 508, None], id="list"),
    ],
)
def test_yaml_scalars_mean_what_yaml_1_2_says(written: str, value: object) -> None:
    if written.startswith("[a"):
        written = "[a, 508, null]"
    assert read(f"---\nx: {written}\n---\n").fields == {"x": value}


def test_toml_dates_are_text_as_written() -> None:
    front = read('+++\nd = 2014-03-24T20:00:00Z\ne = 2014-03-24 # day\n[menu.main]\n  parent = "x"\n+++\n')
    assert front.fields == {"d": "2014-03-24T20:00:00Z", "e": "2014-03-24", "menu": {"main": {"parent": "x"}}}
    assert front.lines == {"d": 2, "e": 3, "menu": 4}


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        pytest.param("\n---\na: 1\nb:\n  - x\n  - y: 2\n---\n", {"a": 3, "b": 4}, id="yaml"),
        pytest.param('+++\na = """\nb = 9\n"""\nb = [\n  "x"]\n+++\n', {"a": 2, "b": 5}, id="toml"),
        pytest.param('{"a": "{",\n\n "b": [1,\n{"c": 2}]}', {"a": 1, "b": 3}, id="json"),
    ],
)
def test_the_line_of_each_top_level_key_is_known(text: str, lines: dict[str, int]) -> None:
    assert read(text).lines == lines


def test_the_lines_of_nested_parts_are_known_by_pointer() -> None:
    front = read("---\nscopenote:\n  exclusions:\n    - id: a\n      when:\n        any: [b,\n          c]\n---\n")
    assert front.pointers["/scopenote/exclusions/0/when/any/1"] == 7


def test_keys_that_differ_in_case_are_two_keys_with_a_warning() -> None:
    front = read("---\nexpiryDate: a\nexpirydate: b\n---\n")
    assert front.fields == {"expiryDate": "a", "expirydate": "b"}
    assert "line 3" in front.warnings[0]


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        pytest.param("---\na: 1\n", 1, "never closed", id="unterminated yaml"),
        pytest.param("\n---\n\nA text after a rule\n", 2, "never closed", id="a rule that opens a text"),
        pytest.param("+++\na = 1\n", 1, "never closed", id="unterminated toml"),
        pytest.param("+++ a = 1 +++\nBody", 1, "follows the opening fence", id="toml on one line"),
        pytest.param('{"a": 1\n', 2, "not valid JSON", id="unterminated json"),
        pytest.param("---\na: 1\nb: 2\na: 3\n---\n", 4, "already given on line 2", id="duplicate in yaml"),
        pytest.param("---\nb:\n  a: 1\n  a: 1\n---\n", 4, "already given on line 3", id="nested duplicate"),
        pytest.param('{"a": 1,\n"b": 2,\n"a": 3}', 3, "already given on line 1", id="duplicate in json"),
        pytest.param("+++\na = 1\nb = 2\na = 3\n+++\n", 4, "not valid TOML", id="duplicate in toml"),
        pytest.param("---\na: &x 1\nb: *x\n---\n", 2, "anchors", id="anchor"),
        pytest.param("---\na: 1\nb: *x\n---\n", 3, "aliases", id="alias"),
        pytest.param("---\na: 1\nb: !!python/name:os.system x\n---\n", 3, "tag", id="python tag"),
        pytest.param("---\na: !custom {b: 1}\n---\n", 2, "tag", id="custom tag"),
        pytest.param("---\na: 1\n--- b\nc: 2\n---\n", 3, "second YAML document", id="two documents"),
        pytest.param("---\na: b: c\n---\n", 2, "not valid YAML", id="colon in a value"),
        pytest.param("---\na: 1\n\tb: 2\n---\n", 3, "not valid YAML", id="tab"),
        pytest.param("---\n? [a]\n: 1\n---\n", 2, "key is a list", id="list as key"),
        pytest.param("---\njust words\n---\n", 2, "no fields", id="a paragraph between rules"),
        pytest.param("---\n- a\n---\n", 2, "no fields", id="a list"),
        pytest.param('---\na: "\\0"\n---\n', 2, "U+0000", id="smuggled NUL"),
        pytest.param('---\na: "\\uD800"\n---\n', 2, "half a character", id="smuggled surrogate"),
        pytest.param('{"a":\n"\\ud800"}', 1, "half a character", id="smuggled surrogate in json"),
        pytest.param("---\na: \x08\n---\n", 2, "not valid YAML", id="control character"),
        pytest.param("+++\na = 1\nb = nope\n+++\n", 3, "not valid TOML", id="bare word in toml"),
        pytest.param('{"a": 1,\n"b": nope}', 2, "not valid JSON", id="bare word in json"),
        pytest.param('{"a": NaN}', None, "NaN", id="no number in json"),
    ],
)
def test_what_cannot_be_read_is_refused_with_line_and_remedy(text: str, line: int | None, problem: str) -> None:
    refused = refuse(text)
    assert problem in str(refused)
    assert refused.line == line
    assert refused.path == "a.md"
    assert refused.remedy
