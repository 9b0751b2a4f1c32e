"""Owns what to do in each CMS so that its webhooks arrive, and what keeps them away."""

from collections.abc import Mapping
from typing import Final

from app.domain.source import CMS

_STANDARD = "Sign each call as Standard Webhooks do: the headers webhook-id, webhook-timestamp and webhook-signature."
_HEADER = "Add the header Authorization with the value Bearer and the secret: {cms} signs nothing."

HINTS: Final[Mapping[CMS, tuple[str, ...]]] = {
    "standard": (
        _STANDARD,
        'The body is JSON: {"type": "article.published", "timestamp": "...", "data": {"id", "title", "html" or '
        '"markdown" or "text", "url", "locale", "tags", "updated_at"}}.',
    ),
    "wordpress": (
        "Install the plug-in of this project's examples, and give it the address and the secret: "
        "WordPress sends no webhooks itself.",
        "WordPress calls no private address, and no port but 80, 443 and 8080.",
        "To write tags back: make an application password for a user of its own, name the user with "
        "--option user=NAME, and give the password with `scopenote sources rotate NAME --use write`.",
    ),
    "wp-webhooks": (
        "In WP Webhooks, add the address to Post created and Post updated, with the secret as signing key.",
        "WordPress calls no private address, and no port but 80, 443 and 8080.",
    ),
    "ghost": (
        "In Settings, Integrations: add a custom integration, and a webhook with address and secret for each of "
        "Post published, Published post updated and Post unpublished.",
        "Ghost gives up after two seconds and does not try again; what it misses is found by looking.",
        "Ghost calls no private address unless security.allowWebhookInternalIPs is true in its configuration.",
        "To write tags back, give the integration's Admin API key with `scopenote sources rotate NAME --use write`.",
    ),
    "strapi": (
        "In Settings, Webhooks: add the address, and the events Update, Publish, Unpublish and Delete of entries.",
        _HEADER.format(cms="Strapi"),
        "To write tags back, give an API token with `scopenote sources rotate NAME --use write`.",
    ),
    "directus": (
        "Make a flow with an event hook on items.create and items.update, not blocking, and the operation Webhook / "
        "Request URL: POST to the address.",
        'Its body: {"event":"{{$trigger.event}}","trigger":{{$trigger}},"accountability":{{$accountability}}}',
        _HEADER.format(cms="Directus"),
        "Directus calls no address of its own machine unless IMPORT_IP_DENY_LIST allows it.",
        "To read articles back and write tags, give the static token of a user of its own with "
        "`scopenote sources rotate NAME --use write`, and that user's id with --option actor=ID.",
    ),
    "wagtail": (
        "Send a webhook from the signals page_published and page_unpublished, once the transaction is committed. "
        + _STANDARD,
        "To write tags back: Wagtail 8, the field as APIField(..., writable=True), and an API token with "
        "`scopenote sources rotate NAME --use write`.",
    ),
    "contentful": (
        "In Settings, Webhooks: add the address for Entry publish and unpublish, and no other event.",
        "Under Settings, Webhooks, Settings: enable request verification with this secret, which is the space's own.",
        "Behind a proxy that changes paths, name the path that Contentful calls with --option path=/...",
    ),
    "sanity": (
        "Add a GROQ-powered webhook with the address and the secret, on create, update and delete, without drafts.",
        'Filter: _type == "post" && !(_id in path("drafts.**"))',
        'Projection: {_id, _rev, _updatedAt, title, "url": "https://YOUR.SITE/" + slug.current, '
        '"text": pt::text(body), "tags": tags[]->title, language, "op": delta::operation()}',
    ),
    "drupal": (
        "With the module Webhooks: add an outgoing webhook with the address and the secret, for nodes created, "
        "updated and deleted, as JSON.",
        "Drupal waits a tenth of a second for what runs on its own host.",
    ),
    "github": (
        "In the repository's Settings, Webhooks: add the address with content type application/json, the secret, "
        "and the push event alone.",
        "GitHub does not try again by itself; what it misses is found by looking.",
        "--site is the repository, which articles are read from and tags are written to.",
    ),
    "hmac": ('Send the same body as for "standard", signed as the source\'s options say (header, encoding, signed).',),
    "token": (
        'Send the same body as for "standard", with the secret in the header Authorization as Bearer, or in the '
        "header that --option header=NAME names.",
    ),
}
"""Steps in the order in which they are done."""
