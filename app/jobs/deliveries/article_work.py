"""Owns the work on one article of a delivery: told from echoes and old news, decided, written back."""

from datetime import datetime
from functools import partial

from app.cms.site import Present, Site
from app.domain.article import Article
from app.domain.article_event import ArticleEvent, name_article
from app.domain.decision import Decision
from app.domain.delivery import Delivery, Fate, Outcome
from app.domain.source import Source
from app.errors import BadInput, NotKept, Unavailable
from app.jobs.deliveries.case import Case, end
from app.jobs.deliveries.fates import comes_from_us, find_moment, needs_look, touches_tags_only
from app.jobs.deliveries.means import Means
from app.jobs.deliveries.reading import read_event
from app.jobs.deliveries.writing import Written, write_back
from app.store.articles import keep_article, load_article
from app.store.cms_articles import CmsArticle, find_cms_article, take_up
from app.store.cms_writes import list_writes
from app.store.connection import Connection
from app.store.telling import find_whole, is_own

_WITHDRAWN = "Readers do not see it in the CMS now."
_OLDER = "A newer version of it came in before."
_OURS = "Our own writing came back."
_TAGS_ONLY = "Only tags changed, and its text was decided about."
_NO_SITE = (
    "The webhook has no text, and the CMS cannot be read back. Give the source its `--site` and a secret for it, "
    "or have the CMS send the text."
)
_CHANGED = "The article was changed in the CMS while it was decided about. It is looked at again."


async def work_on_article(
    means: Means, source: Source, delivery: Delivery, event: ArticleEvent
) -> tuple[Outcome, Decision | None]:
    """What became of one article, and the decision that was made or still holds.

    Working on it again after a crash comes to the same, costs nothing twice and writes nothing twice.

    Raises:
        Unavailable: the judge, the CMS or the store is away or busy, or a budget is spent.
    """
    key = name_article(source.name, event)
    known = await means.database.read(lambda c: find_cms_article(c, key))
    moment = _find_moment(event, delivery, known)
    case = Case(source=source, delivery=delivery, event=event, key=key, moment=moment, known=known)
    try:
        turned_away = await _turn_away(means, case)
        if turned_away is not None:
            return turned_away, None
        if not _is_looked_at(case):
            return await _decide(means, case, None, None)
        site = await means.open_site(source)
        if site is None:
            return end(case, "parked", _NO_SITE), None
        try:
            return await _look_and_decide(means, case, site)
        finally:
            await site.close()
    except BadInput as error:
        return end(case, "parked", str(error)), None


def _find_moment(event: ArticleEvent, delivery: Delivery, known: CmsArticle | None) -> datetime:
    """When an event came about. What we tell ourselves is no version of the article: it is neither older nor newer."""
    if is_own(delivery) and known is not None and known.newest_at is not None:
        return known.newest_at
    return find_moment(event, delivery.received_at)


def _is_looked_at(case: Case) -> bool:
    """Whether it goes by the article in the CMS; what we tell ourselves, only where tags are written."""
    if is_own(case.delivery):
        return case.source.mode in {"draft", "apply"}
    return needs_look(case.event, case.source)


async def _turn_away(means: Means, case: Case) -> Outcome | None:
    """The outcome of what needs neither text nor CMS; None where it needs one of them."""
    if _is_older(case):
        # The newer event may have been none of the text's: where the CMS can be asked, it says what is there now.
        is_asked = case.event.what != "withdrawn" and case.source.site is not None and _is_looked_at(case)
        return None if is_asked or await _has_written(means, case) else end(case, "outdated", _OLDER)
    if case.event.what == "withdrawn":
        outcome = end(case, "ignored", _WITHDRAWN)
    elif comes_from_us(case.event, case.source):
        outcome = end(case, "echo", _OURS)
    elif await _changes_tags_only(means, case):
        outcome = end(case, "echo", _TAGS_ONLY)
    else:
        return None
    is_newest = await means.database.write(lambda c: _note_version(c, case, case.moment))
    return outcome if is_newest else end(case, "outdated", _OLDER)


def _is_older(case: Case) -> bool:
    return bool(case.known and case.known.newest_at and case.known.newest_at > case.moment)


async def _has_written(means: Means, case: Case) -> bool:
    find = partial(list_writes, source=case.source.name, delivery=case.delivery.id)
    return any(write.article == case.key for write in await means.database.read(find))


async def _changes_tags_only(means: Means, case: Case) -> bool:
    """Whether only tags changed, and the text is the one that was decided about as far as can be seen here."""
    digest = case.known.digest if case.known else None
    if digest is None or not touches_tags_only(case.event, case.source):
        return False
    if needs_look(case.event, case.source):
        return True
    return (await read_event(case.event, case.key, max_words=means.max_words)).digest == digest


async def _look_and_decide(means: Means, case: Case, site: Site) -> tuple[Outcome, Decision | None]:
    """Go by the article as the CMS has it now."""
    try:
        present = await site.look(case.event.id, case.event.locale)
    except NotKept as error:
        # One that was never seen there may just as well be looked for in the wrong place.
        was_there = case.known is not None and (case.known.digest is not None or _is_older(case))
        return end(case, "ignored", _WITHDRAWN) if was_there else end(case, "parked", str(error)), None
    if present.event.what == "withdrawn":
        return end(case, "ignored", _WITHDRAWN), None
    if _is_older(case) and await _was_decided(means, case, present):
        return end(case, "outdated", _OLDER), None
    return await _decide(means, case, present, site)


async def _was_decided(means: Means, case: Case, present: Present) -> bool:
    """Whether nothing is left to do for a version that a newer event came in before.

    That event may have told of tags alone, while this one waited for a budget or a model server. Where
    this delivery wrote before, the newer version may be its own.
    """
    digest = case.known.digest if case.known else None
    return (await _read(means, case, present)).digest == digest and not await _has_written(means, case)


async def _decide(
    means: Means, case: Case, present: Present | None, site: Site | None
) -> tuple[Outcome, Decision | None]:
    article = await _read(means, case, present)
    moment = _find_version(case, present, means.now())
    if not await means.database.write(lambda c: _take_up(c, case, article, moment, means.now())):
        return end(case, "outdated", _OLDER), None
    decision = await _find_decision(means, case, article)
    written, refusal = Written(), ""
    try:
        if case.source.mode != "off" and (present is not None or not is_own(case.delivery)):
            written = await _write(means, case, decision, present, site)
    except NotKept:
        refusal = _WITHDRAWN
    except BadInput as error:
        written, refusal = Written(refused=True), str(error)
    is_known = case.known is not None and case.known.digest == article.digest and decision.cached
    fate = _find_fate(case, written, is_known=is_known)
    reason = refusal or written.reason or (_OURS if fate == "echo" else "")
    return Outcome(article=case.key, fate=fate, decision=decision.id, reason=reason, written=written.tags), decision


def _find_fate(case: Case, written: Written, *, is_known: bool) -> Fate:
    if written.refused:
        return "parked"
    if not is_known or written.was_begun or is_own(case.delivery):
        return "classified"
    return "echo" if written.is_echo else "unchanged"


async def _read(means: Means, case: Case, present: Present | None) -> Article:
    if present is None and is_own(case.delivery):
        return await means.database.read(lambda c: load_article(c, case.key))
    return await read_event(present.event if present else case.event, case.key, max_words=means.max_words)


def _find_version(case: Case, present: Present | None, now: datetime) -> datetime:
    """When the version came about that is decided about."""
    if present is None or (is_own(case.delivery) and present.event.updated_at is None):
        return case.moment
    newest = case.known.newest_at if case.known else None
    return max(case.moment, find_moment(present.event, now), newest or case.moment)


async def _find_decision(means: Means, case: Case, article: Article) -> Decision:
    """The decision about the article; what we tell ourselves is the one that stands, as far as it does."""
    standing = await means.database.read(lambda c: find_whole(c, article)) if is_own(case.delivery) else None
    if standing is not None:
        return standing.model_copy(update={"cached": True})
    return await means.decider.decide(article, case.source)


def _take_up(c: Connection, case: Case, article: Article, moment: datetime, now: datetime) -> bool:
    """Note the version, and keep what it says; False where a newer one came in meanwhile."""
    if not _note_version(c, case, moment):
        return False
    keep_article(c, article, case.key, now)
    return True


def _note_version(c: Connection, case: Case, moment: datetime) -> bool:
    event = case.event
    return take_up(c, case.key, case.source.name, moment, cms_id=event.id, locale=event.locale)


async def _write(means: Means, case: Case, decision: Decision, present: Present | None, site: Site | None) -> Written:
    """Write back by the source's mode, on what the CMS has at this very moment."""
    if present is None or site is None:
        told = Present(event=case.event, tags=_list_told(case), version="", has_draft=False)
        return await write_back(means, case, decision, told, None, has_tags=False)
    if not decision.cached and case.source.mode != "suggest":
        present = await _look_again(means, case, decision, present, site)
    return await write_back(means, case, decision, present, site, has_tags=True)


async def _look_again(means: Means, case: Case, decision: Decision, before: Present, site: Site) -> Present:
    """The article as it is right before writing; deciding may have taken a while.

    Raises:
        Unavailable: its text is another by now.
    """
    present = await site.look(case.event.id, case.event.locale)
    if present.event.what == "withdrawn":
        raise NotKept(_WITHDRAWN)
    if (present.event.title, present.event.body) != (before.event.title, before.event.body):
        article = await read_event(present.event, case.key, max_words=means.max_words)
        if article.digest != decision.article.digest:
            raise Unavailable(_CHANGED)
    return present


def _list_told(case: Case) -> dict[str, tuple[str, ...]]:
    """The tags that the webhook tells, as if all were in the field for tags."""
    field = case.source.fields.tags
    return {field: case.event.tags or ()} if field else {}
