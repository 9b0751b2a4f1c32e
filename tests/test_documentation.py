"""Holds the documentation to the code: what exists is named in it, and what it names exists."""

import inspect
import re
import tomllib
from pathlib import Path

import pytest
import typer.main
from fastapi import FastAPI
from fastapi.routing import APIRoute

from app import errors
from app.bootstrap.services import build_services
from app.category_files.fields import Fields
from app.category_files.loading import load_taxonomy
from app.cli.program import program
from app.errors import BadFile
from app.server import create_app
from app.settings import Settings
from app.web import category_pages, pages, reference

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
EDITORS = (ROOT / "categories" / "README.md").read_text()
INTERNAL = {"GET /", "GET /classify/page", "POST /classify/page"}
"""Addresses of the page's own form, which nobody needs to know: the first two lead to the page."""


@pytest.fixture(scope="module")
def application() -> FastAPI:
    return create_app(build_services(Settings(judge="local")))


SHARED = ("openai_", "tiktoken_", "otel_")
"""Variables that mean for us what they mean elsewhere."""


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_every_setting_is_in_the_readme(name: str) -> None:
    variable = name.upper() if name.startswith(SHARED) else f"SCOPENOTE_{name.upper()}"
    assert f"`{variable}`" in README


def test_every_variable_that_the_readme_names_is_a_setting() -> None:
    named = set(re.findall(r"SCOPENOTE_([A-Z_]+)", README))
    assert named == {name.upper() for name in Settings.model_fields if not name.startswith(SHARED)}


def _list_addresses(application: FastAPI) -> set[str]:
    """What the application answers to, as the README writes it."""
    api = {f"{method.upper()} {path}" for path, item in application.openapi()["paths"].items() for method in item}
    shown = {
        f"{method} {route.path}"
        for route in (*pages.router.routes, *category_pages.router.routes, *reference.router.routes)
        if isinstance(route, APIRoute)
        for method in route.methods or ()
    }
    described = {f"GET {application.openapi_url}"}
    return {re.sub(r"\{\w+\}", "{id}", address) for address in api | shown | described} - INTERNAL


def test_the_readme_names_every_address_and_no_other(application: FastAPI) -> None:
    assert set(re.findall(r"`((?:GET|POST|PUT|PATCH|DELETE) /[^`?\s]*)`", README)) == _list_addresses(application)


def _read_usage(name: str) -> str:
    """How the README's table says that a command is called, without the escapes of its cells."""
    usage = re.search(rf"^\| `scopenote ({name} .*?)` \|", README, flags=re.MULTILINE)
    assert usage, f"the README has no row for scopenote {name}"
    return usage[1].replace("\\|", "|")


def test_the_readme_names_every_command_and_no_other() -> None:
    group = typer.main.get_group(program)
    assert set(re.findall(r"^\| `scopenote (\w+)", README, flags=re.MULTILINE)) == set(group.commands)
    for name, command in group.commands.items():
        inner = set(getattr(command, "commands", {}))
        if inner:
            forms = _read_usage(name).removeprefix(name).partition("[")[0].split("|")
            assert {form.split()[0] for form in forms} == inner


def test_the_readme_names_every_option_of_a_command() -> None:
    for name, command in typer.main.get_group(program).commands.items():
        commands = [command, *getattr(command, "commands", {}).values()]
        options = {opt for one in commands for param in one.params for opt in param.opts if opt.startswith("--")}
        assert options == set(re.findall(r"--[\w-]+", _read_usage(name))), name


def _is_explained(field: str) -> bool:
    """Whether editors are told of the field, in a table or in an example; capitals do not matter in names."""
    told = EDITORS.casefold()
    return f"`{field}`".casefold() in told or f" {field}:".casefold() in told


@pytest.mark.parametrize(
    "block",
    [
        pytest.param("nope: 1", id="under scopenote"),
        pytest.param("exclusions: [{nope: 1}]", id="a pinned rule"),
        pytest.param("exclusions: [{id: a, text: b, when: {nope: 1}}]", id="what a rule looks for"),
        pytest.param("examples: [{nope: 1}]", id="an example"),
    ],
)
def test_every_field_under_scopenote_is_explained_to_editors(block: str, tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(f"---\ntitle: A\nscopenote:\n  {block}\n---\n")
    with pytest.raises(BadFile) as refused:
        load_taxonomy(tmp_path)
    known = refused.value.remedy.removeprefix("Use one of: ").rstrip(".").split(", ")
    assert len(known) == len(set(known)) > 0
    assert [field for field in known if not _is_explained(field)] == []


def test_every_field_that_a_definition_is_read_by_is_explained_to_editors(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: set[str] = set()
    find = Fields._find_name  # noqa: SLF001 - the one place that every look at a field passes

    def find_observed(self: Fields, name: str) -> str:
        asked.add(name)
        return find(self, name)

    monkeypatch.setattr(Fields, "_find_name", find_observed)
    load_taxonomy(ROOT / "categories")
    fields = {name for name in asked if not name.isdecimal()}
    assert {"title", "scopenote", "min_share"} <= fields
    assert sorted(field for field in fields if not _is_explained(field)) == []


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
    for readme in (ROOT / "README.md", *ROOT.glob("[a-z]*/README.md")):
        for target in re.findall(r"\]\((?!http)([^)#]+)\)", readme.read_text()):
            assert (readme.parent / target).exists(), f"{readme.name} links to {target}"
