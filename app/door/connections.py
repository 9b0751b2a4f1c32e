"""Owns the patience with a connection: whoever opens one says in time what it is for."""

import asyncio
from typing import Final

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD_S: Final = 10.0
"""From the opening of a connection, or the end of the last answer on it, to the end of a request's head."""
LINGER_S: Final = 2.0
"""For reading an answer while still sending: then the rest of what was refused is not taken any more."""
TAKE_S: Final = 60.0
"""Until more of an answer is taken: who does not read would keep the connection, and the service from stopping."""

_DETAIL: Final = (
    b'{"type":"urn:scopenote:problem:no-http","title":"Bad Request","status":400,"detail":"This is no HTTP request, '
    b'or its head is over 64 kB. Send a shorter one, by a client for HTTP/1.1.","instance":""}'
)
_NO_HTTP: Final = (
    b"HTTP/1.1 400 Bad Request\r\nContent-Type: application/problem+json\r\nConnection: close\r\n"
    b"Content-Length: %d\r\n\r\n%s" % (len(_DETAIL), _DETAIL)
)


class PatientProtocol(H11Protocol):
    """HTTP by h11, which bounds a head at 64 kB; on top of that, the clock runs until the head is whole.

    The server's own clock for idle connections starts after the first answer only, and every byte
    stops it, so that heads that come a byte at a time would hold their connections without end.
    """

    head_s = HEAD_S
    linger_s = LINGER_S
    take_s = TAKE_S
    _is_refused = False
    _waiting: asyncio.TimerHandle | None = None
    _waits_for = ""
    _taking: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """The clock runs from here."""
        super().connection_made(transport)
        transport.set_write_buffer_limits(0)  # so that we hear of all that waits to be taken
        self._watch()

    def data_received(self, data: bytes) -> None:
        """Nothing but a whole head stops the clock."""
        if self._is_refused:
            return
        super().data_received(data)
        self._watch()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - the server's words, in which nobody is told what to do
        """Refuse what is no HTTP. The connection lingers: closed at once, it would take the answer with it."""
        self._is_refused = True
        self._watch()
        if self.cycle is not None and not self.cycle.response_complete:
            begun = self.cycle.response_started
            self.cycle.disconnected = True
            self.cycle.message_event.set()
            if begun:
                self.transport.close()
                return
        self.transport.write(_NO_HTTP)

    def on_response_complete(self) -> None:
        """The clock runs again."""
        super().on_response_complete()
        self._watch()

    def pause_writing(self) -> None:
        """Part of an answer waits to be taken: the clock for that runs."""
        super().pause_writing()
        self._watch_taking(self.transport.get_write_buffer_size())

    def resume_writing(self) -> None:
        """All was taken."""
        super().resume_writing()
        self._stop_taking()

    def shutdown(self) -> None:
        """The service stops, and has less patience with who does not read."""
        super().shutdown()
        self.take_s = min(self.take_s, self.head_s)
        if self._taking is not None:
            self._watch_taking(self.transport.get_write_buffer_size())

    def connection_lost(self, exc: Exception | None) -> None:
        """There is nobody to wait for."""
        self._stop()
        self._stop_taking()
        super().connection_lost(exc)

    def _watch(self) -> None:
        waits_for = self._find_wait()
        if waits_for == self._waits_for:
            return
        self._stop()
        self._waits_for = waits_for
        if waits_for:
            wait_s = self.head_s if waits_for == "head" else self.linger_s
            self._waiting = self.loop.call_later(wait_s, self.transport.close)

    def _find_wait(self) -> str:
        """What is waited for: a "head", the rest of a "body" that was answered already, or nothing."""
        if self._is_refused:
            return "body"
        if self.conn.their_state is h11.IDLE:
            return "head"
        is_answered = self.cycle is not None and self.cycle.response_complete
        return "body" if is_answered and self.conn.their_state is h11.SEND_BODY else ""

    def _watch_taking(self, waiting: int) -> None:
        """Give up where so many bytes wait that are no fewer later; while they do, next to nothing is added."""
        self._stop_taking()
        self._taking = self.loop.call_later(self.take_s, self._look_at_taking, waiting)

    def _look_at_taking(self, before: int) -> None:
        waiting = self.transport.get_write_buffer_size()
        if waiting >= before:
            self.transport.abort()
        else:
            self._watch_taking(waiting)

    def _stop_taking(self) -> None:
        if self._taking is not None:
            self._taking.cancel()
            self._taking = None

    def _stop(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None
        self._waits_for = ""
