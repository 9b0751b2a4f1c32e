"""Owns what to do in each CMS so that its webhooks arrive and tags can go back, and what keeps them away."""

from collections.abc import Mapping
from typing import Final

from app.domain.source import CMS

_NAME: Final = "<name>"
_STANDARD = "Sign each call as Standard Webhooks do: the headers webhook-id, webhook-timestamp and webhook-signature."
_HEADER = "Add the header Authorization with the value Bearer, a space and the secret: {cms} signs nothing."
_BODY = (
    'The body is JSON: {"type": "article.published", "timestamp": "...", "data": {"id", "title", "html" or '
    '"markdown" or "text", "url", "locale", "tags", "updated_at"}}. Other types end in updated, unpublished or deleted.'
)
_WRITE = "`scopenote sources rotate <name> --use write`"
_OLD_WORDPRESS = "WordPress calls no private address, and no port but 80, 443 and 8080"
_WORDPRESS_WRITE = (
    "To write tags back: make a user of its own who may edit others' posts, and under Users, Profile an application "
    "password for it (WordPress offers them over https alone). Name the user with `scopenote sources change <name> "
    f"--option user=USER`, and give the password with {_WRITE}."
)

PROJECTION: Final = (
    '{_id, _type, _updatedAt, title, "url": "https://YOUR.SITE/" + slug.current, "text": pt::text(body), '
    '"tags": tags[]->title, language, "op": delta::operation()}'
)
"""What Sanity is to send."""

HINTS: Final[Mapping[CMS, tuple[str, ...]]] = {
    "standard": (
        f"{_STANDARD} Any of the libraries at www.standardwebhooks.com does so with the secret.",
        _BODY,
    ),
    "wordpress": (
        "WordPress sends no webhooks itself: copy examples/cms/wordpress/scopenote-webhooks.php of this project to "
        "wp-content/mu-plugins/, where it needs no activation.",
        "In wp-config.php, define SCOPENOTE_WEBHOOK_URL as the address and SCOPENOTE_WEBHOOK_SECRET as the secret.",
        f"{_OLD_WORDPRESS}, unless wp-config.php has define( 'SCOPENOTE_ALLOW_PRIVATE', true );",
        _WORDPRESS_WRITE,
    ),
    "wp-webhooks": (
        "In WP Webhooks, Send Data: add the address to Post created, Post updated and Post deleted, and choose JSON "
        "as the content type in its settings.",
        "Versions since 3.0.1 do not sign the body: under Authentication, make a template of the kind Bearer Token "
        "with the secret, choose it in the settings of each of the three, and have it count with "
        "`scopenote sources change <name> --option signature=token`. Older versions: give them the secret to sign by.",
        f"{_OLD_WORDPRESS}.",
        _WORDPRESS_WRITE,
    ),
    "ghost": (
        "In Settings, Integrations: add a custom integration, and in it a webhook with address and secret for each of "
        "Post published, Published post updated, Post unpublished and Post deleted.",
        "Ghost gives up after two seconds and does not try again; what it misses is found by looking, which takes "
        "--site and the Admin API key.",
        "Ghost calls no private address unless security.allowWebhookInternalIPs is true in its configuration.",
        f"To look and to write tags back: copy the integration's Admin API key, and give it with {_WRITE}.",
    ),
    "strapi": (
        "In Settings, Webhooks: add the address, and the events Update, Publish, Unpublish and Delete of entries.",
        _HEADER.format(cms="Strapi"),
        "Where the content type is not article, name it with "
        "`scopenote sources change <name> --option uid=api::post.post --option collection=posts`.",
        "To look and to write tags back: in Settings, API Tokens, make one of type Custom that may find, findOne and "
        f"update articles, and find and create tags, and give it with {_WRITE}.",
    ),
    "directus": (
        "Make a flow with an event hook on items.create, items.update and items.delete of the articles' collection, "
        "not blocking, and the operation Webhook / Request URL: POST to the address.",
        'Its body: {"event":"{{$trigger.event}}","trigger":{{$trigger}},"accountability":{{$accountability}}}',
        _HEADER.format(cms="Directus"),
        "Directus calls no address of its own machine unless its IMPORT_IP_DENY_LIST leaves that out: "
        "IMPORT_IP_DENY_LIST=169.254.169.254 does.",
        "An update carries only what changed: articles are read back, which takes --site and a token. Make a user of "
        "its own that may read and update the collection with all its fields, generate its static token on its page, "
        f"and give it with {_WRITE}; tell that user's id with "
        "`scopenote sources change <name> --option actor=ID`, so that our own writing is known.",
    ),
    "wagtail": (
        "Wagtail sends no webhooks itself: copy examples/cms/wagtail/scopenote_webhooks.py of this project into an "
        "app of the site, and call its connect() in the app's ready().",
        "In the site's settings, set SCOPENOTE_WEBHOOK_URL to the address, SCOPENOTE_WEBHOOK_SECRET to the secret, and "
        "SCOPENOTE_FIELDS to the fields with the text.",
        "So that what no webhook told of is found, name the page types with "
        "`scopenote sources change <name> --option page_types=blog.ArticlePage`.",
        "To write tags back: Wagtail 8 with its interface v3, the field as APIField(..., writable=True), and an API "
        f"token of a user who may edit and publish, given with {_WRITE}.",
    ),
    "contentful": (
        "In Settings, Webhooks: add the address for Entry publish and unpublish, and no other event.",
        "In Settings, Webhooks, Settings: enable request verification. Contentful shows the secret once, 64 characters "
        "that count for the whole space; give it here with `scopenote sources rotate <name>` where it changed.",
        "Behind a proxy that changes paths, name the path that Contentful calls with "
        "`scopenote sources change <name> --option path=/...`.",
    ),
    "sanity": (
        "At sanity.io/manage, API, Webhooks: add a GROQ-powered webhook with the address and the secret, on create, "
        "update and delete, without drafts.",
        'Filter: _type == "post" && !(_id in path("drafts.**"))',
        f"Projection: {PROJECTION}",
    ),
    "drupal": (
        "With the module Webhooks: add an outgoing webhook with the address and the secret, for nodes created, "
        "updated and deleted, as JSON.",
        "It has to send the header X-Hub-Signature-256. A module that sends X-Hub-Signature alone signs by SHA-1, "
        "which is refused: update it.",
        "Drupal waits a tenth of a second for what runs on its own host: let Scopenote run on another.",
    ),
    "github": (
        "In the repository's Settings, Webhooks: add the address with content type application/json, the secret, "
        "and the push event alone.",
        "GitHub does not try again by itself; what it misses is found by looking.",
        "--site is the repository, which articles are read from and tags are written to. Over https, give a token "
        f"that may read and write its contents with {_WRITE}.",
        "Over ssh (git@host:owner/site.git), ssh finds the keys in ~/.ssh of the user that this service runs as: one "
        "without a passphrase, as no agent is asked, and the host in known_hosts there. A deploy key with write "
        "access will do.",
    ),
    "hmac": (
        _BODY,
        "Sign it by HMAC-SHA256 with the secret, over what the option signed says, and send the signature in the "
        "header and the encoding that the options say; change them with "
        "`scopenote sources change <name> --option header=X-My-Signature`.",
    ),
    "token": (
        _BODY,
        "Send the secret in the header Authorization, as Bearer, a space and the secret, or bare in a header that "
        "`scopenote sources change <name> --option header=X-My-Token` names.",
    ),
}
"""Steps in the order in which they are done; `list_steps` fills in the source's name."""


def list_steps(cms: CMS, name: str) -> tuple[str, ...]:
    """What to do for a source, with commands that can be run as they stand."""
    return tuple(hint.replace(_NAME, name) for hint in HINTS[cms])
