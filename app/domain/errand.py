"""Owns the errand: on whose behalf an article is classified."""

from typing import Literal, Self

from pydantic import NonNegativeFloat, model_validator

from app.domain.value import Value


class Payer(Value):
    """The key whose request an errand is, by id and name; `most_day_usd` caps its UTC day, None: no cap."""

    key: str
    name: str
    most_day_usd: NonNegativeFloat | None = None


class Errand(Value):
    """Decides who waits for whom at a model server, and which budget pays.

    An "editor" waits for the answer and goes first; a "job" has time. `job` is the job's id, None
    where the errand belongs to none. `most_usd` caps all that this one job spends, beside the caps
    of the settings; None: no cap of its own. `payer` is the key that asked, None where none was
    needed; a job is nobody's but its own.

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
