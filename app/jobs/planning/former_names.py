"""Owns calling a file by the key that it had before, from whatever folder it was read then."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import PurePath

from app.jobs.planning.sources import Document
from app.store.connection import Connection
from app.store.storable import make_storable
from app.store.surveying import find_last_paths


def call_as_before(c: Connection, documents: Sequence[Document]) -> list[Document]:
    """The same documents, with the keys under which jobs have had their files in hand.

    A key begins with the folder that was named, so that `content` and `content/posts` would make two
    articles of one file: what a person did to its tags would be forgotten.
    """
    named = {document.path: _list_keys(document.path) for document in documents if document.path is not None}
    paths = find_last_paths(c, [key for keys in named.values() for key in keys])
    return [_call_as_before(document, named.get(document.path or "", []), paths) for document in documents]


def _list_keys(path: str) -> list[str]:
    """Every key that the file may have been read under, the longest first."""
    parts = PurePath(path).parts[1:]
    return [make_storable("/".join(parts[start:])) for start in range(len(parts) - 1)]


def _call_as_before(document: Document, keys: Sequence[str], paths: dict[str, str]) -> Document:
    if document.key is None or paths.get(make_storable(document.key)) == document.path:
        return document
    return replace(document, key=next((key for key in keys if paths.get(key) == document.path), document.key))
