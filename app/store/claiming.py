"""Owns giving deliveries to a worker: the sources take turns, and no delivery is given to two."""

from collections import Counter, deque
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, Connection, RowMapping, func, select, update

from app.domain.article_event import name_article
from app.domain.delivery import Delivery, find_call
from app.store.due_deliveries import (
    find_lines,
    go_through_due,
    go_through_left,
    list_at_work,
    name_takeover,
    park,
    read_or_park,
    tell_left,
)
from app.store.tables.doors import delivery as deliveries
from app.store.workers import count_deaths, count_takeover, note_at_work

MOST_DEATHS: Final = 3
"""Workers that die with a delivery before it is taken for the cause."""
_CLAIMING: Final = 0x5C09_E40C
"""Any number that nothing else in the database locks."""


def claim_deliveries(
    c: Connection,
    executor_id: str,
    now: datetime,
    *,
    limit: int,
    alive: Collection[str],
    holding: Collection[str] | None = None,
    after: str | None = None,
    at_work: Collection[str] = (),
    share: int | None = None,
) -> list[Delivery]:
    """Take up to `limit` deliveries whose turn it is: no other worker gets them.

    First come those that a worker has which is not among those `alive`. `holding` are the ids that
    this worker knows to be its own: what else stands under its name it was given without being
    told, as the store was lost in that moment; None: nothing. Then the sources of which something
    waits and is due take turns, one delivery each, from the one that follows the source `after`.
    `at_work` names the source of each delivery that this worker has, and of no source it has more
    than `share`: one whose CMS hangs leaves room for others. None: as many as there are.

    What concerns an article that is worked on now, or that one of these concerns which comes first,
    waits for that; of the parts of a call one is worked on at a time. Of those that workers died
    with, each worker has one at a time, so that it is known which of them is the cause; one that
    `MOST_DEATHS` workers died with is parked.
    """
    if c.dialect.name == "postgresql":  # SQLite has let in one writer only before it comes to this
        c.execute(select(func.pg_advisory_xact_lock(_CLAIMING)))
    is_left = tell_left(executor_id, alive, holding)
    claim = _Claim(c, executor_id, is_left)
    left = go_through_left(c, is_left)
    while len(claim.taken) < limit and claim.take_from(left):
        pass
    found = find_lines(c, now)
    lines = deque((source, go_through_due(c, source, found[source], now)) for source in _turn_to(found, after))
    places = Counter([*at_work, *(delivery.source for delivery in claim.taken)])
    while lines and len(claim.taken) < limit:
        source, line = lines.popleft()
        if (share is None or places[source] < share) and claim.take_from(line):
            places[source] += 1
            lines.append((source, line))
    return claim.taken


def give_back(c: Connection, executor_id: str) -> None:
    """Let all wait again that a worker has, which stops: nobody is to think that it died with them."""
    mine = (deliveries.c.state == "working", deliveries.c.executor == executor_id)
    c.execute(update(deliveries).where(*mine).values(state="waiting", executor=None))


class _Claim:
    """What one worker is being given in one transaction: `taken`, and what stands in the way of more."""

    def __init__(self, c: Connection, executor_id: str, is_left: ColumnElement[bool]) -> None:
        self._c = c
        self._executor_id = executor_id
        self._is_left = is_left
        self._has_looked = False
        self._calls: set[str] = set()
        self._articles: set[str] = set()
        self._has_suspect = False
        self.taken: list[Delivery] = []

    def take_from(self, line: Iterator[RowMapping]) -> bool:
        """Take the first delivery of a line that waits for nothing; False where there is none."""
        return any(self._take_up(row) for row in line)

    def _look(self) -> None:
        """See what is worked on; left until there is something to be taken, as texts may be long."""
        self._has_looked = True
        at_work = list_at_work(self._c, self._is_left)
        self._calls = {find_call(one.id) for one in at_work}
        self._articles = {article for one in at_work for article in _list_articles(one)}
        self._has_suspect = any(_count_deaths(self._c, one) for one in at_work if one.executor == self._executor_id)

    def _take_up(self, row: RowMapping) -> bool:
        if not self._has_looked:
            self._look()
        call = find_call(row["id"])
        delivery = None if call in self._calls else read_or_park(self._c, row)
        if delivery is None:
            return False
        self._calls.add(call)
        articles = _list_articles(delivery)
        is_free = not articles & self._articles and not _is_deadly(self._c, delivery, self._executor_id)
        self._articles |= articles
        if not is_free:
            return False
        is_suspect = _count_deaths(self._c, delivery) > 0
        waits = is_suspect and self._has_suspect
        self._has_suspect = self._has_suspect or is_suspect
        if not waits:
            self.taken.append(_take(self._c, delivery, self._executor_id))
        return not waits


def _turn_to(sources: Iterable[str], after: str | None) -> list[str]:
    """The sources in the order of their turns."""
    return sorted(sources, key=lambda source: (after is not None and source <= after, source))


def _list_articles(delivery: Delivery) -> set[str]:
    return {name_article(delivery.source, event) for event in delivery.events}


def _is_deadly(c: Connection, delivery: Delivery, executor_id: str) -> bool:
    """Whether a worker had it that is dead, and was the last that may die with it; it is parked then."""
    if delivery.state != "working" or delivery.executor == executor_id:
        return False
    deaths = count_takeover(c, name_takeover(delivery.id), delivery.executor or "")
    if deaths < MOST_DEATHS:
        return False
    park(c, delivery.id, f"{deaths} workers died with it. Look into their log and memory, then send it again.")
    return True


def _count_deaths(c: Connection, delivery: Delivery) -> int:
    return count_deaths(c, name_takeover(delivery.id))


def _take(c: Connection, delivery: Delivery, executor_id: str) -> Delivery:
    """Give it to a worker; why it waited is no longer so."""
    taken = {"state": "working", "executor": executor_id, "reason": ""}
    c.execute(update(deliveries).where(deliveries.c.id == delivery.id).values(taken))
    note_at_work(c, name_takeover(delivery.id), executor_id)
    return delivery.model_copy(update=taken)
