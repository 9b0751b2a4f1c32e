"""A CMS is told of what is decided here: by an editor's word, by asking again, and by a job where it is asked to."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.bootstrap.services import Services
from app.classifier.hearing import Hearing
from app.domain.article import Article
from app.domain.delivery import Delivery
from app.domain.errand import Errand, bill_source
from app.domain.job import Fields
from app.domain.plan import Plan
from app.domain.verdict import Judgement
from app.errors import ModelUnavailable
from app.jobs.planning.ordering import Order
from app.judges.fallback import FallbackJudge
from app.llm.tab import Tab
from app.parsing.reading import read_article
from app.parsing.submission import Submission
from app.store.articles import keep_article
from app.store.cms_articles import take_up
from app.store.connection import Connection
from app.store.deliveries import list_deliveries
from app.store.items import load_item
from app.store.sources import keep_source
from app.store.telling import is_own
from tests.api.kept_app import ABOUT_GOVERNANCE, build_kept_services
from tests.jobs.deliveries.made_deliveries import make_source
from tests.store.kept_values import NOON

pytestmark = pytest.mark.anyio

SOURCE = make_source(mode="apply")
ARTICLE = read_article(Submission(text=ABOUT_GOVERNANCE)).model_copy(update={"id": "blog:1"})


@pytest.fixture
async def services(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Services]:
    """Services with an article of a source."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    services = build_kept_services(tmp_path)

    def work(c: Connection) -> None:
        keep_source(c, SOURCE)
        take_up(c, "blog:1", "blog", NOON, cms_id="1")
        keep_article(c, ARTICLE, "blog:1", NOON)

    services.database.write_now(work)
    yield services
    await services.close()


def list_own(services: Services) -> list[Delivery]:
    return [one for one in services.database.read_now(list_deliveries) if is_own(one)]


class _Away:
    """A judge that cannot be reached."""

    def __init__(self, hearing: Hearing) -> None:
        self.plan = hearing.judge.plan

    async def judge(self, article: Article, plan: Plan, errand: Errand, tab: Tab) -> Judgement:
        raise ModelUnavailable("the server is down.")


def take_judge_away(services: Services) -> None:
    """Have the local judge stand in for one that is away."""
    local = services.classifier
    judge = FallbackJudge(_Away(local.hearing), local.hearing.judge)
    services.classifier = replace(local, hearing=replace(local.hearing, judge=judge))


async def test_an_editors_word_has_the_cms_told(services: Services) -> None:
    decision = await services.classifier.classify(ARTICLE)
    assert list_own(services) == []
    await services.kept.give_word(decision.id, "baking", "accept", "", "Ann")
    assert [event.id for one in list_own(services) for event in one.events] == ["1"]


async def test_the_decision_that_takes_a_stand_ins_place_has_the_cms_told(services: Services) -> None:
    local = services.classifier
    take_judge_away(services)
    await services.classifier.classify(ARTICLE)
    assert list_own(services) == []
    await local.classify(ARTICLE)
    assert len(list_own(services)) == 1


@pytest.mark.parametrize("errand", [Errand(urgency="job", job="j"), Errand(payer=bill_source(SOURCE))])
async def test_not_where_a_job_or_the_articles_own_delivery_made_it(services: Services, errand: Errand) -> None:
    local = services.classifier
    take_judge_away(services)
    await services.classifier.classify(ARTICLE)
    await local.classify(ARTICLE, errand=errand)
    assert list_own(services) == []


@pytest.mark.parametrize(
    ("write", "told"), [pytest.param(Fields(), 1, id="--write"), pytest.param(None, 0, id="without")]
)
async def test_a_job_has_the_cms_told_where_it_is_asked_to(services: Services, write: Fields | None, told: int) -> None:
    with await services.office.plan(Order(sources=("stored:",), judge="local", write=write)) as planned:
        job = await services.office.start(planned)
    item = services.database.read_now(lambda c: load_item(c, job.id, 0))
    decision = await services.desk.decide(job.recipe, item.article, ARTICLE, Errand(urgency="job", job=job.id))
    await services.desk.write_back(job, item, decision)
    await services.office.cancel(job.id)  # nobody is there who would see it to its end
    assert len(list_own(services)) == told
