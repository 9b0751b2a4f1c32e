"""Owns `scopenote categories`: list the definitions, show how one was understood, lint them all."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.exits import DONE, FAILURES, telling_errors
from app.cli.terminal import say_error, write_json
from app.settings import load_settings

if TYPE_CHECKING:
    from app.domain.category import Taxonomy

program = typer.Typer(no_args_is_help=True, help="List, show and lint the category definitions.")

Folder = Annotated[Path | None, typer.Option("--categories", metavar="DIR", help="the definitions to go by")]
AsJson = Annotated[bool, typer.Option("--json", help="for programs")]


@program.command("list")
def list_categories(categories: Folder = None, as_json: AsJson = False) -> None:
    """List every category with the number of its topics and exclusions."""
    with telling_errors():
        taxonomy = _load(categories)
        if as_json:
            rows = [{"id": c.id, "title": c.title, "kind": c.kind, "source": c.source} for c in taxonomy.categories]
            _write_json({"version": taxonomy.version, "categories": rows})
            return
        from app.cli.category_tables import print_list

        print_list(taxonomy)


@program.command("show")
def show_category(
    category_id: Annotated[str, typer.Argument(metavar="ID")], categories: Folder = None, as_json: AsJson = False
) -> None:
    """Show one definition as it was read, and each exclusion as it was understood."""
    with telling_errors():
        from app.category_files.listing import describe_category

        taxonomy = _load(categories)
        category = taxonomy.get_category(category_id)
        if as_json:
            _write_json(describe_category(category))
            return
        from app.cli.category_tables import print_category

        print_category(category, taxonomy)


@program.command("lint")
def lint(
    categories: Folder = None,
    strict: Annotated[bool, typer.Option("--strict", help="exit 1 where there is any error or warning")] = False,
    as_json: AsJson = False,
) -> None:
    """Report what is missing, vague, contradictory, duplicated or overlapping in the definitions."""
    with telling_errors():
        from app.bootstrap.embeddings import find_embeddings
        from app.linting.lint import lint_taxonomy

        embeddings = find_embeddings()
        findings = lint_taxonomy(_load(categories), embeddings.embed)
        if embeddings.missing:
            say_error(f"overlaps were not looked for: {embeddings.missing}")
        if as_json:
            _write_json([finding.model_dump() for finding in findings])
        else:
            from app.cli.category_tables import print_findings

            print_findings(findings)
        grave = any(finding.severity != "info" for finding in findings)
        raise typer.Exit(FAILURES if strict and grave else DONE)


def _load(folder: Path | None) -> "Taxonomy":
    from app.category_files.loading import load_taxonomy

    return load_taxonomy(folder or load_settings().categories)


def _write_json(value: object) -> None:
    write_json(json.dumps(value, ensure_ascii=False, indent=2))
