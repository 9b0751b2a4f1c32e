"""Owns the tree of what Scopenote raises on purpose.

    ScopenoteError
    ├── BadInput                  the caller can mend it: exit code 2, HTTP 4xx
    │   ├── BadFile               a category or article file, with line, field and remedy
    │   ├── BadArticle            an article that holds nothing to classify
    │   ├── TooLarge              over a limit that a setting names
    │   ├── UnknownCategory       an id that the taxonomy lacks
    │   ├── BadSetting            an environment variable that cannot be used
    │   ├── NotKept               an id under which nothing is kept
    │   ├── Forged                a webhook whose signature does not hold
    │   ├── BadPayload            a webhook that is not in its CMS's form
    │   ├── NotAllowed            a key that is missing, unknown, over or too narrow
    │   └── TooMany               more requests than a limit allows; it says when to come back
    └── Unavailable               nothing the caller sent is wrong: exit code 3, HTTP 503
        ├── ModelUnavailable      the LLM server refused, timed out or is not there
        │   ├── QuotaExhausted    its account has no money or no allowance left: asking again cannot help
        │   └── PromptTooLong     more than the model reads at once: smaller parts may fit
        ├── BudgetSpent           a cap of our own on tokens or money is reached
        ├── StoreUnavailable      the database cannot be reached, read or written
        │   └── Damaged           one thing that it keeps cannot be read
        ├── EmbeddingsUnavailable the embedding model is not installed or not the pinned one
        └── CmsUnavailable        the CMS of a source is away, busy, or was written to meanwhile

The command line maps these to exit codes and the service to problem documents, each in one table.
"""

from pathlib import Path


class ScopenoteError(Exception):
    """Anything that Scopenote raises on purpose; its text can be acted on."""


class BadInput(ScopenoteError):
    """What was handed in cannot be used as it is."""


class BadFile(BadInput):
    """A file that cannot be read as what it should be.

    `line` counts from 1 in the file as it lies on disk; None where the whole file is meant.
    The text reads `path:line: field: what is wrong. What to do.`
    """

    def __init__(
        self, path: Path | str, problem: str, remedy: str, *, line: int | None = None, field: str | None = None
    ) -> None:
        self.path = str(path)
        self.line = line
        self.field = field
        self.problem = problem
        self.remedy = remedy
        place = self.path if line is None else f"{self.path}:{line}"
        parts = [place, field, problem] if field else [place, problem]
        super().__init__(f"{': '.join(parts)}. {remedy}")


class BadArticle(BadInput):
    """An article in which there is nothing to classify, or no way to read it."""


class TooLarge(BadInput):
    """More was handed in than a limit allows; the text names the limit and its setting."""


class UnknownCategory(BadInput):
    """A category id that the loaded taxonomy lacks."""


class BadSetting(BadInput):
    """An environment variable whose value cannot be used."""


class NotKept(BadInput):
    """A decision, article or job that the store does not have."""


class Forged(BadInput):
    """A webhook that nobody with the source's secret has sent, or not lately."""


class BadPayload(BadInput):
    """A webhook that is signed, and not in the form that its CMS sends; the text names the field."""


class NotAllowed(BadInput):
    """A request without a key where one is needed, or with one that does not allow it.

    `is_known`: the key is good, and its scope too narrow. `key` is the id of one that was good once.
    """

    def __init__(self, message: str, *, is_known: bool = False, key: str = "") -> None:
        self.is_known = is_known
        self.key = key
        super().__init__(message)


class TooMany(BadInput):
    """More requests than a limit allows. `wait_s`: when the next one will do."""

    def __init__(self, message: str, wait_s: float) -> None:
        self.wait_s = wait_s
        super().__init__(message)


class Unavailable(ScopenoteError):
    """Something that Scopenote leans on is not there."""


class ModelUnavailable(Unavailable):
    """The LLM server did not give an answer that can be used.

    `cause` is the text without what to do about it, and `remedy` is that as a clause; "" where the
    text is not in two parts. A job, which can rest, has more to say than an editor's question.
    """

    def __init__(self, message: str, *, cause: str = "", remedy: str = "") -> None:
        self.cause = cause or message
        self.remedy = remedy
        super().__init__(message)


class QuotaExhausted(ModelUnavailable):
    """The account behind the key has no money or allowance left; nothing is asked again by itself."""


class PromptTooLong(ModelUnavailable):
    """The model cannot read that much at once, or was caught reading only a part of it.

    `limit_tokens` is the most that it can read, where that is known.
    """

    def __init__(self, message: str, *, limit_tokens: int | None = None) -> None:
        self.limit_tokens = limit_tokens
        super().__init__(message)


class BudgetSpent(Unavailable):
    """A cap on tokens or money is reached; the text names it and what is spent.

    `payer` refers to whose own budget it is, `job` is the id of the job that the cap is on; both are
    None where the cap is the service's. `is_alone`: this request is too much by itself, whatever else
    is spent; a smaller one may fit. `was_paid`: others about the same article were sent before it, and
    what they cost is lost where nothing comes of the article.
    """

    def __init__(
        self, message: str, *, payer: str | None = None, job: str | None = None, is_alone: bool = False
    ) -> None:
        self.payer = payer
        self.job = job
        self.is_alone = is_alone
        self.was_paid = False
        super().__init__(message)


class StoreUnavailable(Unavailable):
    """The database cannot be reached, read or written; nothing of what was to be kept is half kept."""


class Damaged(StoreUnavailable):
    """One thing that the store keeps cannot be read; the rest can."""


class EmbeddingsUnavailable(Unavailable):
    """The embedding model cannot be loaded."""


class CmsUnavailable(Unavailable):
    """A CMS that cannot be read or written just now. `wait_s` is how long it asks to be left alone, where it says."""

    def __init__(self, message: str, *, wait_s: float | None = None) -> None:
        self.wait_s = wait_s
        super().__init__(message)
