"""Owns which CMSs there are to take webhooks from."""

from collections.abc import Mapping
from types import MappingProxyType

from app.cms.adapter import Adapter
from app.cms.adapters import (
    contentful,
    directus,
    drupal,
    ghost,
    github,
    sanity,
    standard,
    strapi,
    wagtail,
    wordpress,
    wp_webhooks,
)
from app.cms.options import check_values
from app.domain.source import CMS, Source
from app.errors import BadInput

ADAPTERS: Mapping[CMS, Adapter] = MappingProxyType(
    {
        "standard": standard.ADAPTER,
        "wordpress": wordpress.ADAPTER,
        "wp-webhooks": wp_webhooks.ADAPTER,
        "ghost": ghost.ADAPTER,
        "strapi": strapi.ADAPTER,
        "directus": directus.ADAPTER,
        "wagtail": wagtail.ADAPTER,
        "contentful": contentful.ADAPTER,
        "sanity": sanity.ADAPTER,
        "drupal": drupal.ADAPTER,
        "github": github.ADAPTER,
        "hmac": standard.BY_HMAC,
        "token": standard.BY_TOKEN,
    }
)


def find_adapter(cms: CMS) -> Adapter:
    """The functions of a CMS; there is one for each."""
    return ADAPTERS[cms]


def check_options(source: Source, general: Mapping[str, str]) -> None:
    """Pass a source whose options its CMS has and can use; `general` are those that every source may have.

    Raises:
        BadInput: an option that there is not, with the ones that there are, or a value that cannot be used.
    """
    known = find_adapter(source.cms).options | dict(general)
    unknown = sorted(source.options.keys() - known.keys())
    if unknown:
        listed = "; ".join(f"{name}: {meaning}" for name, meaning in sorted(known.items()))
        raise BadInput(f"A {source.cms} source has no option {unknown[0]!r}. There are: {listed}.")
    check_values(source)
