"""Owns which categories decisions assigned, found without reading the decisions."""

from collections.abc import Iterable

from sqlalchemy import Connection, and_, select

from app.store.parts import split
from app.store.storable import make_storable
from app.store.tables.decisions import assignment as assignments
from app.store.tables.decisions import decision as decisions


def find_assigned(c: Connection, ids: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """The assigned categories of these decisions, best first; only of those that are kept."""
    found: dict[str, tuple[str, ...]] = {}
    is_assigned = and_(assignments.c.decision == decisions.c.seq, assignments.c.status == "assigned")
    columns = select(decisions.c.id, assignments.c.category).outerjoin(assignments, is_assigned)
    for part in split(make_storable(id_) for id_ in ids):
        rows = columns.where(decisions.c.id.in_(part)).order_by(assignments.c.score.desc(), assignments.c.category)
        for row in c.execute(rows):
            found[row.id] = (*found.get(row.id, ()), *([row.category] if row.category is not None else ()))
    return found
