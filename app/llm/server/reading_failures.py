"""Owns reading a server's refusal: which kind of failure its status and words are."""

import re

from app.domain.attempt import FailureKind
from app.llm.failures import MAY_PASS, AttemptFailed
from app.llm.model import Reply
from app.llm.server.output_bounds import BOUNDS, find_most_output, says_too_much
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
    r"(?:maximum|max) context (?:length|size|window)"
    r"|(?:exceed(?:s|ing)?|(?:greater|longer|larger) than) (?:(?:the|available|maximum|max|model|model's) ){0,4}context"
    r"|context[_ ](?:length|size|window)[_ ](?:exceeded|overflow|(?:of|is) (?:only )?\d)"
    r"|reduce the length of the (?:messages|prompt|input)|(?:prompt|input) is too long|input tokens exceed"
    r"|request too large",
    re.IGNORECASE,
)
_MAY_SAY_TOO_LONG = frozenset({400, 413, 422, 429})
"""Statuses. On others the same words tell what is wrong with the server."""
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

_BY_STATUS: dict[int, FailureKind] = {
    401: "unauthorised",
    402: "quota_exhausted",
    403: "unauthorised",
    404: "not_found",
    405: "not_found",
    408: "timeout",
    409: "server_error",
    413: "too_long",
    425: "server_error",
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


def read_wrapped_status(words: ServerWords) -> int:
    """The status of a failure that is reported in a 200, as routers do with a provider's; 200 where it has none."""
    return words.status if words.status is not None and 400 <= words.status < 600 else 200


def read_failure(status: int, words: ServerWords, headers: Headers, *, is_wrapped: bool = False) -> AttemptFailed:
    """The failure that a status and its words stand for; `words` without what must not be shown.

    `is_wrapped`: it was reported in a 200, see `read_wrapped_status`.
    """
    kind, parameter = _tell_kind(status, words, may_say_too_long=is_wrapped or status in _MAY_SAY_TOO_LONG)
    told = shorten(words.message)
    return AttemptFailed(
        kind,
        f"the server answered {'with an error' if status == 200 else status}{': ' if told else ''}{told}",
        status=status,
        parameter=parameter,
        retry_after_s=find_wait_s(headers, words.message) if kind in MAY_PASS else None,
        limit_tokens=_find_limit(words) if kind == "too_long" else None,
        most_output=find_most_output(words.message) if parameter in BOUNDS else None,
    )


def _tell_kind(status: int, words: ServerWords, *, may_say_too_long: bool) -> tuple[FailureKind, str | None]:
    """By the server's machine-readable words first, then by what it says, then by its status."""
    kind = _find_told_kind(status, words, may_say_too_long=may_say_too_long) or _BY_STATUS.get(status)
    if kind is not None:
        return kind, None
    if status == 200:
        return "unusable_reply", None
    if status >= 500 and status != 501:
        return "server_error", None
    if "model_not_found" in words.codes or status < 400:
        return "not_found", None
    if "json_validate_failed" in words.codes:
        return "unusable_reply", None
    return _tell_refusal(words)


def _tell_refusal(words: ServerWords) -> tuple[FailureKind, str | None]:
    # A server that names the parameter in a field of its own may mention others in its words.
    named = _NAMED.search(f"'{words.parameter}'" if words.parameter else words.message)
    if named is None:
        return "bad_request", None
    if named.lastgroup in BOUNDS and says_too_much(words.message) and find_most_output(words.message) is None:
        # The parameter is known there, and a smaller question may be answered: nothing is learned.
        return "bad_request", None
    return "parameter_refused", named.lastgroup


def _find_told_kind(status: int, words: ServerWords, *, may_say_too_long: bool) -> FailureKind | None:
    if status == 403 and not words.is_json:
        # A firewall on the way takes offence at one text; that says nothing about the key.
        return "bad_request"
    if words.codes & _QUOTA:
        return "quota_exhausted"
    if status in {429, 503} and "slow_down" in words.codes:
        return "slow_down"
    if words.codes & _TOO_LONG or (may_say_too_long and _SAYS_TOO_LONG.search(words.message)):
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
