"""Owns the tests of undoing a job: byte for byte where nobody interfered, told and left where somebody did."""

import asyncio
import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from app.errors import BadInput, NotKept
from app.jobs.files import write_back, write_log
from app.jobs.files.replacing import replace_bytes
from app.jobs.files.write_log import LogLine
from app.store.batches import Batch, change_batch, make_batch
from app.store.decisions import find_standing
from app.store.file_writes import FileWrite, find_file_write, keep_file_write
from app.store.jobs import load_job
from app.store.tables.decisions import stood
from tests.jobs.tagged_files import Archive, open_archive

pytestmark = pytest.mark.anyio
PAGES = [
    "---\ntitle: T # kept\ntags: [mine]\n---\nBody {0}.\n",
    "---\r\ntitle: T\r\n---\r\nBody {0}.\r\n",
    "+++\ntitle = 'T'\ntags = [\n  'mine', # first\n]\n+++\nBody {0}.\n",
    '{{\n\t"title": "T"\n}}\nBody {0}.\n',
    "\ufeff---\ntags:\n- mine\n---\nBody {0}.",
]


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with open_archive(tmp_path) as opened:
        yield opened


def _fill(archive: Archive, number: int) -> dict[str, bytes]:
    """Files of all forms; gives their bytes by name."""
    pages = {f"{at}.md": PAGES[at % len(PAGES)].format(at).encode() for at in range(number)}
    for name, page in pages.items():
        archive.put(name, page)
    return pages


def _read_all(archive: Archive) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in archive.content.iterdir()}


def _find_standing(archive: Archive, name: str) -> str | None:
    found = archive.database.read_now(lambda c: find_standing(c, [name])).get(name)
    return None if found is None else found.decision


async def test_a_partly_drifted_archive_gets_back_every_byte_that_nobody_touched(archive: Archive) -> None:
    pages = _fill(archive, 200)
    job = await archive.tag(*pages, operating_model="assigned")
    tagged = _read_all(archive)
    assert all(tagged[name] != page for name, page in pages.items())
    drifted = {f"{at}.md" for at in range(0, 200, 9)}
    for name in drifted:
        archive.put(name, tagged[name] + b"An editor's words.\n")
    (archive.content / "1.md").unlink()
    report = await archive.undo(job)
    for name, data in _read_all(archive).items():
        assert data == (tagged[name] + b"An editor's words.\n" if name in drifted else pages[name])
    assert {Path(left.path).name: left.reason for left in report.left} == {
        **dict.fromkeys(drifted, "changed since the job wrote it"),
        "1.md": "there is no such file",
    }
    assert (report.restored, report.as_before, report.decisions) == (200 - len(drifted) - 1, 0, 200)
    assert report.job.state == "undone"
    assert report.job.reason == (
        "The former text is in 176 of 200 files; 24 are left as they are; the former decision stands for 200 articles."
    )


async def test_what_was_there_in_the_store_is_there_again(archive: Archive) -> None:
    archive.put("a.md", PAGES[0])
    await archive.tag("a.md", operating_model="assigned", culture="assigned")
    first = _find_standing(archive, "a.md")
    job = await archive.tag("a.md", operating_model="rejected", governance="assigned")
    assert _find_standing(archive, "a.md") != first
    await archive.undo(job)
    assert _find_standing(archive, "a.md") == first
    assert archive.list_tags("a.md") == {
        "mine": ("attached", "imported"),
        "operating-model": ("attached", "scopenote"),
        "culture": ("attached", "scopenote"),
        "governance": ("removed", "scopenote"),
    }


async def test_where_nothing_stood_before_nothing_stands(archive: Archive) -> None:
    archive.put("a.md", PAGES[0])
    job = await archive.tag("a.md", operating_model="assigned")
    await archive.undo(job)
    assert _find_standing(archive, "a.md") is None


async def test_what_was_decided_since_stands_on(archive: Archive) -> None:
    archive.put("a.md", PAGES[0])
    job = await archive.tag("a.md", operating_model="assigned")
    later = await archive.tag("a.md", operating_model="assigned", culture="review")
    report = await archive.undo(job)
    assert _find_standing(archive, "a.md") == f"{later.id}-0"
    assert (report.decisions, report.decided_as_before, report.decided_since) == (0, 0, 1)
    assert "the former decision stands for 0 articles; a later one stands for 1." in report.job.reason


async def test_undoing_twice_changes_nothing_more(archive: Archive) -> None:
    pages = _fill(archive, 3)
    await archive.tag(*pages, culture="assigned")
    job = await archive.tag(*pages, operating_model="assigned")
    first = await archive.undo(job)
    files, rows = _read_all(archive), _count_stood(archive)
    second = await archive.undo(job)
    assert (_read_all(archive), _count_stood(archive)) == (files, rows)
    assert (first.restored, first.as_before, first.decisions, first.decided_as_before) == (3, 0, 3, 0)
    assert (second.restored, second.as_before, second.decisions, second.decided_as_before) == (0, 3, 0, 3)
    assert (second.left, second.job.reason) == ((), first.job.reason)


def _count_stood(archive: Archive) -> int:
    return archive.database.read_now(lambda c: c.execute(sa.select(sa.func.count()).select_from(stood)).scalar_one())


async def test_a_file_that_was_put_right_again_is_taken_up_by_the_next_undo(archive: Archive) -> None:
    path = archive.put("a.md", PAGES[0])
    job = await archive.tag("a.md", operating_model="assigned")
    tagged = path.read_bytes()
    path.write_bytes(tagged + b"More.\n")
    assert [left.path for left in (await archive.undo(job)).left] == [str(path)]
    path.write_bytes(tagged)
    assert (await archive.undo(job)).left == ()
    assert path.read_text() == PAGES[0]


async def test_an_undone_tag_is_written_by_the_next_job_again(archive: Archive) -> None:
    path = archive.put("a.md", PAGES[0])
    job = await archive.tag("a.md", operating_model="assigned")
    tagged = path.read_bytes()
    await archive.undo(job)
    await archive.tag("a.md", operating_model="assigned")
    assert path.read_bytes() == tagged


async def test_jobs_are_undone_from_the_last_to_the_first(archive: Archive) -> None:
    path = archive.put("a.md", PAGES[0])
    first = await archive.tag("a.md", operating_model="assigned")
    second = await archive.tag("a.md", culture="assigned")
    assert len((await archive.undo(first)).left) == 1
    assert (await archive.undo(second)).left == ()
    assert (await archive.undo(first)).left == ()
    assert path.read_text() == PAGES[0]


async def test_a_running_job_cannot_be_undone(archive: Archive) -> None:
    archive.put("a.md", PAGES[0])
    job, _ = archive.plan("a.md")
    with pytest.raises(BadInput, match=f"jobs cancel {job.id}"):
        await archive.undo(job)


async def test_a_job_that_is_not_there_is_told(archive: Archive) -> None:
    archive.put("a.md", PAGES[0])
    job, _ = archive.plan("a.md")
    with pytest.raises(NotKept):
        await archive.undo(job.model_copy(update={"id": "another"}))


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        pytest.param(lambda copy: copy.write_bytes(b"other"), "copy in the backup folder was changed", id="changed"),
        pytest.param(
            lambda copy: copy.unlink(),
            "its former text is not in this machine's backup folder ({folder}); undo on the machine that wrote it",
            id="gone",
        ),
    ],
)
async def test_without_its_copy_a_file_is_left(archive: Archive, spoil: object, reason: str) -> None:
    path = archive.put("a.md", PAGES[0])
    job = await archive.tag("a.md", operating_model="assigned")
    tagged = path.read_bytes()
    assert callable(spoil)
    spoil(archive.backups / job.id / "0")
    [left] = (await archive.undo(job)).left
    assert reason.format(folder=archive.backups / job.id) in left.reason
    assert path.read_bytes() == tagged


async def test_the_decision_of_a_file_whose_former_text_is_elsewhere_stays_with_it(
    archive: Archive, tmp_path: Path
) -> None:
    pages = _fill(archive, 2)
    job = await archive.tag(*pages, operating_model="assigned")
    tagged, copy = _read_all(archive), archive.backups / job.id / "0"
    elsewhere = copy.rename(tmp_path / "elsewhere")
    report = await archive.undo(job)
    assert (report.restored, len(report.left), report.decisions, report.decisions_left) == (1, 1, 1, 1)
    assert report.job.reason == (
        "The former text is in 1 of 2 files; 1 is left as it is; the former decision stands for 1 article; "
        "the job's own stands for 1, whose former text is not in the backup folder."
    )
    assert _read_all(archive) == {"0.md": tagged["0.md"], "1.md": pages["1.md"]}
    assert (_find_standing(archive, "0.md"), _find_standing(archive, "1.md")) == (f"{job.id}-0", None)
    elsewhere.rename(copy)
    report = await archive.undo(job)
    assert (report.restored, report.left, report.decisions_left) == (1, (), 0)
    assert (_read_all(archive), _find_standing(archive, "0.md")) == (pages, None)


async def test_a_machine_with_neither_file_nor_copy_says_where_to_undo(archive: Archive) -> None:
    path = archive.put("a.md", PAGES[0])
    job = await archive.tag("a.md", operating_model="assigned")
    path.unlink()
    (archive.backups / job.id / "0").unlink()
    report = await archive.undo(job)
    assert "undo on the machine that wrote it" in report.left[0].reason
    assert _find_standing(archive, "a.md") == f"{job.id}-0"


async def test_a_job_that_wrote_no_files_is_told_as_undone_in_a_sentence(archive: Archive) -> None:
    archive.put("a.md", PAGES[0])
    job = await archive.tag("a.md", operating_model="rejected")
    assert (await archive.undo(job)).job.reason == "The former decision stands for 1 article."


class _Killed(BaseException):
    """The process is gone."""


@pytest.mark.parametrize("name", ["replace", "fsync"])
@pytest.mark.parametrize("at", [1, 2, 5])
async def test_an_undo_that_was_killed_is_finished_by_the_next(archive: Archive, name: str, at: int) -> None:
    pages = _fill(archive, 5)
    job = await archive.tag(*pages, operating_model="assigned")
    act, calls = getattr(os, name), 0

    def kill(*args: object) -> object:
        nonlocal calls
        calls += 1
        if calls >= at:
            raise _Killed
        return act(*args)

    with pytest.MonkeyPatch.context() as patch, suppress(_Killed):
        patch.setattr(os, name, kill)
        await archive.undo(job)
    assert calls == at
    state = archive.database.read_now(lambda c: load_job(c, job.id))
    assert (state.state, state.reason) == ("undone", "Undoing was begun and not finished; undo it again.")
    report = await archive.undo(job)
    assert _read_all(archive) == pages
    assert (report.restored + report.as_before, report.left) == (5, ())
    lines = (archive.backups / job.id / "log.jsonl").read_text().splitlines()
    assert sum('"undo"' in line for line in lines) == 5
    assert {archive.list_tags(page)["operating-model"] for page in pages} == {("removed", "scopenote")}


async def test_a_job_that_was_killed_between_file_and_note_is_undone_as_well(archive: Archive) -> None:
    path = archive.put("a.md", PAGES[0])
    job, [item] = archive.plan("a.md")
    decision = archive.decide(job, item, operating_model="assigned")
    replace = os.replace

    def kill(*args: Path) -> None:
        replace(*args)
        if args[1].name == "a.md":
            raise _Killed

    with pytest.MonkeyPatch.context() as patch, suppress(_Killed):
        patch.setattr(os, "replace", kill)
        await archive.write(job, item, decision)
    assert path.read_text() != PAGES[0]
    archive.end(job, "cancelled")
    await archive.undo(job)
    assert path.read_text() == PAGES[0]
    assert archive.list_tags("a.md") == {}


async def test_a_file_that_a_later_job_wrote_names_that_job_each_time(archive: Archive) -> None:
    archive.put("a.md", PAGES[0])
    first = await archive.tag("a.md", operating_model="assigned")
    second = await archive.tag("a.md", culture="assigned")
    for _ in range(2):
        [left] = (await archive.undo(first)).left
        assert left.reason == f"the job {second.id} wrote it later; undo that one first, then this one again"


async def test_a_file_that_a_later_job_gave_back_its_former_text_is_that_jobs_to_undo(archive: Archive) -> None:
    path = archive.put("a.md", "---\ntags: [mine]\n---\n")
    first = await archive.tag("a.md", culture="assigned")
    tagged = path.read_text()
    second = await archive.tag("a.md", culture="rejected")
    assert path.read_text() == "---\ntags: [mine]\n---\n"
    report = await archive.undo(first)
    assert (report.restored, report.as_before, len(report.left)) == (0, 0, 1)
    assert report.left[0].reason == f"the job {second.id} wrote it later; undo that one first, then this one again"
    assert ((await archive.undo(second)).restored, path.read_text()) == (1, tagged)
    assert ((await archive.undo(first)).restored, path.read_text()) == (1, "---\ntags: [mine]\n---\n")


async def test_a_file_that_a_later_job_tagged_the_same_again_keeps_that_jobs_tags(archive: Archive) -> None:
    path = archive.put("a.md", PAGES[0])
    jobs = [await archive.tag("a.md", culture=status) for status in ("assigned", "rejected", "assigned")]
    tagged = path.read_text()
    for job in jobs[:2]:
        [left] = (await archive.undo(job)).left
        assert f"the job {jobs[2].id} wrote it later" in left.reason
        assert path.read_text() == tagged
    assert [(await archive.undo(job)).restored for job in reversed(jobs)] == [1, 1, 1]
    assert path.read_text() == PAGES[0]


async def test_a_later_job_hides_a_file_also_where_the_article_had_another_key_by_then(archive: Archive) -> None:
    archive.put("a.md", PAGES[0])
    first = await archive.tag("a.md", culture="assigned")
    second, [item] = archive.plan("a.md")
    renamed = item.model_copy(update={"article": "posts/a.md"})
    write = FileWrite(
        job=second.id, number=renamed.number, article=renamed.article, path=renamed.path or "", before=renamed.raw or "",
        after="sha256:other", state="written", reason="", at=archive.now,
    )  # fmt: skip
    archive.database.write_now(lambda c: keep_file_write(c, write))
    archive.put("a.md", "changed")
    [left] = (await archive.undo(first)).left
    assert f"the job {second.id} wrote it later" in left.reason


async def test_what_a_killed_job_had_only_begun_to_write_hides_nothing(archive: Archive) -> None:
    path = archive.put("a.md", PAGES[0])
    first = await archive.tag("a.md", culture="assigned")
    job, [item] = archive.plan("a.md")
    begun = FileWrite(
        job=job.id, number=0, article="a.md", path=str(path), before=item.raw or "", after="sha256:new", state="begun",
        reason="", at=archive.now,
    )  # fmt: skip
    archive.database.write_now(lambda c: keep_file_write(c, begun))
    assert (await archive.undo(first)).restored == 1
    assert path.read_text() == PAGES[0]


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        pytest.param(lambda path: path.write_text("new"), "it was restored before; it has changed since", id="changed"),
        pytest.param(lambda path: path.unlink(), "it was restored before, and now there is no such file", id="gone"),
    ],
)
async def test_a_file_that_changed_since_it_was_restored_is_not_told_as_restored(
    archive: Archive, spoil: Callable[[Path], object], reason: str
) -> None:
    path = archive.put("a.md", PAGES[0])
    archive.put("b.md", PAGES[0])
    job = await archive.tag("a.md", "b.md", culture="assigned")
    assert (await archive.undo(job)).restored == 2
    spoil(path)
    report = await archive.undo(job)
    assert (report.restored, report.as_before, [left.reason for left in report.left]) == (0, 1, [reason])
    assert "The former text is in 1 of 2 files; 1 is left as it is;" in report.job.reason


async def test_tags_that_came_after_an_undo_are_not_taken_away_by_the_next(archive: Archive) -> None:
    path = archive.put("a.md", PAGES[0])
    first = await archive.tag("a.md", culture="assigned")
    await archive.undo(first)
    second = await archive.tag("a.md", culture="assigned")
    tagged = path.read_text()
    [left] = (await archive.undo(first)).left
    assert left.reason.startswith(f"it was restored before; the job {second.id} wrote it later")
    assert path.read_text() == tagged
    assert archive.list_tags("a.md")["culture"] == ("attached", "scopenote")


@pytest.mark.parametrize("order", [(1, 0), (0, 1), (0, 1, 0)], ids=["last first", "first first", "both, then again"])
async def test_the_decisions_of_undone_jobs_never_stand_again(archive: Archive, order: tuple[int, ...]) -> None:
    archive.put("a.md", PAGES[0])
    await archive.tag("a.md", culture="assigned")
    before = _find_standing(archive, "a.md")
    jobs = [await archive.tag("a.md", operating_model="assigned"), await archive.tag("a.md", governance="assigned")]
    for number in order:
        await archive.undo(jobs[number])
    assert _find_standing(archive, "a.md") == before


async def test_tags_of_jobs_that_were_undone_one_after_the_other_are_not_taken_for_a_persons(archive: Archive) -> None:
    path = archive.put("a.md", PAGES[0])
    first = await archive.tag("a.md", operating_model="assigned")
    tagged = path.read_bytes()
    await archive.undo(await archive.tag("a.md", operating_model="rejected"))
    await archive.undo(first)
    assert archive.list_tags("a.md")["operating-model"] == ("removed", "scopenote")
    await archive.tag("a.md", operating_model="assigned")
    assert path.read_bytes() == tagged


async def test_a_job_with_questions_at_its_provider_is_called_off_first(archive: Archive) -> None:
    archive.put("a.md", PAGES[0])
    job, _ = archive.plan("a.md")
    archive.end(job, "paused")
    batch = Batch(id="b", job=job.id, state="sent", provider_id="x", lines=0, tokens=0, at=archive.now)
    archive.database.write_now(lambda c: make_batch(c, batch, []))
    with pytest.raises(BadInput, match=f"jobs cancel {job.id}"):
        await archive.undo(job)
    assert archive.database.read_now(lambda c: load_job(c, job.id)).state == "paused"
    archive.database.write_now(lambda c: change_batch(c, "b", state="ended"))
    assert (await archive.undo(job)).job.state == "undone"


async def test_undoing_what_somebody_restored_is_not_slowed_down_by_a_long_log(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    pages = _fill(archive, 30)
    job = await archive.tag(*pages, operating_model="assigned")
    for name, page in pages.items():
        archive.put(name, page)
    looked = 0
    read = LogLine.model_validate_json

    def count(raw: bytes) -> LogLine:
        nonlocal looked
        looked += 1
        return read(raw)

    monkeypatch.setattr(LogLine, "model_validate_json", count)
    monkeypatch.setattr(write_log, "TAIL_BYTES", 2_000)
    assert (await archive.undo(job)).as_before == 30
    assert looked < 30 * 10


async def test_a_file_that_a_worker_has_in_hand_while_its_job_is_undone_gets_its_former_text(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = archive.put("a.md", PAGES[0].format(0))
    former = page.read_bytes()
    job, (item,) = archive.plan("a.md")
    decision = archive.decide(job, item, operating_model="assigned")

    def replace_late(*arguments: Any) -> str:  # noqa: ANN401 - whatever the true one takes
        archive.end(job, "cancelled")
        asyncio.run(archive.undo(job))
        return replace_bytes(*arguments)

    monkeypatch.setattr(write_back, "replace_bytes", replace_late)
    with pytest.raises(BadInput, match=r"was undone while .* it is as it was"):
        await archive.write(job, item, decision)
    assert page.read_bytes() == former
    write = archive.database.read_now(lambda c: find_file_write(c, job.id, 0))
    assert write is not None
    assert write.state == "undone"
