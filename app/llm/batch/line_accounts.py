"""Owns the accounts of batch lines: each is an attempt in the ledger, at the price of a batch."""

from datetime import datetime

from app.domain.attempt import Attempt, Sums, Tokens
from app.domain.errand import Errand
from app.domain.verdict import Usage
from app.llm.batch.result_lines import LineFailure
from app.llm.failures import UNKNOWN_OUTCOME
from app.llm.model import Reply
from app.llm.spending.accounts import BYTES_PER_TOKEN, tell_payer
from app.llm.spending.budgets import Budgets, Caps, Need
from app.llm.spending.ledger import Ledger
from app.llm.spending.prices import Price
from app.llm.tab import Tab

SHARE = 0.5
"""What a token costs in a batch, as a part of what it costs otherwise; cached ones too."""


class LineAccounts:
    """Opens and closes attempts whose ids are known beforehand, so that doing it twice changes nothing.

    `price` is the model's ordinary one, None where it is not known.

    Raises:
        BadSetting: money is capped and the price is not known.
    """

    def __init__(self, ledger: Ledger, *, server: str, model: str, price: Price | None, caps: Caps) -> None:
        self._ledger = ledger
        self._server = server
        self._model = model
        self._price = discount(price) if price else None
        self._budgets = Budgets(caps, price=self._price, model=model)

    def begin(self, attempt_id: str, at: datetime, job: str, *, input_tokens: int, output_tokens: int) -> Attempt:
        """The attempt that a line is, at the most that it may take."""
        cost_usd = None if self._price is None else self._price.compute_most(input_tokens, output_tokens)
        return Attempt(
            id=attempt_id,
            at=at,
            server=self._server,
            model=self._model,
            urgency="job",
            job=job,
            purpose="question",
            status="sent",
            tokens=Tokens(input=input_tokens, output=output_tokens),
            estimated=True,
            cost_usd=cost_usd,
            prices_as_of=self._price.as_of if self._price else None,
        )

    async def open(self, attempt: Attempt, errand: Errand) -> None:
        """Write an attempt down before its line leaves, in the name of whoever pays.

        Raises:
            BudgetSpent: a cap does not allow it.
            ModelUnavailable: it cannot be written down.
        """
        need = Need(input_tokens=attempt.tokens.input, output_tokens=attempt.tokens.output, cost_usd=attempt.cost_usd)

        def allow(sums: Sums) -> None:
            self._budgets.check_call(need, Tab())
            self._budgets.check_sums(need, errand, sums)

        await self._ledger.open(attempt.model_copy(update=tell_payer(errand)), allow)

    async def open_found(self, attempt: Attempt) -> None:
        """Write down an attempt that was made without our knowing: no cap can undo it."""
        await self._ledger.open(attempt, lambda _: None)

    async def close_answered(self, attempt: Attempt, reply: Reply) -> None:
        """A reply came: the server's word on tokens counts, else an estimate."""
        used = self.measure(reply, attempt.tokens.input)
        tokens = reply.tokens or Tokens(input=used.input_tokens, output=used.output_tokens)
        await self._close(attempt, status="answered", tokens=tokens, estimated=reply.tokens is None, **_tell_cost(used))

    async def close_failed(self, attempt: Attempt, failure: LineFailure) -> None:
        """No reply came. What was not run, or plainly refused, is not billed; what cannot be told counts in full."""
        unknown = failure.course == "run" and failure.kind in UNKNOWN_OUTCOME
        billed = unknown or failure.kind == "unusable_reply"
        tokens = failure.tokens or (attempt.tokens if billed else Tokens())
        await self._close(
            attempt,
            status="unknown" if unknown else "failed",
            failure=failure.kind,
            http_status=failure.status,
            tokens=tokens,
            estimated=failure.tokens is None and billed,
            cost_usd=self._compute_cost(tokens),
        )

    async def close_unrun(self, attempt: Attempt) -> None:
        """The line was not run, and nothing can be billed for it."""
        await self._close(attempt, status="failed", tokens=Tokens(), estimated=False, cost_usd=0.0)

    def measure(self, reply: Reply, input_tokens: int) -> Usage:
        """What a reply took; `input_tokens` is the estimate of its question, for a server that does not say."""
        guessed = Tokens(input=input_tokens, output=len(reply.text.encode("utf-8", "replace")) // BYTES_PER_TOKEN + 1)
        tokens = reply.tokens or guessed
        charged = reply.cost_usd is not None
        return Usage(
            calls=1,
            input_tokens=tokens.input,
            cached_tokens=tokens.cached,
            output_tokens=tokens.output,
            cost_usd=reply.cost_usd if charged else self._compute_cost(tokens),
            prices_as_of=None if charged or self._price is None else self._price.as_of,
        )

    async def _close(self, attempt: Attempt, **found: object) -> None:
        await self._ledger.close(attempt.model_copy(update=found))

    def _compute_cost(self, tokens: Tokens) -> float | None:
        if tokens.input + tokens.output == 0:
            return 0.0
        return None if self._price is None else self._price.compute_cost(tokens)


def discount(price: Price) -> Price:
    """A model's price in a batch."""
    return price.model_copy(
        update={
            "input": price.input * SHARE,
            "cached": None if price.cached is None else price.cached * SHARE,
            "written": None if price.written is None else price.written * SHARE,
            "output": price.output * SHARE,
        }
    )


def _tell_cost(used: Usage) -> dict[str, object]:
    return {"cost_usd": used.cost_usd, "prices_as_of": used.prices_as_of}
