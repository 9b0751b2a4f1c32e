"""Owns the answer to what the state of a job does not allow: 409."""

from collections.abc import Awaitable
from http import HTTPStatus
from typing import TypeVar

from fastapi import HTTPException

from app.errors import BadInput, NotKept

T = TypeVar("T")


async def allow(steered: Awaitable[T]) -> T:
    """What steering gives. A job that is there and cannot be steered so is in the wrong state."""
    try:
        return await steered
    except NotKept:
        raise
    except BadInput as error:
        raise HTTPException(HTTPStatus.CONFLICT, str(error)) from error
