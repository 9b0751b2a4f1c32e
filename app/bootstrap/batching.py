"""Owns composing what jobs need that go through a provider's batches."""

import random
import uuid

from app.bootstrap.asking import ModelInUse, collect_caps, find_key
from app.errors import BadSetting
from app.jobs.batches.means import BatchMeans
from app.llm.batch.line_accounts import LineAccounts
from app.llm.batch.openai_batches import OpenAIBatches
from app.llm.clock import SystemClock
from app.llm.server.openai_wire import OpenAIWire
from app.settings import Settings
from app.store.database import Database


def open_batches(model: ModelInUse | None, settings: Settings, database: Database) -> BatchMeans:
    """What batches are made with, at the server of the model that is asked otherwise.

    Raises:
        BadSetting: no LLM judges that a server could be asked about in batches.
    """
    if model is None or not isinstance(model.wire, OpenAIWire):
        raise BadSetting(
            "--batch-api asks an LLM, and none is set up. Set OPENAI_API_KEY, or OPENAI_BASE_URL for a server that "
            "has the Batch API, or leave --batch-api out."
        )
    wire = OpenAIBatches(model.wire.name, api_key=find_key(settings), base_url=settings.openai_base_url)
    accounts = LineAccounts(
        model.ledger, server=wire.server, model=wire.name, price=model.price, caps=collect_caps(settings)
    )
    return BatchMeans(
        database=database,
        wire=wire,
        accounts=accounts,
        capabilities=model.capabilities,
        clock=SystemClock(),
        new_id=lambda: uuid.uuid4().hex,
        random=random.random,
    )
