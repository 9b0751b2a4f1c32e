"""Owns the local judge: verdicts from words and vectors, without a model server."""

import textwrap
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from app.domain.article import Article
from app.domain.category import Category
from app.domain.errand import Errand
from app.domain.plan import Part, Plan
from app.domain.telling import tell_count
from app.domain.value import Value
from app.domain.verdict import Candidate, Check, Judgement, JudgeName, Verdict
from app.llm.tab import Tab
from app.similarity.profiles import build_profile
from app.similarity.reader import PhraseMeasures, Reader
from app.similarity.shortlist import Ranked

WORTH_A_LOOK = 0.25
"""Categories that score below are not searched for the sentences that carry their topics, unless their threshold
is lower."""
HOLDS = 0.5
"""The strength of its best sentence from which a topic holds."""
CITED = 3
"""Sentences cited per topic."""
NAMED_TOPICS = 3
LEAST_SHARE = 0.005
"""Of passages: less is told as none."""
PROMPT_VERSION = "none: the local judge is not prompted"


class _Claim(Value):
    """A topic that holds, with the sentences that carry it, the strongest first."""

    about: str
    text: str
    strength: float
    sentences: tuple[int, ...]


class LocalJudge:
    """Measures how far an article is about each candidate, in contrast to the other categories."""

    def __init__(self, reader: Reader, *, threshold: float) -> None:
        self._reader = reader
        self._threshold = threshold

    async def plan(self, article: Article, categories: tuple[Category, ...], *, may_leave_out: bool) -> Plan:  # noqa: ARG002 - the protocol's
        """All of them at once, on this machine."""
        return Plan(
            strategy="local",
            reason=f"The local judge measures {tell_count(len(categories), 'definition')} on this machine, for nothing",
            batches=(tuple(Candidate(category=category, score=0.0) for category in categories),),
            parts=(Part(sentences=tuple(sentence.number for sentence in article.sentences)),),
        )

    async def judge(self, article: Article, plan: Plan, errand: Errand, tab: Tab) -> Judgement:  # noqa: ARG002 - the protocol's
        """One verdict per candidate, in their order; costs nothing and asks nobody."""
        candidates = plan.candidates
        ranked = {r.category_id: r for r in await self._reader.rank(article)}
        close = [c.category for c in candidates if self._is_close(c.category, ranked[c.category.id])]
        claims = await self._find_claims(article, close)
        return Judgement(
            verdicts=tuple(
                _to_verdict(c.category, ranked[c.category.id], claims.get(c.category.id, ())) for c in candidates
            ),
            judge=JudgeName(kind="local", model=self.model),
            prompt_version=PROMPT_VERSION,
            warnings=self._find_limits(article),
        )

    @property
    def model(self) -> str:
        """The embedding model's name, or "words only" where there is none."""
        return self._reader.index.embedder.model if self._reader.index.embedder else "words only"

    def _is_close(self, category: Category, ranked: Ranked) -> bool:
        threshold = self._threshold if category.threshold is None else category.threshold
        return ranked.score >= min(WORTH_A_LOOK, threshold)

    async def _find_claims(self, article: Article, categories: Sequence[Category]) -> dict[str, tuple[_Claim, ...]]:
        """The topics that hold, by category id; all phrases are measured at once."""
        phrases = {category.id: _list_phrases(category) for category in categories}
        texts = tuple(dict.fromkeys(text for listed in phrases.values() for _, text in listed))
        if not texts:
            return {}
        measured = await self._reader.measure(article, texts)
        citable = np.array([not article.sentences[number - 1].heading for number in measured.numbers])
        return {id_: _claim(listed, texts, measured, citable) for id_, listed in phrases.items()}

    def _find_limits(self, article: Article) -> tuple[str, ...]:
        limits = []
        if self._reader.index.lexical_only:
            limits.append("there is no embedding model: words alone were compared")
        looked_at = self._reader.count_looked_at(article)
        if looked_at < len(article.sentences):
            limits.append(f"the local judge looked at {looked_at} of {len(article.sentences)} sentences, evenly spread")
        return tuple(limits)


def _list_phrases(category: Category) -> list[tuple[str, str]]:
    """What a sentence can be about: the topics, by id; without topics the title and what the prose says."""
    if category.topics:
        return [(topic.id, topic.text) for topic in category.topics]
    statements = build_profile(category).statements
    return [(category.id, category.title), *((category.id, statement.text) for statement in statements)]


def _claim(
    listed: Sequence[tuple[str, str]], texts: Sequence[str], measured: PhraseMeasures, citable: NDArray[np.bool_]
) -> tuple[_Claim, ...]:
    """The phrases that hold, strongest first.

    A sentence carries the one phrase that it is most about; a heading announces and carries none.
    """
    rows = measured.strengths[[texts.index(text) for _, text in listed]] * citable
    carried = np.where(rows == rows.max(axis=0), rows, 0)
    claims = []
    for (about, text), row in zip(listed, carried, strict=True):
        best = [place for place in np.argsort(-row, kind="stable")[:CITED] if row[place] >= HOLDS]
        if best:
            sentences = tuple(measured.numbers[place] for place in best)
            claims.append(_Claim(about=about, text=text, strength=float(row[best[0]]), sentences=sentences))
    return tuple(sorted(claims, key=lambda claim: -claim.strength))


def _to_verdict(category: Category, ranked: Ranked, claims: Sequence[_Claim]) -> Verdict:
    return Verdict(
        category_id=category.id,
        topics=tuple(Check(about=claim.about, sentences=claim.sentences) for claim in claims),
        rationale=_explain(category, ranked, claims),
        strength=ranked.score,
        depth=ranked.depth,
    )


def _explain(category: Category, ranked: Ranked, claims: Sequence[_Claim]) -> str:
    """Why the category scores as it does, in an editor's words."""
    share = f"{ranked.depth:.0%}".replace("%", " %")
    if not claims and ranked.depth < LEAST_SHARE:
        return f"No sentence carries a topic of {category.title}."
    if not claims:
        return f"No sentence carries a topic of {category.title}, though {share} of passages come near it."
    named = "; ".join(f"{_clip(claim.text)} (sentence {claim.sentences[0]})" for claim in claims[:NAMED_TOPICS])
    return f"{share} of passages stand out as {category.title}. Strongest: {named}."


def _clip(topic: str) -> str:
    """A topic up to its examples, at most as long as a line."""
    return textwrap.shorten(topic.split(" (", maxsplit=1)[0].rstrip(". "), 100, placeholder=" …")
