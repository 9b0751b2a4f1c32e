"""Owns what the pages ask of the running application."""

from collections.abc import Sequence
from typing import Protocol

from fastapi import Request

from app.domain.category import Taxonomy
from app.domain.decision import Decision
from app.linting.findings import LintFinding
from app.parsing.submission import Submission
from app.settings import Settings


class PageServices(Protocol):
    """What the pages lean on; the application's services are that and more."""

    @property
    def taxonomy(self) -> Taxonomy:
        """The definitions that decide now."""
        ...

    @property
    def settings(self) -> Settings:
        """The settings; the pages read the limits and the threshold."""
        ...

    @property
    def judge_name(self) -> str:
        """Who judges, in words."""
        ...

    @property
    def has_embeddings(self) -> bool:
        """Whether meaning is compared, and not just words."""
        ...

    def lint(self) -> Sequence[LintFinding]:
        """What lint says about the taxonomy as it is now."""
        ...

    async def classify(self, submission: Submission, only: Sequence[str]) -> Decision:
        """What Scopenote says about an article; `only` limits it to these ids."""
        ...


def get_services(request: Request) -> PageServices:
    """The services of the application that answers this request."""
    services: PageServices = request.app.state.services
    return services
