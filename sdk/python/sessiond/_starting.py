"""Starting threads."""

from __future__ import annotations

import sys
import threading


def start(thread: threading.Thread) -> None:
    """Start a thread.

    Raises RuntimeError while the interpreter is ending, as Python 3.12 and later do themselves: earlier versions wait
    for ever there for the thread to begin.
    """
    if sys.is_finalizing():
        raise RuntimeError("no thread can be started while the interpreter is ending")
    thread.start()
