"""Owns what is tried with a real WordPress and a real service, step by step: each is told, and a wrong one ends it.

An editor's steps are taken with a login and a nonce, as the block editor takes them. What came of it is asked of
WordPress's interface and of Scopenote alone. It needs nothing but Python's own library.
"""

import http.cookiejar
import json
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from os import environ  # noqa: TID251 - what the script around it says; Scopenote is only called
from pathlib import Path
from typing import Any

import trying
from trying import BREAD, begin, check, list_deliveries, scopenote, see_through

SITE, SERVICE, SOURCE = environ["TRY_SITE"], environ["TRY_SERVICE"], "blog"
EDITOR, PASSWORD = "desk", environ["TRY_SITE_KEY"]


class Desk:
    """An editor who is logged in."""

    def __init__(self) -> None:
        direct = urllib.request.ProxyHandler({})
        cookies = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self._browser = urllib.request.build_opener(direct, cookies)
        self._nonce = ""

    def log_in(self) -> None:
        """Log in at WordPress's own form."""
        self._open("/wp-login.php")
        form = {"log": EDITOR, "pwd": PASSWORD, "testcookie": "1"}
        self._open("/wp-login.php", urllib.parse.urlencode(form).encode())
        self._nonce = self._open("/wp-admin/admin-ajax.php?action=rest-nonce").decode()

    def visit(self) -> None:
        """Look at the site, which has WordPress do what is due."""
        self._open("/")

    def save(self, post: int | None = None, **fields: object) -> dict[str, Any]:
        """Save a new post, or fields of one that is there, as the editor's button does."""
        return self._send(f"/wp-json/wp/v2/posts{f'/{post}' if post else ''}", fields)

    def find_tag(self, name: str) -> int:
        """A tag's number; it is made where there is none."""
        found = json.loads(self._open(f"/wp-json/wp/v2/tags?search={name}"))
        tag = next((one["id"] for one in found if one["name"] == name), None)
        return int(tag or self._send("/wp-json/wp/v2/tags", {"name": name})["id"])

    def list_tags(self, post: int) -> list[str]:
        """The names of a post's tags, in the order of the alphabet."""
        return sorted(tag["name"] for tag in json.loads(self._open(f"/wp-json/wp/v2/tags?post={post}")))

    def show(self, post: int) -> dict[str, Any]:
        """A post as WordPress's interface tells it."""
        told: dict[str, Any] = json.loads(self._open(f"/wp-json/wp/v2/posts/{post}"))
        return told

    def _send(self, path: str, fields: dict[str, Any]) -> dict[str, Any]:
        headers = {"Content-Type": "application/json", "X-WP-Nonce": self._nonce}
        told: dict[str, Any] = json.loads(self._open(path, json.dumps(fields).encode(), headers))
        return told

    def _open(self, path: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> bytes:
        request = urllib.request.Request(SITE + path, body, headers or {})  # noqa: S310 - loopback
        with self._browser.open(request, timeout=20) as answer:
            data: bytes = answer.read()
        return data


def follow(desk: Desk, number: int, post: int) -> dict[str, Any]:
    """A post's delivery of that number; WordPress sends what is due when somebody looks at the site."""
    return trying.follow(SOURCE, number, article=f"{SOURCE}:{post}", rouse=desk.visit)


def set_up(given: dict[str, str]) -> Desk:
    """The source as somebody would add it who follows what `sources show` says, and an editor."""
    scopenote("sources", "add", SOURCE, "--cms", "wordpress", "--site", SITE, "--mode", "apply",
              "--field", "categories=none", "--option", "user=scopenote", "--option", f"actor={given['uuid']}",
              "--option", "reconcile_minutes=0", secret=environ["TRY_WEBHOOK_SECRET"])  # fmt: skip
    gaps = json.loads(scopenote("sources", "show", SOURCE, "--json"))["gaps"]
    check("the source says that it lacks the password", holds=len(gaps) == 1 and "--use write" in gaps[0], found=gaps)
    scopenote("sources", "rotate", SOURCE, "--use", "write", secret=given["password"])
    gaps = json.loads(scopenote("sources", "show", SOURCE, "--json"))["gaps"]
    check("and with it lacks nothing", holds=gaps == [], found=gaps)
    desk = Desk()
    desk.log_in()
    return desk


def try_publishing(desk: Desk) -> int:
    """A new post gets its tags, and what a person attached stays."""
    begin("1. An editor publishes a post, with a tag of their own")
    post = int(desk.save(title="Sourdough", content=BREAD, status="publish", tags=[desk.find_tag("staff-pick")])["id"])
    told = follow(desk, 1, post)
    check("the delivery is done", holds=told["state"] == "done", found=told)
    tags = desk.list_tags(post)
    check("the post has our tag, and the person's", holds=tags == ["baking", "staff-pick"], found=tags)
    return post


def try_echo(desk: Desk, post: int) -> None:
    """Our own writing comes back as a webhook, and comes to nothing."""
    begin("2. WordPress tells of our own writing")
    modified = desk.show(post)["modified_gmt"]
    told = follow(desk, 2, post)
    check("it is known as an echo, by the password that wrote", holds=told["outcome"]["fate"] == "echo", found=told)
    check("nothing was written", holds=told["outcome"]["written"] is None, found=told)
    time.sleep(2)
    desk.visit()
    time.sleep(1)
    check("and nothing came of that", holds=len(list_deliveries(SOURCE)) == 2, found=len(list_deliveries(SOURCE)))
    check("the post was not touched again", holds=desk.show(post)["modified_gmt"] == modified, found=modified)


def try_person(desk: Desk, post: int) -> None:
    """An editor attaches a tag, takes ours out and writes on: both choices stand."""
    begin("3. The editor takes our tag out, attaches one and publishes more text")
    kept = [desk.find_tag("staff-pick"), desk.find_tag("rye")]
    desk.save(post, title="Sourdough, and rye", content=BREAD + BREAD, tags=kept)
    told = follow(desk, 3, post)
    check("the new text is decided about", holds=told["outcome"]["fate"] == "classified", found=told)
    tags = desk.list_tags(post)
    check("the person's tags are there, and ours stays out", holds=tags == ["rye", "staff-pick"], found=tags)


def try_missed(desk: Desk, switch: str) -> tuple[int, str]:
    """What no webhook told of is found."""
    begin("4. A webhook is lost, and WordPress is asked what changed")
    switch_webhooks(switch, "")
    post = int(desk.save(title="Pastry", content=BREAD.replace("hour", "half hour"), status="publish")["id"])
    found = json.loads(scopenote("sources", "reconcile", SOURCE, "--json"))
    check("the post is found", holds=found["missed"] == 1, found=found)
    switch_webhooks(switch, f"{SERVICE}/webhooks/{SOURCE}")
    told = follow(desk, 1, post)
    tags = desk.list_tags(post)
    check("and gets its tag", holds=tags == ["baking"], found=tags)
    return post, told["delivery"]


def try_undo(desk: Desk, post: int, delivery: str) -> None:
    """What was written for a delivery is taken back, and stays away."""
    begin("5. That is taken back")
    undone = json.loads(scopenote("sources", "undo", SOURCE, "--delivery", delivery, "--yes", "--json"))
    check("one post is as it was", holds=(undone["restored"], undone["left"]) == (1, []), found=undone)
    check("it has no tag", holds=desk.list_tags(post) == [], found=desk.list_tags(post))
    told = follow(desk, 2, post)
    check("and the webhook of that gives it none", holds=desk.list_tags(post) == [], found=told)


def try_word(desk: Desk) -> None:
    """What somebody says in Scopenote reaches the post by itself."""
    begin("6. A post gets our tag, and somebody says in Scopenote that it is wrong")
    post = int(desk.save(title="Ovens", content=BREAD.replace("stone", "bricks"), status="publish")["id"])
    told = follow(desk, 1, post)
    tags = desk.list_tags(post)
    check("the post has our tag", holds=tags == ["baking"], found=tags)
    follow(desk, 2, post)
    decision = told["outcome"]["classification_url"].rpartition("/")[2]
    said = {"category": "baking", "verdict": "reject", "note": "It is about masonry."}
    status = call(f"/classifications/{decision}/feedback", said)
    check("the word is taken", holds=status == 200, found=status)
    told = follow(desk, 3, post)
    check("a delivery of our own tells WordPress", holds=told["outcome"]["written"] == [], found=told)
    tags = desk.list_tags(post)
    check("and our tag is gone", holds=tags == [], found=tags)
    told = follow(desk, 4, post)
    check("the webhook of that is an echo", holds=told["outcome"]["fate"] == "echo", found=told)


def try_forgery() -> None:
    """A call that is not signed, or by somebody else, is turned away."""
    begin("7. Somebody else calls")
    forged = {"webhook-id": "msg_1", "webhook-timestamp": str(int(time.time())), "webhook-signature": "v1,AAAA"}
    for name, headers in (("without a signature", {}), ("with a signature of their own", forged)):
        status = call(f"/webhooks/{SOURCE}", {"type": "post.published"}, headers)
        check(f"{name}: refused with 401", holds=status == 401, found=status)


def call(path: str, said: dict[str, str], headers: dict[str, str] | None = None) -> int:
    """The status that Scopenote answers with."""
    told = {"Content-Type": "application/json"} | (headers or {})
    request = urllib.request.Request(SERVICE + path, json.dumps(said).encode(), told)  # noqa: S310 - loopback
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=20) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code


def switch_webhooks(switch: str, url: str) -> None:
    """Have WordPress send its webhooks there."""
    subprocess.run(["php", switch, url], check=True, capture_output=True)  # noqa: S603, S607 - ours


def take_steps() -> None:
    """All steps, one after another."""
    given, switch = json.loads(Path(sys.argv[1]).read_text().splitlines()[-1]), sys.argv[2]
    desk = set_up(given)
    switch_webhooks(switch, f"{SERVICE}/webhooks/{SOURCE}")
    post = try_publishing(desk)
    try_echo(desk, post)
    try_person(desk, post)
    try_undo(desk, *try_missed(desk, switch))
    try_word(desk)
    try_forgery()


if __name__ == "__main__":
    sys.exit(see_through(take_steps, faults=(subprocess.CalledProcessError,)))
