"""Holds the documentation to the code: what exists is named in it, and what it names exists."""

import inspect
import re
import tomllib
from pathlib import Path

import pytest
import typer.main

from app import errors
from app.cli.program import program
from app.settings import Settings

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
EDITORS = (ROOT / "categories" / "README.md").read_text()
ROUTES = [
    "/classify", "/categories", "/categories/{id}", "/categories/reload", "/healthz", "/readyz", "/docs", "/openapi.json",
]  # fmt: skip
PINNED_FIELDS = [
    "aliases",
    "broader",
    "never_with",
    "threshold",
    "examples",
    "exclusions",
    "when",
    "unless",
    "min_share",
    "action",
]


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_every_setting_is_in_the_readme(name: str) -> None:
    variable = name.upper() if name.startswith("openai_") else f"SCOPENOTE_{name.upper()}"
    assert f"`{variable}`" in README


def test_every_variable_that_the_readme_names_is_a_setting() -> None:
    named = set(re.findall(r"SCOPENOTE_([A-Z_]+)", README))
    assert named == {name.upper() for name in Settings.model_fields if not name.startswith("openai_")}


@pytest.mark.parametrize("route", ROUTES)
def test_every_address_is_in_the_readme(route: str) -> None:
    assert f"{route}`" in README


def test_every_command_is_in_the_readme() -> None:
    group = typer.main.get_group(program)
    for name, command in group.commands.items():
        assert f"`scopenote {name}" in README
        for inner in getattr(command, "commands", {}):
            assert inner in README


@pytest.mark.parametrize("field", PINNED_FIELDS)
def test_every_field_of_a_category_file_is_explained_to_editors(field: str) -> None:
    assert f"`{field}`" in EDITORS or f"{field}:" in EDITORS


def test_every_error_stands_in_the_tree_at_the_top_of_its_file() -> None:
    classes = {
        name for name, value in vars(errors).items() if inspect.isclass(value) and value.__module__ == "app.errors"
    }
    assert all(name in (errors.__doc__ or "") for name in classes)


def test_the_changelog_names_the_version() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert f"## {version}" in (ROOT / "CHANGELOG.md").read_text()


def test_every_target_of_the_makefile_explains_itself() -> None:
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE)
    explained = re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text(), flags=re.MULTILINE)
    assert targets == explained


def test_links_in_the_readmes_lead_somewhere() -> None:
    for readme in ROOT.glob("*/README.md"):
        for target in re.findall(r"\]\((?!http)([^)#]+)\)", readme.read_text()):
            assert (readme.parent / target).exists(), f"{readme.name} links to {target}"
