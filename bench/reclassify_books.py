"""Owns counting what reclassifying came to: the rows of a store, and its ledger held against the server's log."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from app.domain.attempt import Attempt
from app.store.connection import Connection
from app.store.tables.articles import article as articles
from app.store.tables.decisions import decision as decisions
from app.store.tables.decisions import stood
from app.store.tables.decisions import verdict as verdicts
from app.store.tables.spending import attempt as attempts
from bench.reclassify_definitions import DEFINITIONS
from tests.servers.reconciling import reconcile
from tests.servers.request_log import Entry


@dataclass(frozen=True)
class Books:
    """The ledger held against the server's log. `left_open` counts what was being asked at a kill."""

    calls: int
    exact: int
    left_open: int
    never_came: int
    repeated: int
    wrong: tuple[str, ...]


@dataclass(frozen=True)
class Counts:
    """Rows of the store: each article once, if all is well."""

    articles: int
    decided_articles: int
    decisions: int
    stood: int
    verdicts: int

    def is_once(self, articles: int) -> bool:
        """Whether every one of so many articles was decided exactly once, about every category."""
        whole = Counts(articles, articles, articles, articles, articles * len(DEFINITIONS))
        return self == whole


def count_rows(c: Connection) -> Counts:
    """What the store holds about all articles."""

    def count(column: sa.ColumnElement[int]) -> int:
        return int(c.execute(sa.select(column)).scalar_one())

    return Counts(
        articles=count(sa.func.count(articles.c.key)),
        decided_articles=count(sa.func.count(sa.distinct(decisions.c.article))),
        decisions=count(sa.func.count(decisions.c.seq)),
        stood=count(sa.func.count(stood.c.seq)),
        verdicts=count(sa.func.count(verdicts.c.fingerprint)),
    )


def check_books(c: Connection, log: Sequence[Entry], questions: int) -> Books:
    """The ledger against the server's log, where so many questions had to be asked.

    A process that was killed leaves open what it was asking: that is in the ledger, at its estimate.
    """
    ledger = _read_ledger(c)
    left_open = {attempt.id for attempt in ledger.values() if attempt.status == "sent"}
    closed = {id_: attempt for id_, attempt in ledger.items() if id_ not in left_open}
    books = reconcile(closed, [entry for entry in log if entry.request_id not in left_open])
    probes = sum(attempt.purpose == "probe" for attempt in ledger.values())
    return Books(
        calls=len(log),
        exact=books.exact,
        left_open=len(left_open),
        never_came=len(left_open - {entry.request_id for entry in log}),
        repeated=len(log) - probes - questions,
        wrong=tuple(books.wrong),
    )


def _read_ledger(c: Connection) -> dict[str, Attempt]:
    rows = c.execute(sa.select(attempts.c.document)).scalars()
    return {attempt.id: attempt for attempt in map(Attempt.model_validate_json, rows)}
