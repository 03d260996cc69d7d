"""How values that JSON lacks are written, and made again.

`describe` gives a tag and what stands under it, which the native part writes in the value's place; `restore` makes the
value of the two again. Nothing here imports what the program has not imported: a value's class is there when the value
is, and a record never makes this process load a module.
"""

from __future__ import annotations

import sys
from typing import Any, Optional

Described = Optional[tuple[str, Any]]


def describe(value: Any) -> Described:
    """Give the tag of a value and what stands under it; None when it can only be told by its type."""
    kind = type(value)
    by_name = _DESCRIBE.get((kind.__module__, kind.__qualname__))
    if by_name is not None:
        described: Described = by_name(value)
        return described
    if isinstance(value, _loaded("enum", "Enum")):
        return "$enum", [_name_of(kind), value.name]
    if isinstance(value, _loaded("pathlib", "PurePath")):
        return "$path", str(value)
    fields = _fields(kind)
    if fields is not None:
        return "$object", [_name_of(kind), {name: getattr(value, name) for name in fields if hasattr(value, name)}]
    if isinstance(value, tuple) and hasattr(kind, "_fields"):
        return "$object", [_name_of(kind), dict(zip(kind._fields, value))]
    if _is_model(kind):
        return "$object", [_name_of(kind), dict(value.__dict__)]
    if isinstance(value, BaseException):
        return "$opaque", {"$type": _name_of(kind), "message": str(value)}
    return None


def restore(tag: str, inner: Any) -> Any:
    """Make the value of a tag and what stands under it; ValueError when it cannot be made here."""
    make = _RESTORE.get(tag)
    if make is None:
        raise ValueError(f"a recorded value of kind {tag} cannot be made again")
    try:
        return make(inner)
    except Exception as error:
        raise ValueError(f"a recorded value of kind {tag} cannot be made again: {error}") from error


def _loaded(module: str, name: str) -> Any:
    """Give a class of a module that is loaded already, or what nothing is an instance of."""
    return getattr(sys.modules.get(module), name, ())


def _fields(kind: type) -> Any:
    """Give the names of what a dataclass, or what is recorded as one, consists of."""
    return getattr(kind, "__dataclass_fields__", None) or getattr(kind, "__recorded_fields__", None)


def _is_model(kind: type) -> bool:
    return hasattr(kind, "model_dump") and hasattr(kind, "model_validate")


def _name_of(kind: type) -> str:
    return f"{kind.__module__}:{kind.__qualname__}"


def _class_of(name: str) -> Any:
    module, _, path = name.partition(":")
    found: Any = sys.modules.get(module)
    if found is None:
        raise ValueError(f"{module} is not loaded")
    for part in path.split("."):
        found = getattr(found, part)
    if not isinstance(found, type):
        raise ValueError(f"{name} is no class")
    return found


def _enum(inner: Any) -> Any:
    kind = _class_of(inner[0])
    if not issubclass(kind, _loaded("enum", "Enum")):
        raise ValueError(f"{inner[0]} is no Enum")
    return kind[inner[1]]


def _object(inner: Any) -> Any:
    name, members = inner
    kind = _class_of(name)
    fields = _fields(kind)
    if fields is not None:
        # As it was, without what its own initialiser would do again.
        made = object.__new__(kind)
        for field, value in members.items():
            if field not in fields:
                raise ValueError(f"{name} has no field {field}")
            object.__setattr__(made, field, value)
        return made
    if issubclass(kind, tuple) and hasattr(kind, "_fields"):
        return kind(**members)
    if _is_model(kind):
        return kind.model_validate(members)
    raise ValueError(f"{name} is no dataclass, named tuple or pydantic model")


def _isoformat(tag: str) -> Any:
    return lambda value: (tag, value.isoformat())


def _zone(value: Any) -> Any:
    """Tell the name of a zone apart from its offset, which is all that the text of a time has."""
    return getattr(value.tzinfo, "key", None)


def _describe_datetime(value: Any) -> Described:
    zone = _zone(value)
    text = value.isoformat()
    return "$datetime", text if zone is None and not value.fold else [text, zone, value.fold]


def _restore_datetime(inner: Any) -> Any:
    from datetime import datetime

    if isinstance(inner, str):
        return datetime.fromisoformat(inner)
    text, zone, fold = inner
    value = datetime.fromisoformat(text)
    if zone is not None:
        from zoneinfo import ZoneInfo

        value = value.replace(tzinfo=ZoneInfo(zone))
    return value.replace(fold=fold)


def _restore_date(inner: str) -> Any:
    from datetime import date

    return date.fromisoformat(inner)


def _restore_time(inner: str) -> Any:
    from datetime import time

    return time.fromisoformat(inner)


def _restore_timedelta(inner: list[int]) -> Any:
    from datetime import timedelta

    return timedelta(*inner)


def _restore_decimal(inner: str) -> Any:
    from decimal import Decimal

    return Decimal(inner)


def _restore_uuid(inner: str) -> Any:
    from uuid import UUID

    return UUID(inner)


def _restore_path(inner: str) -> Any:
    from pathlib import Path

    return Path(inner)


def _restore_bytes(inner: str) -> bytes:
    from binascii import a2b_base64

    return a2b_base64(inner)


def _restore_dict(inner: list[list[Any]]) -> dict[Any, Any]:
    return dict(inner)


_DESCRIBE: dict[tuple[str, str], Any] = {
    ("datetime", "datetime"): _describe_datetime,
    ("datetime", "date"): _isoformat("$date"),
    ("datetime", "time"): _isoformat("$time"),
    ("datetime", "timedelta"): lambda value: ("$timedelta", [value.days, value.seconds, value.microseconds]),
    ("decimal", "Decimal"): lambda value: ("$decimal", str(value)),
    ("uuid", "UUID"): lambda value: ("$uuid", str(value)),
    ("builtins", "complex"): lambda value: ("$complex", [value.real, value.imag]),
    ("sessiond._secret", "Secret"): lambda value: ("$secret", None),
}

_RESTORE: dict[str, Any] = {
    "$float": float,
    "$int": int,
    "$bytes": _restore_bytes,
    "$complex": lambda inner: complex(*inner),
    "$datetime": _restore_datetime,
    "$date": _restore_date,
    "$time": _restore_time,
    "$timedelta": _restore_timedelta,
    "$decimal": _restore_decimal,
    "$uuid": _restore_uuid,
    "$path": _restore_path,
    "$dict": _restore_dict,
    "$enum": _enum,
    "$object": _object,
}
