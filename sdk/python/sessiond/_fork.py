"""What a forked process does not share with its parent: locks, event loops and open sessions."""

from __future__ import annotations

import os
import sys
import weakref
from typing import TYPE_CHECKING, Any, Callable, TypeVar

from ._state import is_a

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop

    F = TypeVar("F", bound=Callable[[], None])

# The loops that sessions have used, and those of them that must not be collected while this process forks: a loop that
# is collected in the new process closes itself, and with it what its parent waits with.
_loops: weakref.WeakSet[AbstractEventLoop] = weakref.WeakSet()
_held: list[AbstractEventLoop] = []


def in_child(function: F) -> F:
    """Have a function called in each process that is forked from this one, before anything else runs there."""
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=function)
    return function


def apart(loop: AbstractEventLoop) -> None:
    """Have a loop be another one in each process that is forked from this one."""
    _loops.add(loop)


def end_in_child(process: int, error: BaseException | None = None) -> None:
    """End this process when another one began what has come to its end here.

    It was forked in a thread of this package. Nobody here waits for the outcome, and no other thread is left.
    """
    if os.getpid() == process:
        return
    code: Any = 0
    try:
        if error is not None and not is_a(error, SystemExit):
            code = 1
            sys.excepthook(type(error), error, error.__traceback__)
        elif error is not None:
            code = SystemExit.__dict__["code"].__get__(error)
            if code is not None and not isinstance(code, int):
                said, code = code, 1
                print(said, file=sys.stderr)
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
    except Exception:
        # Nobody reads what is said.
        pass
    os._exit((code or 0) & 0xFF)


def _before() -> None:
    for _ in range(100):
        try:
            _held.extend(_loops)
            return
        except RuntimeError:
            # Another thread has just made one.
            _held.clear()


def _in_parent() -> None:
    _held.clear()


def _in_child() -> None:
    for loop in _held:
        try:
            _separate(loop)
        except Exception:
            # It is of another kind, or closed.
            pass
    _held.clear()


def _separate(loop: Any) -> None:
    """Give a loop a selector and a pipe of its own.

    Those that it has are its parent's as well: what is taken out of the selector here, or read from the pipe, is missed
    there, and the parent's loop would not wake up any more.
    """
    import selectors
    import signal
    import socket

    selector, ours, theirs = loop._selector, loop._ssock, loop._csock
    if loop.is_closed():
        return
    fresh = selectors.DefaultSelector()
    for key in tuple(selector.get_map().values()):
        if key.fileobj != ours.fileno() and key.fileobj is not ours:
            fresh.register(key.fileobj, key.events, key.data)
    loop._selector = fresh
    loop._ssock, loop._csock = socket.socketpair()
    loop._ssock.setblocking(False)
    loop._csock.setblocking(False)
    loop._add_reader(loop._ssock.fileno(), loop._read_from_self)
    try:
        wakes = signal.set_wakeup_fd(-1)
        if wakes != -1:
            signal.set_wakeup_fd(loop._csock.fileno() if wakes == theirs.fileno() else wakes)
    except ValueError:
        # Signals are another thread's.
        pass
    selector.close()
    ours.close()
    theirs.close()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_before, after_in_parent=_in_parent, after_in_child=_in_child)
