"""Owns the protocol of a chat model: a question in, one reply out."""

from typing import Literal, Protocol

from pydantic import JsonValue, NonNegativeInt, PositiveInt

from app.domain.attempt import Tokens
from app.domain.errand import Errand
from app.domain.value import Value
from app.llm.tab import Tab


class Message(Value):
    """One turn of a chat. `ends_prefix`: everything up to its end is the same for many questions."""

    role: Literal["system", "user", "assistant"]
    content: str
    ends_prefix: bool = False


class Question(Value):
    """What a model is asked: messages, and the JSON schema that its reply has to fit.

    `input_tokens` estimates all messages together; the reply may have `max_output_tokens`.
    """

    messages: tuple[Message, ...]
    reply_schema: dict[str, JsonValue]
    input_tokens: NonNegativeInt
    max_output_tokens: PositiveInt


class Reply(Value):
    """What a model answered, as text.

    `finish` is the server's word for why it stopped ("stop", "length", "content_filter", ...);
    `refusal` is set where the model declined to answer. `tokens` is None where the server does
    not say; `cost_usd` is set only where the server itself names what it charged.
    """

    text: str
    finish: str
    refusal: str | None = None
    tokens: Tokens | None = None
    cost_usd: float | None = None


class ChatModel(Protocol):
    """Anything that answers a question: a server with all that stands before it, or a script."""

    name: str

    async def complete(self, question: Question, errand: Errand, tab: Tab) -> Reply:
        """The model's reply. Everything spent on it is on the tab, also where none came.

        Raises:
            ModelUnavailable: no reply came; the text says why and what to do.
            BudgetSpent: a cap of ours does not allow the call.
        """
        ...
