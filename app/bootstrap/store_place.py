"""Owns where decisions are kept: as the settings say, else in a file of the user's."""

from typing import Final

from app.bootstrap.embeddings import find_data
from app.settings import Settings
from app.store.address import make_file_url

STORE: Final = "store.db"
"""The file in the user's data folder."""


def find_database_url(settings: Settings) -> str:
    """The URL of the store."""
    if settings.database_url is not None:
        return settings.database_url.get_secret_value()
    return make_file_url(find_data() / STORE)
