"""Owns the protocol of a chat model: messages and a schema in, one reply out."""

from typing import Literal, Protocol

from pydantic import JsonValue, NonNegativeInt

from app.domain.value import Value


class Message(Value):
    """One turn of a chat."""

    role: Literal["system", "user", "assistant"]
    content: str


class Reply(Value):
    """What a model answered, as text, with the tokens that the server says it used.

    `finish` is the server's word for why it stopped ("stop", "length", "content_filter", ...);
    `refusal` is set where the model declined to answer.
    """

    text: str
    finish: str
    refusal: str | None = None
    input_tokens: NonNegativeInt = 0
    cached_tokens: NonNegativeInt = 0
    output_tokens: NonNegativeInt = 0


class ChatModel(Protocol):
    """Anything that answers a chat: a server, or a script in tests."""

    name: str

    async def complete(self, messages: tuple[Message, ...], schema: dict[str, JsonValue]) -> Reply:
        """The model's reply, constrained to the JSON schema where the server can do that.

        Raises:
            ModelUnavailable: no reply came; the text says why and what to do.
        """
        ...
