"""Owns where a job keeps what it needs beside the files that it writes."""

from pathlib import Path


def find_copy(backups: Path, job: str, number: int) -> Path:
    """Where the former bytes of an item's file lie."""
    return backups / job / str(number)


def find_log(backups: Path, job: str) -> Path:
    """Where a job's log lies."""
    return backups / job / "log.jsonl"


def mark_file(job: str, number: int) -> str:
    """The name of the temporary file beside an item's file."""
    return f"scopenote-{job}-{number}"
