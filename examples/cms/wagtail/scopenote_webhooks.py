"""Owns telling Scopenote of Wagtail's pages: each that is published, updated or taken back, as a signed webhook.

Wagtail sends no webhooks itself. Copy this file into an app of the site and call `connect()` in that app's `ready()`.
Settings: SCOPENOTE_WEBHOOK_URL, SCOPENOTE_WEBHOOK_SECRET (whsec_...), and SCOPENOTE_FIELDS, the names of the fields
that hold an article's text, in their order (["intro", "body"]). Pages with none of these fields are not told of.

A webhook is sent once the transaction is committed, by a thread of this process, so that no editor waits for it. It is
tried again while the process runs. What it does not get to, Scopenote finds when it asks Wagtail what changed.
"""

import base64
import hashlib
import heapq
import hmac
import itertools
import json
import logging
import threading
import time
import uuid
from functools import partial
from typing import Any, NamedTuple

import requests
from django.conf import settings
from django.db import transaction
from wagtail.models import Page
from wagtail.rich_text import expand_db_html
from wagtail.signals import page_published, page_unpublished

WAITS_S = (5, 30, 120, 600, 3_600)
"""Before each further try."""
TIMEOUT_S = 10
_LATEST_LOOK_S = 1.0
_log = logging.getLogger(__name__)


class _Message(NamedTuple):
    """What is sent: `due_s` on the monotonic clock, then `number`, put those that wait in order."""

    due_s: float
    number: int
    name: str
    body: bytes
    tries: int = 0


_numbers = itertools.count()
_lock = threading.Lock()
_waiting: list[_Message] = []
_senders: list[threading.Thread] = []
"""At most one. It is started by what it is to send, so that it is there in forked processes too."""


def connect() -> None:
    """Listen to Wagtail. Calling it again changes nothing."""
    page_published.connect(_tell_published, dispatch_uid="scopenote.published")
    page_unpublished.connect(_tell_unpublished, dispatch_uid="scopenote.unpublished")


def _tell_published(instance: Page, **signal: Any) -> None:  # noqa: ANN401 - whatever Wagtail sends along
    if not signal.get("alias"):
        is_first = instance.first_published_at == instance.last_published_at
        _tell(instance, "page.published" if is_first else "page.updated")


def _tell_unpublished(instance: Page, **_: Any) -> None:  # noqa: ANN401 - whatever Wagtail sends along
    _tell(instance, "page.unpublished")


def _tell(page: Page, happened: str) -> None:
    if not (settings.SCOPENOTE_WEBHOOK_URL and settings.SCOPENOTE_WEBHOOK_SECRET):
        return
    # An alias has no tags of its own, and what only some may read is not sent anywhere.
    if page.alias_of_id or page.get_view_restrictions().exists():
        return
    if any(hasattr(page, field) for field in _list_fields()):
        body = json.dumps(build_payload(page, happened), ensure_ascii=False, separators=(",", ":")).encode()
        transaction.on_commit(partial(_post, body))


def build_payload(page: Page, happened: str) -> dict[str, Any]:
    """What is told of a page; nothing of the text of one that readers do not see now."""
    changed_at = page.latest_revision_created_at or page.last_published_at
    told = {
        "id": page.pk,
        "type": page._meta.label,  # noqa: SLF001 - Django's documented way to a model's name
        "title": page.title,
        "url": page.full_url,
        "locale": page.locale.language_code,
        "updated_at": changed_at.isoformat() if changed_at else None,
    }
    if happened != "page.unpublished":
        if hasattr(page, "tags"):
            told["tags"] = sorted(tag.name for tag in page.tags.all())
        told |= {f"{field}_html": _render(getattr(page, field)) for field in _list_fields() if hasattr(page, field)}
    return {"type": happened, "timestamp": told["updated_at"], "data": told}


def _list_fields() -> list[str]:
    return list(getattr(settings, "SCOPENOTE_FIELDS", ["intro", "body"]))


def _render(value: Any) -> str:  # noqa: ANN401 - of any field
    """A stream by its blocks' templates, rich text with its links, any other text as it is."""
    if hasattr(value, "render_as_block"):
        return str(value.render_as_block())
    return expand_db_html(str(value or ""))


def sign(name: str, stamp: str, body: bytes, secret: str) -> str:
    """The signature of Standard Webhooks: HMAC-SHA256 over the name, the time in seconds and the body."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    digest = hmac.new(key, f"{name}.{stamp}.".encode() + body, hashlib.sha256).digest()
    return "v1," + base64.b64encode(digest).decode()


def _post(body: bytes) -> None:
    message = _Message(time.monotonic(), next(_numbers), f"msg_{uuid.uuid4().hex}", body)
    with _lock:
        heapq.heappush(_waiting, message)
        if not any(sender.is_alive() for sender in _senders):
            _senders[:] = [threading.Thread(target=_send_all, name="scopenote-webhooks")]
            _senders[0].start()


def _send_all() -> None:
    """Send what waits, each when it is due. When the process ends, what is left gets one more try at once."""
    process = threading.main_thread()
    while True:
        with _lock:
            if not _waiting:
                _senders.clear()
                return
            wait_s = _waiting[0].due_s - time.monotonic()
            message = heapq.heappop(_waiting) if wait_s <= 0 or not process.is_alive() else None
        if message is None:
            process.join(min(wait_s, _LATEST_LOOK_S))
            continue
        problem = _try(message)
        if problem is None:
            continue
        if message.tries < len(WAITS_S) and process.is_alive():
            due_s = time.monotonic() + WAITS_S[message.tries]
            with _lock:
                heapq.heappush(_waiting, message._replace(due_s=due_s, tries=message.tries + 1))
        else:
            _log.error("Scopenote was not told of a page (webhook %s): %s", message.name, problem)


def _try(message: _Message) -> str | None:
    """Send a message; what went wrong, None where it arrived or is wanted no more."""
    stamp = str(int(time.time()))
    try:
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": "scopenote-wagtail/1",
            "webhook-id": message.name,
            "webhook-timestamp": stamp,
            "webhook-signature": sign(message.name, stamp, message.body, settings.SCOPENOTE_WEBHOOK_SECRET),
        }
        # Only the status counts, so that the answer's body is never read.
        with requests.post(
            settings.SCOPENOTE_WEBHOOK_URL,
            data=message.body,
            headers=headers,
            timeout=TIMEOUT_S,
            allow_redirects=False,
            stream=True,
        ) as answer:
            gone = answer.status_code == requests.codes.gone
            return None if gone or answer.status_code // 100 == 2 else f"status {answer.status_code}"
    except (requests.RequestException, ValueError) as error:
        return f"{type(error).__name__}: {error}"
