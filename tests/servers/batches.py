"""Owns the faulty server's Batch API: files, batches, and a log of every line that it ran."""

import json
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.servers.batch_traits import BatchTraits, Loss
from tests.servers.completions import CHARACTERS_PER_TOKEN, Answer, PrefixCache, complete, refuse
from tests.servers.http_connection import Request
from tests.servers.request_log import Billed

FILE = re.compile(rb'filename="([^"]*)".*?\r\n\r\n(.*?)\r\n--', re.DOTALL)
ENDED = {"completed", "failed", "expired", "cancelled"}


@dataclass(frozen=True)
class LineRun:
    """One line that was run, and paid where it was answered."""

    batch: str
    label: str
    line: str
    billed: Billed
    is_answered: bool


@dataclass
class HeldBatch:
    """A batch as the server has it."""

    body: dict[str, Any]
    lines: list[bytes]
    looks: int = 0
    lists: int = 0
    is_called_off: bool = False

    @property
    def tokens(self) -> int:
        """As many as this server says that all lines have."""
        return sum(len(line) // CHARACTERS_PER_TOKEN for line in self.lines)


@dataclass
class BatchShelf:
    """Everything that was uploaded and made, and what was done about it. `calls` names each request in order."""

    traits: BatchTraits = field(default_factory=BatchTraits)
    files: dict[str, bytes] = field(default_factory=dict)
    batches: dict[str, HeldBatch] = field(default_factory=dict)
    log: list[LineRun] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    uploads: int = 0
    largest_upload: int = 0
    cache: PrefixCache = field(default_factory=PrefixCache)

    def takes(self, path: str) -> bool:
        """Whether a request is about files or batches."""
        return self.traits.exists and path.startswith(("/v1/files", "/v1/batches"))

    def answer(self, request: Request) -> Answer:
        """What a request comes to."""
        path, query = urlsplit(request.path).path, parse_qs(urlsplit(request.path).query)
        steps = path.removeprefix("/v1/").split("/")
        self.calls.append(f"{request.method} /{'/'.join(steps[:1] + steps[2:])}")
        if self.traits.busy > 0:
            self.traits.busy -= 1
            return refuse(503, "The server is overloaded.", kind="server_error", code=None)
        match request.method, steps:
            case "POST", ["files"]:
                answer = self._upload(request.body)
            case "GET", ["files", file_id, "content"]:
                answer = self._read_file(file_id)
            case "DELETE", ["files", file_id]:
                found = self.files.pop(file_id, None)
                answer = _missing(file_id) if found is None else _tell({"id": file_id, "deleted": True})
            case "POST", ["batches"]:
                answer = self._create(json.loads(request.body))
            case "GET", ["batches"]:
                answer = self._list((query.get("after") or [""])[0], int((query.get("limit") or ["20"])[0]))
            case "GET", ["batches", batch_id]:
                answer = self._look(batch_id)
            case "POST", ["batches", batch_id, "cancel"]:
                answer = self._cancel(batch_id)
            case _:
                answer = _missing(path)
        return answer

    def _upload(self, body: bytes) -> Answer:
        found = FILE.search(body)
        assert found is not None
        file_id = f"file-{self.uploads}"
        self.uploads += 1
        self.files[file_id] = found[2]
        self.largest_upload = max(self.largest_upload, len(found[2]))
        return _tell({"id": file_id, "object": "file", "purpose": "batch", "bytes": len(found[2])})

    def _read_file(self, file_id: str) -> Answer:
        if file_id not in self.files or self.traits.hidden_files > 0:
            self.traits.hidden_files -= 1
            return _missing(file_id)
        is_cut = self.traits.cuts > 0
        self.traits.cuts -= is_cut
        return Answer(200, self.files[file_id], ending="cut" if is_cut else "whole")

    def _create(self, asked: Mapping[str, Any]) -> Answer:
        file_id = str(asked["input_file_id"])
        if self.traits.unseen_files > 0 or file_id not in self.files:
            self.traits.unseen_files -= 1
            return refuse(400, f"Cannot find file {file_id}.", kind="invalid_request_error", code=None)
        lines = self.files[file_id].splitlines()
        batch_id = f"batch-{len(self.batches)}"
        body = {
            "id": batch_id,
            "object": "batch",
            "endpoint": asked["endpoint"],
            "input_file_id": file_id,
            "completion_window": asked["completion_window"],
            "status": "validating",
            "created_at": int(time.time()),
            "metadata": asked.get("metadata"),
            "output_file_id": None,
            "error_file_id": None,
            "errors": None,
            "request_counts": {"total": len(lines), "completed": 0, "failed": 0},
        }
        held = HeldBatch(body, lines)
        self.batches[batch_id] = held
        self._validate(held)
        if self.traits.silent_creates > 0:
            self.traits.silent_creates -= 1
            return Answer(200, b"", ending="closed")
        return _tell(body)

    def _validate(self, held: HeldBatch) -> None:
        limit = self.traits.enqueued_limit
        others = [other for other in self.batches.values() if other.body["status"] not in ENDED and other is not held]
        if limit is not None and held.tokens + sum(other.tokens for other in others) > limit:
            told = f"Enqueued token limit reached for faulty-1 in organization org-x. Limit: {limit:,} enqueued tokens."
            self._fail(held, "token_limit_exceeded", told, None)
        elif self.traits.refusal is not None and self.traits.refused > 0:
            self.traits.refused -= 1
            self._fail(held, self.traits.refusal, "This batch cannot be run.", self.traits.refused_line)

    def _fail(self, held: HeldBatch, code: str, message: str, line: int | None) -> None:
        fault = {"code": code, "message": message, "line": line, "param": None}
        held.body |= {"status": "failed", "errors": {"object": "list", "data": [fault]}}

    def _list(self, after: str, limit: int) -> Answer:
        if self.traits.held_body is not None:
            return Answer(200, self.traits.held_body)
        held = list(self.batches.values())
        for batch in held:
            batch.lists += 1
        seen = [batch.body for batch in reversed(held) if batch.lists > self.traits.listed_after]
        names = [body["id"] for body in seen]
        start = names.index(after) + 1 if after in names else 0
        return _tell({"object": "list", "data": seen[start : start + limit], "has_more": start + limit < len(seen)})

    def _look(self, batch_id: str) -> Answer:
        held = self.batches.get(batch_id)
        if held is None:
            return _missing(batch_id)
        held.looks += 1
        if held.body["status"] not in ENDED:
            held.body["status"] = "cancelling" if held.is_called_off else "in_progress"
            if held.looks >= self.traits.looks:
                self._end(held)
        return _tell(held.body)

    def _cancel(self, batch_id: str) -> Answer:
        held = self.batches.get(batch_id)
        if held is None:
            return _missing(batch_id)
        if held.body["status"] in ENDED:
            return refuse(409, "The batch has ended already.", kind="invalid_request_error", code=None)
        held.is_called_off = True
        held.body["status"] = "cancelling"
        return _tell(held.body)

    def _end(self, held: HeldBatch) -> None:
        lines = [json.loads(line) for line in held.lines]
        # One that is called off has come half-way.
        run = lines[: len(lines) // 2] if held.is_called_off else lines
        outputs: list[bytes] = []
        errors: list[bytes] = []
        for line in run:
            loss = "refused" if self.traits.lose_all else self.traits.losses.get(len(self.log))
            told, is_answer = self._run(held, line, loss)
            if told is not None:
                (outputs if is_answer else errors).append(told)
        errors += [_tell_unrun(line, "batch_cancelled") for line in lines[len(run) :]]
        held.body["output_file_id"] = self._keep(held, "output", outputs)
        held.body["error_file_id"] = self._keep(held, "error", errors)
        held.body["request_counts"] |= {"completed": len(outputs), "failed": len(errors)}
        has_expired = any(b"batch_expired" in told for told in errors)
        held.body["status"] = "cancelled" if held.is_called_off else "expired" if has_expired else "completed"

    def _keep(self, held: HeldBatch, kind: str, lines: list[bytes]) -> str | None:
        """Results come in another order than the questions."""
        if not lines:
            return None
        file_id = f"{kind}-{held.body['id']}"
        self.files[file_id] = b"\n".join(reversed(lines)) + b"\n"
        return file_id

    def _run(self, held: HeldBatch, line: Mapping[str, Any], loss: Loss | None) -> tuple[bytes | None, bool]:
        """The line's result, None where there is none, and whether it stands among the answers."""
        answer = complete("none", line["body"], self.cache, self.traits.held_share)
        billed = Billed() if loss in {"expired", "refused", "no_money", "too_long", "bad_parameter"} else answer.billed
        label = str((held.body["metadata"] or {}).get("scopenote_batch"))
        is_answered = loss in {None, "cut_short"}
        self.log.append(LineRun(held.body["id"], label, line["custom_id"], billed, is_answered))
        match loss:
            case "expired":
                return _tell_unrun(line, "batch_expired"), False
            case "missing":
                return None, False
            case "garbled":
                return b'{"id": "batch_req_1", "custom_id"', True
            case None:
                return _tell_result(line, answer.status, json.loads(answer.body)), True
            case "cut_short":
                body = json.loads(answer.body)
                body["choices"][0]["message"]["content"] = "I would rather not say."
                return _tell_result(line, 200, body), True
        status, error = REFUSALS[loss]
        return _tell_result(line, status, {"error": error}), False


REFUSALS: dict[Loss, tuple[int, dict[str, Any]]] = {
    "refused": (500, {"message": "The server had an error.", "type": "server_error", "code": None}),
    "no_money": (429, {"message": "You exceeded your current quota.", "type": "insufficient_quota", "code": None}),
    "too_long": (400, {"message": "This model's maximum context length is 4096 tokens.", "type": "invalid_request_error",
                       "code": "context_length_exceeded"}),
    "bad_parameter": (400, {"message": "Unsupported parameter: 'temperature' is not supported with this model.",
                            "type": "invalid_request_error", "param": "temperature", "code": "unsupported_parameter"}),
}  # fmt: skip


def _tell(body: Mapping[str, Any]) -> Answer:
    return Answer(200, json.dumps(body).encode())


def _missing(what: str) -> Answer:
    return refuse(404, f"No such object: {what}", kind="invalid_request_error", code=None)


def _tell_result(line: Mapping[str, Any], status: int, body: Mapping[str, Any]) -> bytes:
    response = {"status_code": status, "request_id": "req_1", "body": body}
    return json.dumps(
        {"id": "batch_req_1", "custom_id": line["custom_id"], "response": response, "error": None}
    ).encode()


def _tell_unrun(line: Mapping[str, Any], code: str) -> bytes:
    error = {"code": code, "message": "This request could not be executed before the batch ended."}
    return json.dumps({"id": "batch_req_1", "custom_id": line["custom_id"], "response": None, "error": error}).encode()
