"""Owns what the pages ask of the running application."""

from collections.abc import Sequence
from typing import Protocol

from fastapi import Request

from app.bootstrap.kept import Present, ReviewPage
from app.domain.category import Taxonomy
from app.domain.decision import Decision
from app.domain.errand import Errand
from app.domain.feedback import Said
from app.linting.findings import LintFinding
from app.parsing.submission import Offer
from app.settings import Settings
from app.store.history import History


class KeptDecisions(Protocol):
    """What the pages read of what is kept, and how they add an editor's word."""

    async def load_classification(self, decision_id: str) -> Decision:
        """A decision by its id, or NotKept."""
        ...

    async def load_history(self, article: str) -> History:
        """All that was decided and said about an article, by its key, or NotKept."""
        ...

    async def find_present(self, article: str) -> Present:
        """Editors' latest words about an article, and which decision stands, by its key."""
        ...

    async def list_reviews(self, after: str, limit: int) -> ReviewPage:
        """What waits for a person, behind a place in the list."""
        ...

    async def give_word(
        self, decision_id: str, category: str, verdict: Said, note: str, by: str, *, errand: Errand
    ) -> Decision:
        """Keep an editor's word; the decision that it leads to."""
        ...


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

    @property
    def kept(self) -> KeptDecisions:
        """What was decided before."""
        ...

    def lint(self) -> Sequence[LintFinding]:
        """What lint says about the taxonomy as it is now."""
        ...

    async def classify(self, offer: Offer, only: Sequence[str], *, errand: Errand) -> Decision:
        """What Scopenote says about an article, on somebody's behalf; `only` limits it to these ids."""
        ...


def get_services(request: Request) -> PageServices:
    """The services of the application that answers this request."""
    services: PageServices = request.app.state.services
    return services
