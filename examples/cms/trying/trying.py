"""Owns how a try with a real CMS is told and held to what it should come to, whichever CMS it is."""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from os import environ  # noqa: TID251 - what the script around it says; Scopenote is only called
from typing import Any

PATIENCE_S = 60.0
BREAD = (
    "<p>Bread is baked in a hot oven. Good pastry wants a cooler oven, and bakers of bread and pastry have both.</p>"
    "<p>Ovens for bread hold their heat in stone. Baking bread takes an hour; baking pastry takes half of that.</p>"
)
"""What the definition of the try applies to."""


class TryFailedError(Exception):
    """Something is not as it should be."""


def check(told: str, *, holds: bool, found: object = "") -> None:
    """Tell a thing that was looked at; end the try where it is not so."""
    sys.stdout.write(f"  {'ok ' if holds else 'NOT'} {told}\n")
    sys.stdout.flush()
    if not holds:
        raise TryFailedError(f"{told}: found {found!r}")


def begin(step: str) -> None:
    """Tell which step begins."""
    sys.stdout.write(f"{step}\n")
    sys.stdout.flush()


def wait_for(find: Callable[[], Any], what: str) -> Any:  # noqa: ANN401 - whatever is looked for
    """What `find` gives once it gives something."""
    until_s = time.monotonic() + PATIENCE_S
    while time.monotonic() < until_s:
        if found := find():
            return found
        time.sleep(0.3)
    raise TryFailedError(f"{what} did not come about within {PATIENCE_S:.0f} s")


def scopenote(*words: str, secret: str | None = None) -> str:
    """What a command of Scopenote prints."""
    environment = dict(environ) | ({"SCOPENOTE_SOURCE_SECRET": secret} if secret else {})
    command = [environ["TRY_SCOPENOTE"], *words]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603 - ours
    if done.returncode:
        raise TryFailedError(f"scopenote {' '.join(words)}: {done.stdout}{done.stderr}")
    return done.stdout


def list_deliveries(source: str, article: str | None = None) -> list[dict[str, Any]]:
    """All deliveries of a source, oldest first; `article`: those that were worked on and are about this one."""
    told = list(reversed(json.loads(scopenote("sources", "deliveries", source, "--json"))))
    return (
        told if article is None else [one for one in told if article in {each["article"] for each in one["outcomes"]}]
    )


def follow(
    source: str, number: int, *, article: str | None = None, rouse: Callable[[], object] = lambda: None
) -> dict[str, Any]:
    """The delivery of that number, of all or of those about an article, once it is worked on; told in a line.

    `rouse` has the CMS do what it has left.
    """

    def find() -> dict[str, Any] | None:
        rouse()
        told = list_deliveries(source, article)
        return told[number - 1] if len(told) >= number and told[number - 1]["state"] in {"done", "parked"} else None

    found: dict[str, Any] = wait_for(find, f"delivery {number}")
    outcome = (found["outcomes"] or [{"article": "-", "fate": "-", "written": None}])[0]
    tags = "nothing written" if outcome["written"] is None else f"tags now {', '.join(outcome['written']) or 'none'}"
    sys.stdout.write(f"  delivery {number}: {found['state']}, {outcome['article']} {outcome['fate']}, {tags}\n")
    return found | {"outcome": outcome}


def see_through(steps: Callable[[], None], *, faults: tuple[type[Exception], ...] = ()) -> int:
    """Take all steps, until one fails; the status that the try ends with."""
    try:
        steps()
    except (TryFailedError, OSError, *faults) as error:
        sys.stderr.write(f"Failed: {error}\n")
        return 1
    sys.stdout.write("All of it held.\n")
    return 0
