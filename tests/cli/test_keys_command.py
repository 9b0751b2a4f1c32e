"""`scopenote keys`: a key is shown once and never again, and what it allows is told without it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from app.cli.key_desk import read_origin
from app.cli.program import program
from app.door.key_text import read_key
from app.errors import BadInput

Call = Callable[..., tuple[int, str, str]]


@pytest.fixture
def call(tmp_path: Path) -> Call:
    def run(*arguments: str, typed: str = "") -> tuple[int, str, str]:
        environment = {"SCOPENOTE_DATABASE_URL": f"sqlite:///{tmp_path}/store.db", "COLUMNS": "200"}
        result = CliRunner().invoke(program, ["keys", *arguments], input=typed, env=environment)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result.exit_code, result.stdout, result.stderr

    return run


def _list(call: Call) -> list[dict[str, Any]]:
    code, out, err = call("list", "--json")
    assert (code, err) == (0, "")
    return list(json.loads(out))


def test_a_key_is_the_only_thing_on_standard_output_and_is_shown_this_once(call: Call, tmp_path: Path) -> None:
    code, out, err = call("create", "News room", "--scope", "review")
    key = out.strip()
    assert (code, key[:5], out.count("\n")) == (0, "sn_r_", 1)
    assert "shown this once" in err
    for said in (err, *call("list")[1:], *call("list", "--json")[1:]):
        assert key not in said
        assert read_key(key) not in said
    assert key.encode() not in b"".join(path.read_bytes() for path in tmp_path.glob("store.db*"))


def test_a_list_tells_what_each_key_allows(call: Call) -> None:
    terms = ["--expires", "30", "--origin", "https://CMS.example:443/", "--per-minute", "9", "--budget-day", "1.5"]
    call("create", "[red]Plug-in", *terms)
    (key,) = _list(call)
    told = {name: key[name] for name in ("name", "scope", "state", "origins", "per_minute", "budget_day_usd")}
    assert told == {
        "name": "[red]Plug-in",
        "scope": "classify",
        "state": "valid",
        "origins": ["https://cms.example"],
        "per_minute": 9,
        "budget_day_usd": 1.5,
    }
    assert (key["last_used_at"], key["revoked_at"]) == (None, None)
    out = call("list")[1]
    assert all(words in out for words in ("[red]Plug-in", "https://cms.example", "$1.5 a day", "never"))


def test_without_keys_a_list_says_how_to_make_one(call: Call) -> None:
    assert _list(call) == []
    assert "keys create" in call("list")[1]


def test_a_revoked_key_stays_on_the_list(call: Call) -> None:
    call("create", "a")
    key_id = _list(call)[0]["id"]
    code, out, err = call("revoke", key_id)
    assert (code, out, "is revoked" in err) == (0, "", True)
    assert [key["state"] for key in _list(call)] == ["revoked"]


def test_a_rotated_key_is_followed_by_one_that_allows_the_same(call: Call) -> None:
    call("create", "a", "--scope", "admin", "--expires", "7", "--per-minute", "3")
    key_id = _list(call)[0]["id"]
    code, out, _ = call("rotate", key_id, "--keep", "2")
    assert (code, out[:5]) == (0, "sn_a_")
    old, new = _list(call)
    assert old["expires_at"] < new["expires_at"]
    assert {name: (old[name], new[name]) for name in ("name", "scope", "per_minute")} == {
        "name": ("a", "a"),
        "scope": ("admin", "admin"),
        "per_minute": (3, 3),
    }


def test_rotating_tells_what_was_kept_and_until_when_the_old_key_holds(call: Call) -> None:
    terms = ["--expires", "7", "--origin", "https://cms.example", "--per-minute", "9", "--budget-day", "1.5"]
    call("create", "desk", "--scope", "review", *terms)
    key_id = _list(call)[0]["id"]
    told = " ".join(call("rotate", "desk", "--keep", "2")[2].split())
    old, new = _list(call)
    ends = {name: key["expires_at"][:16].replace("T", " ") for name, key in (("old", old), ("new", new))}
    for words in ("scope review", f"until {ends['new']}", "https://cms.example", "9 a minute", "$1.5 a day"):
        assert words in told
    assert f"The old one, {key_id}, holds until {ends['old']} UTC" in told
    assert f"The old one, {new['id']}, is over." in " ".join(call("rotate", new["id"], "--keep", "0")[2].split())


def test_a_key_is_meant_by_its_name_or_the_beginning_of_its_id(call: Call) -> None:
    for name in ("a", "b", "c"):
        call("create", name)
    ids = [key["id"] for key in _list(call)]
    assert call("revoke", "a")[0] == 0
    assert call("revoke", ids[1][:6])[0] == 0
    assert {key["id"]: key["state"] for key in _list(call)} == dict(
        zip(ids, ("revoked", "revoked", "valid"), strict=True)
    )
    for few in (ids[2][:3], "", "d"):
        code, _, err = call("revoke", few)
        assert (code, "keys list" in err) == (2, True)


def test_a_name_means_the_newest_key_however_often_it_was_rotated(call: Call) -> None:
    call("create", "desk")
    for _ in range(2):
        assert call("rotate", "desk")[0] == 0
    first, second, third = _list(call)
    assert [key["state"] for key in (first, second, third)] == ["replaced", "replaced", "valid"]
    assert [key["replaced_by"] for key in (first, second, third)] == [second["id"], third["id"], None]
    until = first["expires_at"][:16].replace("T", " ")
    assert f"replaced, until {until}" in call("list")[1]


def test_a_key_whose_follower_was_revoked_is_rotated_anew(call: Call) -> None:
    call("create", "desk")
    call("rotate", "desk")
    lost = next(key for key in _list(call) if key["replaced_by"] is None)
    call("revoke", lost["id"])
    assert call("rotate", "desk")[0] == 0
    assert sorted(key["state"] for key in _list(call)) == ["replaced", "revoked", "valid"]
    assert next(key["expires_at"] for key in _list(call) if key["state"] == "valid") is None


def test_a_key_that_another_follows_is_not_rotated_again(call: Call) -> None:
    call("create", "desk")
    call("rotate", "desk")
    old, new = _list(call)
    code, out, err = call("rotate", old["id"])
    assert (code, out, new["id"] in err) == (2, "", True)
    assert len(_list(call)) == 2


def test_a_name_ends_no_more_than_one_key_before_it_is_confirmed(call: Call) -> None:
    call("create", "desk")
    call("rotate", "desk")
    both = [key["id"] for key in _list(call)]
    code, out, err = call("revoke", "desk")
    assert (code, out, [key in err for key in both], "Give --yes" in err) == (2, "", [True, True], True)
    assert [key["state"] for key in _list(call)] == ["replaced", "valid"]
    code, out, err = call("revoke", "desk", "--yes")
    assert (code, out, [key in err for key in both]) == (0, "", [True, True])
    assert [key["state"] for key in _list(call)] == ["revoked", "revoked"]


@pytest.mark.parametrize(("said", "left"), [("y", ["revoked", "revoked"]), ("n", ["replaced", "valid"])])
def test_whoever_sits_at_a_terminal_is_asked_whether_all_keys_of_a_name_are_to_end(
    call: Call, monkeypatch: pytest.MonkeyPatch, said: str, left: list[str]
) -> None:
    call("create", "desk")
    call("rotate", "desk")
    monkeypatch.setattr("app.cli.source_secrets.has_terminal", lambda: True)
    code, _, err = call("revoke", "desk", typed=f"{said}\n")
    assert (code, "End them all?" in err) == (0 if said == "y" else 1, True)
    assert [key["state"] for key in _list(call)] == left


def test_one_of_several_keys_of_a_name_is_ended_by_its_id_without_a_question(call: Call) -> None:
    call("create", "desk")
    call("rotate", "desk")
    assert call("revoke", _list(call)[0]["id"])[0] == 0
    assert [key["state"] for key in _list(call)] == ["revoked", "valid"]


def test_a_name_is_given_to_one_key_at_a_time(call: Call) -> None:
    call("create", "News room")
    code, out, err = call("create", "News room", "--scope", "review")
    assert (code, out, "scopenote keys rotate 'News room'" in err) == (2, "", True)
    assert len(_list(call)) == 1
    call("revoke", "News room")
    assert call("create", "News room", "--scope", "review")[0] == 0
    assert [key["state"] for key in _list(call)] == ["revoked", "valid"]


def test_what_may_mean_one_key_or_another_ends_none_of_them(call: Call) -> None:
    call("create", "a")
    beginning = _list(call)[0]["id"][:5]
    call("create", beginning)
    code, out, err = call("revoke", beginning, "--yes")
    assert (code, out, [key["id"] in err for key in _list(call)]) == (2, "", [True, True])
    assert [key["state"] for key in _list(call)] == ["valid", "valid"]


def test_too_little_of_an_id_is_told_as_such(call: Call) -> None:
    call("create", "a")
    code, _, err = call("revoke", _list(call)[0]["id"][:2])
    assert (code, "at least 4 of its characters" in err) == (2, True)


def test_programs_are_told_of_a_new_key_as_json_and_of_the_one_that_it_follows(call: Call) -> None:
    code, out, err = call("create", "desk", "--scope", "watch", "--json")
    made = json.loads(out)
    assert (code, err, made["key"][:5], made["scope"], made["replaces"]) == (0, "", "sn_w_", "watch", None)
    code, out, err = call("rotate", "desk", "--json")
    old, new = _list(call)
    rotated = json.loads(out)
    assert (code, err, rotated.pop("key")[:5], rotated.pop("replaces")) == (0, "", "sn_w_", old)
    assert rotated == new
    assert (new["state"], old["state"], made["id"]) == ("valid", "replaced", old["id"])
    assert made["key"] not in call("list", "--json")[1]


@pytest.mark.parametrize(
    ("given", "told"), [("0.00001", "$0.00001 a day"), ("20", "$20 a day"), ("1.50", "$1.5 a day")]
)
def test_a_budget_is_told_in_plain_decimals(call: Call, given: str, told: str) -> None:
    call("create", "desk", "--budget-day", given)
    assert told in call("list")[1]


def test_by_a_name_the_key_that_still_holds_is_meant(call: Call) -> None:
    call("create", "desk")
    call("rotate", "desk", "--keep", "0")
    old, new = _list(call)
    assert new["id"] in call("revoke", "desk")[2]
    assert [key["state"] for key in _list(call)] == ["expired", "revoked"]
    assert old["id"] in call("revoke", old["id"])[2]


def test_a_key_that_is_rotated_at_once_is_over(call: Call) -> None:
    call("create", "a")
    key_id = _list(call)[0]["id"]
    assert call("rotate", key_id, "--keep", "0")[0] == 0
    assert [key["state"] for key in _list(call)] == ["expired", "valid"]
    code, _, err = call("rotate", key_id)
    assert (code, "nothing to rotate" in err) == (2, True)


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(("create", "a", "--scope", "everything"), id="no such scope"),
        pytest.param(("create", " "), id="no name"),
        pytest.param(("create", "a\nb"), id="a name of two lines"),
        pytest.param(("create", "a" * 101), id="a long name"),
        pytest.param(("create", "a", "--origin", "*"), id="every origin"),
        pytest.param(("create", "a", "--budget-day", "nan"), id="a budget that is no number"),
        pytest.param(("create", "a", "--budget-day", "0"), id="a budget of nothing"),
        pytest.param(("create", "a", "--expires", "0"), id="over before it begins"),
        pytest.param(("revoke", "nothing"), id="revoking what is not there"),
        pytest.param(("rotate", "nothing"), id="rotating what is not there"),
    ],
)
def test_what_cannot_be_is_told_and_nothing_is_kept(call: Call, arguments: tuple[str, ...]) -> None:
    code, out, err = call(*arguments)
    assert (code, out, bool(err)) == (2, "", True)
    assert _list(call) == []


@pytest.mark.parametrize(
    ("text", "origin"),
    [
        ("https://cms.example", "https://cms.example"),
        (" HTTPS://CMS.Example:443/ ", "https://cms.example"),
        ("http://localhost:80", "http://localhost"),
        ("http://localhost:3000", "http://localhost:3000"),
        ("https://[::1]:8443", "https://[::1]:8443"),
    ],
)
def test_an_origin_is_kept_as_browsers_send_it(text: str, origin: str) -> None:
    assert read_origin(text) == origin


@pytest.mark.parametrize(
    "text",
    [
        "*",
        "null",
        "",
        "cms.example",
        "https://*.example",
        "https://cms.example/path",
        "https://u@cms.example",
        "ftp://a",
        "https://a b",
    ],
)
def test_what_is_no_single_origin_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match="Name exactly one"):
        read_origin(text)
