"""What a session says of itself, through the standard `logging`."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from logging import Handler

    from ._config import LoggingSetting
    from ._native import Frame
    from ._node import Node

_DEBUG, _INFO, _WARNING, _NEVER = 10, 20, 30, 1000
_LEVELS = {"VERBOSE": _DEBUG, "REGULAR": _INFO, "QUIET": _WARNING, "NONE": _NEVER}
_FORMAT = "%(asctime)s %(levelname)s %(session_id)s %(message)s"

_lock = threading.Lock()
# What writes to standard error, when nobody else listens.
_console: Handler | None = None


class Log:
    """The log of one session."""

    def __init__(self, session_id: str, setting: LoggingSetting, file: str | None) -> None:
        """Begin it; the file, which only its owner may read, is made at once so that its errors are told at once."""
        self._extra = {"session_id": session_id}
        self._level = _LEVELS[setting]
        self._file = _file_handler(file, session_id) if file is not None else None
        self.verbose = self._level <= _DEBUG

    def completed(self, frame: Frame, node: Node) -> None:
        """Tell of a call that gave a result."""
        if self.verbose:
            self._say(_DEBUG, "call %s: %s completed", frame.call, node.name)

    def ended(self, frame: Frame, node: Node, status: str, error: str | None) -> None:
        """Tell of a call that gave none."""
        if error is not None:
            self._say(_WARNING, "call %s: %s failed: %s", frame.call, node.name, error)
        elif status == "cancelled":
            self._say(_DEBUG, "call %s: %s was cancelled", frame.call, node.name)
        else:
            self._say(_WARNING, "call %s: %s ended as %s", frame.call, node.name, status)

    def info(self, message: str, *values: object) -> None:
        """Tell what one may want to know."""
        self._say(_INFO, message, *values)

    def warning(self, message: str, *values: object) -> None:
        """Tell what somebody should look at."""
        self._say(_WARNING, message, *values)

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            import logging

            logging.getLogger("sessiond").removeHandler(self._file)
            self._file.close()

    def _say(self, level: int, message: str, *values: object) -> None:
        if level < self._level:
            return
        logger = _logger()
        logger.log(level, message, *values, extra=self._extra)


def _logger() -> Any:
    global _console  # noqa: PLW0603
    import logging

    logger = logging.getLogger("sessiond")
    with _lock:
        if logger.level == logging.NOTSET:
            # What a session says is its own setting; handlers may say less.
            logger.setLevel(_DEBUG)
        heard = logging.getLogger().handlers or any(
            handler is not _console and not hasattr(handler, "sessiond_session") for handler in logger.handlers
        )
        if not heard and _console is None:
            _console = logging.StreamHandler()
            _console.setFormatter(logging.Formatter(_FORMAT))
            logger.addHandler(_console)
        elif heard and _console is not None:
            logger.removeHandler(_console)
            _console = None
    return logger


def _file_handler(file: str, session_id: str) -> Handler:
    import logging

    os.close(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600))
    handler = logging.FileHandler(file, encoding="utf-8")
    handler.setFormatter(logging.Formatter(_FORMAT))
    handler.sessiond_session = session_id  # type: ignore[attr-defined]
    handler.addFilter(lambda record: getattr(record, "session_id", None) == session_id)
    logging.getLogger("sessiond").addHandler(handler)
    return handler
