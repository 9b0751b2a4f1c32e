"""Owns the composition: from settings to services, the only place that picks concrete classes."""

import asyncio
import secrets
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import platformdirs

from app.category_files.loading import load_taxonomy
from app.classifier import Classifier
from app.domain.category import Taxonomy
from app.domain.decision import Decision
from app.errors import BadSetting, EmbeddingsUnavailable
from app.judges.judge import Judge
from app.judges.local_judge import LocalJudge
from app.linting.findings import LintFinding
from app.linting.lint import lint_taxonomy
from app.parsing.reading import read_article
from app.parsing.submission import Submission
from app.rules.thresholds import Thresholds
from app.settings import Settings
from app.similarity.embedding import Embedder, Vectors, load_embedder
from app.similarity.lookout import SimilarityLookout
from app.similarity.reader import Reader
from app.similarity.taxonomy_index import TaxonomyIndex
from app.similarity.vector_cache import embed_cached

MOST_ASKED = 40
"""Categories that an LLM is asked about in one prompt; of more, a shortlist."""
SHORTLISTED = 20
"""Its size; `python -m bench.retrieval` prints how many of the right ones it holds."""
PLACEHOLDER_KEY = "none"
"""Sent where a server is named without a key: local servers want none, the SDK wants some."""


@dataclass(frozen=True)
class Embeddings:
    """The embedding model, or why there is none."""

    embedder: Embedder | None
    missing: str = ""

    @property
    def embed(self) -> Callable[[Sequence[str]], Vectors] | None:
        """One vector per text, kept on disk between starts; None without a model."""
        if self.embedder is None:
            return None
        return partial(embed_cached, embedder=self.embedder, cache_dir=find_cache())


def find_cache() -> Path:
    """The user's folder for what can be computed again."""
    return Path(platformdirs.user_cache_dir("scopenote"))


class Services:
    """What commands and routes work with; `reload` swaps the taxonomy while requests go on."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._embeddings = find_embeddings()
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

    async def classify(self, submission: Submission, only: Sequence[str] = ()) -> Decision:
        """Read what was submitted and decide about it; parsing runs off the event loop.

        Raises:
            BadInput: there is nothing to classify, too much of it, or no such category.
            Unavailable: the judge cannot be asked.
        """
        article = await asyncio.to_thread(read_article, submission, max_words=self.settings.max_words)
        return await self.classifier.classify(article, only)

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
        if self.settings.asks_llm:
            lines.append(f"Judge: {self.settings.model} over the network; every article costs tokens.")
        else:
            lines.append("Judge: local, on this machine; costs nothing.")
        if self._embeddings.missing:
            lines.append(f"Words only, without embeddings: {self._embeddings.missing}")
        return lines

    def _compose(self) -> Classifier:
        return compose_classifier(load_taxonomy(self.settings.categories), self.settings, self._embeddings.embedder)


def compose_classifier(taxonomy: Taxonomy, settings: Settings, embedder: Embedder | None) -> Classifier:
    """A classifier by this taxonomy, with the judge and the thresholds that the settings ask for."""
    reader = Reader(TaxonomyIndex.build(taxonomy, embedder, find_cache()))
    is_too_much = settings.asks_llm and len(taxonomy.categories) > MOST_ASKED
    return Classifier(
        taxonomy=taxonomy,
        judge=_choose_judge(settings, reader),
        lookout=SimilarityLookout(reader),
        thresholds=Thresholds(
            assign=settings.threshold,
            max_tags=settings.max_tags,
            max_categories=settings.max_categories,
            max_concepts=settings.max_concepts,
        ),
        now=lambda: datetime.now(UTC),
        timer_s=time.perf_counter,
        new_id=lambda: uuid.uuid4().hex,
        shortlist=partial(reader.shortlist, size=SHORTLISTED) if is_too_much else None,
    )


def build_services(settings: Settings) -> Services:
    """The services that these settings ask for.

    Raises:
        BadFile: a definition or a prompt cannot be read.
        BadSetting: the LLM is asked for by name, and neither key nor server is set.
    """
    return Services(settings)


def find_embeddings() -> Embeddings:
    """The embedding model where it is installed; its absence is a fact to tell, not an error."""
    try:
        return Embeddings(load_embedder())
    except EmbeddingsUnavailable as error:
        return Embeddings(None, str(error))


def _choose_judge(settings: Settings, reader: Reader) -> Judge:
    if not settings.asks_llm:
        return LocalJudge(reader, threshold=settings.threshold)
    if settings.openai_api_key is None and settings.openai_base_url is None:
        raise BadSetting(
            "SCOPENOTE_JUDGE=llm needs OPENAI_API_KEY, or OPENAI_BASE_URL for a server of your own. "
            "Set one, or SCOPENOTE_JUDGE=local."
        )
    from app.judges.llm_judge import LLMJudge
    from app.llm.openai_model import OpenAIModel
    from app.prompting.composing import Composer

    key = settings.openai_api_key.get_secret_value() if settings.openai_api_key else PLACEHOLDER_KEY
    model = OpenAIModel(settings.model, api_key=key, base_url=settings.openai_base_url)
    return LLMJudge(model, Composer(settings.prompts, secret=secrets.token_bytes(32)))
