"""Owns the prompt templates on disk: loaded all at once, and refused where they ask for what nobody fills."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import jinja2
from jinja2 import meta, nodes

from app.errors import BadFile

PLACEHOLDERS: Final[Mapping[str, frozenset[str]]] = {
    "instructions.j2": frozenset({"definitions"}),
    "definition.j2": frozenset({"id", "title", "scope", "topics", "exclusions", "summary", "examples"}),
    "article.j2": frozenset({"nonce", "title", "sentences", "total", "left_out"}),
    "repair.j2": frozenset({"fault", "missing"}),
    "probe.j2": frozenset(),
}
"""The templates, and what Scopenote fills in each."""

_NEEDED: Final[Mapping[str, frozenset[str]]] = {
    "instructions.j2": frozenset({"definitions"}),
    "definition.j2": frozenset({"id", "topics", "exclusions"}),
    "article.j2": frozenset({"nonce", "sentences"}),
    "repair.j2": frozenset({"fault"}),
    "probe.j2": frozenset(),
}
"""Without these a prompt would leave out what it is for."""


class Templates:
    """The templates of one folder; `digest` covers all of them, and what they include.

    Raises:
        BadFile: one is missing, does not parse, or has other placeholders than it should.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._environment = jinja2.Environment(  # noqa: S701 - plain text for a model, never a page
            loader=jinja2.FileSystemLoader(folder),
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates: dict[str, jinja2.Template] = {}
        digest = hashlib.sha256()
        pending = list(PLACEHOLDERS)
        while pending:
            name = pending.pop(0)
            source = self._read(name)
            digest.update(f"{name}\0{source}\0".encode("utf-8", "replace"))
            tree = self._environment.parse(source, name)
            self._check_placeholders(name, tree)
            self._templates[name] = self._environment.get_template(name)
            pending += [found for found in self._find_included(name, tree) if found not in self._templates]
        self.digest = f"sha256:{digest.hexdigest()}"

    def render(self, name: str, values: Mapping[str, object]) -> str:
        """The text of one template.

        Raises:
            BadFile: it uses a value in a way that does not work; `Composer` tries each of them at start.
        """
        try:
            return self._templates[name].render(values)
        except (jinja2.TemplateError, ArithmeticError, LookupError, TypeError, ValueError) as error:
            remedy = "See the README beside it for what each placeholder holds."
            raise BadFile(self._folder / name, f"cannot be filled: {error}", remedy) from error

    def _read(self, name: str) -> str:
        path = self._folder / name
        try:
            source = path.read_text(encoding="utf-8")
            self._environment.get_template(name)
        except jinja2.TemplateSyntaxError as error:
            problem = f"not a template: {error.message}"
            raise BadFile(self._folder / (error.name or name), problem, "Mend it.", line=error.lineno) from error
        except UnicodeDecodeError as error:
            raise BadFile(path, "is not UTF-8 text", "Save it as UTF-8.") from error
        except (OSError, jinja2.TemplateNotFound) as error:
            raise BadFile(path, "is missing", "Restore it or set SCOPENOTE_PROMPTS.") from error
        return source

    def _check_placeholders(self, name: str, tree: nodes.Template) -> None:
        filled = PLACEHOLDERS.get(name, frozenset().union(*PLACEHOLDERS.values()))
        asked = meta.find_undeclared_variables(tree)
        for unknown in sorted(asked - filled):
            found = next((node.lineno for node in tree.find_all(nodes.Name) if node.name == unknown), None)
            known = ", ".join(sorted(filled))
            raise BadFile(
                self._folder / name, f"asks for {unknown!r}, which nothing fills", f"There are {known}.", line=found
            )
        for lacking in sorted(_NEEDED.get(name, frozenset()) - asked):
            raise BadFile(self._folder / name, f"has no placeholder {lacking!r}", f"Put {{{{ {lacking} }}}} into it.")

    def _find_included(self, name: str, tree: nodes.Template) -> list[str]:
        included = list(meta.find_referenced_templates(tree))
        if None in included:
            problem = "includes a file whose name is computed"
            raise BadFile(self._folder / name, problem, "Write the name out, so that a change of it can be noticed.")
        return [found for found in included if found is not None]
