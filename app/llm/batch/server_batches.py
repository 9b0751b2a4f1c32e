"""Owns reading what a server tells about batches, of which nothing is taken on trust."""

from datetime import UTC, datetime
from typing import get_args

from app.llm.batch.batch_wire import BatchFault, BatchPage, BatchStatus, ServerBatch
from app.llm.failures import AttemptFailed
from app.llm.server.chat_reply import Fields, as_fields, read_json
from app.llm.server.server_words import shorten

LABEL = "scopenote_batch"
"""The name in a batch's metadata under which its label stands."""
MAX_FAULTS = 1_000
MAX_ID = 300
MAX_COUNT = 10_000_000

_STATUSES: dict[str, BatchStatus] = {status: status for status in get_args(BatchStatus)}


def read_batch(body: object) -> ServerBatch:
    """A batch by its JSON.

    Raises:
        AttemptFailed: it is none ("unusable_reply").
    """
    fields = as_fields(body)
    status = fields.get("status")
    batch_id = find_id(fields, "id")
    known = _STATUSES.get(status) if isinstance(status, str) else None
    if batch_id is None or known is None:
        raise AttemptFailed("unusable_reply", "the server's answer is no batch", status=200)
    label = as_fields(fields.get("metadata")).get(LABEL)
    counts = as_fields(fields.get("request_counts"))
    return ServerBatch(
        id=batch_id,
        status=known,
        label=label if isinstance(label, str) else "",
        created_at=_read_moment(fields.get("created_at")),
        output_file=find_id(fields, "output_file_id"),
        error_file=find_id(fields, "error_file_id"),
        total=_read_count(counts.get("total")),
        done=_read_count(counts.get("completed")),
        failed=_read_count(counts.get("failed")),
        faults=_read_faults(as_fields(fields.get("errors")).get("data")),
    )


def read_page(content: bytes) -> BatchPage:
    """A page of a server's list; what is no batch in it is passed over."""
    fields = as_fields(read_json(content))
    listed = fields.get("data")
    if not isinstance(listed, list):
        raise AttemptFailed("unusable_reply", "the server's answer is no list of batches", status=200)
    batches = []
    for entry in listed:
        try:
            batches.append(read_batch(entry))
        except AttemptFailed:
            continue
    last = find_id(as_fields(listed[-1]), "id") if listed else None
    return BatchPage(batches=tuple(batches), after=last if fields.get("has_more") is True else None)


def find_id(fields: Fields, name: str) -> str | None:
    """An id that can be put into a path; None where there is none."""
    value = fields.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= MAX_ID or not value.isascii() or not value.isprintable():
        return None
    return value


def _read_moment(value: object) -> datetime:
    """When it was created; long ago where the server does not say."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 2**40:
        return datetime.fromtimestamp(0, UTC)
    return datetime.fromtimestamp(min(float(value), 2**33), UTC)


def _read_count(value: object) -> int:
    return value if type(value) is int and 0 <= value <= MAX_COUNT else 0


def _read_faults(listed: object) -> tuple[BatchFault, ...]:
    if not isinstance(listed, list):
        return ()
    faults = []
    for fields in map(as_fields, listed[:MAX_FAULTS]):
        code, message, line = fields.get("code"), fields.get("message"), fields.get("line")
        faults.append(
            BatchFault(
                code=code.lower()[:100] if isinstance(code, str) else "",
                message=shorten(message[:4_000]) if isinstance(message, str) else "",
                line=line if type(line) is int and 0 < line <= MAX_COUNT else None,
            )
        )
    return tuple(faults)
