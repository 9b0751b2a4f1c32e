"""Owns the local judge: verdicts from words and vectors, without a model server."""

from collections.abc import Sequence

from app.domain.article import Article
from app.domain.category import Category
from app.domain.verdict import Candidate, Check, Judgement, JudgeName, Usage, Verdict
from app.similarity.reader import Reader
from app.similarity.shortlist import Ranked, TopicEvidence

WORTH_A_LOOK = 0.3
"""Categories that score below are not searched for the sentences that carry their topics."""
HOLDS = 0.5
"""The strength of its best sentence from which a topic holds."""
NAMED_TOPICS = 3
PROMPT_VERSION = "none: the local judge is not prompted"


class LocalJudge:
    """Measures how far an article is about each candidate, in contrast to the other categories."""

    def __init__(self, reader: Reader, *, degraded: bool = False) -> None:
        self._reader = reader
        self._degraded = degraded

    async def judge(self, article: Article, candidates: tuple[Candidate, ...]) -> Judgement:
        """One verdict per candidate, in their order; costs nothing and asks nobody."""
        ranked = {r.category_id: r for r in await self._reader.rank(article)}
        close = [c.category.id for c in candidates if ranked[c.category.id].score >= WORTH_A_LOOK]
        evidence = await self._reader.find_evidence(article, close)
        return Judgement(
            verdicts=tuple(
                _to_verdict(c.category, ranked[c.category.id], evidence.get(c.category.id, ())) for c in candidates
            ),
            judge=JudgeName(kind="local", model=self.model, degraded=self._degraded),
            usage=Usage(),
            prompt_version=PROMPT_VERSION,
            warnings=self._find_limits(article),
        )

    @property
    def model(self) -> str:
        """The embedding model's name, or "words only" where there is none."""
        return self._reader.index.embedder.model if self._reader.index.embedder else "words only"

    def _find_limits(self, article: Article) -> tuple[str, ...]:
        looked_at = self._reader.count_looked_at(article)
        if looked_at < len(article.sentences):
            return (f"the local judge looked at {looked_at} of {len(article.sentences)} sentences, evenly spread",)
        return ()


def _to_verdict(category: Category, ranked: Ranked, evidence: Sequence[TopicEvidence]) -> Verdict:
    held = [topic for topic in evidence if topic.strengths and topic.strengths[0] >= HOLDS]
    held.sort(key=lambda topic: -topic.strengths[0])
    return Verdict(
        category_id=category.id,
        topics=tuple(
            Check(
                about=topic.topic,
                sentences=tuple(n for n, s in zip(topic.sentences, topic.strengths, strict=True) if s >= HOLDS),
            )
            for topic in held
        ),
        rationale=_explain(category, ranked, held),
        strength=ranked.score,
        depth=ranked.depth,
    )


def _explain(category: Category, ranked: Ranked, held: Sequence[TopicEvidence]) -> str:
    """Why the category scores as it does, in an editor's words."""
    share = f"{ranked.depth:.0%}".replace("%", " %")
    if not held:
        return f"{share} of sentences come near {category.title}; none carries one of its topics."
    texts = {topic.id: topic.text for topic in category.topics}
    named = "; ".join(f"{_clip(texts[t.topic])} (sentence {t.sentences[0]})" for t in held[:NAMED_TOPICS])
    return f"{share} of sentences are about {category.title}. Strongest: {named}."


def _clip(topic: str) -> str:
    """A topic up to its examples."""
    return topic.split(" (", maxsplit=1)[0].rstrip(". ")
