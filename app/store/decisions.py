"""Owns keeping decisions, and which of them stand."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, insert, select, update
from sqlalchemy.engine import RowMapping

from app.domain.article import Removed
from app.domain.category import Kind
from app.domain.decision import Decision, Status
from app.domain.value import CategoryId, Value
from app.errors import NotKept
from app.store.articles import compose_article
from app.store.documents import reading, write_document
from app.store.jobs import hold_state
from app.store.parts import split
from app.store.storable import make_storable
from app.store.tables.articles import article as articles
from app.store.tables.articles import article_text as texts
from app.store.tables.decisions import assignment as assignments
from app.store.tables.decisions import decision as decisions
from app.store.tables.decisions import stood
from app.store.upserting import prepare_insert

LISTED = frozenset({"assigned", "review", "excluded"})
"""The statuses of assignments that somebody may look for."""
_ELSEWHERE = {"article": {"title", "text", "digest", "sentences", "runs"}}
"""What a decision's document leaves out: it is kept with the text, or not at all."""
_STANDING = select(
    decisions.c.seq,
    articles.c.key.label("article"),
    decisions.c.id,
    decisions.c.fingerprint,
    decisions.c.digest,
    decisions.c.degraded,
).join(decisions, decisions.c.seq == articles.c.decision)

# Built once: every article that is decided passes here, and what is built anew takes longer than SQLite does.
_FIND = select(decisions.c.seq, decisions.c.id, decisions.c.document, texts).join(
    texts, texts.c.digest == decisions.c.digest
)
_OF_ID = _FIND.where(decisions.c.id == bindparam("of_id"))
_MADE_OF = _FIND.where(decisions.c.article == bindparam("of_key"), decisions.c.fingerprint == bindparam("of_print"))
_HOLD_ARTICLE = (
    select(articles.c.digest, articles.c.decision)
    .where(
        articles.c.key == bindparam("of_key"),
        select(texts.c.digest).where(texts.c.digest == bindparam("of_digest")).exists(),
    )
    .with_for_update()
)
_LET_STAND = (
    update(articles)
    .where(articles.c.key == bindparam("of_key"))
    .values(decision=bindparam("new_decision"), fingerprint=bindparam("new_fingerprint"))
)
_KEEP_STOOD = insert(stood)
_KEEP_ASSIGNMENTS = insert(assignments)
_keep = prepare_insert(
    decisions,
    lambda new: new.on_conflict_do_nothing(index_elements=[decisions.c.article, decisions.c.fingerprint]).returning(
        decisions.c.seq
    ),
)


class Standing(Value):
    """What stands for an article: the id of its decision, and what that says.

    `digest` is of the text that was decided about. `tags` gives the status of every category that
    is assigned, in review or excluded, best first, and `kinds` their kinds. `unreadable`: some
    category's reply could not be read.
    """

    article: str
    decision: str
    fingerprint: str
    digest: str
    degraded: bool
    tags: dict[CategoryId, Status]
    kinds: dict[CategoryId, Kind]
    unreadable: bool


def keep_decision(
    c: Connection,
    decision: Decision,
    *,
    key: str,
    fingerprint: str,
    stands: bool,
    job: str | None,
    at: datetime | None = None,
) -> Decision:
    """The decision that is kept for that article and fingerprint: this one, unless there was one before.

    Where it `stands`, it does so from `at` (None: when this decision was made) on; but what was
    decided about a former text never takes the place of a decision about the present one, and what
    comes from a job that was cancelled or undone meanwhile takes no place at all.

    Raises:
        NotKept: the article is not kept with that text.
    """
    key = make_storable(key)
    stands = stands and (job is None or hold_state(c, job) not in ("cancelled", "undone"))
    article = _find_article(c, key, decision.article.digest)
    seq, kept = _insert(c, decision, key, fingerprint, job), decision
    if seq is None:
        ((seq, kept),) = _find(c, _MADE_OF, of_key=key, of_print=fingerprint)
    if stands and article.decision != seq and not _is_outdated(c, article, kept):
        c.execute(_LET_STAND, {"of_key": key, "new_decision": seq, "new_fingerprint": fingerprint})
        c.execute(_KEEP_STOOD, {"article": key, "decision": seq, "at": at or decision.created_at, "job": job})
    return kept


def find_decision(c: Connection, key: str, fingerprint: str) -> Decision | None:
    """The decision that is kept for an article and a fingerprint."""
    found = _find(c, _MADE_OF, of_key=make_storable(key), of_print=fingerprint)
    return next((decision for _, decision in found), None)


def load_decision(c: Connection, id: str) -> Decision:  # noqa: A002 - the word for it
    """The decision of an id.

    Raises:
        NotKept: there is none.
    """
    for _, decision in _find(c, _OF_ID, of_id=make_storable(id)):
        return decision
    raise NotKept(f"There is no classification {id!r} in the store. The article's history has the ids of all.")


def find_standing(c: Connection, keys: Sequence[str]) -> dict[str, Standing]:
    """What stands for these articles, by key; nothing for those about which nothing was decided."""
    found: dict[str, Standing] = {}
    for part in split(make_storable(key) for key in keys):
        rows = {row.seq: row for row in c.execute(_STANDING.where(articles.c.key.in_(part)))}
        listed = _list_assignments(c, list(rows))
        for seq, row in rows.items():
            found[row.article] = Standing(
                article=row.article,
                decision=row.id,
                fingerprint=row.fingerprint,
                digest=row.digest,
                degraded=row.degraded,
                tags={one.category: one.status for one in listed[seq]},
                kinds={one.category: one.kind for one in listed[seq]},
                unreadable=any("unreadable_reply" in one.reasons for one in listed[seq]),
            )
    return found


def _find_article(c: Connection, key: str, digest: str) -> Row[Any, Any]:
    """The article's digest and standing decision; locked, so that one decision at a time comes to stand."""
    row = c.execute(_HOLD_ARTICLE, {"of_key": key, "of_digest": digest}).one_or_none()
    if row is None:
        raise NotKept(f"The article {key!r} is not kept with the text {digest!r}. Keep it before what is decided.")
    return row


def _insert(c: Connection, decision: Decision, key: str, fingerprint: str, job: str | None) -> int | None:
    row = {
        "id": decision.id,
        "article": key,
        "digest": decision.article.digest,
        "fingerprint": fingerprint,
        "created_at": decision.created_at,
        "taxonomy_version": decision.taxonomy_version,
        "degraded": decision.judge.degraded,
        "job": job,
        "document": write_document(decision, without=_ELSEWHERE),
    }
    seq = c.execute(_keep(c), row).scalar_one_or_none()
    listed = [
        {
            "decision": seq,
            "category": assignment.category,
            "kind": assignment.kind,
            "status": assignment.status,
            "decided_by": assignment.decided_by,
            "score": assignment.score,
            "reasons": json.dumps(assignment.review_reasons),
        }
        for assignment in decision.assignments
        if assignment.status in LISTED
    ]
    if seq is not None and listed:
        c.execute(_KEEP_ASSIGNMENTS, listed)
    return seq


def _is_outdated(c: Connection, article: Row[Any, Any], kept: Decision) -> bool:
    """Whether a decision about the article's present text stands, and this one is about another."""
    if article.decision is None or kept.article.digest == article.digest:
        return False
    standing = c.execute(select(decisions.c.digest).where(decisions.c.seq == article.decision)).scalar_one()
    return bool(standing == article.digest)


def _find(c: Connection, query: Select[Any], **of: str) -> list[tuple[int, Decision]]:
    """The decisions that the query finds for these values, with their numbers."""
    return [(row["seq"], _read_decision(row)) for row in c.execute(query, of).mappings()]


def _read_decision(row: RowMapping) -> Decision:
    with reading(f"classification {row['id']!r}"):
        document = json.loads(row["document"])
        about = document["article"]
        article = compose_article(
            row,
            id_=about["id"],
            url=about["url"],
            removed=Removed.model_validate(about["removed"]),
            warnings=tuple(about["warnings"]),
        )
        return Decision.model_validate({**document, "article": article})


def _list_assignments(c: Connection, numbers: list[int]) -> dict[int, list[Any]]:
    """The listed assignments of these decisions, best first."""
    query = (
        select(assignments)
        .where(assignments.c.decision.in_(numbers))
        .order_by(assignments.c.decision, assignments.c.score.desc(), assignments.c.category)
    )
    listed: dict[int, list[Any]] = {number: [] for number in numbers}
    for row in c.execute(query):
        listed[row.decision].append(row)
    return listed
