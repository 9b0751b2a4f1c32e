"""Speaks to a server in bytes, for requests that no client would send."""

import socket
import time
from collections.abc import Iterable
from typing import NamedTuple
from urllib.parse import urlsplit


class Answer(NamedTuple):
    """The first answer on a connection. `status` is 0 where the connection was closed without one."""

    status: int
    head: str
    body: str
    sent: int

    def find(self, name: str) -> list[str]:
        """The values of a header."""
        lines = (line.partition(":") for line in self.head.split("\r\n")[1:])
        return [value.strip() for key, _, value in lines if key.lower() == name]


def ask_raw(url: str, pieces: bytes | Iterable[bytes], *, wait_s: float = 15.0, pause_s: float = 0.0) -> Answer:
    """What a server answers to these bytes; sending ends where it answers or closes.

    TimeoutError where it does neither for so long.
    """
    with open_raw(url, wait_s) as connection:
        sent = 0
        connection.setblocking(False)
        until_s = time.monotonic() + wait_s
        for piece in (pieces,) if isinstance(pieces, bytes) else pieces:
            done = _send(connection, piece, until_s)
            sent += done
            if done < len(piece) or _has_answer(connection):
                break
            time.sleep(pause_s)
        connection.settimeout(max(0.1, until_s - time.monotonic()))
        head, _, body = _read(connection).partition(b"\r\n\r\n")
    words = head.split(b" ", 2)
    status = int(words[1]) if len(words) > 1 and words[0].startswith(b"HTTP/") else 0
    return Answer(status, head.decode("latin-1"), body.decode("utf-8", "replace"), sent)


def open_raw(url: str, wait_s: float = 15.0) -> socket.socket:
    """A connection to a server."""
    parts = urlsplit(url)
    return socket.create_connection((parts.hostname or "", parts.port or 80), timeout=wait_s)


def _send(connection: socket.socket, piece: bytes, until_s: float) -> int:
    """How much of it was taken before the other side answered or went away."""
    sent = 0
    while sent < len(piece) and time.monotonic() < until_s:
        try:
            sent += connection.send(piece[sent:])
        except BlockingIOError:
            if _has_answer(connection):
                break
            time.sleep(0.005)
        except ConnectionError:
            break
    return sent


def _has_answer(connection: socket.socket) -> bool:
    try:
        return connection.recv(1, socket.MSG_PEEK) is not None
    except BlockingIOError:
        return False
    except ConnectionError:
        return True


def _read(connection: socket.socket) -> bytes:
    """One answer, by its length or to the end of the connection."""
    read = b""
    try:
        while not _is_whole(read) and (part := connection.recv(65_536)):
            read += part
    except ConnectionError:
        pass  # reset by a server that has said what it has to say
    return read


def _is_whole(read: bytes) -> bool:
    head, end, body = read.partition(b"\r\n\r\n")
    lengths = [line.split(b":")[1] for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")]
    return bool(end) and bool(lengths) and len(body) >= int(lengths[0])
