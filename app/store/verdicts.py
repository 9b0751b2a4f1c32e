"""Owns keeping verdicts by what they depend on, so that none is asked for and paid twice."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, Executable, and_, bindparam, delete, or_, select

from app.domain.value import Value
from app.domain.verdict import Verdict
from app.store.documents import reading, write_document
from app.store.parts import split
from app.store.tables.decisions import verdict as verdicts
from app.store.upserting import Insert, prepare_insert

MOST_TRIES = 3
"""How often a category is asked about without a readable answer before nobody asks again by themselves."""

# Built once: whoever decides about an article looks for its verdicts twice.
_FIND_VERDICTS = select(verdicts.c.fingerprint, verdicts.c.document).where(
    verdicts.c.fingerprint.in_(bindparam("of_fingerprints", expanding=True)),
    or_(verdicts.c.unreadable.is_(False), verdicts.c.tries >= MOST_TRIES),
)


def _replace_unreadable(statement: Insert) -> Executable:
    new = statement.excluded
    changes = {name: new[name] for name in ("judge", "model", "prompt_version", "document", "unreadable", "kept_at")}
    return statement.on_conflict_do_update(
        index_elements=[verdicts.c.fingerprint],
        set_=changes | {"tries": verdicts.c.tries + new.tries},
        where=verdicts.c.unreadable.is_(True),
    )


_keep = prepare_insert(verdicts, _replace_unreadable)


class KeptVerdict(Value):
    """A verdict with its fingerprint, the digest of the text that it is about, and whoever gave it."""

    fingerprint: str
    digest: str
    judge: str
    model: str
    prompt_version: str
    verdict: Verdict


def find_verdicts(c: Connection, fingerprints: Sequence[str]) -> dict[str, Verdict]:
    """The verdicts that need not be asked for: readable ones, and those tried in vain MOST_TRIES times."""
    found = {}
    for part in split(fingerprints):
        for fingerprint, document in c.execute(_FIND_VERDICTS, {"of_fingerprints": part}):
            with reading(f"verdict {fingerprint!r}"):
                found[fingerprint] = Verdict.model_validate_json(document)
    return found


def keep_verdicts(c: Connection, kept: Sequence[KeptVerdict], now: datetime) -> None:
    """Keep verdicts; a readable one stays as it is, and an unreadable one counts up how often it was tried."""
    # In one order, so that two writers do not wait for each other crosswise.
    rows = [_write_row(verdict, now) for verdict in sorted(kept, key=lambda one: one.fingerprint)]
    if rows:
        c.execute(_keep(c), rows)


def forget_unreadable(c: Connection, digests: Sequence[str]) -> None:
    """Let what gave no readable answer about these texts be asked again."""
    for part in split(digests):
        c.execute(delete(verdicts).where(and_(verdicts.c.digest.in_(part), verdicts.c.unreadable.is_(True))))


def _write_row(kept: KeptVerdict, now: datetime) -> dict[str, object]:
    return {
        "fingerprint": kept.fingerprint,
        "digest": kept.digest,
        "judge": kept.judge,
        "model": kept.model,
        "prompt_version": kept.prompt_version,
        "category": kept.verdict.category_id,
        "document": write_document(kept.verdict),
        "unreadable": kept.verdict.unreadable,
        "tries": int(kept.verdict.unreadable),
        "kept_at": now,
    }
