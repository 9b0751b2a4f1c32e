"""Owns what people ask about decisions that are kept: one of them, an article's history, what waits, a word on it."""

from collections.abc import Callable
from datetime import datetime

from app.classifier.way import EDITOR, Classifier
from app.domain.article import Article
from app.domain.decision import Decision
from app.domain.errand import Errand
from app.domain.feedback import Said, Word
from app.domain.value import Value
from app.store.articles import load_article
from app.store.connection import Connection
from app.store.database import Database
from app.store.decisions import load_decision
from app.store.history import History, load_history
from app.store.reviews import Waiting, count_reviews, list_reviews
from app.store.surveying import find_articles
from app.store.telling import tell_source
from app.store.words import find_words, keep_word


class ReviewPage(Value):
    """A page of what waits for a person, the longest waiting first. `next` leads on, None at the end."""

    waiting: tuple[Waiting, ...]
    next: str | None
    total: int


class Present(Value):
    """What holds about an article now: editors' latest words, and the id of the decision that stands, None for none."""

    words: tuple[Word, ...]
    standing: str | None


class Kept:
    """Reads what is kept, and takes editors' words. `find_classifier` gives the one that decides now."""

    def __init__(
        self, database: Database, find_classifier: Callable[[], Classifier], *, now: Callable[[], datetime]
    ) -> None:
        self._database = database
        self._find_classifier = find_classifier
        self._now = now

    async def load_classification(self, decision_id: str) -> Decision:
        """A decision by its id.

        Raises:
            NotKept: there is none of that id.
        """
        return await self._database.read(lambda connection: load_decision(connection, decision_id))

    async def load_history(self, article: str) -> History:
        """All that was decided and said about an article, by the key that it is kept under.

        Raises:
            NotKept: there is no such article.
        """
        return await self._database.read(lambda connection: load_history(connection, article))

    async def find_present(self, article: str) -> Present:
        """What holds about an article now, by its key; of one that is not kept, nothing."""

        def work(connection: Connection) -> Present:
            stored = next(iter(find_articles(connection, [article]).values()), None)
            return Present(words=find_words(connection, article), standing=stored.decision if stored else None)

        return await self._database.read(work)

    async def list_reviews(self, after: str = "", limit: int = 50) -> ReviewPage:
        """What waits for a person; `after` is the `next` of the page before."""

        def work(connection: Connection) -> ReviewPage:
            waiting = tuple(list_reviews(connection, after=after, limit=limit + 1))
            more = len(waiting) > limit
            return ReviewPage(
                waiting=waiting[:limit],
                next=waiting[limit - 1].token if more else None,
                total=count_reviews(connection),
            )

        return await self._database.read(work)

    async def give_word(
        self, decision_id: str, category: str, verdict: Said, note: str, by: str, *, errand: Errand = EDITOR
    ) -> Decision:
        """Keep an editor's word about the article of a decision, and decide about its present text by it.

        What is known is not asked again; the errand says on whose behalf the rest is. Where the
        article came from a CMS, that is told within seconds.

        Raises:
            NotKept: there is no decision of that id.
            UnknownCategory: the taxonomy has no such category.
            Unavailable: what the word is about was never judged, and cannot be now; the word is kept.
        """
        classifier = self._find_classifier()
        category_id = classifier.taxonomy.get_category(category).id
        word = Word(category=category_id, verdict=verdict, note=note, by=by, at=self._now(), decision=decision_id)

        def work(connection: Connection) -> Article:
            key = load_decision(connection, decision_id).article.key
            keep_word(connection, key, word)
            tell_source(connection, key, word.at)
            return load_article(connection, key)

        return await classifier.classify(await self._database.write(work), errand=errand, is_news=False)
