"""Owns the comparison of our ledger with the server's log, call by call."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from app.domain.attempt import Attempt
from tests.servers.request_log import Billed, Entry

LEFT = {"timeout", None}
"""Why a client may not have seen what the server sent it: it had stopped waiting, or was called off."""


@dataclass
class Reconciliation:
    """What agrees and what does not. `estimated` counts, by fault, the calls whose usage the server did not tell."""

    calls: int = 0
    exact: int = 0
    unknown: Counter[str] = field(default_factory=Counter)
    estimated: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    @property
    def agrees(self) -> bool:
        """Whether nothing is wrong."""
        return not self.wrong


def reconcile(attempts: Mapping[str, Attempt], log: Sequence[Entry]) -> Reconciliation:
    """Every call of either side held against the other's."""
    found = Reconciliation(calls=len(log), faults=Counter(entry.fault for entry in log if entry.fault != "none"))
    seen = Counter(entry.request_id for entry in log)
    found.wrong += [f"{id_} came {times} times" for id_, times in seen.items() if times > 1]
    found.wrong += [f"{id_} is not in the ledger" for id_ in seen.keys() - attempts.keys()]
    for attempt in (attempts[id_] for id_ in attempts.keys() - seen.keys()):
        # A client can stop waiting before its bytes have arrived; an answer to what never came is made up.
        if attempt.status == "unknown" and attempt.failure in LEFT:
            found.unknown["never came"] += 1
        else:
            found.wrong.append(f"{attempt.id} ({attempt.status}, {attempt.failure}) never came")
    for entry in log:
        if entry.request_id in attempts:
            _compare(attempts[entry.request_id], entry, found)
    return found


def _compare(attempt: Attempt, entry: Entry, found: Reconciliation) -> None:
    """One call; what the server told has to be in the ledger as it is, what it did not has to be called a guess."""
    used = Billed(attempt.tokens.input, attempt.tokens.cached, attempt.tokens.output)
    if attempt.status == "sent":
        found.wrong.append(f"{attempt.id} ({entry.fault}) was left open")
    elif attempt.status == "unknown":
        found.unknown[entry.fault] += 1
        if entry.delivered and attempt.failure not in LEFT:
            found.wrong.append(f"{attempt.id} ({entry.fault}) was answered and counts as unknown")
        if not attempt.estimated:
            found.wrong.append(f"{attempt.id} ({entry.fault}) is unknown, and no guess")
    elif attempt.estimated:
        found.estimated[entry.fault] += 1
        if entry.told:
            found.wrong.append(f"{attempt.id} ({entry.fault}) was guessed, though its usage was told")
    elif used == entry.billed:
        found.exact += 1
    else:
        found.wrong.append(f"{attempt.id} ({entry.fault}): {used} in the ledger, {entry.billed} on the bill")


def count_sent_after_refusal(entries: Sequence[Attempt]) -> int:
    """How many attempts were opened when we had been told that the quota is gone; those in flight then do not count."""
    told = next((place for place, entry in enumerate(entries) if entry.failure == "quota_exhausted"), len(entries))
    return sum(entry.status == "sent" for entry in entries[told:])
