"""Owns selecting: which articles of the sources a job works on, and which of those need nothing."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.domain.category import Taxonomy
from app.domain.feedback import Word
from app.domain.fingerprint import fingerprint_decision
from app.domain.job import Selection
from app.jobs.reading_in import ReadIn
from app.store.connection import Connection
from app.store.decisions import Standing, find_standing
from app.store.surveying import find_parked
from app.store.words import find_words_of


@dataclass(frozen=True, slots=True)
class Selected:
    """An article to work on. `is_unchanged`: its decision would be made just so again."""

    read: ReadIn
    is_unchanged: bool


@dataclass(frozen=True)
class Selector:
    """Selects for one job. `wanted` are ids of categories, former ones included."""

    selection: Selection
    basis: str
    wanted: frozenset[str]

    def select(self, c: Connection, reads: Sequence[ReadIn]) -> list[Selected]:
        """Those of the articles that are asked for, in their order."""
        keys = [read.stored.key for read in reads]
        words = find_words_of(c, keys)
        standing = find_standing(c, keys) if self._looks_at_tags else {}
        parked = find_parked(c, keys) if self.selection.failed else set()
        selected = [Selected(read, self._is_unchanged(read, words[read.stored.key])) for read in reads]
        return [
            one
            for one in selected
            if self._is_asked_for(one, standing.get(one.read.stored.key), is_parked=one.read.stored.key in parked)
        ]

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


def build_selector(selection: Selection, basis: str, taxonomy: Taxonomy) -> Selector:
    """What selects for a selection whose categories are of the taxonomy."""
    named = [taxonomy.get_category(id_) for id_ in selection.categories]
    wanted = frozenset(id_ for category in named for id_ in (category.id, *category.aliases))
    return Selector(selection, basis, wanted)
