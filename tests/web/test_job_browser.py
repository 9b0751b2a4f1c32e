"""A job's page in a real browser: it follows the job while it runs, and its buttons work."""

import socket
import threading
import time
from collections.abc import Iterator

import pytest
import uvicorn
from playwright.sync_api import Page, expect, sync_playwright

from app.domain.job import Item
from app.server import create_app
from app.store.connection import Connection
from app.store.database import Database
from app.store.items import load_item, settle_item
from app.store.jobs import find_state, set_state
from tests.api.kept_app import build_kept_services
from tests.jobs.made_jobs import keep_made, make_job
from tests.store.kept_values import NOON
from tests.web.test_browser import ARGUMENTS, CHROMIUM

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason=f"no browser at {CHROMIUM}"),
]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Database]]:
    """The address of a service without a worker, and its store."""
    services = build_kept_services(tmp_path_factory.mktemp("served"))
    app = create_app(services)
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", ws="none", lifespan="off"))
    app.state.is_stopping = lambda: server.should_exit
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(64)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        deadline = time.monotonic() + 10
        while not server.started and time.monotonic() < deadline:
            time.sleep(0.02)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", services.database
        server.should_exit = True
        thread.join(timeout=10)
    services.database.close()


@pytest.fixture(scope="module")
def browser_page(served: tuple[str, Database]) -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        page = browser.new_page(base_url=served[0], viewport={"width": 390, "height": 900})
        page.set_default_timeout(10_000)
        yield page
        browser.close()


@pytest.fixture
def database(served: tuple[str, Database]) -> Database:
    return served[1]


def _keep(database: Database, job_id: str) -> None:
    """A running job of two items."""
    items = [
        Item(job=job_id, number=n, article=f"a{n}", digest=f"sha256:{n}", path=f"/content/a{n}.md") for n in (0, 1)
    ]
    keep_made(database, make_job(job_id), *items)


def _settle(database: Database, job_id: str, number: int, state: str, reason: str = "") -> None:
    def work(c: Connection) -> None:
        item = load_item(c, job_id, number)
        settle_item(c, item.model_copy(update={"state": state, "tries": 1, "reason": reason}), NOON)

    database.write_now(work)


def test_the_page_follows_its_job_to_the_end(browser_page: Page, database: Database) -> None:
    _keep(database, "followed")
    faults: list[str] = []
    browser_page.on("pageerror", lambda error: faults.append(str(error)))
    browser_page.goto("/jobs/followed")
    standing, failed = browser_page.locator("#standing"), browser_page.locator("#parked")
    expect(standing).to_contain_text("0 of 2 items")
    expect(browser_page.get_by_text("Refresh")).to_be_hidden()
    _settle(database, "followed", 0, "decided")
    expect(standing).to_contain_text("1 of 2 items")
    _settle(database, "followed", 1, "parked", "the file is gone")
    database.write_now(lambda c: set_state(c, "followed", "done", "", NOON, only_from={"running"}))
    expect(standing).to_contain_text("Done")
    expect(failed).to_contain_text("the file is gone")
    expect(browser_page.get_by_role("button", name="Try them again")).to_be_visible()
    expect(browser_page.get_by_role("status")).to_contain_text("Done")
    assert browser_page.evaluate("document.documentElement.scrollWidth") == 390
    assert faults == []


def test_buttons_work_and_what_cannot_be_taken_back_takes_two_steps(browser_page: Page, database: Database) -> None:
    _keep(database, "steered")
    browser_page.goto("/jobs")
    browser_page.locator('a[href="/jobs/steered"]').click()
    browser_page.get_by_role("button", name="Pause").click()
    expect(browser_page.locator("#standing")).to_contain_text("Paused")
    expect(browser_page.get_by_role("button", name="Cancel this job")).to_be_hidden()
    browser_page.get_by_text("Cancel…").click()
    browser_page.get_by_role("button", name="Cancel this job").click()
    expect(browser_page.locator("#standing")).to_contain_text("Cancelled")
    assert browser_page.url.endswith("/jobs/steered")
    assert database.read_now(lambda c: find_state(c, "steered")) == "cancelled"
