"""Owns opening a source's CMS with the secrets that are kept for it."""

from contextlib import suppress
from datetime import UTC, datetime

from app.bootstrap.embeddings import find_data
from app.cms.opening import open_site
from app.cms.site import Site
from app.domain.source import Source
from app.jobs.deliveries.means import OpenSite
from app.store.database import Database
from app.store.sources import list_secrets

REPOSITORIES = "repositories"
"""The folder in the user's data folder for copies of repositories."""


def build_open_site(database: Database) -> OpenSite:
    """How this process opens the CMS of a source."""
    folder = find_data() / REPOSITORIES

    async def open_it(source: Source) -> Site | None:
        now = _now()
        secrets = await database.read(lambda c: list_secrets(c, source.name, "write", now))
        if source.cms == "github":
            # Now that the store was there to be asked: made later, it might stand where the store is moved back to.
            with suppress(OSError):  # whoever needs it says what is in the way
                folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return open_site(source, [secret.value for secret in secrets], now=_now, folder=folder)

    return open_it


def _now() -> datetime:
    return datetime.now(UTC)
