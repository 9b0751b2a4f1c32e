"""Owns the form of the editor's page: what was typed, read from a request within limits."""

from collections.abc import Mapping, Sequence
from typing import Final, Literal, get_args

from fastapi import Request
from python_multipart.exceptions import FormParserError
from starlette.exceptions import HTTPException
from starlette.types import Message

from app.domain.value import Value
from app.errors import BadArticle, BadInput, TooLarge
from app.parsing.submission import Offer, is_web_address

Format = Literal["text", "markdown", "html"]

MAX_TITLE: Final = 2000
MAX_URL: Final = 2000
MAX_FIELDS: Final = 50
"""Fields in one form; ours have fewer than ten."""


class Form(Value):
    """What was typed. `categories` holds ids as typed, between commas or spaces; blank means all.

    `url` is where the article stands, instead of its text.
    """

    title: str = ""
    url: str = ""
    article: str = ""
    format: Format = "text"
    categories: str = ""

    @property
    def only(self) -> tuple[str, ...]:
        """The ids to limit the classification to, each once."""
        return tuple(dict.fromkeys(self.categories.replace(",", " ").split()))

    def to_offer(self) -> Offer:
        """The article as it goes to the classifier, or where it stands.

        Raises:
            BadArticle: there is neither a text nor an address.
            BadInput: the title is too long to be one, the address is none, or there is a text beside it.
        """
        if len(self.title) > MAX_TITLE:
            raise BadInput(f"The title is longer than {MAX_TITLE:,} characters. Put the article in the field below.")
        if self.url and self.article.strip():
            raise BadInput("There is an address and a text. Clear the one that you do not mean.")
        if self.url:
            return Offer(url=_read_url(self.url), title=self.title)
        if not self.article.strip():
            raise BadArticle("There is no article yet. Paste its text and classify again.")
        return Offer.model_validate({self.format: self.article, "title": self.title})


async def read_form(request: Request, *, max_bytes: int) -> Form:
    """The form as posted, URL-encoded or multipart; line ends are those of Unix again.

    Raises:
        BadInput: it cannot be read as this form, or holds an unknown format.
        TooLarge: it is over `max_bytes`; what is beyond is not read.
    """
    fields = await read_fields(
        request,
        max_bytes=max_bytes,
        too_large=f"The article is over {max_bytes:,} bytes. Send less, or raise SCOPENOTE_MAX_BODY_BYTES.",
    )
    kind = find_first(fields, "format") or "text"
    if kind not in get_args(Format):
        raise BadInput(f"The format {kind[:40]!r} is unknown. Choose one of {', '.join(get_args(Format))}.")
    return Form(
        title=" ".join(find_first(fields, "title").split()),
        url=find_first(fields, "url").strip(),
        article=find_first(fields, "article").replace("\r\n", "\n").replace("\r", "\n"),
        format=kind,
        categories=", ".join(value for value in fields.get("categories", []) if value.strip()),
    )


async def read_fields(request: Request, *, max_bytes: int, too_large: str) -> dict[str, list[str]]:
    """What a form's fields hold, in the order sent; files are not taken.

    Raises:
        BadInput: the body is no form that can be read.
        TooLarge: it is over `max_bytes`, which `too_large` tells; what is beyond is not read.
    """
    charset = request.headers.get("content-type", "").lower().partition("charset=")[2].strip(' ";')
    if charset not in {"", "utf-8"}:
        raise BadInput(f"The form is sent as {charset[:40]!r}. Send it as UTF-8, as browsers do.")
    limited = _limit(request, max_bytes, too_large)
    try:
        async with limited.form(max_files=0, max_fields=MAX_FIELDS, max_part_size=max_bytes) as sent:
            return {name: [value for value in sent.getlist(name) if isinstance(value, str)] for name in sent}
    except (HTTPException, FormParserError) as error:
        detail = error.detail if isinstance(error, HTTPException) else str(error)
        raise BadInput(f"The form cannot be read: {detail.rstrip('.')}. Send it from the page once more.") from error


def find_first(fields: Mapping[str, Sequence[str]], name: str) -> str:
    """The first value of a field, "" where it is missing."""
    return next(iter(fields.get(name, ())), "")


def _read_url(typed: str) -> str:
    """An address as it was typed or pasted; browsers leave out https:// where they show one.

    Raises:
        BadInput: it is no address of a page.
    """
    url = typed if "://" in typed else f"https://{typed}"
    if len(url) > MAX_URL or not is_web_address(url):
        raise BadInput(f"{typed[:80]!r} is no address of a page. Copy it from where your browser shows it.")
    return url


def _limit(request: Request, max_bytes: int, too_large: str) -> Request:
    """The request with its body counted as it arrives, whatever its headers claim."""
    seen = 0

    async def receive_counted() -> Message:
        nonlocal seen
        message = await request.receive()
        seen += len(message.get("body", b""))
        if seen > max_bytes:
            raise TooLarge(too_large)
        return message

    return Request(request.scope, receive_counted)
