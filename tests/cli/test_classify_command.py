"""`scopenote classify`: what it prints, for people and for programs, and how it leaves."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.cli.exits import sum_up
from app.cli.program import program

ARTICLE = """Who decides what

The board holds the decision rights over large investments, and escalation paths lead to it.
A council of architects oversees standards and is accountable to the board.
Every team knows which decisions it may take alone. Oversight is light and accountability is clear.
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of one definition, with an article beside it."""
    folder = tmp_path / "definitions"
    folder.mkdir()
    (folder / "governance.md").write_text(
        "---\ntitle: Governance\nInstructions: |-\n  How organisations decide.\n\n"
        "  **Key Topics:**\n  - Decision rights and escalation paths\n  - Oversight and accountability\n\n"
        "  **Strictly exclude:**\n  - Meeting etiquette without reference to decision rights.\n---\n"
    )
    (tmp_path / "article.txt").write_text(ARTICLE)
    return folder


def _run(*arguments: str, stdin: str | None = None) -> tuple[int, str, str]:
    result = CliRunner().invoke(program, list(arguments), input=stdin)
    return result.exit_code, result.stdout, result.stderr


def test_a_card_for_people(folder: Path) -> None:
    code, out, _ = _run("classify", str(folder.parent / "article.txt"), "--categories", str(folder), "--judge", "local")
    assert code == 0
    for words in ("governance", "assigned", "Meeting etiquette", "No sentence is about"):
        assert words in out


def test_one_object_per_line_for_programs(folder: Path) -> None:
    article = str(folder.parent / "article.txt")
    code, out, _ = _run("classify", article, article, "--json", "--categories", str(folder), "--judge", "local")
    assert code == 0
    bodies = [json.loads(line) for line in out.splitlines()]
    assert [body["tag"] for body in bodies] == ["governance", "governance"]
    assert {"id", "created_at", "article", "tag", "rationale", "tags", "assignments", "judge", "usage"} <= set(
        bodies[0]
    )


def test_standard_input(folder: Path) -> None:
    code, out, _ = _run("classify", "-", "--json", "--categories", str(folder), "--judge", "local", stdin=ARTICLE)
    assert (code, json.loads(out)["tag"]) == (0, "governance")


@pytest.mark.parametrize(
    ("name", "content", "code", "message"),
    [
        pytest.param("missing.txt", None, 2, "No such file", id="no such file"),
        pytest.param("empty.txt", b"", 2, "empty.txt: ", id="an empty file"),
        pytest.param("binary.txt", b"\x00\x01\x02" * 100, 2, "binary.txt", id="a binary file"),
    ],
)
def test_what_cannot_be_read_is_named(folder: Path, name: str, content: bytes | None, code: int, message: str) -> None:
    path = folder.parent / name
    if content is not None:
        path.write_bytes(content)
    left, out, err = _run("classify", str(path), "--categories", str(folder), "--judge", "local")
    assert (left, out) == (code, "")
    assert message.lower() in err.lower()


def test_one_bad_file_among_several_does_not_stop_the_others(folder: Path) -> None:
    paths = [str(folder.parent / "missing.txt"), str(folder.parent / "article.txt")]
    code, out, err = _run("classify", *paths, "--json", "--categories", str(folder), "--judge", "local")
    assert code == 1
    assert json.loads(out)["tag"] == "governance"
    assert "missing.txt" in err


def test_a_bad_definition_is_named_with_its_line(folder: Path) -> None:
    (folder / "bad.md").write_text("---\ntitle: Bad\nslug: [a\n---\n")
    code, _, err = _run("classify", "-", "--categories", str(folder), "--judge", "local", stdin=ARTICLE)
    assert code == 2
    assert "bad.md:" in err


def test_an_llm_without_a_key_or_server_says_what_to_set(folder: Path) -> None:
    code, _, err = _run("classify", "-", "--categories", str(folder), "--judge", "llm", stdin=ARTICLE)
    assert code == 2
    assert "OPENAI_API_KEY" in err


def test_an_unknown_judge_is_refused(folder: Path) -> None:
    code, _, err = _run("classify", "-", "--categories", str(folder), "--judge", "crowd", stdin=ARTICLE)
    assert code == 2
    assert "'crowd'" in err


def test_a_setting_that_cannot_be_used_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCOPENOTE_THRESHOLD", "often")
    code, _, err = _run("classify", "-", "--categories", str(folder), stdin=ARTICLE)
    assert code == 2
    assert "SCOPENOTE_THRESHOLD='often'" in err


def test_a_server_that_is_not_there_is_exit_code_3_where_the_llm_is_asked_for_by_name(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    code, out, err = _run("classify", "-", "--categories", str(folder), "--judge", "llm", stdin=ARTICLE)
    assert (code, out) == (3, "")
    assert "SCOPENOTE_JUDGE=local" in err


def test_a_server_that_is_not_there_is_told_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    article = str(folder.parent / "article.txt")
    code, _, err = _run("classify", article, article, article, "--categories", str(folder), "--judge", "llm")
    assert code == 3
    assert err.count("could not be reached") == 1
    assert "3 of 3 articles not classified" in err


def test_the_local_judge_stands_in_for_a_server_that_is_not_there(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    code, out, _ = _run("classify", "-", "--json", "--categories", str(folder), stdin=ARTICLE)
    body = json.loads(out)
    assert (code, body["tag"], body["judge"]["degraded"]) == (0, "governance", True)
    assert "could not be reached" in body["warnings"][0]


def test_a_plan_says_what_it_would_take_and_asks_nobody(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    code, out, _ = _run("classify", "-", "--explain-plan", "--json", "--categories", str(folder), stdin=ARTICLE)
    plan = json.loads(out)
    assert (code, plan["strategy"], plan["calls"], plan["asked"]) == (0, "together", 1, [["governance"]])
    assert plan["input_tokens"] > 0
    assert plan["most_usd"] > plan["cost_usd"] > 0


def test_a_plan_for_people(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    code, out, _ = _run("classify", "-", "--explain-plan", "--categories", str(folder), stdin=ARTICLE)
    assert code == 0
    for words in ("1 call to gpt-6-luna", "Cost: about USD", "nothing was spent"):
        assert words in out


def test_the_rehearsal_has_to_be_asked_for_and_says_that_it_is_one(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCOPENOTE_MODEL", "scripted")
    monkeypatch.setenv("OPENAI_API_KEY", "k")
    code, _, err = _run("classify", "-", "--categories", str(folder), stdin=ARTICLE)
    assert (code, "SCOPENOTE_JUDGE=llm" in err) == (2, True)
    code, out, _ = _run("classify", "-", "--json", "--categories", str(folder), "--judge", "llm", stdin=ARTICLE)
    body = json.loads(out)
    assert (code, body["judge"]["model"], body["usage"]["calls"]) == (0, "scripted", 1)
    assert "rehearsal" in body["warnings"][0]


def test_money_cannot_be_capped_where_the_price_is_not_known(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    monkeypatch.setenv("SCOPENOTE_MODEL", "a-model-of-our-own")
    monkeypatch.setenv("SCOPENOTE_BUDGET_DAY_USD", "1")
    code, _, err = _run("classify", "-", "--categories", str(folder), stdin=ARTICLE)
    assert code == 2
    assert "SCOPENOTE_PRICES" in err


def test_a_budget_that_is_spent_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    monkeypatch.setenv("SCOPENOTE_BUDGET_CALL_TOKENS", "10")
    code, _, err = _run("classify", "-", "--categories", str(folder), "--judge", "llm", stdin=ARTICLE)
    assert code == 3
    assert "SCOPENOTE_BUDGET_CALL_TOKENS" in err


def test_an_article_over_a_limit_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCOPENOTE_MAX_WORDS", "10")
    path = str(folder.parent / "article.txt")
    code, _, err = _run("classify", path, "--categories", str(folder), "--judge", "local")
    assert code == 2
    assert err.startswith(f"scopenote: {path}: ")


@pytest.mark.parametrize(
    ("codes", "code"),
    [
        pytest.param([0, 0], 0, id="all done"),
        pytest.param([2], 2, id="the only one is bad"),
        pytest.param([2, 2], 1, id="several are bad"),
        pytest.param([3, 3], 3, id="nobody to judge"),
        pytest.param([0, 3], 1, id="nobody to judge any more"),
    ],
)
def test_the_exit_code_of_a_run(codes: list[int], code: int) -> None:
    assert sum_up(codes) == code


def test_one_category_has_no_table_of_others(folder: Path) -> None:
    _, out, _ = _run("classify", str(folder.parent / "article.txt"), "--categories", str(folder), "--judge", "local")
    assert "Other categories" not in out


def test_a_folder_of_articles(folder: Path) -> None:
    (folder.parent / "another.md").write_text(ARTICLE)
    code, out, err = _run("classify", str(folder.parent), "--json", "--categories", str(folder), "--judge", "local")
    assert code == 0
    assert [json.loads(line)["tag"] for line in out.splitlines()] == ["governance", "governance"]
    assert "2 articles" in err


def test_a_folder_without_articles(folder: Path) -> None:
    empty = folder.parent / "empty"
    empty.mkdir()
    paths = [str(empty), str(folder.parent / "article.txt")]
    code, out, err = _run("classify", *paths, "--json", "--categories", str(folder), "--judge", "local")
    assert (code, out) == (2, "")
    assert "without articles" in err
