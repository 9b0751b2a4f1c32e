"""Owns the services: what commands and routes work with, composed as the settings ask."""

import asyncio
import logging
import uuid
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from app.bootstrap.asking import open_model
from app.bootstrap.classifying import compose_classifier
from app.bootstrap.embeddings import find_embeddings
from app.category_files.loading import load_taxonomy
from app.classifier import Classifier
from app.domain.article import Article
from app.domain.category import Taxonomy
from app.domain.decision import Decision
from app.domain.errand import Errand
from app.domain.plan import Plan
from app.domain.progress import Progress, Watch, watch_nothing
from app.domain.telling import tell_count
from app.judges.asking_again import AskingAgain
from app.judges.fallback import FallbackJudge
from app.linting.findings import LintFinding
from app.linting.lint import lint_taxonomy
from app.parsing.reading import read_article
from app.parsing.submission import Submission
from app.settings import Settings

log = logging.getLogger(__name__)

PAUSE_S = 30.0
"""Between two tries at an LLM that was away."""
LOCAL_AT_ONCE = 4
"""Articles that the local judge is given at the same time: it has two threads, which should not wait for parsing."""


class Services:
    """What commands and routes work with; `reload` swaps the taxonomy while requests go on.

    The model server's queue, ledger and budgets are one for all that runs in this process.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._embeddings = find_embeddings()
        self._model = open_model(settings) if settings.asks_llm else None
        self._again = AskingAgain()
        self.classifier = self._compose()
        self._linted: tuple[str, tuple[LintFinding, ...]] | None = None

    @property
    def taxonomy(self) -> Taxonomy:
        """The taxonomy that decisions go by now."""
        return self.classifier.taxonomy

    @property
    def has_embeddings(self) -> bool:
        """Whether the local judge compares meanings, and not words alone."""
        return self._embeddings.embedder is not None

    @property
    def judge_name(self) -> str:
        """Who judges: the LLM's name, or the local judge."""
        return self.settings.model if self.settings.asks_llm else "local"

    @property
    def at_once(self) -> int:
        """How many articles are worth working on at the same time."""
        return 2 * self.settings.max_in_flight if self._model else LOCAL_AT_ONCE

    @property
    def waiting(self) -> int:
        """Articles that the local judge stood in for, and that the LLM has yet to be asked about again."""
        return len(self._again)

    def build_errand(self, articles: int) -> Errand:
        """On whose behalf so many articles are classified: one for somebody who waits, several as a job."""
        return Errand() if articles == 1 else Errand(urgency="job", job=uuid.uuid4().hex)

    async def classify(
        self, submission: Submission, only: Sequence[str] = (), watch: Watch = watch_nothing
    ) -> Decision:
        """Read what was submitted and decide about it; parsing runs off the event loop.

        Raises:
            BadInput: there is nothing to classify, too much of it, or no such category.
            Unavailable: the judge cannot be asked.
        """
        article = await self._read(submission)
        watch(Progress(step="parsed", message=f"{tell_count(len(article.sentences), 'sentence')} read", done=0.05))
        return await self.classifier.classify(article, only, watch=watch)

    async def plan(self, submission: Submission, only: Sequence[str] = ()) -> tuple[Article, Plan]:
        """Read what was submitted and say how it would be asked about; spends nothing.

        Raises:
            BadInput: there is nothing to classify, too much of it, or no such category.
        """
        article = await self._read(submission)
        return article, await self.classifier.plan(article, only)

    async def reload(self) -> None:
        """Read the definitions again.

        Raises:
            BadFile: one is bad; the taxonomy that was there stays.
        """
        self.classifier = await asyncio.to_thread(self._compose)

    def lint(self) -> tuple[LintFinding, ...]:
        """What an editor should mend in the definitions, looked for once per taxonomy."""
        if self._linted is None or self._linted[0] != self.taxonomy.version:
            self._linted = self.taxonomy.version, lint_taxonomy(self.taxonomy, self._embeddings.embed)
        return self._linted[1]

    def introduce(self) -> list[str]:
        """What someone who starts the service should know: who judges, at what cost, by what."""
        lines = [f"{len(self.taxonomy.categories)} categories from {self.settings.categories}"]
        lines += self._model.introduce() if self._model else ["Judge: local, on this machine; costs nothing."]
        if self._embeddings.missing:
            lines.append(f"Words only, without embeddings: {self._embeddings.missing}")
        return lines

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """While a service runs: what waits for the LLM is asked again in the background."""
        self._again.is_tended = True
        asking = asyncio.create_task(self._keep_asking())
        try:
            yield
        finally:
            asking.cancel()
            await asyncio.wait((asking,))
            await self.close()

    async def close(self) -> None:
        """Close the connections to the model server."""
        if self._model:
            await self._model.close()

    async def _keep_asking(self) -> None:
        while True:
            await asyncio.sleep(PAUSE_S)
            if isinstance(self.classifier.judge, FallbackJudge):
                (answered,) = await asyncio.gather(self.classifier.judge.ask_again(), return_exceptions=True)
                if isinstance(answered, Exception):
                    log.error("asking again failed", exc_info=answered)

    async def _read(self, submission: Submission) -> Article:
        return await asyncio.to_thread(read_article, submission, max_words=self.settings.max_words)

    def _compose(self) -> Classifier:
        taxonomy = load_taxonomy(self.settings.categories)
        return compose_classifier(taxonomy, self.settings, self._embeddings.embedder, self._model, self._again)


def build_services(settings: Settings) -> Services:
    """The services that these settings ask for.

    Raises:
        BadFile: a definition, a prompt or a price list cannot be read.
        BadSetting: the LLM is asked for by name, and neither key nor server is set.
    """
    return Services(settings)
