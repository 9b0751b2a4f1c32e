"""Owns the tests of writing tags to files: whose tags stay, what is refused, and that a crash loses nothing."""

import errno
import json
import os
import resource
import signal
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from app.domain.decision import Status
from app.domain.feedback import Said
from app.domain.job import Fields, Item, Job
from app.errors import BadFile, BadInput, StoreUnavailable
from app.jobs.files.merging import make_slug
from app.jobs.files.replacing import digest_bytes, replace_bytes
from app.store.file_writes import count_written_tags, find_file_write
from tests.jobs.tagged_files import Archive, open_archive

pytestmark = pytest.mark.anyio
PAGE = "---\ntitle: T # kept\ntags: [mine]\n---\nBody.\n"


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with open_archive(tmp_path) as opened:
        yield opened


def _read_log(archive: Archive, job: Job) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (archive.backups / job.id / "log.jsonl").read_text().splitlines()]


def _list_names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


async def test_assigned_categories_are_written_by_their_id_to_the_field_of_their_kind(archive: Archive) -> None:
    path = archive.put("a.md", PAGE)
    await archive.tag("a.md", operating_model="assigned", culture="rejected", how_to="assigned")
    assert path.read_text() == (
        "---\ntitle: T # kept\ntags: [mine, operating-model]\ncategories: [how-to]\n---\nBody.\n"
    )


async def test_what_is_not_assigned_is_not_written(archive: Archive) -> None:
    path = archive.put("a.md", PAGE)
    await archive.tag("a.md", operating_model="review", culture="excluded", how_to="not_considered")
    assert path.read_text() == PAGE
    assert not archive.backups.exists()


async def test_kinds_without_a_field_are_left_out(archive: Archive) -> None:
    path = archive.put("a.md", PAGE)
    job, [item] = archive.plan("a.md")
    decision = archive.decide(job, item, operating_model="assigned", how_to="assigned")
    await archive.write(job, item, decision, Fields(tags=None, categories="Tags"))
    assert path.read_text() == PAGE.replace("[mine]", "[mine, how-to]")


@pytest.mark.parametrize("tag", ["operating-model", "Operating Model", "operating  model", "'OPERATING MODEL'"])
async def test_a_tag_that_shares_the_page_of_a_category_is_not_doubled(archive: Archive, tag: str) -> None:
    page = PAGE.replace("mine", tag)
    path = archive.put("a.md", page)
    await archive.tag("a.md", operating_model="assigned")
    assert path.read_text() == page


@pytest.mark.parametrize(
    ("tag", "slug"),
    [
        ("Operating Model", "operating-model"),
        ("R&D", "rd"),
        ("C++", "c++"),
        ("a -  b", "a-b"),
        ("日本", "日本"),
        ("!", "!"),
    ],
)
def test_slugs_are_those_of_tag_pages(tag: str, slug: str) -> None:
    assert make_slug(tag) == slug


async def test_only_tags_of_our_own_that_fell_are_removed(archive: Archive) -> None:
    path = archive.put("a.md", PAGE.replace("[mine]", "[culture]"))
    await archive.tag("a.md", operating_model="assigned", governance="assigned", culture="assigned")
    await archive.tag("a.md", operating_model="excluded", governance="rejected", culture="rejected")
    assert path.read_text() == PAGE.replace("[mine]", "[culture]")
    assert archive.list_tags("a.md") == {
        "culture": ("attached", "imported"),
        "operating-model": ("removed", "scopenote"),
        "governance": ("removed", "scopenote"),
    }


@pytest.mark.parametrize(
    "later",
    [
        pytest.param({"operating_model": "review"}, id="a person must look"),
        pytest.param({"operating_model": "not_considered"}, id="left out by the shortlist"),
        pytest.param({"culture": "rejected"}, id="not asked about"),
        pytest.param({"operating_model": "rejected", "degraded": True}, id="a stand-in's word"),
    ],
)
async def test_a_tag_of_ours_stays_where_the_decision_does_not_speak_against_it(
    archive: Archive, later: dict[str, Any]
) -> None:
    path = archive.put("a.md", PAGE)
    await archive.tag("a.md", operating_model="assigned")
    await archive.tag("a.md", **later)
    assert path.read_text() == PAGE.replace("[mine]", "[mine, operating-model]")


async def test_what_a_person_removed_stays_removed(archive: Archive) -> None:
    path = archive.put("a.md", PAGE)
    await archive.tag("a.md", operating_model="assigned")
    path.write_text(PAGE)
    await archive.tag("a.md", operating_model="assigned")
    await archive.tag("a.md", operating_model="assigned")
    assert path.read_text() == PAGE
    assert archive.list_tags("a.md")["operating-model"] == ("removed", "person")


@pytest.mark.parametrize(
    ("category", "verdict", "after", "is_back"),
    [
        pytest.param("operating-model", "accept", timedelta(minutes=30), True, id="accepted since"),
        pytest.param("target-model", "accept", timedelta(minutes=30), True, id="accepted since by a former id"),
        pytest.param("operating-model", "accept", timedelta(minutes=-30), False, id="accepted before"),
        pytest.param("operating-model", "reject", timedelta(minutes=30), False, id="rejected since"),
        pytest.param("culture", "accept", timedelta(minutes=30), False, id="another accepted"),
    ],
)
async def test_an_editors_later_word_beats_the_removal_from_the_file(
    archive: Archive, category: str, verdict: Said, after: timedelta, *, is_back: bool
) -> None:
    archive.former = {"operating-model": ("target-model",)}
    path = archive.put("a.md", PAGE)
    await archive.tag("a.md", operating_model="assigned")
    path.write_text(PAGE)
    at = archive.now.timestamp() + 600
    os.utime(path, (at, at))
    archive.say("a.md", category, verdict, after=after)
    await archive.tag("a.md", operating_model="assigned")
    assert ("operating-model" in path.read_text()) == is_back
    await archive.tag("a.md", operating_model="assigned")
    assert ("operating-model" in path.read_text()) == is_back


async def test_a_removal_after_an_editors_word_stays(archive: Archive) -> None:
    path = archive.put("a.md", PAGE)
    await archive.tag("a.md", operating_model="assigned")
    archive.say("a.md", "operating-model", "accept", after=timedelta(minutes=1))
    path.write_text(PAGE)
    at = archive.now.timestamp() + 600
    os.utime(path, (at, at))
    await archive.tag("a.md", operating_model="assigned")
    assert path.read_text() == PAGE


@pytest.mark.parametrize("mtime", [0.0, 2.0**40], ids=["long ago", "far ahead"])
async def test_what_came_and_went_is_told_apart_whatever_the_files_time(archive: Archive, mtime: float) -> None:
    path = archive.put("a.md", PAGE)
    await archive.tag("a.md", operating_model="assigned")
    tagged = path.read_text()
    for text, told in ((PAGE, "removed"), (tagged, "attached"), (PAGE, "removed")):
        path.write_text(text)
        os.utime(path, (mtime, mtime))
        await archive.tag("a.md", operating_model="review")
        assert archive.list_tags("a.md")["operating-model"] == (told, "person")


@pytest.mark.parametrize(
    ("status", "tags"),
    [
        pytest.param("assigned", "[mine, operating-model]", id="stands"),
        pytest.param("rejected", "[mine]", id="fell"),
        pytest.param("review", "[mine, target-model]", id="a person must look"),
    ],
)
async def test_our_tag_by_a_former_id_goes_with_its_category(archive: Archive, status: Status, tags: str) -> None:
    path = archive.put("a.md", PAGE)
    await archive.tag("a.md", target_model="assigned")
    archive.former = {"operating-model": ("target-model",)}
    await archive.tag("a.md", operating_model=status)
    assert path.read_text() == PAGE.replace("[mine]", tags)


async def test_a_persons_tag_by_a_former_id_is_that_category(archive: Archive) -> None:
    archive.former = {"operating-model": ("target-model",)}
    page = PAGE.replace("mine", "Target Model")
    path = archive.put("a.md", page)
    for status in ("assigned", "rejected"):
        await archive.tag("a.md", operating_model=status)
        assert path.read_text() == page


async def test_what_a_person_removed_by_a_former_id_stays_removed(archive: Archive) -> None:
    path = archive.put("a.md", PAGE)
    await archive.tag("a.md", target_model="assigned")
    archive.former = {"operating-model": ("target-model",)}
    path.write_text(PAGE)
    await archive.tag("a.md", operating_model="assigned")
    assert path.read_text() == PAGE


async def test_a_field_by_another_case_is_the_same_field(archive: Archive) -> None:
    path = archive.put("a.md", PAGE)
    await archive.tag("a.md", operating_model="assigned")
    path.write_text(PAGE)
    for status in ("assigned", "rejected"):
        job, [item] = archive.plan("a.md")
        await archive.write(job, item, archive.decide(job, item, operating_model=status), Fields(tags="Tags"))
        assert path.read_text() == PAGE


async def test_a_new_field_is_spelled_as_it_was_asked_for(archive: Archive) -> None:
    path = archive.put("a.md", "---\ntitle: T\n---\n")
    job, [item] = archive.plan("a.md")
    await archive.write(job, item, archive.decide(job, item, operating_model="assigned"), Fields(tags="Tags"))
    assert "\nTags:\n" in path.read_text()


async def test_what_a_person_attached_again_is_the_persons(archive: Archive) -> None:
    path = archive.put("a.md", PAGE)
    await archive.tag("a.md", operating_model="assigned")
    path.write_text(PAGE)
    await archive.tag("a.md", operating_model="assigned")
    path.write_text(PAGE.replace("[mine]", "[mine, Operating Model, new]"))
    await archive.tag("a.md", operating_model="rejected")
    assert path.read_text() == PAGE.replace("[mine]", "[mine, Operating Model, new]")
    assert archive.list_tags("a.md")["new"] == ("attached", "person")


async def test_what_was_taken_out_of_a_file_is_put_back_where_that_is_asked_for(archive: Archive) -> None:
    path = archive.put("a.md", PAGE)
    await archive.tag("a.md", operating_model="assigned", culture="assigned")
    tagged = path.read_text()
    path.write_text(PAGE)
    await archive.tag("a.md", operating_model="assigned", culture="rejected")
    assert path.read_text() == PAGE
    await archive.tag("a.md", put_back=True, operating_model="assigned", culture="assigned")
    assert path.read_text() == tagged
    assert archive.list_tags("a.md")["culture"] == ("attached", "scopenote")


async def test_a_renamed_category_is_put_back_by_its_present_id(archive: Archive) -> None:
    path = archive.put("a.md", PAGE)
    await archive.tag("a.md", target_model="assigned")
    archive.former = {"operating-model": ("target-model",)}
    path.write_text(PAGE)
    await archive.tag("a.md", put_back=True, operating_model="assigned")
    assert path.read_text() == PAGE.replace("[mine]", "[mine, operating-model]")


async def test_our_tags_of_a_category_that_is_defined_no_more_go(archive: Archive) -> None:
    page = PAGE.replace("[mine]", "[mine, governance]")
    path = archive.put("a.md", page)
    await archive.tag("a.md", operating_model="assigned", culture="assigned", governance="assigned")
    archive.former = {"operating-model": ()}
    job = await archive.tag("a.md", operating_model="assigned")
    assert path.read_text() == PAGE.replace("[mine]", "[mine, governance, operating-model]")
    assert archive.list_tags("a.md")["culture"] == ("removed", "scopenote")
    written = archive.database.read_now(lambda c: count_written_tags(c, job.id))
    assert (written.removed, written.removed_from) == (1, 1)


@pytest.mark.parametrize(
    ("former", "options"),
    [
        pytest.param({"team-culture": ("culture",), "how-to": ()}, {}, id="it has another id"),
        pytest.param({"how-to": ()}, {"culture_": "review"}, id="another one shares its page"),
        pytest.param({"culture": (), "how-to": ()}, {}, id="it was not asked about"),
        pytest.param({"how-to": ()}, {"taxonomy": "sha256:other"}, id="the decision is by other definitions"),
        pytest.param({"how-to": ()}, {"degraded": True}, id="a stand-in decided"),
        pytest.param({}, {}, id="what is defined is not known"),
    ],
)
async def test_our_tag_stays_where_its_category_may_be_there_by_another_name(
    archive: Archive, former: dict[str, tuple[str, ...]], options: dict[str, Any]
) -> None:
    path = archive.put("a.md", PAGE)
    await archive.tag("a.md", culture="assigned")
    tagged = path.read_text()
    archive.former = former
    await archive.tag("a.md", **options, how_to="rejected")
    assert path.read_text() == tagged


async def test_a_file_that_changed_since_the_plan_is_left(archive: Archive) -> None:
    path = archive.put("a.md", PAGE)
    job, [item] = archive.plan("a.md")
    path.write_text(PAGE + "More.\n")
    with pytest.raises(BadFile, match=r"changed since the plan.*reclassify"):
        await archive.write(job, item, archive.decide(job, item, operating_model="assigned"))
    assert path.read_text() == PAGE + "More.\n"


async def test_a_file_that_is_gone_is_told(archive: Archive) -> None:
    path = archive.put("a.md", PAGE)
    job, [item] = archive.plan("a.md")
    path.unlink()
    with pytest.raises(BadFile, match="no such file"):
        await archive.write(job, item, archive.decide(job, item, operating_model="assigned"))


async def test_a_read_only_file_is_told_and_left(archive: Archive) -> None:
    path = archive.put("a.md", PAGE)
    path.chmod(0o444)
    job, [item] = archive.plan("a.md")
    with pytest.raises(BadFile, match="is read-only"):
        await archive.write(job, item, archive.decide(job, item, operating_model="assigned"))
    assert path.read_text() == PAGE


async def test_a_file_without_front_matter_is_refused_only_if_it_should_get_a_tag(archive: Archive) -> None:
    archive.put("a.md", "No fields.\n")
    job, [item] = archive.plan("a.md")
    with pytest.raises(BadFile, match="no front matter"):
        await archive.write(job, item, archive.decide(job, item, operating_model="assigned"))
    await archive.tag("a.md", operating_model="rejected")


@pytest.mark.parametrize(
    ("data", "remedy"),
    [
        pytest.param(b"Body.\n", "Begin it with front matter, then run reclassify again.", id="no front matter"),
        pytest.param(PAGE.encode("utf-16"), "Save it as UTF-8 text, then run reclassify again.", id="another encoding"),
    ],
)
async def test_what_is_to_be_mended_in_a_file_takes_another_run(archive: Archive, data: bytes, remedy: str) -> None:
    path = archive.put("a.md", data)
    job, [item] = archive.plan("a.md")
    with pytest.raises(BadFile) as refused:
        await archive.write(job, item, archive.decide(job, item, operating_model="assigned"))
    assert str(refused.value).endswith(f". {remedy}")
    assert (refused.value.path, path.read_bytes()) == (str(path), data)


async def test_an_item_that_is_no_file_of_its_own_is_left_alone(archive: Archive) -> None:
    archive.put("a.md", PAGE)
    job, [item] = archive.plan("a.md")
    decision = archive.decide(job, item, operating_model="assigned")
    assert await archive.write(job, item.model_copy(update={"path": None, "raw": None}), decision) == ()


async def test_a_cancelled_job_writes_no_more(archive: Archive) -> None:
    path = archive.put("a.md", PAGE)
    job, [item] = archive.plan("a.md")
    decision = archive.decide(job, item, operating_model="assigned")
    archive.end(job, "cancelled")
    with pytest.raises(BadInput, match="is cancelled"):
        await archive.write(job, item, decision)
    assert path.read_text() == PAGE


async def test_mode_links_and_folder_stay_as_they_were(archive: Archive) -> None:
    path = archive.put("real.md", PAGE)
    path.chmod(0o640)
    (archive.content / "link.md").symlink_to("real.md")
    await archive.tag("link.md", operating_model="assigned")
    assert (archive.content / "link.md").is_symlink()
    assert "operating-model" in path.read_text()
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert _list_names(archive.content) == {"link.md", "real.md"}


@pytest.mark.skipif(not hasattr(os, "setxattr"), reason="there are extended attributes on Linux only")
async def test_extended_attributes_stay_as_they_were(archive: Archive) -> None:
    path = archive.put("a.md", PAGE)
    try:
        os.setxattr(path, "user.desk", b"sports")
    except OSError:
        pytest.skip("the file system has no extended attributes")
    await archive.tag("a.md", operating_model="assigned")
    assert os.getxattr(path, "user.desk") == b"sports"


async def test_a_second_name_of_the_file_is_noted(archive: Archive) -> None:
    path = archive.put("a.md", PAGE)
    os.link(path, archive.content / "twin.md")
    job = await archive.tag("a.md", operating_model="assigned")
    assert (archive.content / "twin.md").read_text() == PAGE
    assert "2 names" in _read_log(archive, job)[0]["remark"]


async def test_the_log_says_what_was_written_to_which_field(archive: Archive) -> None:
    path = archive.put("a.md", PAGE)
    job = await archive.tag("a.md", operating_model="assigned")
    [line] = _read_log(archive, job)
    assert (line["path"], line["field"], line["by"]) == (str(path), "tags", "scopenote")
    assert (line["before"], line["after"]) == (["mine"], ["mine", "operating-model"])
    assert line["digest_before"] == digest_bytes(PAGE.encode())
    assert line["digest_after"] == digest_bytes(path.read_bytes())


async def test_a_line_that_a_crash_cut_off_spoils_no_other(archive: Archive) -> None:
    archive.put("a.md", PAGE)
    job, [item] = archive.plan("a.md")
    log = archive.backups / job.id / "log.jsonl"
    log.parent.mkdir(parents=True)
    log.write_text('{"half a li')
    await archive.write(job, item, archive.decide(job, item, operating_model="assigned"))
    half, line = log.read_text().splitlines()
    assert (half, json.loads(line)["after"]) == ('{"half a li', ["mine", "operating-model"])


@contextmanager
def _bound_files(size: int) -> Iterator[None]:
    """Bounds how large a file may grow, which the system reports as it does a full disk.

    For a few lines only: the bound is the whole process's, and whatever the tests report to as well.
    """
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    heard = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, heard)


def test_a_full_disk_leaves_the_file_untouched(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_bytes(b"x" * 9000)
    with _bound_files(9000), pytest.raises(StoreUnavailable, match="disk is full"):
        replace_bytes(path, digest_bytes(b"x" * 9000), b"y" * 9001, "mark")
    assert path.read_bytes() == b"x" * 9000
    assert _list_names(tmp_path) == {"a.md"}


class _Killed(BaseException):
    """The process is gone: nothing that runs after this may take effect."""


class _Killer:
    """Kills at the n-th step that leaves a trace on disk or in the store, before or after it."""

    def __init__(self, steps: int, *, after: bool) -> None:
        self._left = steps
        self._after = after
        self.dead = False

    def wrap(self, act: Callable[..., Any]) -> Callable[..., Any]:
        def step(*args: Any, **named: Any) -> Any:  # noqa: ANN401 - whatever the system's function takes
            if self.dead:
                raise _Killed
            self._left -= 1
            self.dead = self._left == 0
            if self.dead and self._after:
                act(*args, **named)
            if self.dead:
                raise _Killed
            return act(*args, **named)

        return step

    def lurk(self, patch: pytest.MonkeyPatch, archive: Archive) -> None:
        """Wait behind everything that leaves a trace."""
        for name in ("write", "fsync", "fchmod", "unlink", "mkdir", "rename", "replace"):
            patch.setattr(os, name, self.wrap(getattr(os, name)))
        patch.setattr(archive.database, "write_now", self.wrap(archive.database.write_now))


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
async def test_a_kill_at_any_step_is_mended_by_running_the_item_again(archive: Archive, *, after: bool) -> None:
    """The file is whole at every moment, and in the end it, the log and the events are as if nothing had happened."""
    wanted = PAGE.replace("[mine]", "[mine, operating-model]")
    for step in range(1, 100):
        name = f"{step}.md"
        path = archive.put(name, PAGE)
        job, [item] = archive.plan(name)
        decision = archive.decide(job, item, operating_model="assigned")
        killer = _Killer(step, after=after)
        with pytest.MonkeyPatch.context() as patch:
            killer.lurk(patch, archive)
            with suppress(_Killed):
                await archive.write(job, item, decision)
        assert path.read_text() in {PAGE, wanted}
        await archive.write(job, item, decision)
        await archive.write(job, item, decision)
        _assert_written(archive, job, item, wanted)
        if not killer.dead:
            assert step > 10, "there are more steps than that"
            return
    pytest.fail("there is no end of steps")


def _assert_written(archive: Archive, job: Job, item: Item, wanted: str) -> None:
    path = Path(item.path or "")
    assert path.read_text() == wanted
    assert not [name for name in _list_names(archive.content) if name.startswith(".")]
    assert (archive.backups / job.id / "0").read_text() == PAGE
    write = archive.database.read_now(lambda c: find_file_write(c, job.id, 0))
    assert write is not None
    assert (write.state, write.before, write.after) == ("written", item.raw, digest_bytes(wanted.encode()))
    assert archive.list_tags(path.name) == {
        "mine": ("attached", "imported"),
        "operating-model": ("attached", "scopenote"),
    }
    assert [line["after"] for line in _read_log(archive, job)] == [["mine", "operating-model"]]


async def test_a_file_changed_after_a_crash_is_left(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    path = archive.put("a.md", PAGE)
    job, [item] = archive.plan("a.md")
    decision = archive.decide(job, item, operating_model="assigned")

    def fail(*_: object) -> None:
        raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", fail)
        patch.setattr(os, "rename", fail)
        with pytest.raises(Exception, match="Input/output error"):
            await archive.write(job, item, decision)
    path.write_text(PAGE + "More.\n")
    with pytest.raises(BadFile, match="changed since the plan"):
        await archive.write(job, item, decision)
    assert path.read_text() == PAGE + "More.\n"
