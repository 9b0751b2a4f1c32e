"""Owns the page that shows the API: every operation of the OpenAPI document, as a person reads it.

It is made here rather than by a viewer from elsewhere, so that it works without the internet and
under the same security policy as the other pages.
"""

import json
import shlex
from collections.abc import Mapping
from typing import Any, Final

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from app.domain.value import Value
from app.web.rendering import render

METHODS: Final = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
"""What an item under `paths` holds operations under; its other keys say something about all of them."""

EXAMPLE_PATH: Final = "/classify"
EXAMPLE_BODY: Final = {"title": "Nine standing teams", "text": "The hospital closed its project office."}

Json = Mapping[str, Any]

router = APIRouter(include_in_schema=False)


class Input(Value):
    """A parameter, or a field of a body. `place` is query, path, header, cookie or body.

    `default` is as JSON, None where there is none.
    """

    name: str
    place: str
    kind: str
    required: bool
    default: str | None
    description: str


class Answer(Value):
    """What comes back with a status. `shape` names its JSON, None where there is no body."""

    status: str
    description: str
    media_type: str | None
    shape: str | None
    fields: tuple[Input, ...]


class Operation(Value):
    """One method of one path. `example` is a command for a shell, None where there is none.

    `scope` is that of the key that is needed, "" where none is.
    """

    method: str
    path: str
    scope: str
    summary: str
    description: str
    parameters: tuple[Input, ...]
    body_type: str | None
    body: tuple[Input, ...]
    answers: tuple[Answer, ...]
    example: str | None


@router.get("/docs")
async def show_reference(request: Request) -> HTMLResponse:
    """The API as this application describes it; commands name the address that the reader came by."""
    document = request.app.openapi()
    return render(
        "reference.html",
        info=document["info"],
        operations=read_operations(document, str(request.base_url).rstrip("/")),
        source=request.app.openapi_url,
    )


def read_operations(document: Json, address: str) -> tuple[Operation, ...]:
    """Every operation of the document, in its order. `address` is where the service is, without a slash at its end."""
    return tuple(
        _read_operation(document, method, path, item, address)
        for path, item in document.get("paths", {}).items()
        for method in METHODS
        if method in item
    )


def _read_operation(document: Json, method: str, path: str, item: Json, address: str) -> Operation:
    operation = item[method]
    parameters = [*item.get("parameters", ()), *operation.get("parameters", ())]
    media_type, schema = _find_content(operation.get("requestBody", {}))
    return Operation(
        method=method.upper(),
        path=path,
        scope=operation.get("x-scope", ""),
        summary=operation.get("summary", ""),
        description=operation.get("description", ""),
        parameters=tuple(_read_parameter(parameter) for parameter in parameters),
        body_type=media_type,
        body=_read_fields(document, schema),
        answers=tuple(_read_answer(document, status, told) for status, told in operation.get("responses", {}).items()),
        example=_write_command(address + path) if (method, path) == ("post", EXAMPLE_PATH) else None,
    )


def _read_parameter(parameter: Json) -> Input:
    schema = parameter.get("schema", {})
    told = parameter.get("description") or schema.get("description", "")
    required = parameter.get("required", False)
    return _build_input(parameter["name"], parameter["in"], schema, told, required=required)


def _read_fields(document: Json, schema: Json) -> tuple[Input, ...]:
    """The fields of an object; a reference is followed once, so a schema that holds itself ends here."""
    found = _resolve(document, schema)
    required = found.get("required", ())
    return tuple(
        _build_input(name, "body", field, _describe(document, field), required=name in required)
        for name, field in found.get("properties", {}).items()
    )


def _describe(document: Json, schema: Json) -> str:
    """What is said about a field itself, or else about the value that it refers to."""
    return str(schema.get("description") or _resolve(document, schema).get("description", ""))


def _build_input(name: str, place: str, schema: Json, description: str, *, required: bool) -> Input:
    default = json.dumps(schema["default"], ensure_ascii=False) if "default" in schema else None
    kind = tell_type(schema)
    return Input(name=name, place=place, kind=kind, required=required, default=default, description=description)


def _read_answer(document: Json, status: str, told: Json) -> Answer:
    media_type, schema = _find_content(told)
    return Answer(
        status=status,
        description=told.get("description", ""),
        media_type=media_type,
        shape=tell_type(schema) if media_type else None,
        fields=_read_fields(document, schema) if status.startswith("2") else (),
    )


def _find_content(holder: Json) -> tuple[str | None, Json]:
    """The first media type of a body or an answer, and its schema."""
    for media_type, content in holder.get("content", {}).items():
        return media_type, content.get("schema", {})
    return None, {}


def _resolve(document: Json, schema: Json) -> Json:
    if "$ref" not in schema:
        return schema
    found: Json = document.get("components", {}).get("schemas", {}).get(_name_reference(schema), {})
    return found


def _name_reference(schema: Json) -> str:
    return str(schema["$ref"]).rpartition("/")[2]


def tell_type(schema: Json) -> str:
    """A schema's type in a few words: `string or null`, `list of Evidence`, `"all" or "considered"`."""
    if "$ref" in schema:
        return _name_reference(schema)
    if "enum" in schema:
        return " or ".join(json.dumps(value, ensure_ascii=False) for value in schema["enum"])
    if "anyOf" in schema:
        return " or ".join(tell_type(choice) for choice in schema["anyOf"])
    if schema.get("type") == "array":
        return f"list of {tell_type(schema.get('items', {}))}"
    if "properties" in schema:
        return str(schema.get("title", "object"))
    return str(schema.get("format") or schema.get("type", "any"))


def _write_command(url: str) -> str:
    """A command that can be pasted; quoted, since the address is what the request said it is."""
    body = shlex.quote(json.dumps(EXAMPLE_BODY))
    return f"curl {shlex.quote(url)} \\\n  -H 'Content-Type: application/json' \\\n  -d {body}"
