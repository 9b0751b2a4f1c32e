"""Who keeps a prompt cache, from which size on, and how it is asked for."""

import pytest

from app.llm.server.caching import get_min_prefix, get_prefix_cache, takes_breakpoints

OPENAI = "https://api.openai.com/v1"


@pytest.mark.parametrize(
    ("server", "model", "taken"),
    [
        pytest.param(OPENAI, "gpt-6-luna", True, id="gpt-6"),
        pytest.param(OPENAI, "gpt-5.6-luna", True, id="the first that knows them"),
        pytest.param(OPENAI, "gpt-5.5", False, id="older than that"),
        pytest.param(OPENAI, "gpt-4o-mini", False, id="much older"),
        pytest.param(OPENAI, "o3", False, id="no version in its name"),
        pytest.param("https://openrouter.ai/api/v1", "openai/gpt-6-luna", False, id="behind a router"),
        pytest.param("https://acme.openai.azure.com/openai/v1", "gpt-6-luna", False, id="azure"),
        pytest.param("http://localhost:8080/v1", "gpt-6-luna", False, id="a name borrowed by a server of one's own"),
    ],
)
def test_breakpoints_are_for_openai_from_5_6_on(server: str, model: str, taken: bool) -> None:
    assert takes_breakpoints(server, model) is taken


@pytest.mark.parametrize(
    ("server", "model", "mode", "is_cheaper"),
    [
        pytest.param(OPENAI, "gpt-6-luna", "breakpoints", True, id="openai, new"),
        pytest.param(OPENAI, "gpt-4o-mini", "implicit", True, id="openai, old"),
        pytest.param("https://acme.openai.azure.com/openai/v1", "gpt-4o-mini", "implicit", True, id="azure, old"),
        pytest.param("https://acme.openai.azure.com/openai/v1", "my-deployment", "none", False, id="azure, unknown"),
        pytest.param("https://api.groq.com/openai/v1", "openai/gpt-oss-20b", "implicit", True, id="groq"),
        pytest.param("http://localhost:8080/v1", "qwen", "implicit", False, id="one's own: sooner, not cheaper"),
    ],
)
def test_a_planner_learns_what_to_count_on(server: str, model: str, mode: str, is_cheaper: bool) -> None:
    cache = get_prefix_cache(server, model)
    assert (cache.mode, cache.is_cheaper) == (mode, is_cheaper)


@pytest.mark.parametrize(("model", "tokens"), [("gpt-5.5", 2_048), ("gpt-5.6-luna", 1_024), ("anything", 1_024)])
def test_a_prefix_has_to_be_long_enough(model: str, tokens: int) -> None:
    assert get_min_prefix(model) == tokens
