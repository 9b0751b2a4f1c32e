"""Owns the job: articles that are classified again as one piece of work, and what becomes of each."""

from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, NonNegativeFloat, NonNegativeInt, PositiveInt

from app.domain.attempt import Spent
from app.domain.category import Kind
from app.domain.value import CategoryId, Value
from app.domain.verdict import Usage

JobState = Literal["running", "paused", "cancelled", "done", "undone"]
ItemState = Literal["waiting", "decided", "unchanged", "parked"]
JudgeAsked = Literal["auto", "llm", "local"]


class Selection(Value):
    """Which articles of the sources are worked on: those for which all that is asked for holds.

    changed: whose decision no longer stands on the same text, definitions, rules and words.
    failed: parked by their last job, decided by a stand-in, or with a reply that could not be read.
    untagged: without an assigned category. categories: for which one of these is assigned or in
    review now. since: changed on or after this moment (a file's time, or when the text came in).
    """

    changed: bool = False
    failed: bool = False
    untagged: bool = False
    categories: tuple[CategoryId, ...] = ()
    since: AwareDatetime | None = None


class Fields(Value):
    """The front-matter field that each kind of category is written to; None: that kind is not written."""

    tags: str | None = "tags"
    categories: str | None = "categories"
    concepts: str | None = None

    def find(self, kind: Kind) -> str | None:
        """The field of a kind."""
        return {"tags": self.tags, "categories": self.categories, "concepts": self.concepts}[kind]


class Recipe(Value):
    """How a job is to be done, fixed when it is made, so that every worker does the same.

    `basis` is what all of its decisions have in common (`app.domain.fingerprint.compute_basis`);
    a worker whose own differs parks the item and says so. `write` names the fields that tags are
    written back to, None where files are left alone; with `put_back` also those that were taken out of
    the files since. `max_cost_usd` is a cap for this job alone. `payer` refers to whose budget of the day
    pays as well (see `app.domain.errand.Payer.reference`), None where nobody's in particular does.
    """

    sources: tuple[str, ...]
    selection: Selection = Selection()
    taxonomy_version: str
    judge: JudgeAsked
    basis: str
    write: Fields | None = None
    put_back: bool = False
    batch_api: bool = False
    max_cost_usd: NonNegativeFloat | None = None
    payer: str | None = None
    max_tries: PositiveInt = 3

    @property
    def writes_files(self) -> bool:
        """Whether any tags are written back."""
        return self.write is not None and any(self.write.model_dump().values())


class JobPlan(Value):
    """What a job comes to before anything is spent.

    `articles` are selected, `unchanged` of them need nothing, `free` are decided again without a
    question, `asked` need the judge; `pairs` counts article and category, and `by_category` how
    many articles are asked about each. Tokens and money as in `app.domain.plan.Plan`: `most_usd`
    is the upper bound. `exact` is False where a sample stands for the rest. `may_gain` and
    `may_lose` count article and tag: what is asked about or decided anew, and stands or not now.
    `unread` files or lines of the sources could not be read; they are not among `articles`.
    """

    articles: NonNegativeInt
    unchanged: NonNegativeInt
    free: NonNegativeInt
    asked: NonNegativeInt
    pairs: NonNegativeInt
    by_category: dict[CategoryId, NonNegativeInt]
    calls: NonNegativeInt
    input_tokens: NonNegativeInt
    cached_tokens: NonNegativeInt
    output_tokens: NonNegativeInt
    cost_usd: float | None
    most_usd: float | None
    prices_as_of: str | None
    exact: bool
    may_gain: NonNegativeInt
    may_lose: NonNegativeInt
    unread: NonNegativeInt = 0
    notes: tuple[str, ...] = ()


class Tally(Value):
    """How many of a job's items are in each state, and what they have used so far.

    `usage` is what led to the decisions; `spent` is every attempt in the job's name, those that
    failed and those under way among them. `written` counts files that have the job's tags.
    """

    waiting: NonNegativeInt = 0
    decided: NonNegativeInt = 0
    unchanged: NonNegativeInt = 0
    parked: NonNegativeInt = 0
    usage: Usage = Usage()
    spent: Spent = Spent()
    written: NonNegativeInt = 0

    @property
    def total(self) -> int:
        """All items."""
        return self.waiting + self.decided + self.unchanged + self.parked


class Job(Value):
    """A job as it stands. `reason` says why it is paused, cancelled or undone, "" otherwise."""

    id: str
    created_at: AwareDatetime
    finished_at: AwareDatetime | None
    state: JobState
    reason: str
    recipe: Recipe
    plan: JobPlan


class Item(Value):
    """One article of a job.

    `number` counts from 0 in the job. `article` is the article's key in the store, `digest` the
    text that is decided about. `path` and `raw` are the file that it was read from and the digest
    of that file's bytes, None where it was no file of its own. `before` and `after` are the ids of
    the decisions that stood before and stand since; `reason` says why an item is parked.
    """

    job: str
    number: NonNegativeInt
    article: str
    digest: str
    path: str | None = None
    raw: str | None = None
    state: ItemState = "waiting"
    tries: NonNegativeInt = 0
    reason: Annotated[str, Field(max_length=2000)] = ""
    before: str | None = None
    after: str | None = None
    usage: Usage = Usage()
