"""What a lying model writes reaches an editor as text, on the page and on the terminal."""

import pytest
from httpx import ASGITransport, AsyncClient
from markupsafe import escape

from app.api.classification import Classification
from app.cli.card import print_card
from app.domain.decision import Decision
from tests.containment.attacks import ATTACKS, read_attack
from tests.containment.course import Course
from tests.containment.gullible_model import SCRIPT, obey
from tests.web.page_fakes import FakeServices, build_app

pytestmark = pytest.mark.anyio
MARKUP = [attack for attack in ATTACKS if attack.kind == "markup"]


@pytest.fixture
def decision(words_only: Course) -> Decision:
    """A decision whose rationale holds a script, and whose article holds another."""
    attack = MARKUP[0]
    return words_only.run(read_attack(attack), obey(attack.target, attack.obeyed, "stranger"), second_opinion=False)


def test_the_decision_keeps_what_the_model_wrote(decision: Decision) -> None:
    assert any(SCRIPT in assignment.rationale for assignment in decision.assignments)


async def test_the_page_shows_it_as_text(decision: Decision) -> None:
    app = build_app(FakeServices(decision=decision))
    async with AsyncClient(transport=ASGITransport(app=app), base_url="http://test") as client:
        page = (await client.post("/classify/page", data={"article": decision.article.text})).text
    assert str(escape(SCRIPT)) in page
    assert "<script>" not in page
    assert "written for a model" in page


def test_the_terminal_shows_it_as_text(decision: Decision, capsys: pytest.CaptureFixture[str]) -> None:
    print_card(Classification.of(decision), "article.txt")
    shown = capsys.readouterr().out
    assert "injection suspected" in shown
    assert all(character.isprintable() or character == "\n" for character in shown)
