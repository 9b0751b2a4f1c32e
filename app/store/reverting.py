"""Owns letting those decisions stand again that stood before a job."""

from datetime import datetime
from typing import Literal

from sqlalchemy import Connection, insert, select, update

from app.store.tables.articles import article as articles
from app.store.tables.decisions import decision as decisions
from app.store.tables.decisions import stood
from app.store.tables.jobs import job as jobs

Reverted = Literal["reverted", "as before", "decided since"]
"""reverted: another decision stands now. as before: the former one stood already, or none as before. decided
since: what came to stand later stands on."""


def list_articles_of_job(c: Connection, job: str, *, after: str = "", limit: int = 500) -> list[str]:
    """The keys of the articles for which a job made a decision stand, from behind `after`."""
    query = select(stood.c.article).where(stood.c.job == job, stood.c.article > after).distinct()
    return list(c.execute(query.order_by(stood.c.article).limit(limit)).scalars())


def stand_as_before(c: Connection, job: str, key: str, now: datetime) -> Reverted:
    """Let the decision stand for an article that stood before a job's; what came of that.

    Where none stood before, none stands. What came to stand since, by a person's word or another
    job, is left alone; of jobs that were undone themselves nothing counts.
    """
    current = c.execute(select(articles.c.decision).where(articles.c.key == key).with_for_update()).scalar_one_or_none()
    is_undone = (jobs.c.state == "undone") & (jobs.c.id != job)
    query = select(stood.c.decision, stood.c.job).outerjoin(jobs, (jobs.c.id == stood.c.job) & is_undone)
    rows = c.execute(query.where(stood.c.article == key, jobs.c.id.is_(None)).order_by(stood.c.seq)).all()
    by_job = {row.decision for row in rows if row.job == job}
    before = [row.decision for row in rows if row.job != job]
    former: int | None = before[-1] if before else None
    if not by_job or rows[-1].job != job:
        return "decided since"
    if former == current:
        return "as before"
    if current not in by_job:
        return "decided since"
    fingerprint = select(decisions.c.fingerprint).where(decisions.c.seq == former).scalar_subquery()
    c.execute(update(articles).where(articles.c.key == key).values(decision=former, fingerprint=fingerprint))
    if former is not None:
        c.execute(insert(stood).values(article=key, decision=former, at=now, job=job))
    return "reverted"
