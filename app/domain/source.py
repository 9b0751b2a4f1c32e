"""Owns the source: a named door for a CMS's webhooks, and where tags may go back through."""

from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, NonNegativeFloat, SecretStr

from app.domain.job import Fields
from app.domain.value import Value

CMS = Literal[
    "standard",
    "wordpress",
    "wp-webhooks",
    "ghost",
    "strapi",
    "directus",
    "wagtail",
    "contentful",
    "sanity",
    "drupal",
    "github",
    "hmac",
    "token",
]
"""standard: Standard Webhooks with a payload of our own form. hmac and token: that payload, signed in a way that
the source's options describe, or with a fixed header."""

Mode = Literal["off", "suggest", "draft", "apply"]
"""off: nothing goes back. suggest: only the callback says what is decided. draft: tags are written where readers do
not see them before an editor publishes. apply: tags are written to what is published."""

SourceName = Annotated[str, Field(pattern=r"^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$")]
"""A word of small letters, digits and hyphens: it stands in the webhook's address."""

Use = Literal["verify", "write", "callback"]
"""What a secret is for: to check what comes in, to log in at the CMS, to sign what goes out."""


class Source(Value):
    """One CMS that sends articles, and how tags go back to it.

    `site` is the CMS's base URL, or a git repository's; None where nothing is read back or written.
    `options` are the CMS's own, by name: its module in `app.cms.adapters` says which there are.
    `fields` names the CMS field for each kind of category. `callback` is a URL of the publisher's
    that is told each decision. `budget_day_usd` caps what its articles cost in a UTC day, None: no cap of its own.
    """

    name: SourceName
    cms: CMS
    created_at: AwareDatetime
    site: str | None = None
    mode: Mode = "off"
    fields: Fields = Fields()
    callback: str | None = None
    options: dict[str, str] = Field(default_factory=dict)
    budget_day_usd: NonNegativeFloat | None = None


class Secret(Value):
    """One secret of a source. Several may hold at the same time, so that they can be changed one side at a time.

    `until`: it does not count from then on; None: it counts until it is dropped.
    """

    id: str
    source: SourceName
    use: Use
    value: SecretStr
    added_at: AwareDatetime
    until: AwareDatetime | None = None
