"""Owns telling whether a process on this machine is gone, sooner than its missing signs of life would."""

import os
from pathlib import Path

BOOT = Path("/proc/sys/kernel/random/boot_id")
PROCESSES = Path("/proc/self/ns/pid")


def tell_place(pid: int) -> str:
    """Where a process runs: which start of which machine, which set of process ids, which of them.

    Only the last part where the system does not say; such places are never compared.
    """
    try:
        return f"{BOOT.read_text().strip()} {PROCESSES.readlink()} {pid}"
    except OSError:
        return str(pid)


def is_gone(place: str, here: str) -> bool:
    """Whether the process of a worker is surely gone, seen from the place of another that is alive."""
    machine, _, pid = place.rpartition(" ")
    if not machine or not pid.isdecimal() or machine != here.rpartition(" ")[0]:
        return False
    if place == here:
        return True  # its id is ours now
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False
