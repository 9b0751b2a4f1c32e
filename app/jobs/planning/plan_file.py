"""Owns the plan as a file: what a dry run writes and a later run takes, if nothing has changed since."""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, Literal, Self

from pydantic import Field, ValidationError

from app.domain.category import Taxonomy
from app.domain.job import JobPlan, Recipe
from app.domain.telling import tell_count
from app.domain.value import Value
from app.errors import BadFile, BadInput
from app.jobs.planning.drafting import Drafts
from app.jobs.planning.ordering import Order
from app.jobs.planning.planned import Planned

NAMED: Final = 5
"""Articles or categories that a refusal names; the rest are counted."""
MOST_BYTES: Final = 64_000_000
"""Of the first line: no plan is as long, and another file might be."""
_ANEW: Final = "Plan anew with --dry-run."
_WRITE: Final = "Name a file that `scopenote reclassify --dry-run` has written."


class _Head(Value):
    """The first line of the file."""

    scopenote_plan: Literal[1] = 1
    order: Order
    recipe: Recipe
    plan: JobPlan
    definitions: dict[str, str]
    digest: str
    articles: int


class _Line(Value):
    """One article: its key, the digest of its text and of its file's bytes."""

    article: str
    text: str
    file: str | None


class PlanFile(Value):
    """A plan that was written down. `digest` covers the list of its articles, which stays in the file."""

    path: Path
    order: Order
    recipe: Recipe
    plan: JobPlan
    definitions: Mapping[str, str]
    digest: str
    articles: int = Field(ge=0)

    def cap(self, max_cost_usd: float | None) -> Self:
        """The same plan with another cap; None leaves the one that it has."""
        if max_cost_usd is None:
            return self
        capped = {"max_cost_usd": max_cost_usd}
        update = {"order": self.order.model_copy(update=capped), "recipe": self.recipe.model_copy(update=capped)}
        return self.model_copy(update=update)

    def compare_recipe(self, recipe: Recipe, taxonomy: Taxonomy) -> None:
        """Refuse a plan that goes by other definitions, or another judge.

        Raises:
            BadInput: it does; the text says by which.
        """
        if recipe.taxonomy_version != self.recipe.taxonomy_version:
            told = _tell_changes(self.definitions, _list_definitions(taxonomy)) or "what links them"
            raise BadInput(f"The definitions are not those of the plan {str(self.path)!r}: {told}. {_ANEW}")
        if recipe != self.recipe:
            raise BadInput(
                f"The plan {str(self.path)!r} was made for another model, other prompts, settings or rules. {_ANEW}"
            )

    def compare_articles(self, drafts: Drafts, found: Collection[str]) -> None:
        """Refuse a plan about other articles than these; `found` are the keys of all that the sources hold.

        What is there and needs nothing any more was decided since.

        Raises:
            BadInput: it is; the text names the first of them.
        """
        if drafts.digest == self.digest:
            return
        then = {line.article: f"{line.text} {line.file}" for line in _read_lines(self.path)}
        now = {draft.article: f"{draft.digest} {draft.raw}" for draft in drafts}
        decided = [key for key in then if key not in now and key in found]
        if len(decided) == len(then) and not now:
            raise BadInput(
                f"There is nothing left to do of the plan {str(self.path)!r}: all of its "
                f"{tell_count(len(then), 'article')} are decided since. `scopenote jobs list` has the jobs."
            )
        told = _tell_changes(then, now, decided) or "they come in another order"
        raise BadInput(f"The articles are not those of the plan {str(self.path)!r}: {told}. {_ANEW}")


def write_plan(planned: Planned, path: Path) -> None:
    """Write a plan down: a line of JSON that holds all figures, then one for each article.

    Raises:
        BadFile: it cannot be written; what was there before is as it was.
    """
    head = _Head(
        order=planned.order,
        recipe=planned.recipe,
        plan=planned.plan,
        definitions=_list_definitions(planned.taxonomy),
        digest=planned.drafts.digest,
        articles=len(planned.drafts),
    )
    part = path.with_name(f"{path.name}.part")
    try:
        with part.open("w", encoding="utf-8") as file:
            file.write(head.model_dump_json() + "\n")
            for draft in planned.drafts:
                line = _Line(article=draft.article, text=draft.digest, file=draft.raw)
                file.write(json.dumps(line.model_dump()) + "\n")
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise BadFile(path, f"cannot be written: {error.strerror}", "Name a file in a folder of yours.") from error


def read_plan(path: Path) -> PlanFile:
    """A plan that was written down; the list of articles is read when it is compared.

    Raises:
        BadFile: there is none.
    """
    try:
        with path.open("rb") as file:
            head = _Head.model_validate_json(file.readline(MOST_BYTES))
    except OSError as error:
        raise BadFile(path, f"cannot be read: {error.strerror}", _WRITE) from error
    except ValidationError as error:
        raise BadFile(path, "holds no plan, or one of another version of Scopenote", _WRITE, line=1) from error
    return PlanFile(path=path, **{name: getattr(head, name) for name in PlanFile.model_fields if name != "path"})


def _read_lines(path: Path) -> Iterator[_Line]:
    number = 1
    try:
        with path.open("rb") as file:
            file.readline()
            for line in file:
                number += 1
                yield _Line.model_validate_json(line)
    except OSError as error:
        raise BadFile(path, f"cannot be read: {error.strerror}", _WRITE) from error
    except ValidationError as error:
        raise BadFile(path, "names no article", _WRITE, line=number) from error


def _list_definitions(taxonomy: Taxonomy) -> dict[str, str]:
    return {category.id: category.digest for category in taxonomy.categories}


def _tell_changes(then: Mapping[str, str], now: Mapping[str, str], decided: Sequence[str] = ()) -> str:
    """What is in one of the two only, or differs: "changed: a, b and 3 more; gone: c".

    `decided` are in the first only, and not gone.
    """
    settled = set(decided)
    kinds = {
        "changed": [key for key in now if key in then and then[key] != now[key]],
        "new": [key for key in now if key not in then],
        "decided since": list(decided),
        "gone": [key for key in then if key not in now and key not in settled],
    }
    return "; ".join(f"{kind}: {_name(keys)}" for kind, keys in kinds.items() if keys)


def _name(keys: list[str]) -> str:
    named = ", ".join(map(repr, keys[:NAMED]))
    return f"{named} and {len(keys) - NAMED:,} more" if len(keys) > NAMED else named
