"""Owns telling an event of an article from what concerns us: our own echo, an older version, no text at all."""

from datetime import datetime, timedelta

from app.domain.article_event import ArticleEvent
from app.domain.source import Source
from app.jobs.deliveries.options import is_ours

MOST_AHEAD = timedelta(hours=1)
"""How far a CMS's clock may be ahead of ours. One that is further is not believed, or nothing would ever be newer."""
_TIDINGS = frozenset(
    "primary_tag updated_at updatedat date_updated user_updated modified modified_at changed _rev _updatedat".split()
)
"""Fields that change with every save, in small letters."""


def find_moment(event: ArticleEvent, received_at: datetime) -> datetime:
    """When an event came about, by which the events of an article are put in order."""
    told = event.updated_at
    return received_at if told is None or told > received_at + MOST_AHEAD else told


def comes_from_us(event: ArticleEvent, source: Source) -> bool:
    """Whether the CMS says that it was us who wrote."""
    return is_ours(source, event.actor)


def touches_tags_only(event: ArticleEvent, source: Source) -> bool:
    """Whether the CMS says that nothing changed but fields which tags are written to."""
    if event.touched is None:
        return False
    ours = {field.casefold() for field in source.fields.model_dump().values() if field}
    return {field.casefold() for field in event.touched} <= ours | _TIDINGS


def needs_look(event: ArticleEvent, source: Source) -> bool:
    """Whether the text is read back from the CMS.

    It always is where tags may be written, so that the text that was decided about and the one that
    is there right before writing have the same form and can be compared.
    """
    return event.body is None or source.mode in {"draft", "apply"}
