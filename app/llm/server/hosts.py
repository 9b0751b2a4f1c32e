"""Owns what a server's address and a model's name tell about whose they are."""

import re
from urllib.parse import urlsplit, urlunsplit

OPENAI_URL = "https://api.openai.com/v1"

_AZURE = (".openai.azure.com", ".cognitiveservices.azure.com", ".services.ai.azure.com")
_GPT = re.compile(r"(?:ft:)?gpt-(\d{1,3})(?:\.(\d{1,3}))?")

Version = tuple[int, int]


def strip_credentials(base_url: str) -> str:
    """The address as it may be shown: scheme, host, port and path."""
    parts = urlsplit(base_url)
    return urlunsplit((parts.scheme.lower(), parts.netloc.rpartition("@")[2].lower(), parts.path.rstrip("/"), "", ""))


def is_openai(server: str) -> bool:
    """Whether OpenAI itself answers there, in any region."""
    host = _get_host(server)
    return host == "api.openai.com" or host.endswith(".api.openai.com")


def is_azure(server: str) -> bool:
    """Whether Azure serves OpenAI's models there, under names that a customer chose."""
    return _get_host(server).endswith(_AZURE)


def is_groq(server: str) -> bool:
    """Whether Groq answers there."""
    return _get_host(server) == "api.groq.com"


def find_gpt_version(model: str) -> Version | None:
    """(5, 6) for "gpt-5.6-luna" and "openai/gpt-5.6", (4, 0) for "gpt-4o"; None for other families."""
    found = _GPT.match(model.lower().rpartition("/")[2])
    return (int(found[1]), int(found[2] or 0)) if found else None


def _get_host(server: str) -> str:
    return urlsplit(server).hostname or ""
