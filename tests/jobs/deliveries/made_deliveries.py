"""Builds sources and deliveries, and stands in for the CMS that they come from and for whoever decides."""

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from app.cms.site import Present, Site
from app.domain.article import Article
from app.domain.article_event import ArticleEvent, Body
from app.domain.decision import Decision, Status
from app.domain.delivery import Delivery, Outcome
from app.domain.provenance import TagEvent
from app.domain.source import Source
from app.errors import NotKept
from app.jobs.deliveries.means import Means
from app.jobs.deliveries.seeing_through import see_through
from app.jobs.files.merging import Former
from app.store.cms_writes import CmsWrite, list_writes
from app.store.database import Database
from app.store.deliveries import keep_delivery, load_delivery
from app.store.sources import keep_source
from app.store.tag_events import find_tags
from tests.store.kept_values import NOON, assign, decide

MINUTE = timedelta(minutes=1)
TEXT = "<p>Leeds won the cup.</p>"


def make_source(**fields: object) -> Source:
    given = {"name": "blog", "cms": "ghost", "created_at": NOON, "site": "https://blog.example", **fields}
    return Source.model_validate(given)


def make_event(**fields: object) -> ArticleEvent:
    body = Body(format="html", content=TEXT)
    given = {"what": "published", "id": "1", "title": "Cup", "body": body, "updated_at": NOON, **fields}
    return ArticleEvent.model_validate(given)


def make_delivery(*events: ArticleEvent, id: str = "d1", at: datetime = NOON, **fields: object) -> Delivery:  # noqa: A002
    given = {
        "id": id,
        "source": "blog",
        "key": id,
        "received_at": at,
        "events": events or (make_event(),),
        "due_at": at,
    }
    return Delivery.model_validate({**given, **fields})


@dataclass
class Post:
    """An article in the CMS. `draft`: an editor's changes are not published; `drafted` are tags of ours in a draft."""

    title: str = "Cup"
    body: str = TEXT
    tags: dict[str, tuple[str, ...]] = field(default_factory=lambda: {"tags": ()})
    at: datetime = NOON
    draft: bool = False
    drafted: dict[str, tuple[str, ...]] | None = None
    withdrawn: bool = False


class FakeCms:
    """A CMS in memory, for any number of openings. `before_write` and `after_write` are done around each write."""

    def __init__(self, **posts: Post) -> None:
        self.posts = {name.removeprefix("p"): post for name, post in posts.items()}
        self.looks = 0
        self.writes: list[tuple[dict[str, tuple[str, ...]], bool]] = []
        self.is_open = 0
        self.drops: set[str] = set()
        self.respell: Callable[[str], str] = str
        self.before_look: Callable[[], None] = lambda: None
        self.before_write: Callable[[], None] = lambda: None
        self.after_write: Callable[[], None] = lambda: None
        self.events: list[ArticleEvent] = []
        self.listed_since: list[datetime | None] = []

    async def open(self, source: Source) -> Site | None:
        if source.site is None:
            return None
        self.is_open += 1
        return self

    async def look(self, id: str, locale: str | None) -> Present:  # noqa: A002
        self.looks += 1
        self.before_look()
        return self._present(id, locale)

    async def write(self, present: Present, tags: Mapping[str, tuple[str, ...]], *, publish: bool) -> Present:
        self.before_write()
        id_ = present.event.id
        post = self.posts[id_]
        taken = {name: tuple(map(self.respell, words)) for name, words in tags.items() if name not in self.drops}
        self.writes.append((dict(tags), publish))
        if publish:
            assert not post.draft, "an editor's draft was published"
            self.posts[id_] = replace(post, tags={**post.tags, **taken}, at=post.at + MINUTE)
        else:
            self.posts[id_] = replace(post, drafted=taken, draft=True)
        self.after_write()
        shown = self._present(id_, present.event.locale)
        return shown if publish else shown.model_copy(update={"tags": {**shown.tags, **taken}})

    async def list_changed(self, since: datetime | None) -> AsyncIterator[ArticleEvent]:
        self.listed_since.append(since)
        for event in self.events:
            yield event

    async def close(self) -> None:
        self.is_open -= 1

    def change(self, id_: str = "1", **fields: object) -> None:
        self.posts[id_] = replace(self.posts[id_], **fields)  # type: ignore[arg-type]

    def _present(self, id_: str, locale: str | None) -> Present:
        if id_ not in self.posts:
            raise NotKept(f"The CMS has no article {id_!r}.")
        post = self.posts[id_]
        what = "withdrawn" if post.withdrawn else "updated"
        body = Body(format="html", content=post.body)
        event = make_event(what=what, id=id_, locale=locale, title=post.title, body=body, updated_at=post.at)
        return Present(event=event, tags=post.tags, version=post.at.isoformat(), has_draft=post.draft)


class FakeDecider:
    """Gives every article the same tags; the same text by the same tags is decided once."""

    def __init__(self, *tags: str, **statuses: Status) -> None:
        self.statuses: dict[str, Status] = {**dict.fromkeys(tags or ("cup",), "assigned"), **statuses}
        self.former: Former = {}
        self.asked: list[Article] = []
        self.made: dict[str, Decision] = {}
        self.before: Callable[[], None] = lambda: None
        self.made_at = NOON

    async def decide(self, article: Article, source: Source) -> Decision:
        self.asked.append(article)
        self.before()
        name = f"{article.key} {article.digest} {sorted(self.statuses.items())}"
        if name in self.made:
            return self.made[name].model_copy(update={"cached": True})
        assignments = (assign(category, status) for category, status in self.statuses.items())
        self.made[name] = decide(f"decision-{len(self.made) + 1}", *assignments, article=article, at=self.made_at)
        return self.made[name]


@dataclass
class Desk:
    """Everything that deliveries are worked on with, and what came of it."""

    database: Database
    cms: FakeCms
    decider: FakeDecider = field(default_factory=FakeDecider)
    clock: datetime = NOON

    @property
    def means(self) -> Means:
        return Means(
            database=self.database,
            decider=self.decider,
            open_site=self.cms.open,
            link_decision=lambda id_: f"https://tags.example/classifications/{id_}",
            now=lambda: self.clock,
            max_words=1000,
        )

    def add(self, **fields: object) -> Source:
        source = make_source(**fields)
        self.database.write_now(lambda c: keep_source(c, source))
        return source

    def keep(self, delivery: Delivery) -> None:
        self.database.write_now(lambda c: keep_delivery(c, delivery))

    async def take(self, *events: ArticleEvent, id: str = "d1", at: datetime = NOON) -> tuple[Outcome, ...]:  # noqa: A002
        """Keep a delivery and see it through; raises what was in the way."""
        delivery = make_delivery(*events, id=id, at=at)
        self.keep(delivery)
        return await self.work_on(id)

    async def work_on(self, id_: str = "d1") -> tuple[Outcome, ...]:
        seen = await see_through(self.means, self.load(id_))
        if seen.error:
            raise seen.error
        return self.load(id_).outcomes

    def load(self, id_: str = "d1") -> Delivery:
        return self.database.read_now(lambda c: load_delivery(c, id_))

    def list_writes(self) -> list[CmsWrite]:
        return self.database.read_now(lambda c: list_writes(c, "blog"))[::-1]

    def find_tags(self, key: str = "blog:1") -> dict[str, TagEvent]:
        return {tag: event for (_, tag), event in self.database.read_now(lambda c: find_tags(c, key)).items()}


def fail_once(error: Exception) -> Callable[[], None]:
    """Raises the first time."""
    left = [error]

    def deed() -> None:
        if left:
            raise left.pop()

    return deed
