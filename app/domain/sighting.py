"""Owns the sighting: in which sentences an exclusion's subject and its condition were seen."""

from pydantic import PositiveInt

from app.domain.value import Value


class Sighting(Value):
    """What words and vectors saw of one exclusion rule (or part of one) in one article.

    Sentence numbers, the most telling first. `subject` holds the sentences about any of the rule's subjects,
    `condition` those about any phrase of its condition, `category` those about the category
    itself (its title or one of its topics), `total` the number of sentences that were looked at;
    `sampled` says that the article has more.
    """

    rule_id: str
    subject: tuple[PositiveInt, ...] = ()
    condition: tuple[PositiveInt, ...] = ()
    category: tuple[PositiveInt, ...] = ()
    total: PositiveInt
    sampled: bool = False
