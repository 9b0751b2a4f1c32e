"""Fixtures of the deliveries' tests: a desk with a CMS that has one article."""

import pytest

from app.store.database import Database
from tests.jobs.deliveries.made_deliveries import Desk, FakeCms, Post


@pytest.fixture
def desk(database: Database) -> Desk:
    """A desk whose source nobody has added yet."""
    return Desk(database=database, cms=FakeCms(p1=Post()))
