"""Holds the house in shape: module length, function length, names, opening lines, no stray environment."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MODULES = sorted((ROOT / "app").rglob("*.py"))
MAX_LINES = 250
MAX_FUNCTION_LINES = 30
BANNED_NAMES = {"utils", "util", "helpers", "helper", "common", "misc", "base", "core", "types", "manager"}
OPENINGS = ("Owns ",)


def _ids(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", MODULES, ids=_ids)
def test_a_module_is_short(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= MAX_LINES


@pytest.mark.parametrize("path", MODULES, ids=_ids)
def test_a_function_fits_on_a_screen(path: Path) -> None:
    too_long = [
        f"{node.name}: {node.end_lineno - start + 1} lines"
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.end_lineno is not None
        and node.end_lineno - (start := _first_statement(node)) >= MAX_FUNCTION_LINES
    ]
    assert too_long == []


def _first_statement(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """The line of a function's first statement after its docstring: what is said about it is not counted."""
    body = node.body[1:] if ast.get_docstring(node) and len(node.body) > 1 else node.body
    return body[0].lineno


@pytest.mark.parametrize("path", MODULES, ids=_ids)
def test_a_name_says_what_it_holds(path: Path) -> None:
    assert not BANNED_NAMES & {part.removesuffix(".py").strip("_") for part in path.relative_to(ROOT).parts}


@pytest.mark.parametrize("path", [path for path in MODULES if path.name != "__init__.py"], ids=_ids)
def test_a_module_opens_by_saying_what_it_owns(path: Path) -> None:
    docstring = ast.get_docstring(ast.parse(path.read_text())) or ""
    assert docstring.startswith(OPENINGS), "the first line names what the module owns"


@pytest.mark.parametrize("path", [path for path in MODULES if path.name == "__init__.py"], ids=_ids)
def test_a_package_file_holds_a_docstring_at_most(path: Path) -> None:
    body = ast.parse(path.read_text()).body
    assert len(body) <= 1
    assert all(isinstance(node, ast.Expr) for node in body)


def test_every_package_of_tests_mirrors_one_of_the_app() -> None:
    packages = {path.name for path in (ROOT / "app").iterdir() if path.is_dir()}
    mirrored = {path.name for path in (ROOT / "tests").iterdir() if path.is_dir() and not path.name.startswith("_")}
    assert mirrored - packages <= {"golden", "servers", "containment"}  # what tests compare, ask and attack
