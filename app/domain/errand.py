"""Owns the errand: on whose behalf an article is classified."""

from typing import Literal

from app.domain.value import Value


class Errand(Value):
    """Decides who waits for whom at a model server, and which budget pays.

    An "editor" waits for the answer and goes first; a "job" has time. `job` is the job's id, None
    where the errand belongs to none.
    """

    urgency: Literal["editor", "job"] = "editor"
    job: str | None = None
