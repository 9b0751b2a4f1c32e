"""Owns the step from definitions that know only themselves to a taxonomy whose links hold."""

from collections.abc import Sequence
from typing import Final

from app.category_files.aliases import refuse_shared_aliases
from app.category_files.definitions import Definition, Reference
from app.category_files.hierarchy import Hierarchy
from app.category_files.mentions import find_parents, find_specialisations
from app.category_files.names import Names
from app.category_files.slugs import slugify
from app.domain.category import Category, ReadingNote
from app.domain.exclusion import ExclusionRule
from app.errors import BadFile

_OF_ITSELF: Final = "sends articles to itself ({name!r}); that redirect is left out of exclusion {number}"
_RELATED: Final = "which is no category here; kept as related"


def concerns_related(note: ReadingNote) -> bool:
    """Whether a note says that a name was kept as related."""
    return note.message.endswith(_RELATED)


def link_definitions(definitions: Sequence[Definition]) -> tuple[tuple[Category, ...], tuple[ReadingNote, ...]]:
    """The categories in order of their ids, with every name looked up, and notes on what was found.

    `broader` fields and "specialised ... such as X" or "use the parent X" wordings give the
    hierarchy; redirects become ids; what names no category here is kept as `related`.

    Raises:
        BadFile: a `broader` or `never_with` field names no category or the category itself, or
            `broader` fields lead round in a circle, or a former id is in use or claimed twice.
    """
    ordered = sorted(definitions, key=lambda definition: definition.category.id)
    refuse_shared_aliases(ordered)
    linker = _Linker(ordered)
    for definition in ordered:
        linker.link_fields(definition)
    for definition in ordered:
        linker.link_wording(definition)
    return tuple(linker.finish(definition) for definition in ordered), tuple(linker.notes)


class _Linker:
    """Holds what is known of all definitions while each is linked."""

    def __init__(self, definitions: Sequence[Definition]) -> None:
        self._names = Names([definition.category for definition in definitions])
        self._hierarchy = Hierarchy()
        self._never_with: dict[str, tuple[str, ...]] = {}
        self._related: dict[str, dict[str, str]] = {}
        self.notes = [note for definition in definitions for note in definition.notes]

    def link_fields(self, definition: Definition) -> None:
        category = definition.category
        for reference in definition.broader:
            broader = self._get_id(reference, category)
            if circle := self._hierarchy.find_circle(category.id, broader):
                problem = f"these are broader than one another: {' > '.join(circle)}"
                remedy = "Remove one of these links."
                raise BadFile(category.source, problem, remedy, line=reference.line, field=reference.field)
            self._hierarchy.add(category.id, broader)
        never_with = (self._get_id(reference, category) for reference in definition.never_with)
        self._never_with[category.id] = tuple(dict.fromkeys(never_with))

    def link_wording(self, definition: Definition) -> None:
        category = definition.category
        for mention in find_specialisations(category, self._names):
            if mention.id is None:
                self._relate(definition, mention.name)
            else:
                self._derive(definition, mention.id, category.id)
        for mention in find_parents(category, self._names):
            if mention.id is not None:
                self._derive(definition, category.id, mention.id)
        for rule in category.exclusions:
            for name in rule.redirect_to:
                if self._names.find(name) is None and not self._means(name, category):
                    self._relate(definition, name)
        for link in definition.links:
            if self._names.find(link.slug) is None:
                self._relate(definition, link.text if slugify(link.text) == link.slug else link.slug, link.line)

    def finish(self, definition: Definition) -> Category:
        """The category with its links as ids."""
        category = definition.category
        links = {
            "broader": self._hierarchy.get_broader(category.id),
            "never_with": self._never_with[category.id],
            "related": tuple(self._related.get(category.id, {}).values()),
            "exclusions": tuple(self._redirect(rule, definition) for rule in category.exclusions),
        }
        return category.model_copy(update=links)

    def _get_id(self, reference: Reference, category: Category) -> str:
        found = self._names.find(reference.name)
        if found is None:
            problem = f"{reference.name[:80]!r} names no category of this taxonomy"
            remedy = self._names.suggest(reference.name)
            raise BadFile(category.source, problem, remedy, line=reference.line, field=reference.field)
        if found == category.id:
            problem = f"{reference.name[:80]!r} is the category itself"
            raise BadFile(category.source, problem, "Remove it.", line=reference.line, field=reference.field)
        return found

    def _derive(self, definition: Definition, narrower: str, broader: str) -> None:
        """Take up a link that the wording gives, unless it contradicts one that is already there."""
        if broader in self._hierarchy.get_broader(narrower):
            return
        if circle := self._hierarchy.find_circle(narrower, broader):
            self._note(definition, f"its wording makes {broader!r} broader, against {' > '.join(circle)}; not taken up")
            return
        self._hierarchy.add(narrower, broader)

    def _relate(self, definition: Definition, name: str, line: int | None = None) -> None:
        related = self._related.setdefault(definition.category.id, {})
        if slugify(name) not in related:
            related[slugify(name)] = name
            self._note(definition, f"names {name!r}, {_RELATED}", line)

    def _note(self, definition: Definition, message: str, line: int | None = None) -> None:
        category = definition.category
        line = line or definition.line
        self.notes.append(ReadingNote(category_id=category.id, file=category.source, line=line, message=message))

    def _redirect(self, rule: ExclusionRule, definition: Definition) -> ExclusionRule:
        """The rule with its redirects, and those of its parts, as ids; one to the category itself is none."""
        for name in rule.redirect_to:
            if self._means(name, definition.category):
                self._note(definition, _OF_ITSELF.format(name=name, number=rule.id.rpartition("#x")[2]))
        return self._resolve(rule, definition.category)

    def _resolve(self, rule: ExclusionRule, category: Category) -> ExclusionRule:
        if not rule.redirect_to:
            return rule
        others = [name for name in rule.redirect_to if not self._means(name, category)]
        ids = tuple(dict.fromkeys(self._names.find(name) or name for name in others))
        parts = tuple(self._resolve(part, category) for part in rule.parts)
        resolved = rule.model_copy(update={"redirect_to": ids, "parts": parts})
        return resolved if len(others) == len(rule.redirect_to) else _rename_kinds(resolved)

    def _means(self, name: str, category: Category) -> bool:
        return self._names.find(name) == category.id or name.casefold() == category.title.casefold()


def _rename_kinds(rule: ExclusionRule) -> ExclusionRule:
    """The rule with kinds that fit it once a redirect has been taken from it."""
    if rule.parts:
        kinds = [kind for part in rule.parts for kind in (part.kind, *part.also)]
    else:
        kinds = [kind for kind in (rule.kind, *rule.also) if kind != "redirect" or rule.redirect_to]
    first, *also = tuple(dict.fromkeys(kinds)) or ("topic" if rule.subjects else "vague",)
    needs_judgement = rule.parts[0].needs_judgement if rule.parts else rule.needs_judgement or first == "vague"
    return rule.model_copy(update={"kind": first, "also": tuple(also), "needs_judgement": needs_judgement})
