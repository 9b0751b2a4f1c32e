"""Owns what a model server is called in figures and traces."""

from urllib.parse import urlsplit

from app.llm.server.hosts import is_azure, is_groq, is_openai


def name_provider(server: str) -> str:
    """The conventional name of whose server it is; of one that is nobody's known, its host."""
    if is_openai(server):
        return "openai"
    if is_azure(server):
        return "azure.ai.openai"
    if is_groq(server):
        return "groq"
    return urlsplit(server).hostname or urlsplit(server).scheme


def find_place(server: str) -> tuple[str, int]:
    """The host and the port that a server answers at."""
    parts = urlsplit(server)
    return parts.hostname or parts.scheme, parts.port or (443 if parts.scheme == "https" else 80)
