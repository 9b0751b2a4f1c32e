"""A site in git read back and written: front matter alone, one commit, never over anybody else's."""

import contextlib
import os
import shutil
import socket
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import anyio
import pytest
from pydantic import SecretStr

from app.cms.site import Site
from app.cms.sites.git_command import Git, Ran, Remote
from app.domain.article_event import Body
from app.domain.source import Mode
from app.errors import BadFile, BadInput, CmsUnavailable, NotKept
from tests.cms.sites.opened_sites import NOW, list_all, make_source, opened
from tests.cms.sites.repositories import RATES, TIDAL, Repository

pytestmark = [pytest.mark.anyio, pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")]

PATH = "content/posts/tidal.md"


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    made = Repository(tmp_path)
    made.write({PATH: TIDAL, "content/posts/rates.md": RATES}, "two posts")
    return made


def _open(
    repository: Repository, tmp_path: Path, mode: Mode = "apply", options: dict[str, str] | None = None
) -> AbstractAsyncContextManager[Site]:
    source = make_source("github", repository.url, mode=mode).model_copy(update={"options": options or {}})
    return opened(source, folder=tmp_path / "mirrors")


async def _tag(site: Site, *tags: str, publish: bool = True) -> dict[str, tuple[str, ...]]:
    present = await site.look(PATH, None)
    return (await site.write(present, {"tags": tags}, publish=publish)).tags


async def test_a_file_is_read_at_the_head_of_the_branch(repository: Repository, tmp_path: Path) -> None:
    async with _open(repository, tmp_path, options={"url": "https://example.org/posts/{stem}/"}) as site:
        present = await site.look(PATH, None)
    assert present.event.title == "Tidal power: a primer"
    assert present.event.body == Body(format="markdown", content="\nTides are *predictable*.\n")
    assert present.event.url == "https://example.org/posts/tidal/"
    assert present.event.updated_at == datetime(2026, 11, 2, 9, tzinfo=UTC)
    assert (present.event.what, present.tags) == ("updated", {"tags": ("energy",), "categories": ()})


async def test_a_draft_of_the_site_counts_as_withdrawn(repository: Repository, tmp_path: Path) -> None:
    repository.write({PATH: TIDAL.replace("draft: false", "draft: true")})
    async with _open(repository, tmp_path) as site:
        assert (await site.look(PATH, None)).event.what == "withdrawn"


async def test_a_write_is_one_commit_that_changes_one_line(repository: Repository, tmp_path: Path) -> None:
    before = repository.ask("rev-parse", "main")
    async with _open(repository, tmp_path) as site:
        assert await _tag(site, "energy", "tides") == {"tags": ("energy", "tides"), "categories": ()}
    assert repository.ask("rev-parse", "main^") == before
    assert repository.ask("show", f"main:{PATH}") == TIDAL.replace("[energy]", "[energy, tides]")
    assert repository.ask("diff", "--name-only", "main^", "main").split() == [PATH]
    said = repository.ask("log", "-1", "--format=%an <%ae> %ci%n%B", "main")
    assert said.startswith("Scopenote <scopenote@localhost> 2026-11-23 12:00:00 +0000\nTags for tidal.md\n")
    assert said.rstrip().endswith("\n\nWritten-By: scopenote")


async def test_the_author_of_commits_can_be_named(repository: Repository, tmp_path: Path) -> None:
    named = {"author_name": "Desk <bot>\n", "author_email": "desk@example.org"}
    async with _open(repository, tmp_path, options=named) as site:
        await _tag(site, "tides")
    assert repository.ask("log", "-1", "--format=%an <%ae>", "main").strip() == "Desk bot <desk@example.org>"


async def test_the_same_tags_are_no_commit(repository: Repository, tmp_path: Path) -> None:
    before = repository.ask("rev-parse", "main")
    async with _open(repository, tmp_path) as site:
        await _tag(site, "energy")
    assert repository.ask("rev-parse", "main") == before


async def test_what_is_pushed_beside_the_file_meanwhile_is_built_upon(repository: Repository, tmp_path: Path) -> None:
    async with _open(repository, tmp_path) as site:
        present = await site.look(PATH, None)
        repository.write({"content/posts/rates.md": RATES + "More.\n"}, "somebody else")
        await site.write(present, {"tags": ("tides",)}, publish=True)
    assert repository.ask("log", "--format=%s", "main").split("\n")[:3] == [
        "Tags for tidal.md",
        "somebody else",
        "two posts",
    ]


async def test_nothing_is_written_over_a_file_that_changed_meanwhile(repository: Repository, tmp_path: Path) -> None:
    async with _open(repository, tmp_path) as site:
        present = await site.look(PATH, None)
        repository.write({PATH: TIDAL.replace("[energy]", "[energy, mine]")}, "somebody else")
        with pytest.raises(CmsUnavailable, match="newer version"):
            await site.write(present, {"tags": ("tides",)}, publish=True)
    assert repository.ask("log", "-1", "--format=%s", "main").strip() == "somebody else"


async def test_a_push_that_loses_the_race_is_tried_again_on_top(repository: Repository, tmp_path: Path) -> None:
    """The bare repository itself moves on while our first push is on its way."""
    repository.write({"content/posts/rates.md": RATES + "More.\n"}, "the race", push=False)
    repository.run("push", "-q", "origin", "main:refs/heads/waiting")
    hook = Path(repository.url) / "hooks" / "pre-receive"
    hook.write_text(
        '#!/bin/sh\nunset GIT_QUARANTINE_PATH\ngit update-ref refs/heads/main refs/heads/waiting\nrm "$0"\n'
    )
    hook.chmod(0o755)
    async with _open(repository, tmp_path) as site:
        await _tag(site, "tides")
    assert repository.ask("log", "--format=%s", "main").split("\n")[:2] == ["Tags for tidal.md", "the race"]


async def test_no_hook_of_our_copy_runs(repository: Repository, tmp_path: Path) -> None:
    async with _open(repository, tmp_path) as site:
        await site.look(PATH, None)
        [mirror] = (tmp_path / "mirrors").glob("*.git")
        for name in ("pre-push", "reference-transaction", "post-checkout"):
            (mirror / "hooks").mkdir(exist_ok=True)
            (mirror / "hooks" / name).write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n")
            (mirror / "hooks" / name).chmod(0o755)
        await _tag(site, "tides")
    assert not (tmp_path / "ran").exists()


async def test_drafts_wait_on_a_branch_of_their_own(repository: Repository, tmp_path: Path) -> None:
    head = repository.ask("rev-parse", "main")
    async with _open(repository, tmp_path, "draft") as site:
        assert (await _tag(site, "energy", "tides", publish=False))["tags"] == ("energy", "tides")
        present = await site.look(PATH, None)
    assert (present.tags["tags"], present.has_draft) == (("energy", "tides"), True)
    [branch] = repository.ask("for-each-ref", "--format=%(refname)", "refs/heads/scopenote/").split()
    assert branch.startswith("refs/heads/scopenote/tidal-")
    assert repository.ask("rev-parse", "main", f"{branch}^").split() == [head.strip()] * 2
    assert repository.ask("show", f"{branch}:{PATH}") == TIDAL.replace("[energy]", "[energy, tides]")


async def test_a_draft_is_rebuilt_on_what_people_pushed_since(repository: Repository, tmp_path: Path) -> None:
    async with _open(repository, tmp_path, "draft") as site:
        await _tag(site, "energy", "tides", publish=False)
        repository.write({PATH: TIDAL.replace("[energy]", "[energy, mine]")}, "by hand")
        assert (await site.look(PATH, None)).tags["tags"] == ("energy", "mine", "tides")
        await _tag(site, "energy", "mine", "tides", "moon", publish=False)
    [branch] = repository.ask("for-each-ref", "--format=%(refname)", "refs/heads/scopenote/").split()
    assert repository.ask("log", "-2", "--format=%s", branch).split("\n")[:2] == ["Tags for tidal.md", "by hand"]
    assert "[energy, mine, tides, moon]" in repository.ask("show", f"{branch}:{PATH}")


async def test_a_draft_that_was_merged_is_no_draft_any_more(repository: Repository, tmp_path: Path) -> None:
    async with _open(repository, tmp_path, "draft") as site:
        await _tag(site, "energy", "tides", publish=False)
        [branch] = repository.ask("for-each-ref", "--format=%(refname:short)", "refs/heads/scopenote/").split()
        repository.run("pull", "-q", "origin", branch)
        repository.run("push", "-q", "origin", "main")
        repository.write({PATH: TIDAL}, "taken out again")
        assert (await site.look(PATH, None)).tags["tags"] == ("energy",)


async def test_a_draft_that_changes_nothing_any_more_is_taken_back(repository: Repository, tmp_path: Path) -> None:
    async with _open(repository, tmp_path, "draft") as site:
        await _tag(site, "energy", "tides", publish=False)
        await _tag(site, "energy", publish=False)
    assert repository.ask("for-each-ref", "--format=%(refname)", "refs/heads/scopenote/") == ""


@pytest.mark.parametrize(
    "path",
    [
        pytest.param("content/posts/none.md", id="missing"),
        pytest.param("content/posts", id="a-folder"),
        pytest.param("content/link.md", id="a-link"),
        pytest.param("../site.git/config", id="outside"),
        pytest.param("/etc/passwd", id="absolute"),
        pytest.param("-rf", id="like-an-option"),
        pytest.param(":(glob)content/**", id="like-a-pattern"),
        pytest.param("content/*/tidal.md", id="with-a-star"),
        pytest.param("content/\n", id="two-lines"),
        pytest.param("", id="empty"),
    ],
)
async def test_what_is_no_file_of_the_branch_is_not_kept(repository: Repository, tmp_path: Path, path: str) -> None:
    (tmp_path / "editor" / "content" / "link.md").symlink_to("/etc/passwd")
    repository.write({})
    async with _open(repository, tmp_path) as site:
        with pytest.raises(NotKept):
            await site.look(path, None)


async def test_a_field_that_cannot_be_read_is_refused_by_its_name(repository: Repository, tmp_path: Path) -> None:
    repository.write({PATH: TIDAL.replace("[energy]", "energy tides")})
    async with _open(repository, tmp_path) as site:
        with pytest.raises(BadFile, match="tags"):
            await site.look(PATH, None)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        pytest.param({"branch": "gone"}, "no branch 'gone'", id="no-such-branch"),
        pytest.param({"branch": "--upload-pack=x"}, "no name of a branch", id="an-option"),
        pytest.param({"branch": "a..b"}, "no name of a branch", id="a-range"),
    ],
)
async def test_a_branch_that_cannot_be_is_refused(
    repository: Repository, tmp_path: Path, options: dict[str, str], message: str
) -> None:
    with pytest.raises(BadInput, match=message):
        async with _open(repository, tmp_path, options=options) as site:
            await site.look(PATH, None)


async def test_a_repository_that_is_not_there_is_bad_input(tmp_path: Path) -> None:
    async with opened(make_source("github", str(tmp_path / "none.git")), folder=tmp_path / "mirrors") as site:
        with pytest.raises(BadInput, match="Check the source's site, branch and write secret"):
            await site.look(PATH, None)


async def test_a_server_that_is_not_there_is_worth_another_try(tmp_path: Path) -> None:
    async with opened(make_source("github", "https://127.0.0.1:9/x.git"), ["tok-secret"], folder=tmp_path) as site:
        with pytest.raises(CmsUnavailable) as refused:
            await site.look(PATH, None)
    assert "tok-secret" not in str(refused.value)


async def test_changes_are_listed_with_what_a_merge_brought(repository: Repository, tmp_path: Path) -> None:
    repository.run("checkout", "-q", "-b", "side")
    repository.write({"content/posts/side.md": TIDAL}, "beside", push=False)
    repository.run("checkout", "-q", "main")
    repository.write({"content/posts/rates.md": None, "layouts/x.html": "<p>", "content/é ü.md": TIDAL}, "others")
    repository.run("merge", "-q", "--no-ff", "-m", "merge", "side")
    repository.run("push", "-q", "origin", "main")
    async with _open(repository, tmp_path) as site:
        everything = await list_all(site)
        late = await list_all(site, datetime(2026, 11, 4, tzinfo=UTC))
    assert {event.id for event in everything} == {PATH, "content/posts/side.md", "content/é ü.md"}
    assert "content/é ü.md" in {event.id for event in late}
    assert PATH not in {event.id for event in late}
    moments = [event.updated_at for event in everything if event.updated_at]
    assert moments == sorted(moments)


async def test_a_lock_that_a_dead_process_left_is_taken_away(repository: Repository, tmp_path: Path) -> None:
    async with _open(repository, tmp_path) as site:
        await site.look(PATH, None)
        [mirror] = (tmp_path / "mirrors").glob("*.git")
        lock = mirror / "refs" / "mirrored" / "main.lock"
        lock.touch()
        repository.write({PATH: TIDAL + "More.\n"})
        fresh, old = NOW.timestamp(), (NOW - timedelta(hours=1)).timestamp()
        os.utime(lock, (fresh, fresh))
        with pytest.raises(CmsUnavailable, match="lock"):
            await site.look(PATH, None)
        os.utime(lock, (old, old))
        present = await site.look(PATH, None)
    assert present.event.body is not None
    assert present.event.body.content.endswith("More.\n")


async def test_two_sites_of_one_repository_can_look_at_the_same_time(repository: Repository, tmp_path: Path) -> None:
    async with _open(repository, tmp_path) as site:
        await site.look(PATH, None)
        async with anyio.create_task_group() as group:
            for _ in range(4):
                group.start_soon(site.look, PATH, None)


@pytest.mark.parametrize("said", ["git@host.example: Permission denied (publickey).", "Host key verification failed."])
async def test_where_ssh_is_not_let_in_it_is_said_which_keys_count(tmp_path: Path, said: str) -> None:
    git = Git(tmp_path, Remote("git@host.example:us/site.git", "ssh", "x-access-token"))
    told = git.refuse(Ran(128, b"", f"{said}\nfatal: Could not read from remote repository."))
    assert isinstance(told, BadInput)
    assert "~/.ssh of the user this runs as" in str(told)


async def test_a_server_that_never_answers_is_given_up_with_all_that_was_started(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"https://127.0.0.1:{silent.getsockname()[1]}/x.git"
        git = Git(tmp_path, Remote(url, "https", "x-access-token", SecretStr("tok-secret")), timeout_s=0.3)
        with pytest.raises(CmsUnavailable, match="took longer than"):
            await git.ask("ls-remote", "--", url)
    assert not any(f"127.0.0.1:{url.rsplit(':', maxsplit=1)[-1]}" in line for line in _list_commands())


def _list_commands() -> list[str]:
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            found.append(path.read_bytes().replace(b"\0", b" ").decode(errors="replace"))
    return found
