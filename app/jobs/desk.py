"""Owns what a worker asks of the rest of the house: deciding about an article, and writing tags back."""

from typing import Protocol

from app.domain.article import Article
from app.domain.decision import Decision
from app.domain.errand import Errand
from app.domain.job import Item, Job, Recipe


class Desk(Protocol):
    """Where the items of a job are worked on."""

    async def decide(self, recipe: Recipe, key: str, article: Article, errand: Errand) -> Decision:
        """The decision about an article by a job's recipe; it is kept, and stands, when this comes back.

        No other judge stands in: a job has time. Asking about the same article by the same recipe
        again gives the decision that is kept, and costs nothing (`cached`).

        Raises:
            Unavailable: the judge or the store cannot be reached, or a budget is spent.
            BadInput: the recipe cannot be followed here, or nothing can be made of the article.
        """
        ...

    async def write_back(self, job: Job, item: Item, decision: Decision) -> None:
        """Write a decision's tags to the item's file, where the job's recipe says so.

        Raises:
            BadInput: the file is not as it was when the job was planned, or cannot be edited; it is untouched.
            Unavailable: it cannot be written now; it is untouched.
        """
        ...
