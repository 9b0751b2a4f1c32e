"""What happened is never rewritten: no statement in the store changes or deletes a row of an append-only table."""

import ast
import re
from pathlib import Path

import pytest

STORE = Path(__file__).parent.parent.parent / "app" / "store"
APPEND_ONLY = {"article_version", "decision", "stood", "word", "tag_event"}
CHANGING = {"update", "delete", "on_conflict_do_update"}


def find_changes(source: str) -> set[str]:
    """The append-only tables that a module changes or deletes from, by whatever name it imports them."""
    tree = ast.parse(source)
    names = {
        alias.asname or alias.name: alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("app.store.tables")
        for alias in node.names
    }
    changed: set[str] = set()
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        if (called := ast.unparse(call.func).rpartition(".")[2]) in CHANGING:
            mentioned = {node.id for node in ast.walk(call) if isinstance(node, ast.Name)}
            target = {ast.unparse(call.args[0])} if called != "on_conflict_do_update" and call.args else mentioned
            changed |= {names[name.partition(".")[0]] for name in target if name.partition(".")[0] in names}
    return changed & APPEND_ONLY


@pytest.mark.parametrize("path", sorted(STORE.glob("*.py")), ids=lambda path: path.name)
def test_a_module_of_the_store_only_adds_to_what_happened(path: Path) -> None:
    assert find_changes(path.read_text()) == set()


@pytest.mark.parametrize(
    "statement",
    [
        "update(words).values(note='')",
        "sa.delete(words)",
        "delete(words).where(words.c.seq == 1)",
        "words.update()",
        "insert_or(c, words).on_conflict_do_update(index_elements=[words.c.seq], set_={})",
    ],
)
def test_a_statement_that_rewrites_what_happened_is_noticed(statement: str) -> None:
    source = f"from app.store.tables.decisions import word as words\n{statement}\n"
    assert find_changes(source) == {"word"}


@pytest.mark.parametrize("path", sorted(STORE.glob("*.py")), ids=lambda path: path.name)
def test_a_module_of_the_store_has_no_sql_of_its_own_that_could(path: Path) -> None:
    assert re.search(rf"(?i)(update|delete\s+from)\s+({'|'.join(APPEND_ONLY)})\b", path.read_text()) is None
