"""Owns replacing a file's bytes: all of them or none, with a copy of the former ones kept aside."""

import errno
import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from app.errors import BadFile, StoreUnavailable, Unavailable

_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_CLOSED: Final = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})
_NOT_THERE: Final = frozenset({errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.ELOOP, errno.ENAMETOOLONG})
MAX_BYTES: Final = 64 * 1024 * 1024
"""No article comes near; a file that has grown beyond is not read into memory."""


def digest_bytes(data: bytes) -> str:
    """The digest by which a file's bytes are told from others."""
    return "sha256:" + hashlib.sha256(data).hexdigest()


def read_bytes(path: Path) -> bytes:
    """A file's bytes.

    Raises:
        BadFile: it is not there, no ordinary file, too large or closed to us.
        Unavailable: it cannot be read now.
    """
    with _explaining(path):
        if not path.is_file():
            raise BadFile(path, "there is no such file", "If it was moved, plan anew from where it is now.")
        if path.stat().st_size > MAX_BYTES:
            raise BadFile(path, f"is larger than {MAX_BYTES // 2**20} MB", "Tags are written to articles only.")
        return path.read_bytes()


def find_change(path: Path) -> datetime:
    """When a file's bytes were last changed, as its folder says.

    Raises:
        BadFile, Unavailable: as `read_bytes`.
    """
    with _explaining(path):
        try:
            return datetime.fromtimestamp(path.stat().st_mtime, UTC)
        except (ValueError, OverflowError):  # a time that no calendar has
            return datetime.max.replace(tzinfo=UTC)


def replace_bytes(path: Path, expected: str, data: bytes, mark: str) -> str:
    """Put `data` in the place of bytes with the digest `expected`; gives a remark, "" where there is none.

    Mode, owner and extended attributes (access lists are among them) stay, as far as the system
    lets us; a link stays a link. `mark` names the temporary file; after a crash the same mark
    clears it away.

    Raises:
        BadFile: the file has other bytes, is gone or read-only; it is untouched.
        StoreUnavailable: the disk is full; the file is untouched.
        Unavailable: it cannot be written; it is untouched.
    """
    with _explaining(path):
        target = path.resolve(strict=True)
        state = target.stat()
        if not state.st_mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH) or not os.access(target, os.W_OK):
            raise BadFile(path, "is read-only", "Make it writable, then retry what the job has parked.")
        temporary = target.with_name(f".{mark}")
        try:
            _write_new(temporary, data, state)
            _copy_attributes(target, temporary)
            if digest_bytes(read_bytes(target)) != expected:
                raise BadFile(path, "changed while it was worked on", "Run reclassify again.")
            temporary.replace(target)
        finally:
            temporary.unlink(missing_ok=True)
        _sync_folder(target.parent)
    names = state.st_nlink
    return f"{names} names shared the file; the others keep the former text" if names > 1 else ""


def keep_copy(path: Path, data: bytes) -> None:
    """Keep bytes under a path of our own, for good when this comes back.

    Raises:
        StoreUnavailable: the disk is full.
        Unavailable: it cannot be written.
    """
    with _explaining(path, is_ours=True):
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.is_file() and path.read_bytes() == data:
            return
        temporary = path.with_name(f".{path.name}.new")
        try:
            _write_new(temporary, data, None)
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
        _sync_folder(path.parent)


def append_line(path: Path, line: bytes) -> None:
    """Add a line to a file of our own; a line that a crash cut off before stays one of its own.

    Raises:
        StoreUnavailable, Unavailable: as `keep_copy`.
    """
    with _explaining(path, is_ours=True):
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab+", buffering=0) as file:
            end = file.seek(0, os.SEEK_END)
            cut_off = False
            if end:
                file.seek(end - 1)
                cut_off = file.read(1) != b"\n"
            _write_all(file.fileno(), (b"\n" if cut_off else b"") + line + b"\n")


def _write_new(path: Path, data: bytes, like: os.stat_result | None) -> None:
    path.unlink(missing_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0), 0o600)
    try:
        _write_all(handle, data)
        if like is not None:
            with suppress(PermissionError):
                os.fchown(handle, like.st_uid, like.st_gid)
            os.fchmod(handle, stat.S_IMODE(like.st_mode))
        os.fsync(handle)
    finally:
        os.close(handle)


def _copy_attributes(source: Path, target: Path) -> None:
    if not hasattr(os, "listxattr"):  # Linux alone has them here
        return
    with suppress(OSError):
        for name in os.listxattr(source):
            with suppress(OSError):
                os.setxattr(target, name, os.getxattr(source, name))


def _write_all(handle: int, data: bytes) -> None:
    left = memoryview(data)
    while left:
        left = left[os.write(handle, left) :]


def _sync_folder(path: Path) -> None:
    """Make a rename outlast a power cut."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _explaining(path: Path, *, is_ours: bool = False) -> Iterator[None]:
    """What the system says, in words that can be acted on."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or type(error).__name__
        if error.errno in _FULL:
            message = f"{path}: the disk is full ({reason}). Make room, then try again."
            raise StoreUnavailable(message) from error
        if not is_ours and error.errno in _CLOSED:
            remedy = "Let Scopenote write to the file and its folder, then retry what the job has parked."
            raise BadFile(path, f"cannot be written ({reason})", remedy) from error
        if not is_ours and error.errno in _NOT_THERE:
            raise BadFile(path, f"cannot be found ({reason})", "Plan anew from where it is now.") from error
        raise Unavailable(f"{path}: it cannot be used now ({reason}). Mend that, then try again.") from error
