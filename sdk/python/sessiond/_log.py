"""What a session says of itself, through the standard `logging`."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from logging import Handler, Logger, LogRecord

    from ._config import LoggingSetting
    from ._native import Frame
    from ._node import Node

_DEBUG, _INFO, _WARNING, _NEVER = 10, 20, 30, 1000
_LEVELS = {"VERBOSE": _DEBUG, "REGULAR": _INFO, "QUIET": _WARNING, "NONE": _NEVER}
_FORMAT = "%(asctime)s %(levelname)s %(sessiond_session)s %(message)s"

# What writes to standard error, when the program has no logging of its own.
_console: Any = None


class Log:
    """The log of one session."""

    def __init__(self, session_id: str, setting: LoggingSetting, file: str | None) -> None:
        """Begin it; the file, which only its owner may read, is made at once so that its errors are told at once."""
        self._session = session_id
        self._level = _LEVELS[setting]
        self._file = _file_handler(file) if file is not None else None
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

    def say(self, level: int, message: str) -> None:
        """Tell what the background says."""
        self._say(level, "%s", message)

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()

    def _say(self, level: int, message: str, *values: object) -> None:
        if level < self._level:
            return
        try:
            self._write(level, message, values)
        except Exception:
            # A program does not fail because of what is said of it: its own loggers, filters and handlers may.
            _report()

    def _write(self, level: int, message: str, values: tuple[object, ...]) -> None:
        import logging

        logger = logging.getLogger("sessiond")
        code = self._say.__code__
        place = (code.co_filename, code.co_firstlineno)
        record = logger.makeRecord(logger.name, level, *place, message, values, None, code.co_name)
        record.sessiond_session = self._session
        if self._file is not None:
            self._file.handle(record)
        if logger.hasHandlers():
            # The program has logging of its own, which settles what is written, and where.
            if logger.isEnabledFor(level):
                logger.handle(record)
        elif _wants(logger, level):
            _to_console(record)


def _wants(logger: Logger, level: int) -> bool:
    """Tell whether a program without a handler wants it written: it may have set levels all the same."""
    if logger.disabled or logger.manager.disable >= level:
        return False
    set_level = logger.level or (logger.root.level if logger.root.level != _WARNING else 0)
    return level >= set_level


def _to_console(record: LogRecord) -> None:
    global _console  # noqa: PLW0603
    import logging

    if _console is None:
        _console = logging.StreamHandler()
        _console.setFormatter(logging.Formatter(_FORMAT))
    # It may have been replaced since.
    _console.stream = sys.stderr
    if _console.stream is not None:
        _console.handle(record)


def _report() -> None:
    """Tell of an error of logging itself, as `logging` does."""
    import logging

    if logging.raiseExceptions and sys.stderr is not None:
        from traceback import print_exc

        try:
            print_exc()
        except Exception:
            # There is nobody left to tell.
            pass


def _file_handler(file: str) -> Handler:
    import logging

    os.close(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600))
    handler = logging.FileHandler(file, encoding="utf-8")
    handler.setFormatter(logging.Formatter(_FORMAT))
    return handler


_WORDS = {
    "DEBUG": "VERBOSE",
    "INFO": "REGULAR",
    "WARNING": "QUIET",
    "ERROR": "QUIET",
    "CRITICAL": "QUIET",
    "NONE": "NONE",
}


def enable_logging(
    level: str = "INFO", log_file: str | os.PathLike[str] | None = None, *, name_style: str = "short"
) -> None:
    """Have the sessions that begin from now on say this much, on standard error or where the program logs to.

    Args:
        level: `DEBUG`, `INFO`, `WARNING`, `ERROR`, `CRITICAL` or `NONE`.
        log_file: A file that is logged to as well.
        name_style: Is taken, and means nothing: there is one logger, `sessiond`.
    """
    import logging

    from ._config import set_config

    setting = _WORDS.get(level.upper() if isinstance(level, str) else level)
    if setting is None:
        raise ValueError(f"level is one of {', '.join(_WORDS)}, not {level!r}")
    set_config(logging_setting=setting, log_file=log_file)  # type: ignore[arg-type]
    logging.getLogger("sessiond").setLevel(level.upper() if level.upper() != "NONE" else logging.CRITICAL + 1)
