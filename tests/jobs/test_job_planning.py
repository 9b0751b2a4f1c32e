"""Planning: what a job comes to, before anything is spent."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.domain.category import Category, Taxonomy
from app.domain.job import Fields, Selection
from app.errors import BadFile, BadInput, StoreUnavailable, UnknownCategory
from app.jobs.files.replacing import digest_bytes
from app.jobs.planning import planner as planning
from app.jobs.planning.drafting import Drafts
from app.jobs.planning.ordering import Order
from app.jobs.planning.plan_file import read_plan, write_plan
from app.jobs.planning.planned import Planned
from app.store.database import Database
from app.store.file_writes import FileWrite, keep_file_write
from tests.jobs.archives import (
    CUP,
    LEAGUE,
    BrokenForecaster,
    FakeForecaster,
    Watched,
    build_planner,
    let_stand,
    write_files,
)
from tests.jobs.made_jobs import keep_made, make_job
from tests.store.kept_values import NOON, assign

pytestmark = pytest.mark.anyio


@pytest.fixture
def content(tmp_path: Path) -> Path:
    return write_files(tmp_path / "c", a="About a.", b="About b.", d="About d.")


async def _plan(
    database: Database, *sources: Path | str, forecaster: FakeForecaster | None = None, **order: object
) -> Planned:
    asked = Order.model_validate({"sources": tuple(map(str, sources)), **order})
    return await build_planner(database, forecaster).plan(asked, Watched())


async def test_new_articles_are_asked_about_in_every_category(database: Database, content: Path) -> None:
    with await _plan(database, content) as planned:
        plan = planned.plan
    assert (plan.articles, plan.asked, plan.free, plan.unchanged) == (3, 3, 0, 0)
    assert (plan.pairs, plan.by_category, plan.calls) == (6, {"cup": 3, "league": 3}, 3)
    assert (plan.input_tokens, plan.output_tokens, plan.cost_usd, plan.most_usd) == (300, 30, 1.5, 3.0)
    assert (plan.may_gain, plan.may_lose, plan.exact) == (6, 0, True)


async def test_what_has_not_changed_needs_nothing_and_is_not_planned(database: Database, content: Path) -> None:
    (await _plan(database, content)).close()
    for name in "abd":
        let_stand(database, f"c/{name}.md")
    forecaster = FakeForecaster()
    with await _plan(database, content, forecaster=forecaster) as planned:
        assert (planned.plan.articles, planned.plan.unchanged, planned.plan.asked) == (3, 3, 0)
        assert not planned.needs_work
    assert forecaster.planned == 0


async def test_one_article_that_changed_is_the_only_one_to_work_on(database: Database, content: Path) -> None:
    (await _plan(database, content)).close()
    ids = {name: let_stand(database, f"c/{name}.md") for name in "abd"}
    write_files(content, b="About b, and more.")
    with await _plan(database, content) as planned:
        (draft,) = planned.drafts
    assert (draft.article, draft.before, draft.path) == ("c/b.md", ids["b"], str(content / "b.md"))
    assert (planned.plan.unchanged, planned.plan.asked) == (2, 1)


async def test_one_definition_that_changed_is_the_only_one_asked_about(database: Database, content: Path) -> None:
    (await _plan(database, content)).close()
    for name in "abd":
        let_stand(database, f"c/{name}.md", assign("cup"), assign("league", "excluded"))
    forecaster = FakeForecaster(known=("league",), basis="next")
    with await _plan(database, content, forecaster=forecaster) as planned:
        plan = planned.plan
    assert (plan.asked, plan.by_category, plan.pairs) == (3, {"cup": 3}, 3)
    assert (plan.may_gain, plan.may_lose) == (0, 3)
    assert "The texts are as they were; new is what is asked: cup." in plan.notes


async def test_rules_that_changed_ask_nothing(database: Database, content: Path) -> None:
    (await _plan(database, content)).close()
    for name in "abd":
        let_stand(database, f"c/{name}.md", assign("cup"))
    forecaster = FakeForecaster(known=("cup", "league"), basis="next")
    with await _plan(database, content, forecaster=forecaster) as planned:
        plan = planned.plan
    assert (plan.free, plan.asked, plan.calls, plan.cost_usd) == (3, 0, 0, 0.0)
    assert (plan.may_gain, plan.may_lose) == (3, 3)


async def test_a_model_without_a_price_makes_no_figure_up(database: Database, content: Path) -> None:
    with await _plan(database, content, forecaster=FakeForecaster(usd=None)) as planned:
        assert (planned.plan.cost_usd, planned.plan.most_usd) == (None, None)
    assert any("no price" in note for note in planned.plan.notes)


async def test_files_are_looked_at_again_where_tags_are_to_be_written(database: Database, content: Path) -> None:
    (await _plan(database, content)).close()
    for name in "abd":
        let_stand(database, f"c/{name}.md")
    with await _plan(database, content, write=Fields()) as planned:
        assert [draft.is_unchanged for draft in planned.drafts] == [True] * 3
        assert planned.plan.unchanged == 3
    with await _plan(database, "stored:", write=Fields()) as planned:
        assert not planned.needs_work


async def _write_with(database: Database, content: Path, fields: Fields, **kept: object) -> list[str]:
    """Which articles are looked at by a job that writes these fields, after a job has decided and written all."""
    (await _plan(database, content)).close()
    ids = {name: let_stand(database, f"c/{name}.md") for name in "abd"}
    with await _plan(database, content, write=Fields()) as planned:
        drafts = list(planned.drafts)
    job = make_job("j", write=Fields())
    items = [
        draft.to_item("j", number).model_copy(update={"state": "unchanged", "after": ids[draft.article[2:-3]], **kept})
        for number, draft in enumerate(drafts)
    ]
    keep_made(database, job, *items)
    with await _plan(database, content, write=fields) as planned:
        return [draft.article[2:-3] for draft in planned.drafts]


async def test_files_that_the_last_job_left_with_their_tags_need_nothing(database: Database, content: Path) -> None:
    assert await _write_with(database, content, Fields()) == []


async def test_all_files_are_looked_at_where_tags_are_put_back(database: Database, content: Path) -> None:
    assert await _write_with(database, content, Fields()) == []
    with await _plan(database, content, write=Fields(), put_back=True) as planned:
        assert [draft.article for draft in planned.drafts] == ["c/a.md", "c/b.md", "c/d.md"]
        assert (planned.recipe.put_back, planned.count_files()) == (True, 3)


@pytest.mark.parametrize(
    ("write", "files"),
    [
        pytest.param(None, 0, id="files are left alone"),
        pytest.param(Fields(), 3, id="tags are written"),
        pytest.param(Fields(tags=None, categories=None), 0, id="no kind has a field"),
    ],
)
async def test_files_that_may_be_changed_are_counted(
    database: Database, content: Path, write: Fields | None, files: int
) -> None:
    with await _plan(database, content, write=write) as planned:
        assert planned.count_files() == files


async def test_files_are_looked_at_when_other_fields_are_to_be_written(database: Database, content: Path) -> None:
    assert await _write_with(database, content, Fields(tags="topics")) == ["a", "b", "d"]


async def test_files_are_looked_at_when_another_decision_was_written(database: Database, content: Path) -> None:
    assert await _write_with(database, content, Fields(), after="another") == ["a", "b", "d"]


async def test_files_that_somebody_touched_are_looked_at(database: Database, content: Path) -> None:
    await _write_with(database, content, Fields())
    write_files(content, b="---\ntags: [mine]\n---\nAbout b.")
    with await _plan(database, content, write=Fields()) as planned:
        assert [draft.article for draft in planned.drafts] == ["c/b.md"]


async def test_files_are_as_the_job_left_them_where_it_has_written_them(database: Database, content: Path) -> None:
    await _write_with(database, content, Fields())
    write_files(content, b="---\ntags: [cup]\n---\nAbout b.")
    data = (content / "b.md").read_bytes()
    write = FileWrite(
        job="j",
        number=1,
        article="c/b.md",
        path=str(content / "b.md"),
        before="sha256:before",
        after=digest_bytes(data),
        state="written",
        reason="",
        at=NOON,
    )
    for state, looked_at in (("written", []), ("undone", ["c/b.md"])):
        database.write_now(lambda c, state=state: keep_file_write(c, write.model_copy(update={"state": state})))  # type: ignore[misc]
        with await _plan(database, content, write=Fields()) as planned:
            assert [draft.article for draft in planned.drafts] == looked_at


@pytest.mark.parametrize(("write", "is_told"), [(Fields(), True), (None, False)], ids=["write", "leave"])
async def test_that_nothing_is_written_where_there_is_no_file_is_told(
    database: Database, content: Path, write: Fields | None, is_told: bool
) -> None:
    (await _plan(database, content)).close()
    with await _plan(database, "stored:", write=write) as planned:
        notes = " ".join(planned.plan.notes)
    assert ("3 articles without a file to write to" in notes) == is_told
    assert ("name the folder of the articles' files as SOURCE" in notes) == is_told


async def test_section_pages_that_are_left_out_are_counted_and_named(database: Database, content: Path) -> None:
    write_files(content, _index="A list.", posts___index="A list.")
    (content / "_index.de.html").write_text("<p>A list.")
    with await _plan(database, content) as planned:
        plan = planned.plan
    assert plan.articles == 3
    (note,) = plan.notes
    assert note == (
        f"3 section pages `_index.*` left out: {content}/_index.de.html, {content}/_index.md, {content}/posts/_index.md."
    )


async def test_of_many_section_pages_the_first_are_named(database: Database, content: Path) -> None:
    write_files(content, **{f"s{number}___index": "A list." for number in range(5)})
    with await _plan(database, content) as planned:
        (note,) = planned.plan.notes
    assert (note.startswith("5 section pages"), note.endswith("s2/_index.md and 2 more.")) == (True, True)


async def test_the_batch_api_is_planned_at_half_the_price(database: Database, content: Path) -> None:
    with await _plan(database, content, batch_api=True) as planned:
        assert (planned.plan.cost_usd, planned.plan.most_usd) == (0.75, 1.5)


async def test_what_could_not_be_read_is_told_in_the_plan(database: Database, content: Path) -> None:
    write_files(content, bad="---\ntitle: a: b\n---\nWords.")
    with await _plan(database, content) as planned:
        plan = planned.plan
    assert (plan.articles, plan.unread) == (3, 1)
    assert plan.notes[0].startswith(f"Not read: {content}/bad.md:2: ")


async def test_very_many_unreadable_files_are_counted(
    database: Database, content: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.jobs.planning.surveying.NAMED", 2)
    write_files(content, **{f"bad{number}": "---\nx: [\n---\n" for number in range(5)})
    with await _plan(database, content) as planned:
        assert planned.plan.unread == 5
        assert planned.plan.notes[2] == "Not read: 3 more."


@pytest.mark.parametrize(
    ("ticks", "planned", "exact"),
    [
        pytest.param((0.0, 0.1), 9, True, id="quickly done"),
        pytest.param((0.0, 100.0), 3, False, id="too long for all"),
    ],
)
async def test_a_sample_stands_for_the_rest_only_where_planning_takes_long(  # noqa: PLR0917 - a table's columns
    database: Database,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    ticks: tuple[float, ...],
    planned: int,
    exact: bool,
) -> None:
    monkeypatch.setattr(planning, "SAMPLE", 3)
    content = write_files(tmp_path / "c", **{f"a{number}": f"About {number}." for number in range(9)})
    forecaster = FakeForecaster()
    with await build_planner(database, forecaster, ticks=ticks).plan(Order(sources=(str(content),)), Watched()) as made:
        plan = made.plan
    assert forecaster.planned == planned
    assert (plan.exact, plan.asked, plan.pairs, plan.calls, plan.cost_usd, plan.most_usd) == (exact, 9, 18, 9, 4.5, 9.0)
    assert ("Estimated from 3 of 9 articles, evenly spread." in plan.notes) == (not exact)


async def test_progress_is_told_from_the_first_file_to_the_last_plan(database: Database, content: Path) -> None:
    watched = Watched()
    (await build_planner(database).plan(Order(sources=(str(content),)), watched)).close()
    assert [(told.step, told.done, told.total) for told in watched.told] == [("reading", 3, None), ("planning", 3, 3)]


async def test_sources_without_any_article_are_refused(database: Database, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="There are no articles in"):
        await _plan(database, tmp_path)


async def test_a_selection_that_fits_no_article_comes_to_nothing(database: Database, content: Path) -> None:
    with await _plan(database, content, selection=Selection(failed=True)) as planned:
        assert (planned.plan.articles, planned.needs_work) == (0, False)


async def test_a_category_that_is_not_there_is_refused_before_anything_is_read(
    database: Database, content: Path
) -> None:
    with pytest.raises(UnknownCategory):
        await _plan(database, content, selection=Selection(categories=("cups",)))


async def test_a_plan_that_fails_leaves_no_file_open(
    database: Database, content: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = []
    monkeypatch.setattr(Drafts, "close", lambda drafts: closed.append(drafts._file.close()))  # noqa: SLF001 - to see
    with pytest.raises(StoreUnavailable, match="away"):
        await _plan(database, content, forecaster=BrokenForecaster())
    assert len(closed) == 1


async def test_a_full_disk_is_told_as_such(database: Database, content: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def add(drafts: Drafts, new: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Drafts, "add", add)
    with pytest.raises(StoreUnavailable, match="No space left on device"):
        await _plan(database, content)


async def test_a_source_that_is_named_twice_is_read_once(database: Database, content: Path) -> None:
    with await _plan(database, content, f"{content}/") as planned:
        assert (planned.plan.articles, planned.plan.unread) == (3, 0)


async def _write(database: Database, content: Path, path: Path, *, max_cost_usd: float | None = None) -> None:
    with await _plan(database, content, max_cost_usd=max_cost_usd) as planned:
        write_plan(planned, path)


async def test_a_plan_that_was_written_down_is_taken_as_it_is(
    database: Database, content: Path, tmp_path: Path
) -> None:
    path = tmp_path / "plan.json"
    await _write(database, content, path, max_cost_usd=2.0)
    forecaster = FakeForecaster()
    with await build_planner(database, forecaster).plan_again(read_plan(path), Watched()) as planned:
        assert planned.recipe.max_cost_usd == 2.0
        assert planned.plan.most_usd == 3.0
        assert len(planned.drafts) == 3
    assert forecaster.planned == 0


async def test_articles_that_changed_since_the_plan_are_named(
    database: Database, content: Path, tmp_path: Path
) -> None:
    path = tmp_path / "plan.json"
    await _write(database, content, path)
    (content / "a.md").unlink()
    write_files(content, b="About b, and more.", e="About e.")
    with pytest.raises(BadInput, match=r"changed: 'c/b.md'; new: 'c/e.md'; gone: 'c/a.md'\. Plan anew"):
        await build_planner(database).plan_again(read_plan(path), Watched())


async def test_a_plan_that_was_carried_out_is_told_as_done(database: Database, content: Path, tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    await _write(database, content, path)
    for name in "abd":
        let_stand(database, f"c/{name}.md")
    with pytest.raises(BadInput, match=r"nothing left to do of the plan .*: all of its 3 articles are decided since"):
        await build_planner(database).plan_again(read_plan(path), Watched())


async def test_articles_that_were_decided_since_the_plan_are_told_from_those_that_are_gone(
    database: Database, content: Path, tmp_path: Path
) -> None:
    path = tmp_path / "plan.json"
    await _write(database, content, path)
    let_stand(database, "c/a.md")
    (content / "b.md").unlink()
    with pytest.raises(BadInput, match=r": decided since: 'c/a.md'; gone: 'c/b.md'\. Plan anew"):
        await build_planner(database).plan_again(read_plan(path), Watched())


@pytest.mark.parametrize(
    ("categories", "says"),
    [
        pytest.param((CUP.model_copy(update={"digest": "sha256:new"}), LEAGUE), "changed: 'cup'", id="changed"),
        pytest.param((CUP, LEAGUE, Category(id="pitch", title="Pitch")), "new: 'pitch'", id="new"),
        pytest.param((CUP,), "gone: 'league'", id="gone"),
    ],
)
async def test_definitions_that_changed_since_the_plan_are_named(
    database: Database, content: Path, tmp_path: Path, categories: tuple[Category, ...], says: str
) -> None:
    path = tmp_path / "plan.json"
    await _write(database, content, path)
    other = FakeForecaster(taxonomy=Taxonomy(categories=categories, version="sha256:other"), basis="other")
    with pytest.raises(BadInput, match=f"The definitions are not those of the plan .*{says}"):
        await build_planner(database, other).plan_again(read_plan(path), Watched())


async def test_another_model_or_other_rules_refuse_the_plan(database: Database, content: Path, tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    await _write(database, content, path)
    with pytest.raises(BadInput, match="another model, other prompts, settings or rules"):
        await build_planner(database, FakeForecaster(basis="other")).plan_again(read_plan(path), Watched())


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"{}\n", id="something else"),
        pytest.param(b"\xff\xfe", id="no text"),
    ],
)
def test_a_file_that_holds_no_plan_is_refused(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "plan.json"
    path.write_bytes(data)
    with pytest.raises(BadFile, match="holds no plan"):
        read_plan(path)


async def test_a_plan_that_cannot_be_written_leaves_what_was_there(
    database: Database, content: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "plan.json"
    path.write_text("before")

    def fill(drafts: Drafts) -> Iterator[object]:
        raise OSError(28, "No space left on device")

    with await _plan(database, content) as planned:
        monkeypatch.setattr(Drafts, "__iter__", fill)
        with pytest.raises(BadFile, match="No space"):
            write_plan(planned, path)
    assert (path.read_text(), path.with_name("plan.json.part").exists()) == ("before", False)
