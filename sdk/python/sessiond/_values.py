"""Values that JSON has no form for: what is recorded of them, and what is made of that again.

`describe` names a value by a tag and gives what the native part writes in the value's place; `restore` makes the
value of the two again. Nothing here imports what the program has not imported: a value's class is there when the value
is, and a record never makes this process load a module. No code of a value's class runs, neither to look at the value
nor to make it again; what `register_type` was given does, and what pickle runs when the program allows that.
"""

from __future__ import annotations

import weakref
from types import BuiltinFunctionType, FunctionType
from typing import Any, Callable, Optional

from . import _arrays, _error_values, _objects, _standard, _types
from ._classes import find, find_class, function_name, loaded, name_of, title_of
from ._digest import digest
from ._error_values import describe_error, unrecorded
from ._objects import begin, fill
from ._state import mro
from ._types import pickled

__all__ = [
    "begin",
    "describe",
    "describe_error",
    "digest",
    "escape",
    "fill",
    "forget",
    "integer",
    "pickled",
    "restore",
    "title_of",
    "unescape",
    "unrecorded",
    "why",
]

Described = Optional[tuple[str, Any]]
Plan = Callable[[Any], Described]

# How the values of a class are described, by the class's identity: what it says of its own hash is not asked.
_plans: dict[int, tuple[Any, Optional[Plan]]] = {}
# How many classes are remembered.
_KNOWN = 4096


def describe(value: Any) -> Described:
    """Return the tag of a value and what is to be under it; None when it can only be told by its type."""
    kind = type(value)
    known = _plans.get(id(kind))
    if known is None or known[0]() is not kind:
        if len(_plans) >= _KNOWN:
            _plans.clear()
        known = _plans[id(kind)] = (weakref.ref(kind), _plan(kind))
    plan = known[1]
    return None if plan is None else plan(value)


def restore(tag: str, inner: Any) -> Any:
    """Return the value of a tag and what is under it; ValueError when it cannot be made here."""
    make = _RESTORE.get(tag)
    if make is None:
        raise ValueError(f"a recorded value of kind {tag} cannot be made again")
    try:
        return make(inner)
    except Exception as error:
        raise ValueError(f"a recorded value of kind {tag} cannot be made again: {error}") from error


def why(kind: type) -> str:
    """Return why a value of a class cannot be recorded so that it can be made again."""
    title = title_of(kind)
    if "<locals>" in title:
        return f"{title} is defined in a function, where it cannot be found again"
    return f"a {title} has no recorded form"


def forget() -> None:
    """Forget what is known of classes: something that it depends on has changed."""
    _plans.clear()


def escape(text: str) -> str:
    """Return a text that is no Unicode with an escape for what is none, from which `$text` makes it again."""
    return text.replace("\\", "\\\\").encode("utf-8", "backslashreplace").decode()


def integer(number: int) -> str:
    """Return an integer as text; a long one in hexadecimal, which takes no time and has no limit."""
    return str(number) if number.bit_length() < 4096 else hex(number)


def _plan(kind: type) -> Optional[Plan]:
    """Find out how the values of a class are described."""
    registered = _types.plan(kind)
    if registered is not None:
        return registered
    if kind is FunctionType or kind is BuiltinFunctionType:
        return _named(function_name)
    if issubclass(kind, type):
        return _named(name_of)
    if issubclass(kind, BaseException):
        return _error_values.describe
    if _is_a(kind, "pydantic.types", "SecretStr") or _is_a(kind, "pydantic.types", "SecretBytes"):
        return lambda value: ("$secret", None)
    if _is_a(kind, "enum", "Enum"):
        return _enum_plan(kind)
    return _standard.plan(kind) or _arrays.plan(kind) or _objects.plan(kind)


def _is_a(kind: type, module: str, name: str) -> bool:
    """Tell whether a class is made of one of a module that is loaded already."""
    wanted = loaded(module, name)
    return wanted is not None and any(part is wanted for part in mro(kind))


def _named(namer: Callable[[Any], Optional[str]]) -> Plan:
    def plan(value: Any) -> Described:
        name = namer(value)
        return None if name is None else ("$name", name)

    return plan


def _enum_plan(kind: Any) -> Optional[Plan]:
    name = name_of(kind)
    if name is None:
        return None
    members = kind._member_map_
    is_flag = _is_a(kind, "enum", "Flag")

    def plan(value: Any) -> Described:
        member = value._name_
        if is_flag and members.get(member) is not value:
            return "$flag", [name, value._value_]
        return "$enum", [name, member]

    return plan


def _enum_class(name: str, wanted: str) -> Any:
    kind = find_class(name)
    if not _is_a(kind, "enum", wanted):
        raise ValueError(f"{name} is no {wanted}")
    return kind


def unescape(inner: str) -> str:
    """Return the text of which `escape` made this."""
    import re

    return re.sub(r"\\(\\|u[0-9a-f]{4})", lambda found: "\\" if found[1] == "\\" else chr(int(found[1][1:], 16)), inner)


def _restore_bytes(inner: str) -> bytes:
    from binascii import a2b_base64

    return a2b_base64(inner)


_RESTORE: dict[str, Any] = {
    **_standard.RESTORE,
    **_arrays.RESTORE,
    "$custom": _types.restore,
    "$pickle": _types.unpickled,
    "$float": float,
    "$int": lambda inner: int(inner, 16 if "x" in inner else 10),
    "$text": unescape,
    "$bytes": _restore_bytes,
    "$dict": dict,
    "$enum": lambda inner: _enum_class(inner[0], "Enum")._member_map_[inner[1]],
    "$flag": lambda inner: _enum_class(inner[0], "Flag")(inner[1]),
    "$name": find,
    "$object": _objects.restore_object,
    "$value": _objects.restore_value,
    "$error": _error_values.restore,
    "$unrecorded": lambda inner: _error_values.Unrecorded(*inner),
}
