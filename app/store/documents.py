"""Owns values that are kept as JSON documents."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from pydantic_core import PydanticSerializationError, to_json

from app.domain.value import Value
from app.errors import Damaged
from app.store.storable import make_storable


def write_document(value: Value, *, without: Mapping[str, set[str]] | None = None) -> str:
    """A value as JSON, `without` these fields of the values in its own fields."""
    exclude = dict(without or {})
    try:
        return value.model_dump_json(exclude=exclude)
    except PydanticSerializationError:  # a lone surrogate, which JSON in UTF-8 cannot carry
        return to_json(_mend(value.model_dump(exclude=exclude))).decode()


@contextmanager
def reading(what: str) -> Iterator[None]:
    """Say which document it is that cannot be read.

    Raises:
        Damaged: in place of what json and pydantic raise.
    """
    try:
        yield
    except (ValueError, KeyError, TypeError) as error:
        raise Damaged(
            f"What the store keeps as {what} cannot be read: it is damaged, or another version wrote it. "
            "Use the version that wrote it, or restore a backup."
        ) from error


def _mend(part: object) -> object:
    if isinstance(part, str):
        return make_storable(part)
    if isinstance(part, dict):
        return {key: _mend(value) for key, value in part.items()}
    if isinstance(part, list | tuple):
        return [_mend(value) for value in part]
    return part
