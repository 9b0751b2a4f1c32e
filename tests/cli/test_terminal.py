"""What others wrote cannot steer the terminal that it is shown on."""

import ast
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from rich.markup import render
from typer.testing import CliRunner

from app.api.classification import ArticleSummary, Classification
from app.cli.card import print_card
from app.cli.category_tables import print_category, print_findings, print_list
from app.cli.program import program
from app.cli.terminal import escape_words, join_words, make_printable, write_json
from app.domain.category import Category, Taxonomy, Topic
from app.domain.decision import Assignment, Evidence, ExclusionFinding, Status
from app.domain.exclusion import Condition, ExclusionRule
from app.domain.verdict import JudgeName, Usage
from app.linting.findings import LintFinding

ROOT = Path(__file__).parents[2]
STEERING = "\x1b]0;owned\x07\x1b[2J\x9b1A\u202efdp\u2066\x7f"


@pytest.mark.parametrize(
    ("text", "printable"),
    [
        pytest.param("\x1b[2J", r"\x1b[2J", id="escape"),
        pytest.param("\x9b1A", r"\x9b1A", id="a control character of the second set"),
        pytest.param("a\x08\x7f", r"a\x08\x7f", id="backspace and delete"),
        pytest.param("a\r\nb", r"a\x0d\nb", id="line ends"),
        pytest.param("a\u2028b\x85c", r"a\u2028b\x85c", id="line ends of Unicode"),
        pytest.param("\u202etxt.exe\u2069", r"\u202etxt.exe\u2069", id="bidirectional overrides"),
        pytest.param("caf\udce9", r"caf\udce9", id="a byte of a file name that is no character"),
        pytest.param("„Straße“ – 道 🙂 العربية\tx", "„Straße“ – 道 🙂 العربية\tx", id="what is only text"),
    ],
)
def test_make_printable(text: str, printable: str) -> None:
    assert make_printable(text) == printable


@pytest.mark.parametrize("text", ["[bold]x[/]", "\x1b[red]x[/red]", "\x1b[link=http://evil.example]x[/link]"])
def test_markup_of_others_stays_text(text: str) -> None:
    assert render(escape_words(text)).plain == make_printable(text)
    assert join_words(text, ("!", "bold")).plain == make_printable(text) + "!"


def _run(*arguments: str, charset: str = "utf-8", stdin: str | None = None) -> tuple[int, bytes, bytes]:
    result = CliRunner(charset=charset).invoke(program, list(arguments), input=stdin)
    return result.exit_code, result.stdout_bytes, result.stderr_bytes


def _steers(output: bytes) -> bool:
    text = output.decode().replace("\n", "")
    return make_printable(text) != text


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of one definition, in which nothing is hostile."""
    folder = tmp_path / "definitions"
    folder.mkdir()
    (folder / "boards.md").write_text(
        "---\ntitle: Boards – Räte\nInstructions: |-\n  How boards decide.\n\n"
        "  **Key Topics:**\n  - Boards and councils\n\n  **Strictly exclude:**\n  - Etiquette without boards.\n---\n"
    )
    return folder


def _make_hostile() -> Taxonomy:
    rule = ExclusionRule(
        id="boards#x1",
        text=f"Etiquette {STEERING}\nforged",
        kind="absence",
        subjects=(f"etiquette {STEERING}",),
        condition=Condition(type="without", phrases=(f"boards {STEERING}",)),
        redirect_to=(STEERING,),
    )
    category = Category(
        id=f"boards{STEERING}",
        title=f"Boards {STEERING}\nforged",
        scope=f"Boards {STEERING}\nforged",
        topics=(Topic(id="boards#t1", text=f"Councils {STEERING}\nforged"),),
        exclusions=(rule,),
        summary=f"Boards {STEERING}\nforged",
        related=(STEERING,),
        source=f"boards{STEERING}\nforged",
    )
    return Taxonomy(categories=(category,), version="1")


def test_a_definition_cannot_steer(capsys: pytest.CaptureFixture[str]) -> None:
    taxonomy = _make_hostile()
    finding = LintFinding(
        category_id="boards", file=STEERING, line=1, severity="error", code="title", message=f"{STEERING}\nforged"
    )
    print_list(taxonomy)
    print_category(taxonomy.categories[0], taxonomy)
    print_findings([finding])
    out = capsys.readouterr().out
    assert out.count("owned") > 10
    assert not _steers(out.encode())
    assert not any(line.startswith("forged") for line in out.splitlines())


@pytest.mark.parametrize("status", ["assigned", "review", "excluded", "rejected"])
@pytest.mark.parametrize("title", [STEERING, ""], ids=["titled", "by its path"])
def test_a_card_cannot_steer(status: Status, title: str, capsys: pytest.CaptureFixture[str]) -> None:
    words = f"{STEERING}\nforged"
    found = ExclusionFinding(
        id="boards#x1", text=words, kind="topic", finding="waived", decided_by="rule", reason=words
    )
    assignment = Assignment(
        category="boards",
        title=words,
        kind="tags",
        status=status,
        decided_by="judge",
        score=0.5,
        rationale=words,
        evidence=(Evidence(quote=words, start=0, end=9),),
        exclusions=(found,),
    )
    article = ArticleSummary(id=None, title=title, url=None, digest="", words=9, sentences=1)
    classification = Classification(
        id="1",
        created_at=datetime(2026, 1, 2, tzinfo=UTC),
        article=article,
        tag=None,
        rationale=words,
        tags=(STEERING,),
        assignments=(assignment,),
        judge=JudgeName(kind="llm", model=STEERING),
        taxonomy_version="1",
        prompt_version="1",
        rules_version="1",
        usage=Usage(),
        cached=False,
        warnings=(words,),
        took_ms=1.0,
    )
    print_card(classification, f"{STEERING}\nforged.txt")
    out = capsys.readouterr().out
    assert "owned" in out
    assert not _steers(out.encode())


def test_an_error_stays_in_its_line(folder: Path) -> None:
    code, _, err = _run("classify", f"{folder}/a\x1b[2J\nscopenote: all is well", "--categories", str(folder))
    assert code == 2
    assert err.count(b"\n") == 1
    assert rb"a\x1b[2J\nscopenote" in err


@pytest.mark.parametrize("argument", ["\x1b[2J", "x\nscopenote: done"])
def test_what_is_asked_for_cannot_steer_by_way_of_an_error(argument: str) -> None:
    code, _, err = _run("categories", "show", argument)
    assert code == 2
    assert (err.count(b"\n"), _steers(err)) == (1, False)


@pytest.mark.parametrize("charset", ["ascii", "latin-1", "utf-8"])
def test_json_is_utf_8_whatever_the_locale(folder: Path, charset: str) -> None:
    for command in (["show", "boards"], ["list"]):
        code, out, _ = _run("categories", *command, "--json", "--categories", str(folder), charset=charset)
        assert code == 0
        assert "Boards – Räte" in out.decode()


def test_what_steers_is_escaped_in_json_and_stays_the_same_value(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    value = {"title": f"{STEERING}\udce9 – 道"}
    write_json(json.dumps(value, ensure_ascii=False, indent=2))
    out = capsysbinary.readouterr().out
    assert not _steers(out)
    assert json.loads(out) == value


@pytest.mark.parametrize("form", ["--json", "--judge=local"])
def test_a_locale_without_the_characters_stops_nothing(folder: Path, form: str) -> None:
    article = folder.parent / "article.txt"
    article.write_text("„Räte“ entscheiden – boards and councils decide 道.\n", encoding="utf-8")
    path = str(folder)
    code, out, _ = _run("classify", str(article), form, "--categories", path, charset="ascii")
    assert code == 0
    assert out


@pytest.mark.parametrize("module", sorted((ROOT / "app" / "cli").glob("*.py")), ids=lambda path: path.stem)
def test_no_other_module_writes_past_the_terminal(module: Path) -> None:
    tree = ast.parse(module.read_text())
    names = {
        f"{node.value.id}.{node.attr}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
    }
    imported = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    if module.stem != "terminal":
        assert not names & {"sys.stdout", "sys.stderr", "typer.echo", "Text.assemble", "Text.from_markup"}
        assert "rich.markup" not in imported
