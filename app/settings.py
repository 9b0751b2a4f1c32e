"""Owns the settings: the only reader of the environment."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, NonNegativeInt, PositiveFloat, PositiveInt, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from app.domain.value import Share
from app.errors import BadSetting

_ROOT = Path(__file__).resolve().parent.parent

JudgeChoice = Literal["auto", "llm", "local"]
SecondOpinion = Literal["all", "sample", "off"]

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
"""The hosts that only this machine can reach, without brackets."""


class LogSettings(BaseSettings):
    """How a process logs: known before all else, so that what is wrong elsewhere can be told by it."""

    model_config = SettingsConfigDict(env_prefix="SCOPENOTE_", frozen=True, extra="ignore", env_ignore_empty=True)

    log_format: Literal["text", "json"] = "text"
    log_level: Literal["debug", "info", "warning", "error"] = "info"


class Settings(LogSettings):
    """Everything that can be set, as `SCOPENOTE_<NAME>`; see the README for each."""

    categories: Path = _ROOT / "categories"
    prompts: Path = _ROOT / "prompts"
    database_url: SecretStr | None = None
    judge: JudgeChoice = "auto"
    model: str = "gpt-6-luna"
    second_opinion: SecondOpinion = "all"
    max_together: PositiveInt = 40
    shortlist: PositiveInt = 20
    context_tokens: Annotated[int, Field(ge=2_048)] = 128_000
    max_in_flight: PositiveInt = 16
    requests_per_minute: PositiveInt | None = None
    tokens_per_minute: PositiveInt | None = None
    timeout_s: PositiveFloat = 60.0
    prices: Path | None = None
    budget_call_usd: PositiveFloat | None = None
    budget_call_tokens: PositiveInt | None = None
    budget_job_usd: PositiveFloat | None = None
    budget_job_tokens: PositiveInt | None = None
    budget_day_usd: PositiveFloat | None = None
    budget_day_tokens: PositiveInt | None = None
    secret: SecretStr | None = None
    encoding: Literal["o200k_base", "cl100k_base"] | None = None
    threshold: Share = 0.5
    max_tags: PositiveInt = 15
    max_categories: PositiveInt = 3
    max_concepts: PositiveInt = 1
    max_words: PositiveInt = 50_000
    max_body_bytes: PositiveInt = 4_000_000
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8000
    allow_open: bool = False
    forwarded_for: NonNegativeInt = 0
    key_per_minute: PositiveInt = 600
    address_per_minute: PositiveInt = 3_000
    request_timeout_s: PositiveFloat = 120.0
    public_url: str | None = None
    source_secret: SecretStr | None = None
    fetch_urls: bool = False
    openai_api_key: SecretStr | None = Field(default=None, validation_alias="OPENAI_API_KEY")
    tiktoken_cache_dir: Path | None = Field(default=None, validation_alias="TIKTOKEN_CACHE_DIR")
    openai_base_url: str | None = Field(default=None, validation_alias="OPENAI_BASE_URL")
    otel_exporter_otlp_endpoint: str | None = Field(default=None, validation_alias="OTEL_EXPORTER_OTLP_ENDPOINT")

    @property
    def asks_llm(self) -> bool:
        """Whether an LLM judges: asked for by name, or by "auto" because a key or server is named."""
        named = self.openai_api_key is not None or self.openai_base_url is not None
        return self.judge == "llm" or (self.judge == "auto" and named)


def load_log_settings() -> LogSettings:
    """How the environment has a process log; as by default in what it says that cannot be used."""
    try:
        return LogSettings()
    except ValidationError as error:
        unusable = {str(fault["loc"][0]) for fault in error.errors()}
        return LogSettings(**{name: LogSettings.model_fields[name].default for name in unusable})


def load_settings() -> Settings:
    """The settings that the environment gives.

    Raises:
        BadSetting: a variable holds what cannot be used; the text names it.
    """
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        field = str(first["loc"][0])
        name = field if field.startswith(("OPENAI_", "TIKTOKEN_", "OTEL_")) else f"SCOPENOTE_{field.upper()}"
        raise BadSetting(
            f"{name}={first['input']!r}: {first['msg']}. Mend or unset it; the README lists all."
        ) from error
