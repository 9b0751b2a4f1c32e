"""Owns keeping taxonomies by their version, so that an old decision can be understood."""

from datetime import datetime

from sqlalchemy import Connection, select

from app.domain.category import Taxonomy
from app.errors import NotKept
from app.store.documents import reading, write_document
from app.store.storable import make_storable
from app.store.tables.decisions import taxonomy as taxonomies
from app.store.upserting import insert_or


def keep_taxonomy(c: Connection, taxonomy: Taxonomy, now: datetime) -> None:
    """Keep a taxonomy as it stands; one of the same version is the same."""
    if c.execute(select(taxonomies.c.version).where(taxonomies.c.version == taxonomy.version)).first():
        return
    row = {"version": taxonomy.version, "document": write_document(taxonomy), "kept_at": now}
    c.execute(insert_or(c, taxonomies).on_conflict_do_nothing(), row)


def load_taxonomy(c: Connection, version: str) -> Taxonomy:
    """The taxonomy of a version.

    Raises:
        NotKept: nothing was decided by it here.
    """
    query = select(taxonomies.c.document).where(taxonomies.c.version == make_storable(version))
    document = c.execute(query).scalar_one_or_none()
    if document is None:
        raise NotKept(f"There is no taxonomy of version {version!r} in the store.")
    with reading(f"taxonomy {version!r}"):
        return Taxonomy.model_validate_json(document)
