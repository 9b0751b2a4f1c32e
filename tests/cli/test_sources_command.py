"""`scopenote sources`: sources are added, changed and removed, and their secrets are never shown but when made."""

import base64
import json
import re
import subprocess
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any, get_args

import pytest
from typer.testing import CliRunner

from app.bootstrap.sourcing import list_options
from app.cli.source_hints import PROJECTION, list_steps
from app.cli.sources import program
from app.cms.arrival import Arrival
from app.cms.kinds import find_adapter
from app.domain.article_event import ArticleEvent
from app.domain.delivery import Delivery, Outcome
from app.domain.source import CMS, Source, Use
from app.store.callbacks import Callback, queue_callback
from app.store.deliveries import keep_delivery, settle_delivery
from app.store.opening import open_database
from app.store.sources import list_secrets

MADE = re.compile(r"whsec_[A-Za-z0-9+/=]+")
SECRET = "ghost-webhook-secret"
PASSWORD = "abcd EFGH 1234 ijkl MNOP 5678"


class Desk:
    """The commands over a store of their own."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.url = f"sqlite:///{folder}/store.db"
        self._monkeypatch = monkeypatch
        monkeypatch.setenv("SCOPENOTE_DATABASE_URL", self.url)

    def set(self, secret: str | None) -> None:
        """Give the next secret in the environment, or not any more."""
        if secret is None:
            self._monkeypatch.delenv("SCOPENOTE_SOURCE_SECRET")
        else:
            self._monkeypatch.setenv("SCOPENOTE_SOURCE_SECRET", secret)

    def call(self, *arguments: str, typed: str | None = None) -> tuple[int, str, str]:
        """Exit code, standard output and standard error of a command; `typed` is what somebody types."""
        self._monkeypatch.setattr("app.cli.source_secrets.has_terminal", lambda: typed is not None)
        result = CliRunner(env={"COLUMNS": "200"}).invoke(program, arguments, input=typed)
        return result.exit_code, result.stdout, result.stderr

    def read(self, *arguments: str) -> Any:  # noqa: ANN401 - JSON
        """What a command writes for programs."""
        code, out, err = self.call(*arguments, "--json")
        assert code == 0, err
        return json.loads(out)

    def list_values(self, name: str, use: Use = "verify", *, hours: float = 0) -> list[str]:
        """The secrets that count, or will in so many hours."""
        moment = datetime.now(UTC) + timedelta(hours=hours)
        database = open_database(self.url)
        secrets = database.read_now(lambda c: list_secrets(c, name, use, moment))
        database.close()
        return [secret.value.get_secret_value() for secret in secrets]


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    return Desk(tmp_path, monkeypatch)


def test_without_sources_the_list_says_how_to_add_one(desk: Desk) -> None:
    assert desk.read("list") == []
    assert "scopenote sources add" in desk.call("list")[1]


@pytest.mark.parametrize("cms", ["standard", "wordpress", "wagtail"])
def test_a_secret_of_our_own_form_is_made_and_shown_once(desk: Desk, cms: str) -> None:
    code, out, _ = desk.call("add", "blog", "--cms", cms)
    (made,) = MADE.findall(out)
    assert (code, len(base64.b64decode(made.removeprefix("whsec_")))) == (0, 32)
    assert desk.list_values("blog") == [made]
    for words in (desk.call("show", "blog")[1], desk.call("list")[1], json.dumps(desk.read("show", "blog"))):
        assert made.removeprefix("whsec_") not in words


def test_two_secrets_that_are_made_are_not_alike(desk: Desk) -> None:
    made = {MADE.findall(desk.call("add", name, "--cms", "standard")[1])[0] for name in ("a", "b", "c")}
    assert len(made) == 3


def test_a_secret_may_come_from_the_settings_and_is_not_shown(desk: Desk) -> None:
    desk.set(SECRET)
    code, out, err = desk.call("add", "blog", "--cms", "ghost")
    assert (code, SECRET in out + err, desk.list_values("blog")) == (0, False, [SECRET])


def test_a_chosen_secret_is_typed_twice_and_not_shown(desk: Desk) -> None:
    code, out, err = desk.call("add", "blog", "--cms", "ghost", typed=f"{SECRET}\n{SECRET}\n")
    assert (code, SECRET in out + err, desk.list_values("blog")) == (0, False, [SECRET])


def test_a_secret_that_is_typed_otherwise_the_second_time_is_asked_for_again(desk: Desk) -> None:
    code, _, _ = desk.call("add", "blog", "--cms", "ghost", typed=f"{SECRET}\nother\n{SECRET}\n{SECRET}\n")
    assert (code, desk.list_values("blog")) == (0, [SECRET])


def test_whoever_types_none_has_one_made(desk: Desk) -> None:
    code, out, _ = desk.call("add", "blog", "--cms", "strapi", typed="\n\n")
    assert (code, MADE.findall(out)) == (0, desk.list_values("blog"))


def test_without_a_terminal_the_setting_is_named_and_nothing_is_kept(desk: Desk) -> None:
    code, _, err = desk.call("add", "blog", "--cms", "ghost")
    assert (code, "SCOPENOTE_SOURCE_SECRET" in err) == (2, True)
    assert desk.read("list") == []


@pytest.mark.parametrize("secret", ["a\x07b", "  ", "whsec_%%%", "whsec_" + base64.b64encode(b"short").decode()])
def test_a_secret_that_cannot_be_one_is_refused_without_being_shown(desk: Desk, secret: str) -> None:
    desk.set(secret)
    code, out, err = desk.call("add", "blog", "--cms", "standard")
    assert (code, desk.read("list")) == (2, [])
    assert not secret.strip() or secret not in out + err


@pytest.mark.parametrize("cms", sorted(set(get_args(CMS)) - {"standard", "wordpress", "wagtail", "contentful"}))
def test_a_secret_that_could_be_guessed_is_refused_with_how_one_is_made(desk: Desk, cms: str) -> None:
    desk.set("sixteen-less-on")
    code, out, err = desk.call("add", "blog", "--cms", cms)
    assert (code, desk.read("list"), "sixteen-less" in out + err) == (2, [], False)
    assert "16 characters or more" in err
    assert "press Enter" in err
    desk.set("sixteen-and-good")
    assert desk.call("add", "blog", "--cms", cms)[0] == 0


@pytest.mark.parametrize("cms", get_args(CMS))
def test_every_cms_is_told_its_address_and_how_it_is_set_up(
    desk: Desk, cms: CMS, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCOPENOTE_PUBLIC_URL", "https://tags.example/")
    desk.set("s" * 64 if cms == "contentful" else "whsec_" + base64.b64encode(b"x" * 32).decode())
    code, out, _ = desk.call("add", "blog", "--cms", cms)
    assert (code, "https://tags.example/webhooks/blog" in out) == (0, True)
    plain = "".join(out.split())
    for step in list_steps(cms, "blog"):
        assert "".join(step.split()) in plain
    assert "<name>" not in plain


@pytest.mark.parametrize("cms", get_args(CMS))
def test_every_command_in_a_hint_names_the_source_and_can_be_parsed(cms: CMS) -> None:
    commands = re.findall(r"`scopenote sources ([^`]+)`", " ".join(list_steps(cms, "blog")))
    for command in commands:
        verb, name, *options = command.split()
        assert (verb in {"change", "rotate"}, name) == (True, "blog"), command
        assert len(options) % 2 == 0
        known = list_options(cms)
        assert all(value.partition("=")[0] in known for option, value in pairwise(options) if option == "--option")


def test_what_a_hint_says_of_sanity_is_what_is_read(desk: Desk) -> None:
    names = re.findall(r'[{,] *"?(\w+)"?', PROJECTION)
    document = dict.fromkeys(names, "x") | {"op": "create", "tags": ["a"], "_updatedAt": "2026-11-23T12:00:00Z"}
    document["url"] = "https://blog.example/x"
    arrival = Arrival(
        method="POST", target="/", headers={"content-type": "application/json"}, body=json.dumps(document).encode()
    )
    (event,) = find_adapter("sanity").read_events(
        arrival, Source(name="blog", cms="sanity", created_at=datetime.now(UTC))
    )
    assert (event.id, event.title, event.url, event.tags, event.locale) == (
        "x",
        "x",
        "https://blog.example/x",
        ("a",),
        "x",
    )
    assert event.body is not None


@pytest.mark.parametrize("cms", get_args(CMS))
def test_every_default_that_is_told_can_be_given(desk: Desk, cms: CMS) -> None:
    desk.set("s" * 64 if cms == "contentful" else "whsec_" + base64.b64encode(b"x" * 32).decode())
    desk.call("add", "blog", "--cms", cms)
    told = desk.read("show", "blog")["in_force"]
    assert {one["name"] for one in told} == set(list_options(cms))
    given = [f"{one['name']}={one['value']}" for one in told if one["value"] and " " not in one["value"]]
    assert given
    code, _, err = desk.call("change", "blog", *(word for pair in given for word in ("--option", pair)))
    assert code == 0, err


def test_the_options_in_force_are_told_with_those_that_nobody_gave(desk: Desk) -> None:
    desk.set(SECRET)
    desk.call("add", "shop", "--cms", "hmac", "--option", "encoding=base64")
    told = {one["name"]: (one["value"], one["is_set"]) for one in desk.read("show", "shop")["in_force"]}
    assert told["encoding"] == ("base64", True)
    assert told["header"] == ("X-Signature", False)
    assert told["signed"] == ("{body}", False)
    assert told["tolerance"] == ("300", False)
    assert told["prefix"] == (None, False)
    words = desk.call("show", "shop")[1].split()
    assert words[words.index("header") + 1] == "X-Signature"


LACKING = [
    pytest.param(("ghost", "--mode", "apply", "--site", "https://x.example"), "rotate blog --use write", id="write"),
    pytest.param(("ghost", "--site", "https://x.example"), "rotate blog --use write", id="nothing to look with"),
    pytest.param(("wordpress", "--mode", "apply", "--site", "https://x.example"), "--option user=USER", id="whose"),
    pytest.param(("standard", "--mode", "suggest"), "change blog --callback URL", id="nobody to tell"),
    pytest.param(("github",), "change blog --site URL", id="nothing to read back from"),
    pytest.param(("wagtail", "--site", "https://x.example"), "--option page_types=", id="nothing to list"),
    pytest.param(("standard", "--callback", "https://x.example/y"), "SCOPENOTE_PUBLIC_URL", id="no address to tell"),
    pytest.param(
        (
            "ghost",
            "--mode",
            "apply",
            "--site",
            "https://x.example",
            "--field",
            "tags=none",
            "--field",
            "categories=none",
        ),
        "change blog --field",
        id="no field",
    ),
]


@pytest.mark.parametrize(("arguments", "remedy"), LACKING)
def test_what_is_missing_is_told_with_the_command_that_mends_it(
    desk: Desk, arguments: tuple[str, ...], remedy: str
) -> None:
    desk.set("whsec_" + base64.b64encode(b"x" * 32).decode())
    _, out, _ = desk.call("add", "blog", "--cms", *arguments)
    assert any(remedy in gap for gap in desk.read("show", "blog")["gaps"])
    assert "".join(remedy.split()) in "".join(out.split())
    assert "blog lacks" in desk.call("list")[1]


def test_what_is_mended_is_not_missing_any_more(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCOPENOTE_PUBLIC_URL", "https://tags.example")
    desk.call("add", "wp", "--cms", "wordpress", "--site", "https://x.example", "--mode", "apply",
              "--callback", "https://x.example/told")  # fmt: skip
    assert len(desk.read("show", "wp")["gaps"]) == 2
    desk.call("change", "wp", "--option", "user=bot")
    desk.set(PASSWORD)
    desk.call("rotate", "wp", "--use", "write")
    assert desk.read("show", "wp")["gaps"] == []
    assert "lacks" not in desk.call("list")[1]


def test_a_callback_that_never_arrives_is_told_at_once_and_whenever_the_source_is_shown(desk: Desk) -> None:
    remedy = "change blog --option callback_private=yes"
    for words in (
        desk.call("add", "blog", "--cms", "standard", "--callback", "http://127.0.0.1:9000/told")[1],
        desk.call("show", "blog")[1],
        desk.call("change", "blog", "--callback", "http://localhost:9000/told")[1],
    ):
        assert "No callback arrives" in words
        assert "".join(remedy.split()) in "".join(words.split())
    assert "No callback arrives" not in desk.call("change", "blog", "--option", "callback_private=yes")[1]


def test_of_a_callback_only_the_place_is_shown(desk: Desk) -> None:
    url = "https://hooks.example:8443/T0/path-secret?token=query-secret"
    said = "".join(
        [desk.call("add", "blog", "--cms", "standard", "--callback", url)[1], *desk.call("show", "blog")[1:]]
    )
    assert "https://hooks.example:8443/..." in said
    assert "-secret" not in said
    assert desk.read("show", "blog")["callback"] == "https://hooks.example:8443/..."


@pytest.mark.parametrize(
    "site", ["git@host.example:us/site.git", "/srv/site.git", "ssh://git@host.example/us/site.git"]
)
def test_a_repository_that_takes_no_secret_lacks_none(desk: Desk, site: str) -> None:
    desk.set("a-secret-of-the-repository")
    desk.call("add", "site", "--cms", "github", "--site", site, "--mode", "apply")
    assert desk.read("show", "site")["gaps"] == []


def test_a_budget_is_given_told_and_taken_away(desk: Desk) -> None:
    desk.call("add", "blog", "--cms", "standard", "--budget-day", "2.5")
    assert desk.read("show", "blog")["budget_day_usd"] == 2.5
    assert "$2.5 a day" in desk.call("show", "blog")[1]
    assert "$2.5 a day" in desk.call("list")[1]
    desk.call("change", "blog", "--mode", "off")
    assert desk.read("show", "blog")["budget_day_usd"] == 2.5
    desk.call("change", "blog", "--budget-day", "none")
    assert desk.read("show", "blog")["budget_day_usd"] is None


def test_that_nothing_caps_the_money_is_said_where_an_llm_judges(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCOPENOTE_JUDGE", "llm")
    _, out, _ = desk.call("add", "blog", "--cms", "standard")
    assert "scopenotesourceschangeblog--budget-day" in "".join(out.split())
    _, out, _ = desk.call("change", "blog", "--budget-day", "2")
    assert "--budget-day" not in out


FORMS = [
    pytest.param("ghost", "22444f78447824223cefc48062", "Settings, Integrations", id="Ghost: the Content API key"),
    pytest.param("ghost", f"{'a' * 24}:{'g' * 64}", "Admin API key", id="Ghost: no hexadecimal digits"),
    pytest.param("wordpress", "hunter2hunter2", "Application Passwords", id="WordPress: the login's password"),
    pytest.param("wp-webhooks", "abcd efgh ijkl mnop qrst", "Application Passwords", id="WordPress: a group short"),
    pytest.param("strapi", "Bearer abcdefghijklmnop", "token alone", id="Strapi: the whole header"),
    pytest.param("strapi", "two words-of-it", "API Tokens", id="Strapi: two words"),
    pytest.param("directus", "short", "static token", id="Directus: too short"),
    pytest.param("wagtail", "abcdefghijklmnopqrstuvwxyz", "wagtail_", id="Wagtail: another token"),
    pytest.param("github", "a token with spaces", "Developer settings", id="GitHub: words"),
    pytest.param("sanity", "sk-abcdefghijklmnop", "--mode suggest", id="a CMS that is not written to"),
]


@pytest.mark.parametrize(("cms", "secret", "told"), FORMS)
def test_a_secret_of_another_form_is_refused_with_where_the_right_one_is(
    desk: Desk, cms: str, secret: str, told: str
) -> None:
    desk.set("whsec_" + base64.b64encode(b"x" * 32).decode())
    desk.call("add", "blog", "--cms", cms)
    desk.set(secret)
    code, out, err = desk.call("rotate", "blog", "--use", "write")
    assert (code, told in err, secret in out + err) == (2, True, False)
    assert desk.list_values("blog", "write") == []


TAKEN = [
    pytest.param("ghost", f"{'a1' * 12}:{'b2' * 32}", id="Ghost"),
    pytest.param("wordpress", PASSWORD, id="WordPress"),
    pytest.param("wordpress", PASSWORD.replace(" ", ""), id="WordPress: without spaces"),
    pytest.param("strapi", "0f" * 128, id="Strapi"),
    pytest.param("directus", "jzn2Xo6-1xZqH_Q9dSxX9lDqzKkJ5b8W", id="Directus"),
    pytest.param("wagtail", "wagtail_jzn2Xo61xZqHQ9dSxX9lDqzKk-_J5b8W", id="Wagtail"),
    pytest.param("github", "github_pat_11ABCDEFG0abcdefghijkl_mnop", id="GitHub"),
]


@pytest.mark.parametrize(("cms", "secret"), TAKEN)
def test_a_secret_of_the_right_form_is_taken_with_what_surrounds_it_left_out(desk: Desk, cms: str, secret: str) -> None:
    desk.set("whsec_" + base64.b64encode(b"x" * 32).decode())
    desk.call("add", "blog", "--cms", cms)
    desk.set(f" {secret}\n")
    assert desk.call("rotate", "blog", "--use", "write")[0] == 0
    assert desk.list_values("blog", "write") == [secret]


def test_where_nothing_is_written_to_no_token_is_asked_for(desk: Desk) -> None:
    desk.call("add", "blog", "--cms", "standard")
    code, _, err = desk.call("rotate", "blog", "--use", "write", typed="x\n")
    assert (code, "not written back to standard" in err, "Secret that" in err) == (2, True, False)


def test_the_secret_that_contentful_makes_is_asked_for_and_none_is_made(desk: Desk) -> None:
    assert desk.call("add", "blog", "--cms", "contentful", typed="too-short\n")[0] == 2
    assert desk.read("list") == []
    code, out, _ = desk.call("add", "blog", "--cms", "contentful", typed="s" * 64 + "\n")
    assert (code, MADE.findall(out), desk.list_values("blog")) == (0, [], ["s" * 64])


def test_without_a_public_address_it_is_said_how_to_give_one(desk: Desk) -> None:
    _, out, _ = desk.call("add", "blog", "--cms", "standard")
    assert "http://127.0.0.1:8000/webhooks/blog" in out
    assert "SCOPENOTE_PUBLIC_URL" in out


def test_a_source_is_told_with_all_but_its_secrets(desk: Desk) -> None:
    desk.set(SECRET)
    given = ("--site", "https://blog.example", "--mode", "apply", "--field", "concepts=primary", "--field", "tags=none")
    desk.call("add", "blog", "--cms", "ghost", "--option", "collection=pages", *given)
    told = desk.read("show", "blog")
    assert (told["name"], told["cms"], told["site"], told["mode"]) == ("blog", "ghost", "https://blog.example", "apply")
    assert told["options"] == {"collection": "pages"}
    assert told["fields"] == {"tags": None, "categories": "categories", "concepts": "primary"}
    assert [(secret["use"], secret["until"]) for secret in told["secrets"]] == [("verify", None)]
    assert desk.read("list") == [told]
    assert re.search(r"collection +pages", desk.call("show", "blog")[1])


WRONG = [
    pytest.param(["Blog", "--cms", "standard"], "small letters", id="a name in capitals"),
    pytest.param(["a/b", "--cms", "standard"], "small letters", id="a name with a slash"),
    pytest.param(["x", "--cms", "joomla"], "joomla", id="a CMS that is not known"),
    pytest.param(["x", "--cms", "wagtail", "--option", "no=1"], "types: the page types", id="an unknown option"),
    pytest.param(["x", "--cms", "standard", "--option", "tolerance"], "NAME=VALUE", id="an option without a value"),
    pytest.param(["x", "--cms", "standard", "--option", "tolerance=soon"], "tolerance", id="a value of another kind"),
    pytest.param(["x", "--cms", "standard", "--option", "reconcile_minutes=x"], "minutes", id="an option of all"),
    pytest.param(["x", "--cms", "standard", "--field", "topics=x"], "tags, categories", id="a kind that there is not"),
    pytest.param(["x", "--cms", "standard", "--mode", "apply"], "suggest", id="a CMS that is not written to"),
    pytest.param(["x", "--cms", "wordpress", "--mode", "apply"], "--site", id="writing to nowhere"),
    pytest.param(["x", "--cms", "wordpress", "--site", "wp.example"], "http://", id="a site without a scheme"),
    pytest.param(["x", "--cms", "wordpress", "--site", "ftp://wp.example"], "http://", id="another scheme"),
    pytest.param(["x", "--cms", "wordpress", "--site", "https://u:secret@wp.example"], "login", id="a password"),
    pytest.param(["x", "--cms", "github", "--site", "https://token@host.example/us/x"], "login", id="a token"),
    pytest.param(["x", "--cms", "github", "--site", "https://h.example/x.git?t=s"], "base address", id="in a query"),
    pytest.param(["x", "--cms", "standard", "--budget-day", "0"], "--budget-day", id="a budget of nothing"),
    pytest.param(["x", "--cms", "standard", "--budget-day", "lots"], "--budget-day", id="no number"),
    pytest.param(["x", "--cms", "standard", "--budget-day", "inf"], "--budget-day", id="no end"),
    pytest.param(["x", "--cms", "standard", "--callback", "https://[::1"], "--callback", id="no address at all"),
]


@pytest.mark.parametrize(("arguments", "told"), WRONG)
def test_what_cannot_be_used_is_told_before_a_secret_is_asked_for(desk: Desk, arguments: list[str], told: str) -> None:
    code, out, err = desk.call("add", *arguments)
    assert (code, told in err, "secret" in out) == (2, True, False)
    assert desk.read("list") == []


@pytest.mark.parametrize("site", ["/srv/site.git", "git@host.example:us/site.git", "https://host.example/us/site.git"])
def test_a_repository_may_be_a_folder_or_elsewhere(desk: Desk, site: str) -> None:
    desk.set("a-secret-of-the-repository")
    assert desk.call("add", "site", "--cms", "github", "--site", site)[0] == 0


def test_a_name_is_given_once(desk: Desk) -> None:
    desk.call("add", "blog", "--cms", "standard")
    before = desk.list_values("blog")
    code, _, err = desk.call("add", "blog", "--cms", "wagtail")
    assert (code, "sources change" in err, desk.list_values("blog")) == (2, True, before)


def test_a_change_leaves_what_is_not_named(desk: Desk) -> None:
    desk.call("add", "wp", "--cms", "wordpress", "--site", "https://wp.example", "--option", "user=bot")
    before = desk.list_values("wp")
    desk.call("change", "wp", "--mode", "apply")
    told = desk.read("show", "wp")
    assert (told["mode"], told["site"], told["options"]) == ("apply", "https://wp.example", {"user": "bot"})
    desk.call("change", "wp", "--option", "user=none", "--option", "collection=pages")
    assert desk.read("show", "wp")["options"] == {"collection": "pages"}
    assert desk.list_values("wp") == before


def test_a_change_that_cannot_be_used_changes_nothing(desk: Desk) -> None:
    desk.call("add", "wp", "--cms", "wordpress", "--site", "https://wp.example", "--mode", "apply")
    assert desk.call("change", "wp", "--site", "none")[0] == 2
    assert desk.read("show", "wp")["site"] == "https://wp.example"
    assert desk.call("change", "wp")[0] == 2


def test_a_callback_gets_a_secret_when_it_is_first_named(desk: Desk) -> None:
    _, out, _ = desk.call("add", "blog", "--cms", "standard")
    assert len(MADE.findall(out)) == 1
    _, out, _ = desk.call("change", "blog", "--callback", "https://cms.example/decided")
    assert MADE.findall(out) == desk.list_values("blog", "callback")
    _, out, _ = desk.call("change", "blog", "--callback", "https://cms.example/other")
    assert MADE.findall(out) == []


def test_an_old_secret_counts_on_for_a_day(desk: Desk) -> None:
    old = MADE.findall(desk.call("add", "blog", "--cms", "standard")[1])
    new = MADE.findall(desk.call("rotate", "blog")[1])
    assert desk.list_values("blog") == new + old
    assert desk.list_values("blog", hours=23.9) == new + old
    assert desk.list_values("blog", hours=24.1) == new


def test_an_old_secret_counts_as_long_as_is_said(desk: Desk) -> None:
    desk.call("add", "blog", "--cms", "standard")
    second = MADE.findall(desk.call("rotate", "blog", "--keep", "1")[1])
    third = MADE.findall(desk.call("rotate", "blog", "--keep", "5")[1])
    assert len(desk.list_values("blog")) == 3
    assert desk.list_values("blog", hours=2) == third + second
    fourth = MADE.findall(desk.call("rotate", "blog", "--keep", "0")[1])
    assert desk.list_values("blog") == fourth


def test_a_token_for_writing_is_asked_for_and_replaces_the_old_one(desk: Desk) -> None:
    desk.call("add", "wp", "--cms", "wordpress")
    for token in (PASSWORD, PASSWORD.upper()):
        code, out, err = desk.call("rotate", "wp", "--use", "write", typed=f"{token}\n")
        assert (code, token in out + err, desk.list_values("wp", "write")) == (0, False, [token])
    assert len(desk.list_values("wp")) == 1


def test_a_removed_source_is_gone_with_its_secrets(desk: Desk) -> None:
    desk.call("add", "blog", "--cms", "standard")
    assert desk.call("remove", "blog", "--yes")[0] == 0
    assert (desk.read("list"), desk.list_values("blog")) == ([], [])


def test_before_a_source_is_removed_it_is_asked_and_said_what_goes_and_what_stays(desk: Desk) -> None:
    desk.call("add", "blog", "--cms", "standard")
    now = datetime.now(UTC)
    delivery = Delivery(
        id="d1", source="blog", key="k1", received_at=now, due_at=now, events=(ArticleEvent(what="published", id="1"),)
    )
    database = open_database(desk.url)
    database.write_now(lambda c: keep_delivery(c, delivery))
    database.close()
    code, _, err = desk.call("remove", "blog", typed="n\n")
    assert (code, [one["name"] for one in desk.read("list")]) == (1, ["blog"])
    for words in ("that wait (1)", "parked", "decisions stay", "tags in the CMS", "Nothing was removed"):
        assert words in err
    assert desk.call("remove", "blog", typed="y\n")[0] == 0
    assert desk.read("list") == []


def test_without_a_terminal_a_source_is_removed_by_yes_alone(desk: Desk) -> None:
    desk.call("add", "blog", "--cms", "standard")
    code, _, err = desk.call("remove", "blog")
    assert (code, "--yes" in err) == (2, True)
    assert [one["name"] for one in desk.read("list")] == ["blog"]


@pytest.mark.parametrize("command", ["show", "rotate", "remove", "deliveries"])
def test_a_source_that_there_is_not_is_told(desk: Desk, command: str) -> None:
    code, _, err = desk.call(command, "nope")
    assert (code, "'nope'" in err) == (2, True)


def test_deliveries_are_listed_with_what_became_of_them(desk: Desk) -> None:
    desk.call("add", "blog", "--cms", "standard")
    now = datetime.now(UTC)
    event = ArticleEvent(what="published", id="a1", title="Bread")
    database = open_database(desk.url)
    for number in (1, 2):
        at = now + timedelta(seconds=number)
        delivery = Delivery(
            id=f"d{number}", source="blog", key=f"k{number}", received_at=at, due_at=at, events=(event,)
        )
        database.write_now(lambda c, kept=delivery: keep_delivery(c, kept))  # type: ignore[misc]
    outcome = Outcome(article="blog:a1", fate="classified", decision="x1", written=("baking",), reason="\x1b[31m")
    done = delivery.model_copy(update={"state": "done", "outcomes": (outcome,)})
    database.write_now(lambda c: settle_delivery(c, done))
    database.close()
    assert [told["delivery"] for told in desk.read("deliveries", "blog")] == ["d2", "d1"]
    (told,) = desk.read("deliveries", "blog", "--state", "done")
    assert told["outcomes"][0]["classification_url"].endswith("/classifications/x1")
    _, out, _ = desk.call("deliveries", "blog")
    for words in ("d1", "d2", "waiting", "classified blog:a1", "written: baking"):
        assert words in out
    assert "\x1b[31m" not in out
    assert "Bread" not in out


def test_a_parked_delivery_is_worked_on_again(desk: Desk) -> None:
    desk.call("add", "blog", "--cms", "standard")
    now = datetime.now(UTC)
    event = ArticleEvent(what="published", id="a1")
    parked = Delivery(
        id="d1", source="blog", key="k1", received_at=now, due_at=now, events=(event,), state="parked", tries=5
    )
    database = open_database(desk.url)
    database.write_now(lambda c: keep_delivery(c, parked))
    database.close()
    assert desk.call("deliveries", "shop", "--again", "d1")[0] == 2
    (told,) = desk.read("deliveries", "blog", "--again", "d1")
    assert (told["state"], told["tries"]) == ("waiting", 0)


def test_a_callback_that_was_given_up_is_sent_again(desk: Desk) -> None:
    desk.call("add", "blog", "--cms", "standard", "--callback", "https://cms.example/decided")
    assert desk.read("callbacks", "blog") == []
    assert "No callbacks" in desk.call("callbacks", "blog")[1]
    now = datetime.now(UTC)
    given_up = Callback(
        id="c1",
        source="blog",
        decision="x1",
        body="{}",
        created_at=now,
        due_at=now,
        state="dead",
        tries=7,
        reason="410",
    )
    database = open_database(desk.url)
    database.write_now(lambda c: queue_callback(c, given_up))
    database.close()
    assert desk.call("callbacks", "shop", "--again", "c1")[0] == 2
    assert [one["state"] for one in desk.read("callbacks", "blog")] == ["dead"]
    _, out, _ = desk.call("callbacks", "blog")
    assert all(words in out for words in ("c1", "dead", "410", "7"))
    assert [one["state"] for one in desk.read("callbacks", "blog", "--again", "c1")] == ["waiting"]


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with one article in it."""
    folder = tmp_path / "site"
    (folder / "content").mkdir(parents=True)
    (folder / "content" / "bread.md").write_text("---\ntitle: Bread\n---\nBread is baked.\n")
    who = ("-c", "user.name=Editor", "-c", "user.email=editor@example.org")
    for step in (["init", "-q", "-b", "main"], ["add", "."], [*who, "commit", "-q", "-m", "Bread"]):
        subprocess.run(["git", "-C", str(folder), *step], check=True)  # noqa: S603, S607 - git's own
    return folder


@pytest.mark.parametrize(("tries", "state"), [(0, "waiting"), (2, "waiting for another try")])
def test_a_delivery_that_failed_is_shown_to_wait_for_another_try(desk: Desk, tries: int, state: str) -> None:
    desk.call("add", "blog", "--cms", "standard")
    now, event = datetime.now(UTC), ArticleEvent(what="published", id="a1")
    waiting = Delivery(id="d1", source="blog", key="k1", received_at=now, due_at=now, events=(event,), tries=tries)
    database = open_database(desk.url)
    database.write_now(lambda c: keep_delivery(c, waiting))
    database.close()
    lines = [line.split(maxsplit=1) for line in desk.call("deliveries", "blog")[1].splitlines()]
    assert [(line[0], line[1].strip()) for line in lines if line[:1] == ["d1"]] == [("d1", state)]


def test_what_no_webhook_told_of_is_found_by_looking(desk: Desk, repository: Path) -> None:
    desk.set("a-secret-of-the-repository")
    desk.call("add", "site", "--cms", "github", "--site", str(repository))
    found = desk.read("reconcile", "site", "--since", "2020-01-01")
    assert (found["listed"], found["missed"]) == (1, 1)
    assert [told["state"] for told in desk.read("deliveries", "site")] == ["waiting"]
    code, _, err = desk.call("reconcile", "site", "--since", "2020-01-01")
    assert (code, "1 article changed since 2020-01-01" in err, "0 of them" in err) == (0, True, True)


def test_undoing_names_what_and_asks_first(desk: Desk, repository: Path) -> None:
    desk.set("a-secret-of-the-repository")
    desk.call("add", "site", "--cms", "github", "--site", str(repository))
    assert desk.call("undo", "site")[0] == 2
    assert desk.call("undo", "site", "--since", "2020-01-01", typed="n\n")[0] == 1
    assert desk.read("undo", "site", "--since", "2020-01-01", "--yes") == {"restored": 0, "as_before": 0, "left": []}


def test_a_source_without_a_cms_has_nothing_to_look_at(desk: Desk) -> None:
    desk.call("add", "blog", "--cms", "standard")
    code, _, err = desk.call("reconcile", "blog")
    assert (code, "--site" in err) == (2, True)
