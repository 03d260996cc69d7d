"""The trace of an error as text, whatever its class says of itself."""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING, Any, Callable, Optional

from ._state import is_a, members_of, own

if TYPE_CHECKING:
    from types import TracebackType

# How many errors a trace has: causes, and those of groups. Python's own way to write one has no limit.
_ERRORS = 64
_CAUSED = "\nThe above exception was the direct cause of the following exception:\n\n"
_MEANWHILE = "\nDuring handling of the above exception, another exception occurred:\n\n"
# What is read of an error to write its trace. A class may say anything of these.
_READ = (
    "__getattribute__",
    "__getattr__",
    "__class__",
    "__cause__",
    "__context__",
    "__suppress_context__",
    "__traceback__",
)

_cause: Any = BaseException.__dict__["__cause__"]
_context: Any = BaseException.__dict__["__context__"]
_suppress_context: Any = BaseException.__dict__["__suppress_context__"]
_traceback: Any = BaseException.__dict__["__traceback__"]
# Python 3.10 and older have no groups.
_Group: Any = getattr(builtins, "BaseExceptionGroup", None)
_exceptions: Any = None if _Group is None else _Group.__dict__["exceptions"]


def trace_of(error: BaseException, headline: Callable[[BaseException], str], limit: int) -> str:
    """Return the trace of an error and of those that led to it; `limit` is how many frames, as `traceback` has it."""
    from traceback import format_exception

    if _is_usual(error):
        return "".join(format_exception(type(error), error, _traceback.__get__(error), limit=limit))
    return _plain(error, headline, limit)


def exceptions_of(error: BaseException) -> tuple[BaseException, ...]:
    """Return the errors that a group consists of; none when it is no group."""
    if _Group is None or not is_a(error, _Group):
        return ()
    found: tuple[BaseException, ...] = _exceptions.__get__(error)
    return found


def _is_usual(error: BaseException) -> bool:
    """Tell whether nothing but Python's own code runs to write the trace, and it comes to an end."""
    left, seen = [error], set()
    while left:
        one = left.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        kind = type(one)
        if len(seen) > _ERRORS or any(own(kind, name) is not own(BaseException, name) for name in _READ):
            return False
        notes = dict.get(members_of(one), "__notes__", ())
        if type(notes) not in (list, tuple) or own(kind, "__notes__") is not None:
            return False
        parts = exceptions_of(one)
        if parts and own(kind, "exceptions") is not _exceptions:
            return False
        left.extend(part for part in (_cause.__get__(one), _context.__get__(one), *parts) if part is not None)
    return True


def _plain(error: BaseException, headline: Callable[[BaseException], str], limit: int) -> str:
    """Return a trace without the errors of groups."""
    from traceback import extract_tb, format_list

    texts: list[str] = []
    one: Optional[BaseException] = error
    seen: set[int] = set()
    while one is not None and id(one) not in seen and len(seen) < _ERRORS:
        seen.add(id(one))
        trace: Optional[TracebackType] = _traceback.__get__(one)
        frames = "".join(format_list(extract_tb(trace, limit=limit)))
        texts.append(
            f"{'Traceback (most recent call last):' if frames else ''}\n{frames}{headline(one)}\n".lstrip("\n")
        )
        cause = _cause.__get__(one)
        context = None if _suppress_context.__get__(one) else _context.__get__(one)
        one = context if cause is None else cause
        if one is not None:
            texts.append(_CAUSED if cause is not None else _MEANWHILE)
    if texts[-1] in (_CAUSED, _MEANWHILE):
        texts.pop()
    return "".join(reversed(texts))
