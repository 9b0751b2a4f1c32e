"""The desk of a real archive: what a job writes goes by the definitions that it was planned with."""

from pathlib import Path

import pytest

from app.bootstrap.services import Services
from app.domain.errand import Errand
from app.domain.job import Fields
from app.jobs.planning.ordering import Order
from app.store.articles import load_article
from app.store.items import load_item
from tests.api.kept_app import build_kept_services
from tests.cli.archive import BREAD

pytestmark = pytest.mark.anyio


async def _write(services: Services, content: Path) -> None:
    """What a worker does for the first article of the folder."""
    order = Order(sources=(str(content),), judge="local", write=Fields())
    with await services.office.plan(order) as planned:
        job = await services.office.start(planned)
    item = await services.database.read(lambda c: load_item(c, job.id, 0))
    article = await services.database.read(lambda c: load_article(c, item.article, item.digest))
    decision = await services.desk.decide(job.recipe, item.article, article, Errand(urgency="job", job=job.id))
    await services.desk.write_back(job, item, decision)
    await services.office.cancel(job.id)  # nobody is there who would see it to its end


async def test_a_category_that_was_renamed_takes_its_tags_along(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    bread, former = tmp_path / "content/bread.md", tmp_path / "definitions/baking.md"
    bread.parent.mkdir()
    bread.write_text(BREAD)
    services = build_kept_services(tmp_path)
    try:
        await _write(services, bread.parent)
        tagged = bread.read_text()
        assert "  - baking\n" in tagged
        definition = former.read_text().replace("title: Baking\n", "title: Bread\nscopenote:\n  aliases: [baking]\n")
        former.with_name("bread.md").write_text(definition)
        former.unlink()
        await _write(services, bread.parent)
        assert bread.read_text() == tagged.replace("  - baking\n", "  - bread\n")
    finally:
        await services.close()
