"""The sessions of this process that are not closed."""

from __future__ import annotations

import os
import weakref
from typing import TYPE_CHECKING

from ._fork import in_child
from ._native import Execution, forked, forks, listen, went_on
from ._scope import current

if TYPE_CHECKING:
    from ._session import Session

_open: dict[int, weakref.ref[Session]] = {}


def opened(session: Session) -> None:
    """Count a session among them."""
    _open[id(session)] = weakref.ref(session)


def closed(session: Session) -> None:
    """Count a session among them no more."""
    _open.pop(id(session), None)


def abandon(execution: Execution) -> None:
    """Leave a session that nobody closed as it is: interrupted, so that it can be resumed."""
    import warnings

    try:
        execution.leave()
        outcome = "it is interrupted, and can be resumed"
    except Exception as error:
        outcome = f"and not all of it could be recorded: {error}"
    warnings.warn(
        f"session {execution.id} was never closed: {outcome}; use `with`, or close it", ResourceWarning, stacklevel=2
    )


def _warn(level: int, session_id: str | None, message: str) -> None:
    """Log what the background warns of."""
    for session in open_sessions():
        if session.id == session_id:
            session._log.say(level, message)
            return
    import logging

    logging.getLogger("sessiond").log(level, "%s", message, extra={"sessiond_session": session_id or "-"})


listen(_warn)


def open_sessions() -> list[Session]:
    """Give the sessions of this process that are not closed."""
    return [session for known in list(_open.values()) if (session := known()) is not None]


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=forks, after_in_parent=went_on)


@in_child
def _forked() -> None:
    """Leave all sessions to the process that this one was forked from."""
    forked()
    current.set(None)
    for session in open_sessions():
        session._forked()
    _open.clear()
