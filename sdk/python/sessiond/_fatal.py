"""Which errors end a session, and which calls gave them."""

from __future__ import annotations

from ._error_values import FATAL
from ._state import is_a, members_of
from ._traces import exceptions_of
from .errors import FatalError


def remember(error: BaseException, call: int | None) -> None:
    """Note which call gave an error, so that one that ends the program is known as that call's."""
    try:
        calls: set[int | None] = dict.setdefault(members_of(error), FATAL, set())
        calls.add(call)
    except Exception:
        # It takes no attributes.
        pass


def fatal_calls(error: BaseException | None) -> list[int]:
    """Give the calls that gave the error which ended a program, or a part of it."""
    found: set[int] = set()
    seen: set[int] = set()
    left = [] if error is None else [error]
    while left:
        one = left.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        calls = dict.get(members_of(one), FATAL, ())
        if type(calls) is set:
            found.update(call for call in calls if type(call) is int)
        left.extend(exceptions_of(one))
    return sorted(found)


def is_fatal(error: BaseException) -> bool:
    """Tell whether an error is to end the session; what asking that of it raises says nothing."""
    if is_a(error, FatalError):
        return True
    try:
        return getattr(error, "fatal", None) is True
    except KeyboardInterrupt:
        raise
    except BaseException:
        return False
