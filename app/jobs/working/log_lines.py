"""Owns what the log says for DBOS: one line each, and not the same again within a minute."""

import logging
import re

SILENCE_S = 60.0

_LOG = logging.getLogger(__name__)
_VARYING = re.compile(r"[\d.]+|'[^']*'|\[.*\]")


def shorten_log() -> None:
    """Let DBOS say warnings and errors only, without the tracebacks that it prints by itself."""
    logger = logging.getLogger("dbos")
    # With a handler there, it adds none of its own that prints tracebacks.
    if not any(isinstance(handler, _Briefly) for handler in logger.handlers):
        logger.handlers = [_Briefly()]
    logger.propagate = False
    logger.setLevel(logging.WARNING)


class _Briefly(logging.Handler):
    """Passes records on to our own log, in short."""

    def __init__(self) -> None:
        super().__init__()
        self._said: dict[str, float] = {}

    def emit(self, record: logging.LogRecord) -> None:
        """Pass on the first line, unless the like of it was said just now."""
        line = record.getMessage().strip().partition("\n")[0][:300]
        like = _VARYING.sub("", line)
        if record.created - self._said.get(like, 0.0) < SILENCE_S:
            return
        self._said = {known: at for known, at in self._said.items() if record.created - at < SILENCE_S}
        self._said[like] = record.created
        _LOG.log(record.levelno, "The queues of jobs say: %s", line)
