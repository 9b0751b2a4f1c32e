"""Owns reading a server's refusal: which kind of failure its status and words are."""

import re

from app.llm.failures import AttemptFailed, Kind
from app.llm.model import Reply
from app.llm.server.rate_headers import Headers, find_wait_s
from app.llm.server.server_words import ServerWords, shorten

MAX_CONTEXT = 1_000_000_000
MAX_REPLY = 200_000

_QUOTA = frozenset(
    "insufficient_quota credit_balance_exhausted organization_spend_limit_exceeded project_spend_limit_exceeded "
    "organization_usage_limit_exceeded billing_hard_limit_reached billing_not_active".split()
)
_OVERLOADED = frozenset({"server_is_overloaded", "overloaded_error", "resource_unavailable"})
_FILTERED = frozenset({"content_filter", "responsibleaipolicyviolation", "content_policy_violation"})
_TOO_LONG = frozenset({"context_length_exceeded", "exceed_context_size_error", "string_above_max_length"})

_SAYS_FILTERED = re.compile(r"content management policy|input was flagged|prompt was flagged", re.IGNORECASE)
_SAYS_OVERLOADED = re.compile(
    r"overloaded|resource unavailable|server busy|at capacity|pending requests", re.IGNORECASE
)
_SAYS_TOO_LONG = re.compile(
    r"(?:maximum|max|available|exceeds? the|the model's|model) context|context (?:length|size|window) "
    r"(?:of|exceeded|overflow)|exceeds? the (?:available )?context|context[_ ]length[_ ]exceeded"
    r"|reduce the length of the (?:messages|prompt|input)|prompt is too long|input tokens exceed"
    r"|request too large|greater than the context length",
    re.IGNORECASE,
)
_LIMITS = (
    re.compile(r"context (?:length|size|window)[^\d]{0,40}(\d[\d,]{1,11})", re.IGNORECASE),
    re.compile(r"(\d[\d,]{1,11})(?: tokens?)? (?:maximum|max) context", re.IGNORECASE),
    re.compile(r"limit(?: of|:)? (\d[\d,]{1,11})", re.IGNORECASE),
)

_PARAMETERS = {
    "response_format": r"response[ _]format|json[ _]?(?:schema|object)|structured[ _]output|guided[ _]json|grammar",
    "max_completion_tokens": "max_completion_tokens",
    "max_tokens": "max_tokens",
    "temperature": "(?<=[\"'`.])temperature|temperature(?=[\"'`:]| (?:is|must|should|does|cannot) )|"
    "(?<=parameter )temperature",
    "reasoning_effort": r"reasoning[_.]effort",
    "prompt_cache_key": "prompt_cache_key",
    "prompt_cache_options": "prompt_cache_(?:options|breakpoint)",
}
"""What we can do without, and how servers call it. A plain word has to stand as a name."""
_NAMED = re.compile("|".join(rf"(?P<{name}>(?<!\w)(?:{how}))" for name, how in _PARAMETERS.items()), re.IGNORECASE)

_BY_STATUS: dict[int, Kind] = {
    401: "unauthorised",
    402: "quota_exhausted",
    403: "unauthorised",
    404: "not_found",
    405: "not_found",
    408: "timeout",
    409: "server_error",
    413: "too_long",
    429: "rate_limited",
    529: "overloaded",
}


def find_answer(status: int, words: ServerWords) -> Reply | None:
    """The reply that a refusal is in truth: about this article, not about the server. None for any other.

    Filters refuse an article by its content; Groq refuses what its model wrote for not fitting the form.
    """
    if status not in {400, 403, 422}:
        return None
    if words.codes & _FILTERED or _SAYS_FILTERED.search(words.message):
        return Reply(text="", finish="content_filter")
    if "json_validate_failed" in words.codes and words.reply:
        return Reply(text=words.reply[:MAX_REPLY], finish="stop")
    return None


def read_failure(status: int, words: ServerWords, headers: Headers) -> AttemptFailed:
    """The failure that a status and its words stand for; `words` without what must not be shown."""
    kind, parameter = _tell_kind(status, words)
    told = shorten(words.message)
    return AttemptFailed(
        kind,
        f"the server answered {status}{': ' if told else ''}{told}",
        status=status,
        parameter=parameter,
        retry_after_s=find_wait_s(headers, words.message) if status in {408, 409, 425, 429} or status >= 500 else None,
        limit_tokens=_find_limit(words) if kind == "too_long" else None,
    )


def _tell_kind(status: int, words: ServerWords) -> tuple[Kind, str | None]:
    """By the server's machine-readable words first, then by what it says, then by its status."""
    kind = _find_told_kind(status, words) or _BY_STATUS.get(status)
    if kind is not None:
        return kind, None
    if status >= 500 and status != 501:
        return "server_error", None
    if "model_not_found" in words.codes or status < 400:
        return "not_found", None
    if "json_validate_failed" in words.codes:
        return "unusable_reply", None
    # A server that names the parameter in a field of its own may mention others in its words.
    named = _NAMED.search(f"'{words.parameter}'" if words.parameter else words.message)
    return ("parameter_refused", named.lastgroup) if named else ("bad_request", None)


def _find_told_kind(status: int, words: ServerWords) -> Kind | None:
    if words.codes & _QUOTA:
        return "quota_exhausted"
    if status in {429, 503} and "slow_down" in words.codes:
        return "slow_down"
    if words.codes & _TOO_LONG or (status in {400, 422, 429, 500} and _SAYS_TOO_LONG.search(words.message)):
        return "too_long"
    if status in {429, 503} and (words.codes & _OVERLOADED or _SAYS_OVERLOADED.search(words.message)):
        return "overloaded"
    return None


def _find_limit(words: ServerWords) -> int | None:
    if words.context_tokens is not None:
        return words.context_tokens if words.context_tokens <= MAX_CONTEXT else None
    for pattern in _LIMITS:
        if found := pattern.search(words.message):
            limit = int(found[1].replace(",", ""))
            return limit if 0 < limit <= MAX_CONTEXT else None
    return None
