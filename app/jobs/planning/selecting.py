"""Owns selecting: which articles of the sources a job works on, and which of those need nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from app.domain.category import Taxonomy
from app.domain.feedback import Word
from app.domain.fingerprint import fingerprint_decision
from app.domain.job import Fields, Recipe, Selection
from app.jobs.planning.reading_in import ReadIn
from app.store.connection import Connection
from app.store.decisions import Standing, find_standing
from app.store.surveying import Looked, find_last_looks, find_parked
from app.store.words import find_words_of


@dataclass(frozen=True, slots=True)
class Selected:
    """An article to work on.

    `is_unchanged`: its decision would be made just so again. `may_lack_tags`: its file may all the
    same not have the tags that stand.
    """

    read: ReadIn
    is_unchanged: bool
    may_lack_tags: bool = False


@dataclass(frozen=True)
class Selector:
    """Selects for one job. `wanted` are ids of categories, former ones included.

    `write` and `put_back` as in its recipe.
    """

    selection: Selection
    basis: str
    wanted: frozenset[str]
    write: Fields | None = None
    put_back: bool = False

    def select(self, c: Connection, reads: Sequence[ReadIn]) -> list[Selected]:
        """Those of the articles that are asked for, in their order."""
        keys = [read.stored.key for read in reads]
        words = find_words_of(c, keys)
        standing = find_standing(c, keys) if self._looks_at_tags else {}
        parked = find_parked(c, keys) if self.selection.failed else set()
        selected = [Selected(read, self._is_unchanged(read, words[read.stored.key])) for read in reads]
        return self._look_at_files(
            c,
            [
                one
                for one in selected
                if self._is_asked_for(one, standing.get(one.read.stored.key), is_parked=one.read.stored.key in parked)
            ],
        )

    def _look_at_files(self, c: Connection, selected: list[Selected]) -> list[Selected]:
        """The same, marked where a file may lack tags: it is not as the last job left it by this very decision.

        A file that a job has left without a tag, since a person took that out, is as it was left.
        """
        if self.write is None:
            return selected
        if self.put_back:
            return [replace(one, may_lack_tags=one.is_unchanged and one.read.path is not None) for one in selected]
        files = [one for one in selected if one.is_unchanged and one.read.path]
        looks = find_last_looks(c, [one.read.stored.key for one in files])
        settled = {
            one.read.stored.key
            for one in files
            if looks.get(one.read.stored.key)
            == Looked(decision=one.read.stored.decision, raw=one.read.raw, fields=self.write)
        }
        lacking = {one.read.stored.key for one in files} - settled
        return [replace(one, may_lack_tags=one.read.stored.key in lacking) for one in selected]

    @property
    def _looks_at_tags(self) -> bool:
        return self.selection.failed or self.selection.untagged or bool(self.wanted)

    def _is_unchanged(self, read: ReadIn, words: Sequence[Word]) -> bool:
        return read.stored.fingerprint == fingerprint_decision(
            article_digest=read.stored.digest, basis=self.basis, words=words, only=()
        )

    def _is_asked_for(self, one: Selected, standing: Standing | None, *, is_parked: bool) -> bool:
        asked, tags = self.selection, standing.tags if standing else {}
        return not (
            (asked.changed and one.is_unchanged)
            or (asked.failed and not (is_parked or (standing and (standing.degraded or standing.unreadable))))
            or (asked.untagged and "assigned" in tags.values())
            or (self.wanted and not any(tags.get(id_) in {"assigned", "review"} for id_ in self.wanted))
            or (asked.since is not None and one.read.modified < asked.since)
        )


def build_selector(recipe: Recipe, taxonomy: Taxonomy) -> Selector:
    """What selects for a job by this recipe, whose categories are of the taxonomy."""
    named = [taxonomy.get_category(id_) for id_ in recipe.selection.categories]
    wanted = frozenset(id_ for category in named for id_ in (category.id, *category.aliases))
    return Selector(recipe.selection, recipe.basis, wanted, recipe.write, recipe.put_back)
