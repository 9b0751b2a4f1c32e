"""Owns keeping: decisions that need not be made again, and what becomes of a new one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.domain.article import Article
from app.domain.category import Taxonomy
from app.domain.decision import Decision
from app.domain.errand import Errand
from app.domain.feedback import Word
from app.domain.fingerprint import fingerprint_decision
from app.store.articles import keep_article
from app.store.asking_again import drop_again, queue_again
from app.store.connection import Connection
from app.store.database import Database
from app.store.decisions import find_decision, keep_decision
from app.store.surveying import find_articles
from app.store.taxonomies import keep_taxonomy
from app.store.telling import tell_source
from app.store.words import find_words, hold_words

AGAIN = "It will be asked again by itself while `scopenote serve` or `scopenote worker` runs."
ONCE_RAISED = "It will be asked again once that budget is raised, while `scopenote serve` or `scopenote worker` runs."
NOT_AGAIN = "It will not be asked again by itself."


@dataclass(frozen=True)
class Known:
    """What the store knows before an article is decided about.

    `decision` needs not be made again, None where it does; `is_settled` says that nothing is left to
    be kept either: it stands, if it is one that does, and what the article says is known.
    """

    fingerprint: str
    words: tuple[Word, ...]
    decision: Decision | None
    is_settled: bool


@dataclass(frozen=True)
class Keeper:
    """Looks decisions up and keeps them. `basis` is what all decisions of its classifier have in common."""

    database: Database
    taxonomy: Taxonomy
    basis: str

    async def look_up(self, article: Article, only: Sequence[str], *, is_news: bool) -> Known:
        """The editors' words about the article, and the decision that still holds. `is_news` as for `keep`.

        Raises:
            StoreUnavailable: the store cannot be read.
        """
        return await self.database.read(lambda c: self._look_up(c, article, only, is_news=is_news))

    async def give_again(
        self, article: Article, known: Known, now: datetime, *, only: Sequence[str], job: str | None, is_news: bool
    ) -> Decision | None:
        """A decision that is known, standing in place of one that came after it where it is about all categories.

        `is_news` as for `keep`. None: there is none, or an editor had a word meanwhile.

        Raises:
            StoreUnavailable: the store cannot be written; what stood before stands.
        """
        decision = known.decision
        if decision is None or known.is_settled:
            return decision

        def work(connection: Connection) -> Decision | None:
            if hold_words(connection, article.key) != known.words:
                return None
            if is_news:
                keep_article(connection, article, article.key, now)
            if not only:
                drop_again(connection, article.key, article.digest)
            return keep_decision(
                connection,
                decision,
                key=article.key,
                fingerprint=known.fingerprint,
                stands=not only,
                job=job,
                at=now,
            )

        return await self.database.write(work)

    async def keep(
        self,
        decision: Decision,
        known: Known,
        *,
        only: Sequence[str],
        errand: Errand,
        holds: bool,
        again: str,
        is_news: bool,
    ) -> Decision | None:
        """Keep a decision with its article, and have it stand where it is about all categories.

        `holds`: the same article need not be decided again. `again` says why the judge that was
        meant has to be asked again, "" where it has not; whoever pays for the errand pays for that.
        `is_news`: the text is what the article says now; a job's text is kept before, and may be
        outdated by now. Where it takes a stand-in's place, the CMS that the article came from is told.

        What comes back is the decision that is kept: another process may have come to the same one
        first. None: an editor had a word meanwhile, so that it has to be decided by that, and
        nothing is kept.

        Raises:
            StoreUnavailable: the store cannot be written; nothing is kept.
        """
        fingerprint = known.fingerprint if holds else f"{known.fingerprint} {decision.id}"

        def work(connection: Connection) -> Decision | None:
            article, now = decision.article, decision.created_at
            if hold_words(connection, article.key) != known.words:
                return None
            keep_taxonomy(connection, self.taxonomy, now)
            if is_news:
                keep_article(connection, article, article.key, now)
            kept = keep_decision(
                connection, decision, key=article.key, fingerprint=fingerprint, stands=not only, job=errand.job
            )
            if again:
                payer = errand.payer.reference if errand.payer else None
                queue_again(connection, article.key, article.digest, again, now, payer=payer)
            elif not only and drop_again(connection, article.key, article.digest) and _is_unannounced(errand):
                tell_source(connection, article.key, now)
            return kept

        return await self.database.write(work)

    def _look_up(self, connection: Connection, article: Article, only: Sequence[str], *, is_news: bool) -> Known:
        words = find_words(connection, article.key)
        fingerprint = fingerprint_decision(article_digest=article.digest, basis=self.basis, words=words, only=only)
        decision = find_decision(connection, article.key, fingerprint)
        if decision is None:
            return Known(fingerprint, words, None, is_settled=False)
        stored = next(iter(find_articles(connection, [article.key]).values()), None)
        if stored is None:
            return Known(fingerprint, words, decision, is_settled=False)
        stands = bool(only) or stored.decision == decision.id
        is_known = not is_news or (stored.digest, stored.url) == (article.digest, article.url)
        return Known(fingerprint, words, decision, is_settled=stands and is_known)


def _is_unannounced(errand: Errand) -> bool:
    """Whether nobody else tells the CMS: a source's delivery does, and a job does where it is asked to."""
    return errand.job is None and (errand.payer is None or errand.payer.kind != "source")
