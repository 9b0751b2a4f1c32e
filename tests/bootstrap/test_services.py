"""The services: what is shared by all that runs, and what is asked again in the background."""

import asyncio
from pathlib import Path

import pytest

from app.bootstrap import services as composed
from app.bootstrap.services import Services, build_services
from app.errors import BadSetting
from app.jobs.asking_again import AskingAgain
from app.jobs.planning.ordering import Order
from app.parsing.reading import read_article
from app.parsing.submission import Submission
from app.settings import Settings

pytestmark = pytest.mark.anyio
TEXT = Submission(text="The board holds the decision rights over investments and escalation paths.")


@pytest.fixture
def services(tmp_path: Path) -> Services:
    """Services whose model server is not there."""
    (tmp_path / "governance.md").write_text("---\ntitle: Governance\n---\n")
    return build_services(
        Settings.model_validate({"categories": tmp_path, "OPENAI_BASE_URL": "http://127.0.0.1:9/v1", "timeout_s": 1.0})
    )


async def test_what_waits_for_the_llm_is_counted_and_outlives_the_process(services: Services) -> None:
    async with services.running():
        decision = await services.classify(TEXT)
        assert (decision.judge.degraded, await services.count_waiting()) == (True, 1)
        await services.reload()
        assert await services.count_waiting() == 1
    async with build_services(services.settings).running() as another:
        assert await another.count_waiting() == 1


async def test_an_error_while_asking_again_ends_neither_the_asking_nor_the_service(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = 0

    async def fail(_: AskingAgain) -> int:
        nonlocal tried
        tried += 1
        raise ZeroDivisionError

    monkeypatch.setattr(composed, "PAUSE_S", 0.01)
    monkeypatch.setattr(AskingAgain, "ask_due", fail)
    async with services.running():
        await asyncio.sleep(0.1)
    assert tried > 1


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        pytest.param({"judge": "llm"}, "OPENAI_API_KEY", id="no key and no server"),
        pytest.param({"OPENAI_API_KEY": "k", "model": "scripted"}, "SCOPENOTE_JUDGE=llm", id="a rehearsal unasked for"),
        pytest.param(
            {"OPENAI_API_KEY": "k", "model": "ours", "budget_job_usd": 1.0}, "SCOPENOTE_PRICES", id="no price to cap by"
        ),
    ],
)
def test_settings_that_do_not_fit_are_named(settings: dict[str, object], named: str, tmp_path: Path) -> None:
    (tmp_path / "governance.md").write_text("---\ntitle: Governance\n---\n")
    with pytest.raises(BadSetting, match=named):
        build_services(Settings.model_validate({"categories": tmp_path, **settings}))


async def test_an_editor_and_a_job_that_ask_the_same_at_the_same_time_pay_once(tmp_path: Path) -> None:
    (tmp_path / "governance.md").write_text("---\ntitle: Governance\n---\n")
    settings = {"categories": tmp_path, "OPENAI_API_KEY": "k", "model": "scripted", "judge": "llm"}
    services = build_services(Settings.model_validate(settings))
    for_job = await services.desk.compose(Order(sources=("stored:",), judge="llm"))
    decided = await asyncio.gather(services.classify(TEXT), for_job.classify(read_article(TEXT)))
    assert sum(decision.usage.calls for decision in decided) == 1
    await services.close()
