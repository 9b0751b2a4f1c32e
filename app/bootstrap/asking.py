"""Owns composing what stands between the judge and a model server: queue, budgets, ledger, prices, prompts."""

import random
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from app.bootstrap.embeddings import find_cache, find_data
from app.errors import BadSetting
from app.judges.llm_judge import LLMJudge
from app.judges.planning import Limits as PlanLimits
from app.judges.planning import Planner
from app.judges.pricing import Tariff
from app.judges.sizing import Sizes
from app.judges.turns import Turns
from app.llm.asking import Asker, build_asker
from app.llm.clock import SystemClock
from app.llm.model import ChatModel
from app.llm.queue.scheduler import Limits, Scheduler
from app.llm.rehearsal import MODEL as REHEARSAL
from app.llm.rehearsal import RehearsalWire
from app.llm.server.caching import get_prefix_cache
from app.llm.server.capabilities import Capabilities
from app.llm.server.capability_memory import CapabilityMemory
from app.llm.server.openai_wire import OpenAIWire
from app.llm.spending.budgets import Caps
from app.llm.spending.ledger import Ledger
from app.llm.spending.prices import Price, load_prices
from app.prompting.composing import Composer
from app.prompting.counting import Counter, load_counter
from app.prompting.secret import load_secret
from app.settings import Settings
from app.similarity.reader import Reader
from app.store.database import Database
from app.store.ledger import SQLLedger

if TYPE_CHECKING:
    from app.watching.witness import Witness

NO_RESULT = "a rehearsal that matches words; no LLM is asked, and its results mean nothing"
NOTHING = Price(input=0.0, output=0.0, as_of="a rehearsal")
PLACEHOLDER_KEY = "none"
"""Sent where a server is named without a key: local servers want none, the SDK wants some."""


@dataclass(frozen=True)
class ModelInUse:
    """A model with all that stands before it: one for everything that runs in the process."""

    wire: OpenAIWire | RehearsalWire
    asker: Asker
    composer: Composer
    counter: Counter
    ledger: Ledger
    price: Price | None
    capabilities: Capabilities
    turns: Turns
    witness: "Witness | None" = None

    def build_judge(self, settings: Settings, reader: Reader, asked: ChatModel | None = None) -> LLMJudge:
        """A judge that asks this model, about categories that the reader has measured.

        `asked` takes its questions where that is not the model's own queue.
        """
        planner = Planner(
            Sizes(self.composer, self.counter),
            Tariff(price=self.price, cache=get_prefix_cache(self.wire.server, self.wire.name)),
            shortlist=lambda article, size: reader.shortlist(article, size=size),
            choose=reader.choose,
            alike=reader.group_alike,
            limits=PlanLimits(
                max_together=settings.max_together,
                shortlisted=settings.shortlist,
                context_tokens=settings.context_tokens,
            ),
        )
        model = asked or self.asker
        watched = self.witness.watch_model(model) if self.witness else model
        return LLMJudge(watched, self.composer, planner, cautions=self._caution)

    def introduce(self) -> list[str]:
        """Who is asked, at what price, and what tokens are counted by."""
        if isinstance(self.wire, RehearsalWire):
            return [f"Judge: {NO_RESULT}."]
        lines = [f"Judge: {self.wire.name} at {self.wire.server}; every article costs tokens."]
        if self.price is None:
            lines.append(f"Cost: not known, no price for {self.wire.name} (SCOPENOTE_PRICES may name one).")
        else:
            rates = f"${self.price.input:g} per million tokens in, ${self.price.output:g} out"
            lines.append(f"Prices of {self.price.as_of}: {rates}.")
        if not self.counter.exact:
            lines.append(f"Tokens are estimated by {self.counter.name}; the model's own count may differ.")
        return lines

    @property
    def _caution(self) -> tuple[str, ...]:
        return (NO_RESULT,) if isinstance(self.wire, RehearsalWire) else ()

    async def close(self) -> None:
        """Close the connections to the server."""
        await self.wire.close()


def open_model(settings: Settings, database: Database, witness: "Witness | None" = None) -> ModelInUse:
    """The model that the settings name; what is spent on it is written down in the database.

    A witness sees every attempt; None: nobody does.

    Raises:
        BadFile: a prompt or the price list cannot be read.
        BadSetting: there is neither key nor server, or money is capped and the model's price is not known.
    """
    wire = _choose_wire(settings)
    clock = SystemClock()
    prices = load_prices(settings.prices)
    price = NOTHING if isinstance(wire, RehearsalWire) else prices.find(wire.name, wire.server)
    composer = Composer(settings.prompts, secret=_find_secret(settings))
    memory = CapabilityMemory(find_cache())
    ledger: Ledger = SQLLedger(database, clock.now)
    if witness:
        ledger = witness.watch_ledger(ledger)
    capabilities = Capabilities(wire.server, wire.name, memory, clock.now, probe_text=composer.probe)
    asker = build_asker(
        witness.watch_wire(wire) if witness else wire,
        capabilities,
        ledger,
        clock,
        random=random.random,
        new_id=lambda: uuid.uuid4().hex,
        limits=_collect_limits(settings),
        caps=collect_caps(settings),
        price=price,
        timeout_s=settings.timeout_s,
        make_scheduler=witness.make_scheduler if witness else Scheduler,
    )
    counter = load_counter(wire.name, folders=_list_rank_folders(settings), encoding=settings.encoding)
    return ModelInUse(
        wire=wire, asker=asker, composer=composer, counter=counter, ledger=ledger, price=price,
        capabilities=capabilities, turns=Turns(), witness=witness,
    )  # fmt: skip


def _choose_wire(settings: Settings) -> OpenAIWire | RehearsalWire:
    if settings.model == REHEARSAL:
        if settings.judge != "llm":
            raise BadSetting(
                f"SCOPENOTE_MODEL={REHEARSAL!r} is a rehearsal without an LLM. "
                "Set SCOPENOTE_JUDGE=llm as well if that is meant, or name a model."
            )
        return RehearsalWire()
    if settings.openai_api_key is None and settings.openai_base_url is None:
        raise BadSetting(
            "SCOPENOTE_JUDGE=llm needs OPENAI_API_KEY, or OPENAI_BASE_URL for a server of your own. "
            "Set one, or SCOPENOTE_JUDGE=local."
        )
    return OpenAIWire(settings.model, api_key=find_key(settings), base_url=settings.openai_base_url)


def find_key(settings: Settings) -> str:
    """What a server is shown."""
    return settings.openai_api_key.get_secret_value() if settings.openai_api_key else PLACEHOLDER_KEY


def _find_secret(settings: Settings) -> bytes:
    return settings.secret.get_secret_value().encode() if settings.secret else load_secret(find_data())


def _list_rank_folders(settings: Settings) -> list[Path]:
    """Where tiktoken's rank files may lie."""
    return [folder for folder in (settings.tiktoken_cache_dir, find_cache()) if folder]


def _collect_limits(settings: Settings) -> Limits:
    return Limits(
        max_concurrency=settings.max_in_flight,
        requests_per_minute=settings.requests_per_minute,
        tokens_per_minute=settings.tokens_per_minute,
    )


def collect_caps(settings: Settings) -> Caps:
    """The budgets that the settings name."""
    return Caps(
        call_usd=settings.budget_call_usd,
        call_tokens=settings.budget_call_tokens,
        job_usd=settings.budget_job_usd,
        job_tokens=settings.budget_job_tokens,
        day_usd=settings.budget_day_usd,
        day_tokens=settings.budget_day_tokens,
    )
