"""Whose server an address is, and which GPT a name means."""

import pytest

from app.llm.server.hosts import find_gpt_version, is_azure, is_groq, is_openai, strip_credentials


@pytest.mark.parametrize(
    ("server", "whose"),
    [
        pytest.param("https://api.openai.com/v1", "openai", id="openai"),
        pytest.param("https://eu.api.openai.com/v1", "openai", id="openai in a region"),
        pytest.param("https://acme.openai.azure.com/openai/v1", "azure", id="azure"),
        pytest.param("https://acme.services.ai.azure.com/v1", "azure", id="azure foundry"),
        pytest.param("https://api.groq.com/openai/v1", "groq", id="groq"),
        pytest.param("https://api.openai.com.evil.example/v1", "", id="looks like openai at its start"),
        pytest.param("https://evilapi.openai.com.example/v1", "", id="looks like openai in the middle"),
        pytest.param("http://localhost:8080/v1?x=api.openai.com", "", id="named elsewhere than in the host"),
    ],
)
def test_a_server_is_told_by_its_host_alone(server: str, whose: str) -> None:
    told = {"openai": is_openai(server), "azure": is_azure(server), "groq": is_groq(server)}
    assert [name for name, is_it in told.items() if is_it] == ([whose] if whose else [])


@pytest.mark.parametrize(
    ("model", "version"),
    [
        pytest.param("gpt-6-luna", (6, 0), id="whole number"),
        pytest.param("gpt-5.6-luna", (5, 6), id="with a minor"),
        pytest.param("gpt-4o-mini", (4, 0), id="letter after the number"),
        pytest.param("openai/gpt-6.1-sol", (6, 1), id="with a provider"),
        pytest.param("ft:gpt-4o-mini:acme::x", (4, 0), id="fine-tuned"),
        pytest.param("gpt-oss-20b", None, id="open weights"),
        pytest.param("not-gpt-5", None, id="named in the middle"),
        pytest.param("llama-3.3-70b", None, id="another family"),
    ],
)
def test_a_name_tells_the_version(model: str, version: tuple[int, int] | None) -> None:
    assert find_gpt_version(model) == version


def test_an_address_is_shown_without_what_is_secret_in_it() -> None:
    assert (
        strip_credentials("HTTPS://user:secret@Host.example:8443/v1/?key=secret#secret")
        == "https://host.example:8443/v1"
    )
