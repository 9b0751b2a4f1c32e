import json
from collections.abc import Mapping

import pytest

from app.cms.adapters.github import OURS
from app.cms.kinds import find_adapter
from app.domain.article_event import ArticleEvent
from app.errors import BadPayload
from tests.cms.captured import make_arrival, make_source

EDITOR = {"name": "Ed Itor", "email": "ed@example.org", "username": "ed"}
BOT = "Tag three articles\n\nWritten-By: scopenote\n"


def _commit(message: str = "Edit", author: object = EDITOR, **files: list[object]) -> dict[str, object]:
    return {"id": "c", "message": message, "author": author, "added": [], "removed": [], "modified": [], **files}


def _push(
    push: Mapping[str, object], headers: Mapping[str, str] | None = None, /, **options: str
) -> tuple[ArticleEvent, ...]:
    whole = {"ref": "refs/heads/main", "deleted": False, "repository": {"default_branch": "main"}, **push}
    return find_adapter("github").read_events(
        make_arrival(json.dumps(whole).encode(), headers), make_source("github", **options)
    )


def _read(*commits: object, **options: str) -> tuple[ArticleEvent, ...]:
    return _push({"commits": commits}, None, **options)


def _list(events: tuple[ArticleEvent, ...]) -> list[tuple[str, str]]:
    return [(event.id, event.what) for event in events]


def test_a_push_has_one_event_for_each_content_file() -> None:
    commit = _commit(added=["content/a.md"], modified=["content/b.html", "README.md"], removed=["content/c.md"])
    assert _read(commit) == (
        ArticleEvent(what="withdrawn", id="content/c.md", actor="ed"),
        ArticleEvent(what="published", id="content/a.md", actor="ed"),
        ArticleEvent(what="updated", id="content/b.html", actor="ed"),
    )


@pytest.mark.parametrize(
    ("commits", "found"),
    [
        pytest.param([{"added": ["content/a.md"]}, {"modified": ["content/a.md"]}], "published", id="new and edited"),
        pytest.param([{"added": ["content/a.md"]}, {"removed": ["content/a.md"]}], "withdrawn", id="new and removed"),
        pytest.param([{"removed": ["content/a.md"]}, {"added": ["content/a.md"]}], "published", id="removed and back"),
        pytest.param([{"modified": ["content/a.md"]}] * 3, "updated", id="edited thrice"),
    ],
)
def test_the_last_commit_says_what_became_of_a_file(commits: list[dict[str, list[str]]], found: str) -> None:
    assert _list(_read(*({**_commit(), **files} for files in commits))) == [("content/a.md", found)]


def test_a_rename_is_one_file_less_and_one_more() -> None:
    events = _read(_commit(removed=["content/old.md"], added=["content/new.md"]))
    assert _list(events) == [("content/old.md", "withdrawn"), ("content/new.md", "published")]


@pytest.mark.parametrize(
    ("path", "is_content"),
    [
        ("content/posts/a.md", True),
        ("_posts/2026-11-22-a.markdown", True),
        ("content/a.MD", True),
        ("content/a.png", False),
        ("contents/a.md", False),
        ("docs/content/a.md", False),
        ("content/../layouts/a.md", False),
        ("layouts/a.html", False),
    ],
)
def test_only_files_of_articles_count(path: str, is_content: bool) -> None:
    assert bool(_read(_commit(added=[path]))) == is_content


def test_options_say_where_articles_are() -> None:
    events = _read(_commit(added=["src/blog/a.mdx", "content/a.md"]), content="src/blog/", suffixes=".mdx")
    assert _list(events) == [("src/blog/a.mdx", "published")]
    assert len(_read(_commit(added=["a.md"]), content=".")) == 1


@pytest.mark.parametrize(
    "top",
    [
        pytest.param({"ref": "refs/heads/feature"}, id="another branch"),
        pytest.param({"ref": "refs/tags/main"}, id="a tag"),
        pytest.param({"deleted": True, "commits": []}, id="a deleted branch"),
        pytest.param({"commits": []}, id="no commits"),
    ],
)
def test_a_push_that_publishes_nothing_is_ignored(top: dict[str, object]) -> None:
    assert _push({"commits": [_commit(added=["content/a.md"])], **top}) == ()


def test_a_body_that_is_no_push_is_refused_and_not_ignored() -> None:
    with pytest.raises(BadPayload, match="ref is missing"):
        _push({"ref": None})


def test_another_branch_counts_where_the_source_says_so() -> None:
    commit = _commit(added=["content/a.md"])
    assert len(_push({"ref": "refs/heads/live", "commits": [commit]}, branch="live")) == 1
    assert _read(commit, branch="live") == ()


@pytest.mark.parametrize("event", ["ping", "pull_request", "star"])
def test_other_events_are_ignored(event: str) -> None:
    assert _push({"commits": [_commit(added=["content/a.md"])]}, {"x-github-event": event}) == ()


@pytest.mark.parametrize(
    ("message", "actor"),
    [
        pytest.param(BOT, OURS, id="ours"),
        pytest.param("Tag\n\nSigned-off-by: x\nwritten-by: Scopenote", OURS, id="among other trailers"),
        pytest.param("Revert what says\n\nWritten-By: scopenote\n\nIt was wrong.", "ed", id="quoted by a person"),
        pytest.param("Written-By: scopenotes", "ed", id="another word"),
        pytest.param("", "ed", id="no message"),
    ],
)
def test_our_own_commits_are_known_by_their_trailer(message: str, actor: str) -> None:
    (event,) = _read(_commit(message, modified=["content/a.md"]))
    assert event.actor == actor


@pytest.mark.parametrize("messages", [(BOT, "Edit"), ("Edit", BOT)], ids=["edited after", "edited before"])
def test_a_file_that_a_person_wrote_too_is_not_ours(messages: tuple[str, str]) -> None:
    (event,) = _read(*(_commit(message, modified=["content/a.md"]) for message in messages))
    assert event.actor == "ed"


@pytest.mark.parametrize(
    ("author", "actor"), [({"name": "Ed Itor"}, "Ed Itor"), ({}, None), (None, None)], ids=["name", "nothing", "null"]
)
def test_an_author_without_an_account_has_a_name(author: object, actor: str | None) -> None:
    (event,) = _read(_commit(author=author, modified=["content/a.md"]))
    assert event.actor == actor
    assert "@" not in event.model_dump_json()


@pytest.mark.parametrize(
    ("commit", "words"),
    [
        pytest.param("x", "commits[0] must be an object, not text", id="commit"),
        pytest.param(_commit(added=[7]), "commits[0].added[0] must be text, not a number", id="path"),
        pytest.param(
            _commit(added=["content/" + "a" * 400 + ".md"]), "commits[0].added[0] is longer than 400", id="long path"
        ),
        pytest.param(_commit(added=["content/a\n.md"]), "commits[0].added[0] must be an id", id="line end in a path"),
        pytest.param({"added": {}}, "commits[0].added must be a list, not an object", id="list"),
    ],
)
def test_a_wrong_field_of_a_push_is_refused_by_its_path(commit: object, words: str) -> None:
    with pytest.raises(BadPayload) as caught:
        _read(commit)
    assert words in str(caught.value)


def test_a_push_of_too_many_files_says_what_to_use() -> None:
    commits = [_commit(added=[f"content/{start + n}.md" for n in range(11_000)]) for start in (0, 11_000)]
    with pytest.raises(BadPayload, match="scopenote reclassify"):
        _read(*commits)
