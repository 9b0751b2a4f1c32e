"""Owns what strangers are told of a store that is away: that it is so, while the log says which it is, and why."""

from typing import Final

from fastapi import Request

from app.door.callers import get_caller
from app.door.noting import note
from app.errors import BadSetting, ScopenoteError, StoreUnavailable

AWAY: Final = "The service cannot reach its store now. Send it again later."
_LONGEST: Final = 500


def withhold(request: Request, error: ScopenoteError) -> ScopenoteError:
    """The error as it is told to whoever sends this request.

    Where a store lies, and how to mend it, is for those who are let in: by a key, or on this machine.
    """
    caller = get_caller()
    is_about_store = isinstance(error, StoreUnavailable | BadSetting)
    if not is_about_store or caller.key is not None or caller.is_here or str(error) == AWAY:
        return error
    note(request.scope, cause=str(error)[:_LONGEST])
    return StoreUnavailable(AWAY)
