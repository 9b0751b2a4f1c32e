"""Tests of reclassifying an archive for real: the command line and workers as processes, a store, a model server."""

import random
from pathlib import Path
from typing import NamedTuple

import pytest

from bench.reclassify_books import Books, Counts
from bench.reclassify_data import find_article, write_archive
from bench.reclassify_definitions import DEFINITIONS
from bench.reclassify_site import Asked, Site, make_site
from bench.watching import wait_for

ARTICLES = 40
IN_FLIGHT = 4
AT_WORK = 2 * IN_FLIGHT
"""Articles: beside those whose questions are in flight, those whose answers are not kept yet."""
EDITED = "ferries"
STUCK_S = 60.0


class Runs(NamedTuple):
    """A job whose process was killed, what the store and the ledger held after it, and the runs that followed."""

    settled_at_kill: int
    counts: Counts
    books: Books
    again: Asked
    edited: Asked
    verdicts: int


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Runs:
    """In full with a kill, then with the metadata of one article changed, then with one definition edited."""
    with make_site(latency_s=0.1, cache=tmp_path_factory.mktemp("cache"), in_flight=IN_FLIGHT) as site:
        write_archive(site.archive, ARTICLES)
        settled_at_kill = run_with_a_kill(site)
        counts, books = site.count_rows(), site.check_books(ARTICLES)
        change(find_article(site.archive, 7), "author: desk", "author: a new desk")
        again = site.reclassify()
        change(site.categories / f"{EDITED}.md", "Timetables,", "Timetables on paper,")
        edited = site.reclassify()
        return Runs(settled_at_kill, counts, books, again, edited, site.count_rows().verdicts)


def run_with_a_kill(site: Site) -> int:
    """Kill a job's process in the middle and have a worker end it; how many articles were settled by then."""
    moment = random.randint(4, ARTICLES // 2)
    with site.begin() as process:
        wait_for(lambda: count_settled(site) >= moment, every_s=0.02, stuck_s=STUCK_S)
        process.kill()
    settled = count_settled(site)
    with site.work():
        wait_for(lambda: site.is_done(site.find_job() or ""), stuck_s=STUCK_S)
    return settled


def count_settled(site: Site) -> int:
    job = site.find_job()
    return site.count_settled(job) if job else 0


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_a_job_killed_in_the_middle_leaves_each_article_decided_once(runs: Runs) -> None:
    assert 0 < runs.settled_at_kill < ARTICLES
    assert runs.counts.is_once(ARTICLES)


def test_every_call_that_the_server_saw_is_in_the_ledger_as_it_is_on_the_bill(runs: Runs) -> None:
    books = runs.books
    assert books.wrong == ()
    assert books.exact + books.left_open - books.never_came == books.calls >= ARTICLES
    assert books.left_open <= IN_FLIGHT


def test_no_more_is_asked_again_than_was_at_work_at_the_kill(runs: Runs) -> None:
    assert 0 <= runs.books.repeated <= AT_WORK


def test_nothing_is_asked_where_only_metadata_changed(runs: Runs) -> None:
    assert runs.again.log == ()
    assert (runs.again.plan.unchanged, runs.again.tally.total) == (ARTICLES, 0)


def test_one_definition_edited_asks_about_that_category_alone(runs: Runs) -> None:
    assert set(runs.edited.plan.by_category) == {EDITED}
    assert runs.edited.tally.decided == len(runs.edited.log) == ARTICLES
    assert runs.verdicts == ARTICLES * (len(DEFINITIONS) + 1)


def test_a_job_tells_the_tokens_that_its_server_counted(runs: Runs) -> None:
    told, asked = runs.edited.tally.usage, runs.edited
    assert (told.calls, told.input_tokens, told.output_tokens) == (ARTICLES, asked.input_tokens, asked.output_tokens)
