"""Owns the errand: on whose behalf an article is classified."""

from typing import Literal, Self

from pydantic import NonNegativeFloat, model_validator

from app.domain.attempt import PayerKind, name_account
from app.domain.key import Key
from app.domain.source import Source
from app.domain.value import Value


class Payer(Value):
    """Whose budget of the UTC day pays: a key's, by its id, or a source's, by its name.

    `name` is what people call it. `most_day_usd` caps the day, None: no cap.
    """

    kind: PayerKind
    id: str
    name: str
    most_day_usd: NonNegativeFloat | None = None

    @property
    def reference(self) -> str:
        """What it is found again by later, when its budget may be another: `key:ID` or `source:NAME`."""
        return f"{self.kind}:{self.id}"

    def name_account(self, day: str) -> str:
        """What it pays for on a UTC day is summed up under this."""
        return name_account(self.kind, self.id, day)


class Errand(Value):
    """Decides who waits for whom at a model server, and which budget pays.

    An "editor" waits for the answer and goes first; a "job" has time. `job` is the job's id, None
    where the errand belongs to none. `most_usd` caps all that this one job spends, beside the caps
    of the settings; None: no cap of its own. `payer` is the key that asked or the source that sent
    the article, None where nobody in particular pays. Job and payer both have to be able to pay.

    Raises:
        ValidationError: a cap of its own for no job.
    """

    urgency: Literal["editor", "job"] = "editor"
    job: str | None = None
    most_usd: NonNegativeFloat | None = None
    payer: Payer | None = None

    @model_validator(mode="after")
    def _caps_some_job(self) -> Self:
        if self.most_usd is not None and self.job is None:
            raise ValueError("most_usd caps what one job spends, and this errand belongs to none")
        return self


def bill_key(key: Key) -> Payer:
    """The key, as whoever pays."""
    return Payer(kind="key", id=key.id, name=key.name, most_day_usd=key.budget_day_usd)


def bill_source(source: Source) -> Payer:
    """The source, as whoever pays."""
    return Payer(kind="source", id=source.name, name=source.name, most_day_usd=source.budget_day_usd)
