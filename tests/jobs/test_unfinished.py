"""Tests of finding the job that is at work on the same sources already."""

import pytest

from app.domain.job import Fields, Recipe, Selection
from app.jobs.planning.unfinished import Unfinished, find_unfinished, may_share_articles
from app.store.database import Database
from tests.jobs.made_jobs import keep_made, make_job


@pytest.mark.parametrize(
    ("one", "other", "shared"),
    [
        pytest.param(["/content"], ["/content"], True, id="the same folder"),
        pytest.param(["/content"], ["/content/posts"], True, id="a folder in it"),
        pytest.param(["/content/posts/a.md"], ["/content"], True, id="a folder around it"),
        pytest.param(["/content"], ["/content-old"], False, id="a name that only begins like it"),
        pytest.param(["/content/a"], ["/content/b"], False, id="neighbours"),
        pytest.param(["/a", "/b"], ["/c", "/b"], True, id="one of several"),
        pytest.param(["stored:"], ["stored:"], True, id="what is stored"),
        pytest.param(["stored:"], ["/content"], False, id="what is stored and a folder"),
        pytest.param(["sent:"], ["sent:"], False, id="what came with the order"),
    ],
)
def test_sources_share_articles_where_one_lies_in_the_other(one: list[str], other: list[str], shared: bool) -> None:
    assert may_share_articles(one, other) is shared
    assert may_share_articles(other, one) is shared


def _find(store: Database, recipe: Recipe) -> Unfinished | None:
    return store.read_now(lambda c: find_unfinished(c, recipe))


RECIPE = make_job("j").recipe


@pytest.mark.parametrize(
    ("changes", "differs"),
    [
        pytest.param({}, (), id="the same"),
        pytest.param({"max_cost_usd": 3.0}, (), id="another cap"),
        pytest.param({"sources": ("/content", "/more")}, ("other sources",), id="sources"),
        pytest.param({"selection": Selection(changed=True)}, ("another selection",), id="selection"),
        pytest.param({"write": Fields()}, ("other fields to write",), id="write"),
        pytest.param({"put_back": True}, ("another word on tags that were taken out",), id="tags put back"),
        pytest.param({"judge": "llm", "basis": "of the llm"}, ("another judge",), id="judge"),
        pytest.param({"judge": "auto"}, (), id="the same judge by another name"),
        pytest.param({"taxonomy_version": "v", "basis": "of v"}, ("other definitions",), id="definitions"),
        pytest.param({"basis": "b"}, ("another model, other prompts, settings or rules",), id="basis"),
        pytest.param({"batch_api": True}, ("another way to ask",), id="batches"),
        pytest.param({"max_tries": 9}, ("another number of tries",), id="tries"),
    ],
)
def test_what_makes_an_order_another_one_is_told(
    store: Database, changes: dict[str, object], differs: tuple[str, ...]
) -> None:
    keep_made(store, make_job("j"))
    found = _find(store, RECIPE.model_copy(update=changes))
    assert found is not None
    assert (found.job.id, found.differs) == ("j", differs)


def test_nothing_of_a_recipe_is_left_out_of_the_comparison(store: Database) -> None:
    keep_made(store, make_job("j"))
    other = Recipe(
        sources=("/content/a",), selection=Selection(failed=True), taxonomy_version="o", judge="llm", basis="o",
        write=Fields(), put_back=True, batch_api=True, max_cost_usd=1.0, payer="key:k", max_tries=1,
    )  # fmt: skip
    found = _find(store, other)
    assert found is not None
    # All but the cap and the payer, and but the basis, which changes with the judge and the definitions.
    assert len(found.differs) == len(Recipe.model_fields) - 3


def test_the_job_of_the_same_order_is_found_before_a_newer_one(store: Database) -> None:
    keep_made(store, make_job("same"))
    keep_made(store, make_job("newer", write=Fields()))
    found = _find(store, RECIPE)
    assert found is not None
    assert found.job.id == "same"


@pytest.mark.parametrize("state", ["done", "cancelled", "undone"])
def test_a_job_that_has_ended_is_in_nobodys_way(store: Database, state: str) -> None:
    keep_made(store, make_job("j", state=state))  # type: ignore[arg-type]
    assert _find(store, RECIPE) is None


def test_a_refusal_names_the_job_how_it_differs_and_both_ways_out(store: Database) -> None:
    keep_made(store, make_job("j", state="paused"))
    found = _find(store, RECIPE.model_copy(update={"write": Fields(), "batch_api": True}))
    assert found is not None
    assert str(found.refuse()) == (
        "Job j on these sources is unfinished (0 of 0 done), and was made with other fields to write and another way "
        "to ask. `scopenote jobs resume j` goes on with it, `scopenote jobs cancel j` ends it; "
        "then ask again for what is left."
    )
