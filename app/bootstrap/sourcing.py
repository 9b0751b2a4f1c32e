"""Owns whether a source can be used as it is described, checked before it is kept."""

from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from app.cms.kinds import check_options as check_cms_options
from app.cms.kinds import find_adapter
from app.cms.opening import SITE_OPTIONS
from app.domain.source import CMS, Source
from app.errors import BadInput
from app.jobs.deliveries.options import OPTIONS, check_options
from app.llm.rehearsal import MODEL as REHEARSAL
from app.settings import Settings

_WEB: Final = frozenset({"http", "https"})
DRAFTING: Final[frozenset[CMS]] = frozenset({"wagtail", "strapi", "github"})
"""CMSs that can hold tags back from readers until an editor publishes them."""
_GIT: Final = frozenset({"https", "ssh", "file"})


def check_source(source: Source) -> None:
    """Pass a source that can be used.

    Raises:
        BadInput: it cannot, and why.
    """
    check_cms_options(source, _list_general(source.cms))
    check_options(source.options)
    _check_way_back(source)
    if source.callback is not None:
        _check_address(source.callback, "--callback", _WEB)


def list_options(cms: CMS) -> dict[str, str]:
    """The options that a source of this CMS may have, each with its meaning, at whose end its default stands."""
    return dict(sorted({**_list_general(cms), **find_adapter(cms).options}.items()))


def warn_unbounded(settings: Settings, source: Source) -> str | None:
    """That nothing caps what the source's articles may cost in a day, for whoever connects it; None where that is so.

    A source sends for as long as its CMS does, and whoever has its secret decides how much.
    """
    is_paid = settings.asks_llm and settings.model != REHEARSAL
    caps = (source.budget_day_usd, settings.budget_day_usd, settings.budget_day_tokens)
    if not is_paid or any(cap is not None for cap in caps):
        return None
    return (
        f"Nothing caps what the articles of {source.name} may cost in a day. "
        f"`scopenote sources change {source.name} --budget-day USD` does, or SCOPENOTE_BUDGET_DAY_USD for all."
    )


def _list_general(cms: CMS) -> dict[str, str]:
    return {**SITE_OPTIONS.get(cms, {}), **OPTIONS}


def _check_way_back(source: Source) -> None:
    is_git = source.cms == "github"
    if source.site is not None and not (is_git and _is_path(source.site)):
        _check_address(source.site, "--site", _GIT if is_git else _WEB)
        if "?" in source.site or "#" in source.site:
            raise BadInput("--site ends in ? or # and more, which others would see. Give its base address alone.")
    if source.mode in {"draft", "apply"}:
        if source.cms not in SITE_OPTIONS:
            raise BadInput(
                f"Tags are not written back to {source.cms}: --mode {source.mode} needs one of "
                f"{', '.join(sorted(SITE_OPTIONS))}. Use --mode suggest and --callback."
            )
        if source.mode == "draft" and source.cms not in DRAFTING:
            raise BadInput(
                f"{source.cms} has no draft of a published article: --mode draft needs one of "
                f"{', '.join(sorted(DRAFTING))}. Use --mode suggest, or apply."
            )
        if source.site is None:
            raise BadInput(f"--mode {source.mode} needs --site: the address of the CMS, or of the repository.")


def _is_path(site: str) -> bool:
    """Whether it names a repository on this machine, or the short form user@host:path of one elsewhere."""
    return Path(site).is_absolute() or ("://" not in site and "@" in site.partition(":")[0])


def _check_address(address: str, option: str, schemes: frozenset[str]) -> None:
    try:
        parts = urlsplit(address)
        port_reads = parts.port != 0
    except ValueError:
        parts, port_reads = urlsplit(""), False
    has_place = bool(parts.hostname) or parts.scheme == "file"
    if parts.scheme not in schemes or not has_place or not port_reads or not address.isprintable() or " " in address:
        raise BadInput(f"{option} {address[:200]!r} is no address. Give one that begins with http:// or https://.")
    if parts.password is not None or (parts.username is not None and parts.scheme != "ssh"):
        raise BadInput(f"{option} has a login in it, which others would see. Leave it out; secrets are asked for.")
