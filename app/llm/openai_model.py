"""Owns the one place that speaks to an OpenAI-compatible server."""

import openai
from openai.types.chat import ChatCompletionMessageParam
from openai.types.shared_params.response_format_json_schema import ResponseFormatJSONSchema
from pydantic import JsonValue

from app.errors import ModelUnavailable
from app.llm.model import Message, Reply

TIMEOUT_S = 60.0


class OpenAIModel:
    """A model behind the chat-completions endpoint of any compatible server.

    Uses `.create()` and reads the JSON itself: `.parse()` loses the usage of a malformed answer,
    and the SDK's own retries would bill again, so they are off.
    """

    def __init__(self, name: str, *, api_key: str, base_url: str | None = None) -> None:
        self.name = name
        self._client = openai.AsyncOpenAI(api_key=api_key, base_url=base_url, max_retries=0, timeout=TIMEOUT_S)

    async def complete(self, messages: tuple[Message, ...], schema: dict[str, JsonValue]) -> Reply:
        """One call, one reply; see `app.llm.model.ChatModel`."""
        try:
            completion = await self._client.chat.completions.create(
                model=self.name,
                messages=[_as_param(message) for message in messages],
                response_format=_as_response_format(schema),
            )
        except openai.APIStatusError as error:
            raise ModelUnavailable(
                f"the model server answered {error.status_code} for model {self.name!r}: {error.message.rstrip('.')}. "
                "Check the key, the model's name and the quota, or set SCOPENOTE_JUDGE=local."
            ) from error
        except openai.APIError as error:
            raise ModelUnavailable(
                f"the model server could not be reached: {error.message.rstrip('.')}. "
                "Check OPENAI_BASE_URL, or set SCOPENOTE_JUDGE=local."
            ) from error
        if not completion.choices:
            raise ModelUnavailable(f"model {self.name!r} answered without a choice. Try again.")
        choice, usage = completion.choices[0], completion.usage
        details = usage.prompt_tokens_details if usage else None
        return Reply(
            text=choice.message.content or "",
            finish=choice.finish_reason,
            refusal=choice.message.refusal,
            input_tokens=usage.prompt_tokens if usage else 0,
            cached_tokens=(details.cached_tokens or 0) if details else 0,
            output_tokens=usage.completion_tokens if usage else 0,
        )


def _as_param(message: Message) -> ChatCompletionMessageParam:
    match message.role:
        case "system":
            return {"role": "system", "content": message.content}
        case "user":
            return {"role": "user", "content": message.content}
        case "assistant":
            return {"role": "assistant", "content": message.content}


def _as_response_format(schema: dict[str, JsonValue]) -> ResponseFormatJSONSchema:
    return {
        "type": "json_schema",
        "json_schema": {"name": "verdicts", "strict": True, "schema": {**schema}},
    }
