"""Owns keeping: decisions that need not be made again, and what becomes of a new one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.domain.article import Article
from app.domain.decision import Decision
from app.domain.feedback import Word
from app.domain.fingerprint import fingerprint_decision
from app.store.articles import keep_article
from app.store.asking_again import drop_again, queue_again
from app.store.connection import Connection
from app.store.database import Database
from app.store.decisions import find_decision, find_standing, keep_decision
from app.store.words import find_words

AGAIN = "It will be asked again by itself while `scopenote serve` or `scopenote worker` runs."
NOT_AGAIN = "It will not be asked again by itself."


@dataclass(frozen=True)
class Known:
    """What the store knows before an article is decided about.

    `decision` needs not be made again, None where it does; `stands` says that no other has taken its place.
    """

    fingerprint: str
    words: tuple[Word, ...]
    decision: Decision | None
    stands: bool


@dataclass(frozen=True)
class Keeper:
    """Looks decisions up and keeps them. `basis` is what all decisions of its classifier have in common."""

    database: Database
    basis: str

    async def look_up(self, article: Article, only: Sequence[str]) -> Known:
        """The editors' words about the article, and the decision that still holds.

        Raises:
            StoreUnavailable: the store cannot be read.
        """
        return await self.database.read(lambda connection: self._look_up(connection, article, only))

    async def stand_again(
        self, article: Article, known: Known, decision: Decision, now: datetime, *, job: str | None, is_news: bool
    ) -> None:
        """Have a kept decision stand in place of the one that came after it. `is_news` as for `keep`.

        Raises:
            StoreUnavailable: the store cannot be written; what stood before stands.
        """

        def work(connection: Connection) -> None:
            if is_news:
                keep_article(connection, article, article.key, now)
            keep_decision(
                connection, decision, key=article.key, fingerprint=known.fingerprint, stands=True, job=job, at=now
            )

        await self.database.write(work)

    async def keep(
        self,
        decision: Decision,
        known: Known,
        *,
        only: Sequence[str],
        job: str | None,
        holds: bool,
        again: str,
        is_news: bool,
    ) -> Decision | None:
        """Keep a decision with its article, and have it stand where it is about all categories.

        `holds`: the same article need not be decided again. `again` says why the judge that was
        meant has to be asked again, "" where it has not. `is_news`: the text is what the article
        says now; a job's text is kept before, and may be outdated by now.

        What comes back is the decision that is kept: another process may have come to the same one
        first. None: an editor had a word meanwhile, so that it has to be decided by that, and
        nothing is kept.

        Raises:
            StoreUnavailable: the store cannot be written; nothing is kept.
        """
        fingerprint = known.fingerprint if holds else f"{known.fingerprint} {decision.id}"

        def work(connection: Connection) -> Decision | None:
            article, now = decision.article, decision.created_at
            if find_words(connection, article.key) != known.words:
                return None
            if is_news:
                keep_article(connection, article, article.key, now)
            kept = keep_decision(
                connection, decision, key=article.key, fingerprint=fingerprint, stands=not only, job=job
            )
            if again:
                queue_again(connection, article.key, article.digest, again, now)
            elif not only:
                drop_again(connection, article.key, article.digest)
            return kept

        return await self.database.write(work)

    def _look_up(self, connection: Connection, article: Article, only: Sequence[str]) -> Known:
        words = find_words(connection, article.key)
        fingerprint = fingerprint_decision(article_digest=article.digest, basis=self.basis, words=words, only=only)
        decision = find_decision(connection, article.key, fingerprint)
        standing = find_standing(connection, [article.key]).get(article.key)
        stands = standing is not None and decision is not None and standing.decision == decision.id
        return Known(fingerprint, words, decision, stands)
