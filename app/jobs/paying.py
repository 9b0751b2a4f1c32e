"""Owns finding who pays for what is done later than it was asked for, by the budget as it is then."""

from datetime import datetime

from app.domain.errand import Errand, Payer, bill_key, bill_source
from app.domain.job import Job
from app.domain.key import tell_end
from app.errors import BudgetSpent, NotKept
from app.store.connection import Connection
from app.store.database import Database
from app.store.keys import load_key
from app.store.sources import load_source


def find_payer(c: Connection, reference: str, now: datetime) -> Payer | str:
    """Who is referred to (see `Payer.reference`), with its budget of now; why it pays no more where it does not."""
    kind, _, id_ = reference.partition(":")
    try:
        if kind == "source":
            return bill_source(load_source(c, id_))
        key = load_key(c, id_)
    except NotKept:
        return f"The {kind} {id_!r}, which pays for it, is not there any more."
    end = tell_end(key, now)
    return bill_key(key) if end is None else f"The key {key.name!r}, which pays for it, {end}."


async def build_errand(database: Database, job: Job, now: datetime) -> Errand:
    """On whose behalf a job's articles are classified.

    Raises:
        BudgetSpent: whoever was to pay for it does no more.
        StoreUnavailable: that cannot be looked up.
    """
    reference = job.recipe.payer
    payer = None if reference is None else await database.read(lambda c: find_payer(c, reference, now))
    if isinstance(payer, str):
        raise BudgetSpent(f"{payer} Whoever resumes the job pays for the rest of it.", payer=reference)
    return Errand(urgency="job", job=job.id, most_usd=job.recipe.max_cost_usd, payer=payer)
