"""Errors as values: what is recorded of an exception, what is made of that again, and what is said of it to people."""

from __future__ import annotations

from math import isfinite
from typing import Any, Callable

from ._classes import find_class, find_local, name_of, names_of, title_of
from ._state import built_in, layout_of, members_of, mro, size
from ._traces import trace_of

# Attributes that built-in exceptions keep outside of `args` and `__dict__`.
_KEPT = {
    "AttributeError": ("name",),
    "ImportError": ("name", "path"),
    "NameError": ("name",),
    "OSError": ("errno", "strerror", "filename", "filename2"),
    "SyntaxError": ("msg", "filename", "lineno", "offset", "text", "end_lineno", "end_offset"),
    "StopIteration": ("value",),
    "SystemExit": ("code",),
}
# How many causes of causes are recorded.
_CAUSES = 8
# The most characters of a message or a trace.
_TEXT = 256 * 1024
# Characters beyond that in which a secret may end.
_MARGIN = 16 * 1024
# Frames of a trace that are recorded, and those of a call that is so many levels above the one that raised the error.
_FRAMES, _LEVELS, _OUTERMOST = 50, 10, 4
# Where a session notes on an error which of its calls gave it.
FATAL = "__sessiond_calls__"
# Where an error that stands for another keeps what is recorded of that.
_TOLD = "__sessiond_told__"
# pydantic's error, which keeps what it consists of where only its own code finds it.
_PYDANTIC = "pydantic_core._pydantic_core:ValidationError"
# The longest text among the attributes of what is not recorded itself, and how many attributes of it are.
_PLAIN, _MOST = 1000, 64
_UNTOLD = "(its message could not be told)"

_args: Any = BaseException.__dict__["args"]
_cause: Any = BaseException.__dict__["__cause__"]
_suppress_context: Any = BaseException.__dict__["__suppress_context__"]


class Unrecorded:
    """What takes the place of something within an error that could not be recorded.

    It has the text of that, and its attributes that are plain values, such as the status of a response.
    """

    __slots__ = ("_kind", "_plain", "_text")

    def __init__(self, kind: str, text: str, plain: dict[str, Any] | None = None) -> None:
        """Note what it was, how it printed, and its attributes."""
        self._kind = kind
        self._text = text
        self._plain = plain or {}

    def __repr__(self) -> str:
        """Print as the value did."""
        return self._text

    def __getattr__(self, name: str) -> Any:
        """Refuse: a program that goes on with something else than it had then would not be the same program."""
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)
        if name in self._plain:
            return self._plain[name]
        from .errors import ReplayError

        raise ReplayError(f"the {self._kind} of a recorded error was not recorded, so it has no {name}", "unrecorded")


def headline_of(error: BaseException) -> str:
    """Return the name of an error's class and its message, as one text without known secrets. It never fails."""
    kind, message = title_of(type(error)).rpartition(".")[2], message_of(error)
    return f"{kind}: {message}" if message else kind


def describe_error(error: BaseException) -> tuple[str, str, str]:
    """Return the name of an error's class, its message and its trace, without known secrets. It never fails."""
    kind = title_of(type(error)).rpartition(".")[2]
    return kind, message_of(error), _trace(error, kind)


def message_of(error: BaseException) -> str:
    """Return the message of an error, without known secrets. It never fails."""
    return _clean(_printed(str, error, _UNTOLD))


def describe(value: BaseException, depth: int = 0) -> tuple[str, Any]:
    """Return the tag of an error and what is to be under it; `$opaque` when its class cannot be made again."""
    kind = type(value)
    told = dict.get(members_of(value), _TOLD)
    if told is not None:
        return "$error", told
    name = name_of(kind)
    if name == _PYDANTIC:
        return _describe_validation(value, name)
    if name is None or _base(kind) is None:
        return _by_message(value)
    state = _describe_state(value)
    if state is None:
        return _by_message(value)
    described = {"class": name, **state}
    cause = _cause.__get__(value)
    if cause is not None and depth < _CAUSES:
        tag, inner = describe(cause, depth + 1)
        if tag == "$error":
            described["cause"] = inner
    elif cause is None and _suppress_context.__get__(value):
        described["alone"] = True
    return "$error", described


def replayed(value: BaseException) -> BaseException:
    """Return what is raised in the place of an error that cannot be restored: it is of the nearest class that can be.

    It is recorded with what it takes to make the error itself, if its class was defined within a function that defines
    it again before the error is raised again.
    """
    kind = type(value)
    bases = [part for part in mro(kind) if issubclass(part, Exception) and name_of(part) and _base(part)]
    base = next((part for part in bases if _stands_for(part)), None)
    told: dict[str, Any] = {
        "class": None if base is None else name_of(base),
        "replayed": title_of(kind),
        "message": message_of(value),
    }
    module, path = names_of(kind)
    if bases and "<locals>" in path and _base(kind) is not None:
        state = _describe_state(value)
        if state is not None:
            told.update(state, local=[name_of(bases[0]), module, path])
    return _replayed(told)


def _describe_state(value: BaseException) -> dict[str, Any] | None:
    """Return what an error consists of; None when that is a secret, or no error can be made of it."""
    from ._secret import has_secret

    kind = type(value)
    args = _args.__get__(value)
    kept = _read_kept(value)
    state = layout_of(kind).read(value)
    state.pop(FATAL, None)
    for part in (*args, *kept.values(), *state.values()):
        if type(part) is str and has_secret(part):
            return None
    try:
        # A class that cannot be made without its initialiser is found out now, and not when a program is resumed.
        _make(kind, args, {}, {})
    except Exception:
        return None
    described: dict[str, Any] = {"args": list(args)}
    if kept:
        described["kept"] = kept
    if state:
        described["state"] = state
    return described


def restore(inner: Any) -> BaseException:
    """Return the error of what was recorded, without running any code of its class."""
    if "replayed" in inner:
        return _restore_replayed(inner)
    kind = find_class(inner["class"])
    if inner["class"] == _PYDANTIC:
        made: BaseException = kind.from_exception_data(*inner["validation"])
        _args.__set__(made, ())
        return made
    if not issubclass(kind, BaseException):
        raise ValueError(f"{inner['class']} is no exception")
    error = _make(kind, tuple(inner["args"]), inner.get("kept", {}), inner.get("state", {}))
    if "cause" in inner:
        _cause.__set__(error, restore(inner["cause"]))
    elif "alone" in inner:
        _suppress_context.__set__(error, True)
    return error


def unrecorded(value: Any) -> tuple[str, str, str]:
    """Return what is recorded of something within an error that cannot be recorded.

    That is its type, how it prints, and as JSON its attributes that are plain values.
    """
    if type(value) is Unrecorded:
        kind, text, plain = value._kind, value._text, value._plain
    else:
        kind = title_of(type(value))
        text, plain = _printed(repr, value, f"<{kind}>"), _plain_attributes(value)
    from json import dumps

    return kind, _clean(text)[:1000], dumps(plain) if plain else ""


def _plain_attributes(value: Any) -> dict[str, Any]:
    from ._native import names_secret

    found: dict[str, Any] = {}
    try:
        members = layout_of(type(value)).read(value)
    except Exception:
        return found
    for name, member in members.items():
        if type(name) is not str or not name.isidentifier() or name.startswith("_") or names_secret(name):
            continue
        if type(member) is str:
            if len(member) > _PLAIN or _clean(member) != member:
                continue
        elif type(member) is float:
            if not isfinite(member):
                continue
        elif type(member) is int:
            if abs(member) >> 63:
                continue
        elif member is not None and type(member) is not bool:
            continue
        if len(found) < _MOST:
            found[name] = member
    return found


def _restore_replayed(told: dict[str, Any]) -> BaseException:
    if "local" in told:
        base, module, path = told["local"]
        kind = find_local(find_class(base), module, path)
        if kind is not None:
            return _make(kind, tuple(told["args"]), told.get("kept", {}), told.get("state", {}))
    return _replayed(told)


def _replayed(told: dict[str, Any]) -> BaseException:
    """Make an error that stands for one, by what is recorded of that."""
    from .errors import ReplayedError

    name = told["replayed"].rpartition(".")[2]
    made: BaseException = ReplayedError(name, told["message"])
    if told["class"] is not None:
        try:
            base = find_class(told["class"])
            kind = type("ReplayedError", (ReplayedError, base), {"__module__": ReplayedError.__module__})
            made = _make(kind, (told["message"],), {}, members_of(made))
        except (TypeError, ValueError):
            # It is not there any more, or nothing can inherit from it.
            pass
    members_of(made)[_TOLD] = told
    return made


def _stands_for(kind: type) -> bool:
    """Tell whether an error of a class may stand for one of a class that inherits from it."""
    from .errors import ControlError, SessiondError

    return kind not in (Exception, SessiondError) and not issubclass(kind, ControlError)


def _describe_validation(value: Any, name: str) -> tuple[str, Any]:
    """Return what is recorded of pydantic's error, which consists of what did not fit and why."""
    from ._secret import has_secret

    try:
        if has_secret(str(value)):
            return _by_message(value)
        made, (title, errors, *others) = value.__reduce__()
        if made != type(value).from_exception_data:
            return _by_message(value)
        parts = ("type", "loc", "input", "ctx")
        lines = [{part: line[part] for part in parts if part in line} for line in errors]
    except Exception:
        return _by_message(value)
    return "$error", {"class": name, "validation": [title, lines, *others]}


def _make(kind: type, args: tuple[Any, ...], kept: dict[str, Any], state: dict[str, Any]) -> BaseException:
    base = _base(kind)
    if base is None:
        raise ValueError("it is no exception of Python's own making")
    error: BaseException = base.__new__(kind, *args)
    if base.__init__ is not BaseException.__init__:
        try:
            base.__init__(error, *args)
        except Exception:
            # What its class calls the built-in one with is not what it keeps as its arguments.
            pass
    _args.__set__(error, args)
    for name, member in kept.items():
        getattr(base, name).__set__(error, member)
    layout_of(kind).write(error, state)
    return error


def _base(kind: type) -> Any:
    """Return the built-in exception that a class is made of; None when something else had a hand in it."""
    base = built_in(kind)
    if not issubclass(base, BaseException):
        return None
    plain = next(part for part in mro(base) if part.__module__ == "builtins")
    # One that is no larger keeps nothing of its own.
    return plain if size(plain) == size(base) else None


def _read_kept(value: BaseException) -> dict[str, Any]:
    found = {}
    for part in mro(type(value)):
        for name in _KEPT.get(part.__name__, ()) if part.__module__ == "builtins" else ():
            member = getattr(part, name, None)
            kept = None if member is None else member.__get__(value)
            if kept is not None:
                found[name] = kept
    return found


def _by_message(value: BaseException) -> tuple[str, Any]:
    return "$opaque", {"error": title_of(type(value)), "message": message_of(value)}


def _trace(error: BaseException, kind: str) -> str:
    try:
        # The innermost frames say where it was raised. Of a deep recursion, the innermost calls record them.
        calls = dict.get(members_of(error), FATAL, ())
        return _clean(trace_of(error, headline_of, -_FRAMES if len(calls) < _LEVELS else _OUTERMOST))
    except KeyboardInterrupt:
        raise
    except BaseException:
        return f"{kind}: {_UNTOLD}\n"


def _printed(prints: Callable[[Any], str], value: Any, otherwise: str) -> str:
    try:
        return str.__str__(prints(value))
    except KeyboardInterrupt:
        raise
    except BaseException:
        return otherwise


def _clean(text: str) -> str:
    """Return a text as it may be recorded: without secrets, and with characters only."""
    from ._secret import without_secrets

    if len(text) <= _TEXT + _MARGIN:
        return without_secrets(text)[:_TEXT]
    # A secret at the end may have been cut, so that nobody knows it.
    return without_secrets(text[: _TEXT + _MARGIN])[:-_MARGIN][:_TEXT]
