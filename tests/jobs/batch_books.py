"""Owns the comparison of the ledger in the store with what the server says it ran in batches, line by line."""

from collections import Counter
from collections.abc import Sequence

import sqlalchemy as sa

from app.domain.attempt import Attempt
from app.llm.batch.line_accounts import discount
from app.store.batches import name_attempt
from app.store.database import Database
from app.store.tables.spending import attempt as attempts
from app.store.tables.spending import spent as sums
from tests.jobs.batch_work import PRICE
from tests.servers.batches import LineRun
from tests.servers.request_log import Billed


def list_attempts(database: Database) -> dict[str, Attempt]:
    """Every attempt in the ledger, by id."""
    rows = database.read_now(lambda c: list(c.execute(sa.select(attempts.c.document)).scalars()))
    return {attempt.id: attempt for attempt in map(Attempt.model_validate_json, rows)}


def sum_cost(database: Database) -> float:
    """What the ledger's sums say is spent."""
    return database.read_now(lambda c: float(c.execute(sa.select(sa.func.sum(sums.c.cost_usd))).scalar_one() or 0.0))


def find_wrong(database: Database, log: Sequence[LineRun]) -> list[str]:
    """What is in the ledger and not at the server, or the other way round, or not the same."""
    known = list_attempts(database)
    wrong = [f"{attempt.id} was left open" for attempt in known.values() if attempt.status == "sent"]
    seen = Counter(name_attempt(run.label, run.line) for run in log if run.is_answered)
    for run in log:
        attempt = known.get(name_attempt(run.label, run.line)) or known.get(
            name_attempt(f"{run.label}-{run.batch}", run.line)
        )
        if attempt is None:
            wrong.append(f"{run} is not in the ledger")
        elif run.is_answered and seen[name_attempt(run.label, run.line)] == 1:
            used = Billed(attempt.tokens.input, attempt.tokens.cached, attempt.tokens.output)
            if attempt.status != "answered" or used != run.billed:
                wrong.append(f"{run} is {attempt.status} with {used} in the ledger")
    answered = sum(attempt.status == "answered" for attempt in known.values())
    if answered != sum(run.is_answered for run in log):
        wrong.append(f"{answered} attempts were answered, {sum(run.is_answered for run in log)} lines were")
    cost = sum(discount(PRICE).compute_cost(attempt.tokens) for attempt in known.values())
    if abs(cost - sum_cost(database)) > 1e-12:
        wrong.append(f"{cost} were spent, the sums say {sum_cost(database)}")
    return wrong
