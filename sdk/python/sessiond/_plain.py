"""Types that consist of nothing else, as JSON Schema: how values of theirs are read."""

from __future__ import annotations

import re
from typing import Any, Callable, NamedTuple

Read = Callable[[Any, str], Any]


class Wrong(ValueError):
    """What a model wrote does not fit; the text is for the model."""


class Shape(NamedTuple):
    """A type."""

    schema: dict[str, Any]
    read: Read
    """Makes a value of what JSON has; the text is where it stands, such as `places[2].city`."""


ANYTHING = Shape({}, lambda value, at: value)


def shown(value: Any) -> str:
    """Give the beginning of what a model wrote."""
    import json

    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else f"{text[:60]}…"


def listed(value: Any, at: str) -> list[Any]:
    """Give what has to be a list."""
    if not isinstance(value, list):
        raise Wrong(f"{at} must be a list, not {shown(value)}")
    return value


def literal(values: tuple[Any, ...]) -> Shape:
    """Give the shape of one of several values."""
    known = {_key(plain): value for value in values for plain in (json_of(value),)}

    def read(value: Any, at: str) -> Any:
        try:
            return known[_key(value)]
        except (KeyError, TypeError):
            raise Wrong(f"{at} must be one of {_choices_shown(values)}, not {shown(value)}") from None

    return Shape(_choices([json_of(value) for value in values]), read)


def enumeration(kind: Any) -> Shape:
    """Give the shape of an enumeration, whose members are told by their values when JSON has those, else by names."""
    plain = all(isinstance(member.value, (str, int, float)) for member in kind)
    members = {_key(member.value if plain else member.name): member for member in kind}
    told = [member.value if plain else member.name for member in kind]

    def read(value: Any, at: str) -> Any:
        try:
            return members[_key(value)]
        except (KeyError, TypeError):
            raise Wrong(f"{at} must be one of {', '.join(map(shown, told))}, not {shown(value)}") from None

    return Shape(_choices(told), read)


def json_of(value: Any) -> Any:
    """Give what JSON has for a value that a program names; a value that is of none of its types as its text."""
    if isinstance(value, _enum()):
        plain = all(isinstance(member.value, (str, int, float)) for member in type(value))
        return value.value if plain else value.name
    if value is None or isinstance(value, (str, bool, int, float)):
        return value
    if isinstance(value, (list, tuple)):
        return [json_of(item) for item in value]
    if isinstance(value, dict):
        return {str(name): json_of(item) for name, item in value.items()}
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _enum() -> Any:
    import sys

    return getattr(sys.modules.get("enum"), "Enum", ())


def _key(value: Any) -> Any:
    """Tell apart what Python holds to be equal: true, 1; a model that writes 1.0 means 1."""
    return (type(value) if isinstance(value, (bool, str, bytes)) or value is None else float, value)


def _choices_shown(values: tuple[Any, ...]) -> str:
    return ", ".join(shown(json_of(value)) for value in values)


def _choices(values: list[Any]) -> dict[str, Any]:
    if all(isinstance(value, str) for value in values):
        return {"type": "string", "enum": values}
    return {"enum": values}


def _typed(kind: str, name: str, of: type | tuple[type, ...]) -> Shape:
    def read(value: Any, at: str) -> Any:
        if isinstance(value, of) and (of is bool or not isinstance(value, bool)):
            return value
        raise Wrong(f"{at} must be {name}, not {shown(value)}")

    return Shape({"type": kind}, read)


def _read_integer(value: Any, at: str) -> int:
    # Models write 3.0 for 3.
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise Wrong(f"{at} must be a whole number, not {shown(value)}")


def _read_number(value: Any, at: str) -> float:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value)
    raise Wrong(f"{at} must be a number, not {shown(value)}")


def _read_none(value: Any, at: str) -> None:
    if value is not None:
        raise Wrong(f"{at} must be null, not {shown(value)}")


SIMPLE: dict[Any, Shape] = {
    str: _typed("string", "a text", str),
    bool: _typed("boolean", "true or false", bool),
    int: Shape({"type": "integer"}, _read_integer),
    float: Shape({"type": "number"}, _read_number),
    type(None): Shape({"type": "null"}, _read_none),
}


def texts() -> dict[Any, Shape]:
    """Give the types that JSON has as texts."""
    from datetime import date, datetime, time, timedelta
    from decimal import Decimal
    from ipaddress import IPv4Address, IPv6Address
    from pathlib import Path, PurePath
    from uuid import UUID

    def shape(make: Callable[[str], Any], name: str, format: str | None = None) -> Shape:
        def read(value: Any, at: str) -> Any:
            try:
                if isinstance(value, str):
                    return make(value)
            except (ValueError, ArithmeticError):
                pass
            raise Wrong(f"{at} must be {name}, not {shown(value)}")

        return Shape({"type": "string", "format": format} if format else {"type": "string"}, read)

    def decimal(value: Any, at: str) -> Decimal:
        try:
            if isinstance(value, (str, int, float)) and not isinstance(value, bool):
                return Decimal(str(value))
        except ArithmeticError:
            pass
        raise Wrong(f"{at} must be a number in quotes, not {shown(value)}")

    def moment(text: str) -> datetime:
        return datetime.fromisoformat(f"{text[:-1]}+00:00" if text.endswith(("Z", "z")) else text)

    return {
        datetime: shape(moment, "a date and time such as 2025-01-31T12:00:00Z", "date-time"),
        date: shape(date.fromisoformat, "a date such as 2025-01-31", "date"),
        time: shape(time.fromisoformat, "a time such as 12:00:00", "time"),
        UUID: shape(UUID, "a UUID", "uuid"),
        timedelta: shape(_duration, "a length of time such as PT1H30M", "duration"),
        Decimal: Shape({"type": "string"}, decimal),
        bytes: shape(_bytes, "bytes in base64"),
        Path: shape(Path, "a path"),
        PurePath: shape(PurePath, "a path"),
        IPv4Address: shape(IPv4Address, "an IPv4 address", "ipv4"),
        IPv6Address: shape(IPv6Address, "an IPv6 address", "ipv6"),
    }


_DURATION = re.compile(r"([+-]?)P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?")


def _duration(text: str) -> Any:
    """Give the time that ISO 8601 writes so."""
    from datetime import timedelta

    found = _DURATION.fullmatch(text)
    if found is None or not any(found.groups()[1:]):
        raise ValueError(text)
    weeks, days, hours, minutes, seconds = (float(part or 0) for part in found.groups()[1:])
    length = timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
    return -length if found[1] == "-" else length


def _bytes(text: str) -> bytes:
    from base64 import b64decode

    return b64decode(text, validate=True)
