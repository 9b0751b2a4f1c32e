"""Owns the names of what the queues run: which job, or which item of a job, a workflow is about.

A name ends in a count from 0: the same job or item may come into the queues again once it left them.
"""

from typing import NamedTuple

JOB, ITEM = "job", "item"
"""The names of the two workflows."""

JOBS, ITEMS, ALONE = "jobs", "items", "quarantine"
"""The names of the queues; items that their workers died with run in the last one."""


class Subject(NamedTuple):
    """A job, or one of its items."""

    job: str
    number: int | None = None


def write_name(subject: Subject, count: int) -> str:
    """The id of a workflow that sees a job through, or works on an item."""
    if subject.number is None:
        return f"{JOB}:{subject.job}:{count}"
    return f"{ITEM}:{subject.job}:{subject.number}:{count}"


def read_name(workflow_id: str) -> Subject | None:
    """What a workflow is about; None where it is not one of ours."""
    kind, _, rest = workflow_id.partition(":")
    parts = rest.rsplit(":", 1 if kind == JOB else 2)
    if kind == JOB and len(parts) == 2:
        return Subject(parts[0], None)
    if kind == ITEM and len(parts) == 3 and parts[1].isdecimal():
        return Subject(parts[0], int(parts[1]))
    return None
