"""SIGTERM ends a program as Ctrl-C does: in order, so that its sessions are closed and their state is saved."""

from __future__ import annotations

import signal
import threading
from typing import TYPE_CHECKING

from ._fork import in_child

if TYPE_CHECKING:
    from types import FrameType
    from typing import NoReturn

# How many sessions are open between `with` and its end.
_open = 0
_installed = False
_lock = threading.Lock()


def session_began() -> None:
    """Listen for SIGTERM, when nobody else does; only the main thread can."""
    global _open, _installed  # noqa: PLW0603
    with _lock:
        _open += 1
        if not _installed and _is_main() and signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
            signal.signal(signal.SIGTERM, _terminate)
            _installed = True


def session_ended() -> None:
    """Leave SIGTERM as it was found, after the last session."""
    global _open, _installed  # noqa: PLW0603
    with _lock:
        _open -= 1
        if _open == 0 and _installed and _is_main():
            # Somebody may have put a handler of their own in the place of this one.
            if signal.getsignal(signal.SIGTERM) is _terminate:
                signal.signal(signal.SIGTERM, signal.SIG_DFL)
            _installed = False


@in_child
def _forked() -> None:
    """Leave SIGTERM as it was: this process has none of the sessions."""
    global _open, _installed, _lock  # noqa: PLW0603
    _lock = threading.Lock()
    _open = 0
    if _installed and signal.getsignal(signal.SIGTERM) is _terminate:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
    _installed = False


def _is_main() -> bool:
    return threading.current_thread() is threading.main_thread()


def _terminate(number: int, frame: FrameType | None) -> NoReturn:
    # The status that a shell gives a program which a signal ended.
    raise SystemExit(128 + number)
