"""Owns the numbers that the rules go by, and the version that changes with them."""

import hashlib

from pydantic import PositiveFloat, PositiveInt

from app.domain.value import Share, Value

RULES = 2
"""Raised by hand whenever a rule decides otherwise than before on the same values."""


class Thresholds(Value):
    """Shares are of an article's sentences. The defaults are those of the README's settings."""

    assign: Share = 0.5
    """The score from which a category applies, where its definition names no other."""
    near: Share = 0.02
    """A score this close to the threshold, on either side, is for a person to settle."""
    subject: Share = 0.12
    """From here an article is about an exclusion's subject, and not just naming it."""
    topic: Share = 0.3
    """From here an exclusion without a condition bites: the article is largely about it."""
    condition: Share = 0.08
    """From here the condition that rescues from an exclusion is treated, and not just named."""
    outweigh: PositiveFloat = 2.0
    """How often over the category's own topics must outweigh a subject where nothing of its condition is treated."""
    depth: Share = 0.15
    """From here a category is treated in substance where its definition shuts out passing mentions."""
    doubt: Share = 0.05
    """From here sentences that may be what only a reader can tell are worth a person's time."""
    max_tags: PositiveInt = 15
    max_categories: PositiveInt = 3
    max_concepts: PositiveInt = 1

    @property
    def version(self) -> str:
        """The version of these rules with these numbers."""
        digest = hashlib.sha256(self.model_dump_json().encode()).hexdigest()[:12]
        return f"{RULES}-{digest}"
