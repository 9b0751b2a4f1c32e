"""Selecting: which articles a job works on, by what stands for them."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from app.domain.feedback import Word
from app.domain.job import Item, Selection
from app.errors import UnknownCategory
from app.jobs.planning.reading_in import ReadIn
from app.jobs.planning.selecting import build_selector
from app.store.articles import list_articles
from app.store.connection import Connection
from app.store.database import Database
from app.store.opening import open_database
from app.store.words import keep_word
from tests.empty_stores import open_empty_store
from tests.jobs.archives import TAXONOMY, let_stand, read_all, write_files
from tests.jobs.made_jobs import keep_made, make_job
from tests.store.kept_values import NOON, assign

LATER = NOON + timedelta(hours=1)


@pytest.fixture(scope="module")
def _store(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A store with an article of every sort, named by what it is."""
    folder = tmp_path_factory.mktemp("store")
    opened = open_empty_store(folder)
    names = ("cup", "league", "none", "new", "old_basis", "stand_in", "unreadable", "waiting", "trophy", "parked")
    asyncio.run(read_all(opened, write_files(folder / "c", **{name: f"About {name}." for name in names})))
    let_stand(opened, "c/cup.md", assign("cup"), assign("league", "excluded"))
    let_stand(opened, "c/league.md", assign("league"))
    let_stand(opened, "c/none.md", assign("cup", "excluded"), assign("league", "rejected"))
    let_stand(opened, "c/old_basis.md", assign("cup"), basis="former")
    let_stand(opened, "c/stand_in.md", assign("cup"), degraded=True)
    let_stand(opened, "c/unreadable.md", assign("cup", "review", reasons=("unreadable_reply",)))
    let_stand(opened, "c/waiting.md", assign("cup", "review", reasons=("near_threshold",)))
    let_stand(opened, "c/trophy.md", assign("trophy"))
    let_stand(opened, "c/parked.md", assign("league"))
    item = Item(job="j", number=0, article="c/parked.md", digest="sha256:x", state="parked", reason="it was so")
    keep_made(opened, make_job("j"), item)
    opened.close()
    return (folder / "store.db").read_bytes()


@pytest.fixture
def database(_store: bytes, tmp_path: Path) -> Iterator[Database]:
    """That store, for one test alone."""
    path = tmp_path / "store.db"
    path.write_bytes(_store)
    opened = open_database(f"sqlite:///{path}")
    yield opened
    opened.close()


def _select(database: Database, selection: Selection, basis: str = "basis") -> dict[str, bool]:
    """The selected articles by name, with whether they need nothing."""
    recipe = make_job("j").recipe.model_copy(update={"selection": selection, "basis": basis})
    selector = build_selector(recipe, TAXONOMY)

    def work(c: Connection) -> dict[str, bool]:
        stored = list_articles(c)
        reads = [
            ReadIn(one, path=None, raw=None, modified=LATER if "cup" in one.key else NOON - timedelta(days=1))
            for one in stored
        ]
        return {one.read.stored.key[2:-3]: one.is_unchanged for one in selector.select(c, reads)}

    return database.read_now(work)


def test_all_articles_are_selected_and_those_that_need_nothing_known(database: Database) -> None:
    selected = _select(database, Selection())
    assert len(selected) == 10
    assert {name for name, is_unchanged in selected.items() if not is_unchanged} == {"new", "old_basis"}


@pytest.mark.parametrize(
    ("selection", "names"),
    [
        pytest.param({"changed": True}, {"new", "old_basis"}, id="changed"),
        pytest.param({"failed": True}, {"stand_in", "unreadable", "parked"}, id="failed"),
        pytest.param({"untagged": True}, {"none", "new", "unreadable", "waiting"}, id="untagged"),
        pytest.param({"categories": ("league",)}, {"league", "parked"}, id="a category, excluded is not in it"),
        pytest.param(
            {"categories": ("cup",)},
            {"cup", "old_basis", "stand_in", "unreadable", "waiting", "trophy"},
            id="a category, in review and under a former id as well",
        ),
        pytest.param(
            {"categories": ("cup", "league"), "failed": True}, {"stand_in", "unreadable", "parked"}, id="both"
        ),
        pytest.param({"since": NOON}, {"cup"}, id="since a moment"),
        pytest.param({"since": LATER}, {"cup"}, id="since just then"),
        pytest.param({"since": LATER + timedelta(seconds=1)}, set(), id="since later"),
        pytest.param({"changed": True, "untagged": True}, {"new"}, id="changed and untagged"),
    ],
)
def test_all_that_is_asked_for_holds(database: Database, selection: dict[str, object], names: set[str]) -> None:
    assert set(_select(database, Selection.model_validate(selection))) == names


def test_another_basis_changes_every_article(database: Database) -> None:
    assert not any(_select(database, Selection(), basis="next").values())


def test_an_editors_word_changes_its_article_alone(database: Database) -> None:
    word = Word(category="cup", verdict="reject", at=NOON)
    database.write_now(lambda c: keep_word(c, "c/cup.md", word))
    assert set(_select(database, Selection(changed=True))) == {"new", "old_basis", "cup"}


def test_what_a_later_job_decided_is_parked_no_more(database: Database) -> None:
    later = make_job("k", at=LATER)
    item = Item(job="k", number=0, article="c/parked.md", digest="sha256:x", state="decided")
    keep_made(database, later, item)
    assert set(_select(database, Selection(failed=True))) == {"stand_in", "unreadable"}


def test_a_category_that_is_not_there_is_refused(database: Database) -> None:
    with pytest.raises(UnknownCategory, match="'cups'"):
        _select(database, Selection(categories=("cups",)))
