"""Owns opening a source's site: which module, which login, which copy on disk."""

import asyncio
import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

import httpx
from pydantic import SecretStr

from app.cms.options import read_text
from app.cms.site import Site
from app.cms.sites import directus, ghost, git, strapi, wagtail, wordpress
from app.cms.sites.git_command import Git, Remote
from app.cms.sites.git_mirror import Mirror
from app.cms.sites.http import Api, LogIn, Place, Sleep, open_http
from app.domain.source import CMS, Source
from app.errors import BadInput

SITE_OPTIONS: Final[Mapping[CMS, Mapping[str, str]]] = {
    "wordpress": wordpress.OPTIONS,
    "wp-webhooks": wordpress.OPTIONS,
    "ghost": ghost.OPTIONS,
    "strapi": strapi.OPTIONS,
    "directus": directus.OPTIONS,
    "wagtail": wagtail.OPTIONS,
    "github": git.OPTIONS,
}
"""The options by which a CMS is read back and written, beside those of its webhooks. Others take no tags back."""

_SCP_LIKE: Final = re.compile(r"[A-Za-z0-9][\w.-]*@[A-Za-z0-9][\w.-]*:(?!/)[^\s:]+")
_SCHEME: Final = re.compile(r"(https|ssh|file)://(?!-)\S+")
_NAMES: Final[Mapping[CMS, str]] = {
    "wordpress": wordpress.NAME,
    "wp-webhooks": wordpress.NAME,
    "ghost": ghost.NAME,
    "strapi": strapi.NAME,
    "directus": directus.NAME,
    "wagtail": wagtail.NAME,
}


def open_site(
    source: Source,
    secrets: Sequence[SecretStr],
    *,
    now: Callable[[], datetime],
    folder: Path,
    open_client: Callable[[], httpx.AsyncClient] = open_http,
    sleep: Sleep = asyncio.sleep,
) -> Site | None:
    """The source's site, None where it has none or its CMS takes no tags back.

    `secrets` are those for writing, of which the first is used. Copies of repositories lie under
    `folder`. Nothing is asked of the CMS yet.

    Raises:
        BadInput: its address, secret or an option cannot be used.
    """
    if source.site is None or source.cms not in SITE_OPTIONS:
        return None
    secret = secrets[0] if secrets else None
    fields = _list_fields(source)
    if source.cms == "github":
        git_secret = _check_secret(source, secret)
        remote = _read_remote(source, source.site, git_secret)
        name = f"{source.name}-{hashlib.sha256(remote.url.encode()).hexdigest()[:8]}.git"
        mirror = Mirror(Git(folder / name, remote), read_text(source, "branch") or None, now)
        return git.GitSite(source, mirror, fields, now)
    root = _read_root(source, source.site)
    log_in = _make_log_in(source, _check_secret(source, secret), now)
    api = Api(open_client, Place(_NAMES[source.cms], root, source.name), log_in, secret, sleep)
    return _choose(source, api, fields, logged_in=secret is not None)


def _choose(source: Source, api: Api, fields: Sequence[str], *, logged_in: bool) -> Site:
    if source.cms == "ghost":
        return ghost.Ghost(source, api)
    if source.cms == "strapi":
        return strapi.Strapi(source, api, fields)
    if source.cms == "directus":
        return directus.Directus(source, api, fields)
    if source.cms == "wagtail":
        return wagtail.Wagtail(source, api, fields)
    return wordpress.WordPress(source, api, fields, logged_in=logged_in)


def _make_log_in(source: Source, secret: SecretStr | None, now: Callable[[], datetime]) -> LogIn:
    if source.cms == "ghost":
        return ghost.log_in(source, secret, now)
    if source.cms in {"wordpress", "wp-webhooks"}:
        return wordpress.log_in(source, secret)
    if secret is None:
        return dict
    return lambda: {"Authorization": f"Bearer {secret.get_secret_value()}"}


def _list_fields(source: Source) -> list[str]:
    """The fields that are written to, each once."""
    named = (source.fields.tags, source.fields.categories, source.fields.concepts)
    return list(dict.fromkeys(name for name in named if name))


def _check_secret(source: Source, secret: SecretStr | None) -> SecretStr | None:
    """A secret that can stand in a header, whatever surrounds it in what was pasted."""
    if secret is None:
        return None
    value = secret.get_secret_value().strip()
    if not value or not value.isascii() or not value.isprintable():
        remedy = f"Enter it again: `scopenote sources rotate {source.name} --use write`."
        raise BadInput(f"The write secret of the source {source.name!r} holds what no token does. {remedy}")
    return SecretStr(value)


def _read_root(source: Source, site: str) -> str:
    try:
        url = httpx.URL(site)
    except httpx.InvalidURL:
        url = httpx.URL("")
    if url.scheme not in {"http", "https"} or not url.host or url.userinfo or url.query or url.fragment:
        remedy = "Give its base address alone, such as https://example.org, and secrets apart from it."
        raise BadInput(f"The site of the source {source.name!r} is no address of a CMS. {remedy}")
    return site.rstrip("/")


def _read_remote(source: Source, site: str, secret: SecretStr | None) -> Remote:
    user = read_text(source, "user", "x-access-token")
    if Path(site).is_absolute():
        return Remote(site, "file", user)
    if _SCP_LIKE.fullmatch(site):
        return Remote(site, "ssh", user)
    if (found := _SCHEME.fullmatch(site)) and not re.match(r"https://[^/]*@", site):
        return Remote(site, found[1], user, secret)
    remedy = "Give https://..., ssh://..., user@host:path or a path from the root, and secrets apart from it."
    raise BadInput(f"The site of the source {source.name!r} is no address of a git repository. {remedy}")
