"""Owns the order: what somebody asks for, and the recipe that it becomes."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Protocol

from pydantic import Field, NonNegativeFloat, PositiveInt

from app.domain.article import Article
from app.domain.category import Taxonomy
from app.domain.job import Fields, JudgeAsked, Recipe, Selection
from app.domain.plan import Plan
from app.domain.value import Value


class Order(Value):
    """What is asked for: which articles, how they are decided, and what it may cost.

    `sources` are folders and files (`app.jobs.planning.sources`), or "stored:" for all articles that the
    store has. `categories` is the folder of definitions, None for the one that the settings name.
    `write` names the fields that tags are written back to; None leaves files alone. `put_back`: also
    tags that were taken out of the files since they were written.
    """

    sources: Annotated[tuple[str, ...], Field(min_length=1)]
    selection: Selection = Selection()
    judge: JudgeAsked = "auto"
    categories: str | None = None
    write: Fields | None = None
    put_back: bool = False
    batch_api: bool = False
    max_cost_usd: NonNegativeFloat | None = None
    max_tries: PositiveInt = 3


class Forecaster(Protocol):
    """What planning needs of the classifier by which a job will decide."""

    @property
    def taxonomy(self) -> Taxonomy:
        """The definitions that it goes by."""
        ...

    @property
    def basis(self) -> str:
        """One digest over all that its decisions have in common."""
        ...

    async def plan(self, article: Article) -> Plan:
        """How the article would be asked about; spends nothing."""
        ...


Compose = Callable[[Order], Awaitable[Forecaster]]
"""Gives the classifier that an order asks for; nobody stands in for its judge.

Raises BadFile for definitions that cannot be read, BadSetting for a judge that is not set up.
"""


def write_recipe(order: Order, forecaster: Forecaster) -> Recipe:
    """How the order is done, fixed from here on.

    Raises:
        UnknownCategory: the selection names one that the taxonomy lacks.
    """
    taxonomy = forecaster.taxonomy
    named = tuple(taxonomy.get_category(category).id for category in order.selection.categories)
    return Recipe(
        sources=order.sources,
        selection=order.selection.model_copy(update={"categories": named}),
        taxonomy_version=taxonomy.version,
        judge=order.judge,
        basis=forecaster.basis,
        write=order.write,
        put_back=order.put_back,
        batch_api=order.batch_api,
        max_cost_usd=order.max_cost_usd,
        max_tries=order.max_tries,
    )
