"""Owns composing the office that plans jobs and steers them."""

import os
import time
import uuid
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from app.bootstrap.archive_desk import ArchiveDesk
from app.bootstrap.embeddings import find_data
from app.jobs.control import cancel_job, pause_job, resume_job, retry_job, start_job
from app.jobs.files.undo import UndoReport, undo_job
from app.jobs.office import JobOffice, Steering
from app.jobs.planning.reading_in import Bounds
from app.jobs.working.liveness import tell_place
from app.jobs.working.pace import Pace
from app.settings import Settings
from app.store.database import Database

BACKUPS = "backups"
"""The folder in the user's data folder in which files lie as they were before a job wrote to them."""


def find_backups() -> Path:
    """Where the backups are."""
    return find_data() / BACKUPS


def build_office(database: Database, desk: ArchiveDesk, settings: Settings) -> JobOffice[UndoReport]:
    """The office of this process."""
    return JobOffice(
        database,
        desk.compose,
        Steering(
            start=start_job,
            pause=pause_job,
            resume=resume_job,
            cancel=cancel_job,
            retry=retry_job,
            undo=partial(undo_job, backups=find_backups()),
        ),
        bounds=Bounds(max_bytes=settings.max_body_bytes, max_words=settings.max_words),
        now=lambda: datetime.now(UTC),
        timer_s=time.perf_counter,
        new_id=lambda: uuid.uuid4().hex,
        place=tell_place(os.getpid()),
        ttl_s=Pace().ttl_s,
    )
