"""Owns the survey of a job's sources: what was found, what is to be worked on, and what could not be read."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from app.domain.job import JobPlan
from app.domain.telling import tell_count
from app.errors import BadFile, StoreUnavailable
from app.jobs.planning.drafting import Draft, Drafts
from app.jobs.planning.forecasting import Forecast
from app.jobs.planning.reading_in import ReadIn
from app.jobs.planning.selecting import Selected

NOT_READ: Final = "Not read: "
"""What the note about a file that could not be read begins with."""
NAMED: Final = 100
"""Files that could not be read which are named one by one."""
NAMED_PAGES: Final = 3
"""Section pages that are named."""


@dataclass
class Survey:
    """What was found so far.

    `unread` holds the words about the first files that could not be read, `section_pages` the first
    of the section pages, which are left out. `keys` are those of all articles that were found, where
    somebody asks for them (an empty set to begin with).
    """

    drafts: Drafts = field(default_factory=Drafts)
    found: int = 0
    changed: int = 0
    unchanged: int = 0
    to_write: int = 0
    without_file: int = 0
    unread_count: int = 0
    unread: list[str] = field(default_factory=list)
    section_page_count: int = 0
    section_pages: list[str] = field(default_factory=list)
    keys: set[str] | None = None

    def skip(self, page: Path) -> None:
        """Count a section page that is left out."""
        self.section_page_count += 1
        if len(self.section_pages) < NAMED_PAGES:
            self.section_pages.append(str(page))

    def add(self, selected: Sequence[Selected], reads: Sequence[ReadIn], refused: Sequence[BadFile]) -> None:
        """Count what was read. What needs nothing is left out.

        Raises:
            StoreUnavailable: there is no room for the list of articles.
        """
        self.found += len(reads)
        if self.keys is not None:
            self.keys.update(read.stored.key for read in reads)
        self.unread_count += len(refused)
        self.unread += [str(error) for error in refused[: max(0, NAMED - len(self.unread))]]
        self.unchanged += sum(one.is_unchanged for one in selected)
        self.changed += sum(not one.is_unchanged for one in selected)
        drafts = [_draft(one) for one in selected if not one.is_unchanged or one.may_lack_tags]
        self.to_write += sum(one.is_unchanged for one in drafts)
        self.without_file += sum(one.path is None for one in drafts)
        try:
            self.drafts.add(drafts)
        except OSError as error:
            raise StoreUnavailable(
                f"The list of articles cannot be put down: {error.strerror}. Make room for temporary files."
            ) from error

    def conclude(self, forecast: Forecast, price_share: float, *, writes: bool) -> JobPlan:
        """The plan of the job, which `writes` to files; `price_share` is the part of ordinary prices that is paid."""
        notes = self._list_notes()
        if writes and self.without_file:
            count = tell_count(self.without_file, "article")
            notes.append(
                f"{count} without a file to write to, from `stored:` or the lines of a file. "
                "To have tags written, name the folder of the articles' files as SOURCE."
            )
        plan = forecast.to_job_plan(
            changed=self.changed, unchanged=self.unchanged, unread=self.unread_count, notes=notes
        )
        if price_share == 1 or plan.cost_usd is None or plan.most_usd is None:
            return plan
        return plan.model_copy(
            update={"cost_usd": plan.cost_usd * price_share, "most_usd": plan.most_usd * price_share}
        )

    def _list_notes(self) -> list[str]:
        notes = [f"{NOT_READ}{words}" for words in self.unread]
        if self.unread_count > len(self.unread):
            notes.append(f"{NOT_READ}{self.unread_count - len(self.unread):,} more.")
        if self.section_page_count:
            more = self.section_page_count - len(self.section_pages)
            named = ", ".join(self.section_pages) + (f" and {more:,} more" if more else "")
            notes.append(f"{tell_count(self.section_page_count, 'section page')} `_index.*` left out: {named}.")
        if self.to_write:
            notes.append(f"{tell_count(self.to_write, 'unchanged file')} may lack tags, and will be looked at.")
        return notes


def _draft(one: Selected) -> Draft:
    stored = one.read.stored
    return Draft(
        article=stored.key,
        digest=stored.digest,
        path=one.read.path,
        raw=one.read.raw,
        before=stored.decision,
        is_unchanged=one.is_unchanged,
    )
