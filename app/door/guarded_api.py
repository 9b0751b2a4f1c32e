"""Owns what the OpenAPI document says of the door: the key that an operation needs, and how refusals look."""

from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI

from app.door.problems import problems
from app.door.scopes import find_scope

SCHEME: Final = "key"
DESCRIPTION: Final = "A key of `scopenote keys create`. None is needed as long as none was made."
_REFUSALS: Final = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
_FOR_ALL: Final = (
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.REQUEST_TIMEOUT,
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    HTTPStatus.TOO_MANY_REQUESTS,
    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
    HTTPStatus.SERVICE_UNAVAILABLE,
)
_METHODS: Final = ("get", "post", "put", "patch", "delete")


class GuardedAPI(FastAPI):
    """An application whose document tells what the door adds to every operation."""

    def openapi(self) -> dict[str, Any]:
        """The document, made once."""
        if self.openapi_schema is None:
            document = super().openapi()
            _add_scheme(document)
            for path, item in document.get("paths", {}).items():
                for method in _METHODS:
                    if method in item:
                        _add_refusals(item[method], method, path)
        return super().openapi()


def _add_scheme(document: dict[str, Any]) -> None:
    schemes = document.setdefault("components", {}).setdefault("securitySchemes", {})
    schemes[SCHEME] = {"type": "http", "scheme": "bearer", "description": DESCRIPTION}


def _add_refusals(operation: dict[str, Any], method: str, path: str) -> None:
    scope = find_scope(method.upper(), path)
    statuses = _FOR_ALL if scope is None else (*_REFUSALS, *_FOR_ALL)
    responses = operation.setdefault("responses", {})
    for status, told in problems(*statuses).items():
        responses.setdefault(str(int(status)), told)
    operation["responses"] = dict(sorted(responses.items()))
    if scope is not None:
        operation["security"] = [{SCHEME: []}, {}]
        operation["x-scope"] = scope
