"""Owns what the faulty server's Batch API is like: how fast, how large, and what goes wrong with it."""

from dataclasses import dataclass, field
from typing import Literal

from tests.servers.honest_answer import HELD_SHARE

Loss = Literal["expired", "missing", "garbled", "refused", "no_money", "too_long", "cut_short", "bad_parameter"]
"""What becomes of a line instead of an answer."""


@dataclass
class BatchTraits:
    """May be changed while the server runs.

    `exists`: there is a Batch API at all. `looks`: a batch has ended when it was looked at so often.
    `unseen_files`: so many creates are told that the file cannot be found. `enqueued_limit`: tokens
    that all open batches may have. `losses` by the number of a line run, counted over all batches.
    `refusal`: the next `refused` batches fail as a whole with this code, and the line it names. `silent_creates`: so many
    creates do their work and hang up without an answer. `listed_after`: a batch is listed when the list
    was asked for so often since. `lose_all`: no line of a batch is answered. `cuts`: so many result
    files break off in the middle of being sent. `hidden_files`: so many times a file whose content is asked
    for cannot be found. `busy`: so many calls of any kind are told to wait.
    `held_share` is as `Traits.held_share`, `held_body` is what the list of batches is answered with.
    """

    exists: bool = True
    looks: int = 2
    unseen_files: int = 0
    enqueued_limit: int | None = None
    losses: dict[int, Loss] = field(default_factory=dict)
    refusal: str | None = None
    refused_line: int | None = None
    refused: int = 1_000
    silent_creates: int = 0
    listed_after: int = 0
    lose_all: bool = False
    cuts: int = 0
    hidden_files: int = 0
    busy: int = 0
    held_body: bytes | None = None
    held_share: float = HELD_SHARE
