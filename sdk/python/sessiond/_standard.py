"""Values of the standard library: what is recorded of them, and what is made of that again."""

from __future__ import annotations

import gc
import sys
from typing import Any, Callable, Optional

from ._classes import find_class, loaded, name_of, names_of
from ._state import built_in, mro, own

Plan = Callable[[Any], Any]


def plan(kind: type) -> Optional[Plan]:
    """Return how the values of a class are described; None when it is none of these."""
    module, name = names_of(kind)
    described = _DESCRIBE.get((_ALIASES.get(module, module), name))
    # That a class is called so proves nothing.
    if described is not None and (loaded(module, name) is kind or built_in(kind) is kind):
        found: Plan = described
        return found
    if issubclass(kind, tuple) and type(own(kind, "n_sequence_fields")) is int:
        named = name_of(kind)
        return None if named is None else lambda value: ("$sequence", [named, *value.__reduce__()[1]])
    if _is_any(kind, _PYTZ):
        return lambda value: ("$pytz", list(value.__reduce__()[1]))
    if type(loaded("pytz", "utc")) is kind:
        return lambda value: ("$pytz", [])
    named = name_of(kind) if _is_any(kind, _URLS) else None
    return None if named is None else lambda value: ("$url", [named, str(value)])


def _is_any(kind: type, names: tuple[tuple[str, str], ...]) -> bool:
    wanted = [found for name in names if (found := loaded(*name)) is not None]
    return any(part is found for part in mro(kind) for found in wanted)


# Dates and times


def _describe_datetime(value: Any) -> Any:
    zone = value.tzinfo
    if zone is None and not value.fold:
        return "$datetime", value.isoformat()
    if _is_plain_zone(zone) and not value.fold:
        return "$datetime", value.isoformat()
    key = getattr(zone, "key", None) if type(zone) is loaded("zoneinfo", "ZoneInfo") else None
    if key is not None:
        return "$datetime", [value.isoformat(), key, value.fold]
    return "$datetime", [value.replace(tzinfo=None, fold=0).isoformat(), {"zone": zone}, value.fold]


def _restore_datetime(inner: Any) -> Any:
    from datetime import datetime

    if isinstance(inner, str):
        return datetime.fromisoformat(inner)
    text, zone, fold = inner
    value = datetime.fromisoformat(text)
    if isinstance(zone, dict):
        return value.replace(tzinfo=zone["zone"], fold=fold)
    if zone is not None:
        value = value.replace(tzinfo=_restore_zone(zone))
    return value.replace(fold=fold)


def _describe_time(value: Any) -> Any:
    if value.tzinfo is None and not value.fold:
        return "$time", value.isoformat()
    return "$time", [value.replace(tzinfo=None, fold=0).isoformat(), value.tzinfo, value.fold]


def _restore_time(inner: Any) -> Any:
    from datetime import time

    if isinstance(inner, str):
        return time.fromisoformat(inner)
    text, zone, fold = inner
    return time.fromisoformat(text).replace(tzinfo=zone, fold=fold)


def _restore_date(inner: str) -> Any:
    from datetime import date

    return date.fromisoformat(inner)


def _restore_timedelta(inner: list[int]) -> Any:
    from datetime import timedelta

    return timedelta(*inner)


def _is_plain_zone(zone: Any) -> bool:
    """Tell whether a zone is its offset alone, which the text of a time has."""
    return type(zone) is loaded("datetime", "timezone") and len(zone.__getinitargs__()) == 1


def _describe_timezone(value: Any) -> Any:
    offset, *name = value.__getinitargs__()
    return "$timezone", [[offset.days, offset.seconds, offset.microseconds], *name]


def _restore_timezone(inner: Any) -> Any:
    from datetime import timedelta, timezone

    return timezone(timedelta(*inner[0]), *inner[1:])


def _describe_zone(value: Any) -> Any:
    return None if value.key is None else ("$zone", value.key)


def _restore_zone(inner: str) -> Any:
    from zoneinfo import ZoneInfo

    return ZoneInfo(inner)


def _describe_dateutil(value: Any) -> Any:
    kind = type(value).__name__
    if kind == "tzoffset":
        offset = value._offset
        return "$dateutil", [kind, value._name, [offset.days, offset.seconds]]
    if kind == "tzfile":
        return "$dateutil", [kind, value._filename] if isinstance(value._filename, str) else None
    return "$dateutil", [kind]


def _restore_dateutil(inner: Any) -> Any:
    from datetime import timedelta

    kind, *rest = inner
    made: Any = _loaded("dateutil.tz", kind)
    if kind == "tzoffset":
        return made(rest[0], timedelta(*rest[1]))
    return made(*rest)


def _restore_pytz(inner: Any) -> Any:
    return _loaded("pytz", "_p")(*inner) if inner else _loaded("pytz", "utc")


# Containers


def _describe_deque(value: Any) -> Any:
    return "$deque", [list(value), value.maxlen]


def _restore_deque(inner: Any) -> Any:
    from collections import deque

    return deque(inner[0], inner[1])


def _describe_ordered(value: Any) -> Any:
    return "$ordered", dict(value.items())


def _restore_ordered(inner: Any) -> Any:
    from collections import OrderedDict

    return OrderedDict(inner)


def _describe_counter(value: Any) -> Any:
    return "$counter", dict.copy(value)


def _restore_counter(inner: Any) -> Any:
    from collections import Counter

    counter: Any = Counter()
    dict.update(counter, inner)
    return counter


def _describe_default(value: Any) -> Any:
    return "$default", [value.default_factory, dict(value.items())]


def _restore_default(inner: Any) -> Any:
    from collections import defaultdict

    return defaultdict(inner[0], inner[1])


def _describe_proxy(value: Any) -> Any:
    behind = gc.get_referents(value)
    return ("$proxy", dict.copy(behind[0])) if len(behind) == 1 and type(behind[0]) is dict else None


def _restore_proxy(inner: Any) -> Any:
    from types import MappingProxyType

    return MappingProxyType(inner)


def _describe_namespace(value: Any) -> Any:
    return "$namespace", dict(value.__dict__)


def _restore_namespace(inner: Any) -> Any:
    from types import SimpleNamespace

    made = SimpleNamespace()
    made.__dict__.update(inner)
    return made


def _restore_view(inner: Any) -> Any:
    kind, items = inner
    if kind == "dict_keys":
        return dict.fromkeys(items).keys()
    return dict(enumerate(items)).values() if kind == "dict_values" else dict(items).items()


def _describe_view(value: Any) -> Any:
    return "$view", [type(value).__name__, list(value)]


# Bytes and arrays


def _describe_array(value: Any) -> Any:
    if value.typecode in ("u", "w"):
        return "$array", [value.typecode, value.itemsize, value.tounicode()]
    return "$array", [value.typecode, value.itemsize, sys.byteorder, value.tobytes()]


def _restore_array(inner: Any) -> Any:
    from array import array

    code, size, *rest = inner
    if code in ("u", "w"):
        return array(code, rest[0])
    made = array(code)
    if made.itemsize != size:
        raise ValueError(f"an item of an array of {code} has another size here")
    made.frombytes(rest[1])
    if rest[0] != sys.byteorder:
        made.byteswap()
    return made


def _describe_memoryview(value: Any) -> Any:
    if value.format not in _FORMATS:
        return None
    return "$memoryview", [value.format, list(value.shape), value.readonly, value.tobytes()]


def _restore_memoryview(inner: Any) -> Any:
    code, shape, is_readonly, content = inner
    made = memoryview(content if is_readonly else bytearray(content))
    if shape == [len(content)]:
        return made.cast(code) if code != "B" else made
    return made.cast(code, shape)


def _restore_sequence(inner: Any) -> Any:
    name, *parts = inner
    kind = find_class(name)
    if not issubclass(kind, tuple) or type(own(kind, "n_sequence_fields")) is not int:
        raise ValueError(f"{name} is no sequence of named fields")
    made: Any = kind
    return made(*parts)


# Others


def _describe_path(value: Any) -> Any:
    from pathlib import Path

    kind = type(value)
    return ("$path", str(value)) if kind is type(Path()) else ("$path", [kind.__name__, str(value)])


def _restore_path(inner: Any) -> Any:
    import pathlib

    if isinstance(inner, str):
        return pathlib.Path(inner)
    kind = getattr(pathlib, inner[0])
    if not issubclass(kind, pathlib.PurePath):
        raise ValueError(f"{inner[0]} is no path")
    return kind(inner[1])


def _restore_pattern(inner: Any) -> Any:
    import re

    return re.compile(*inner)


def _restore_decimal(inner: str) -> Any:
    from decimal import Decimal

    return Decimal(inner)


def _restore_uuid(inner: Any) -> Any:
    from uuid import UUID, SafeUUID

    return UUID(inner) if isinstance(inner, str) else UUID(inner[0], is_safe=SafeUUID(inner[1]))


def _describe_uuid(value: Any) -> Any:
    safe = value.is_safe._value_
    return "$uuid", str(value) if safe is None else [str(value), safe]


def _restore_address(inner: Any) -> Any:
    import ipaddress

    kind, text = inner
    if ("ipaddress", kind) not in _DESCRIBE:
        raise ValueError(f"{kind} is no address")
    return getattr(ipaddress, kind)(text)


def _restore_partial(inner: Any) -> Any:
    from functools import partial

    function, args, kwargs, state = inner
    made = partial(function, *args, **kwargs)
    made.__dict__.update(state)
    return made


def _restore_tz_info(inner: int) -> Any:
    return _loaded("pydantic_core", "TzInfo")(inner)


def _restore_url(inner: Any) -> Any:
    name, text = inner
    kind = find_class(name)
    if name.partition(":")[0] == "pydantic_core._pydantic_core":
        return kind(text)
    if not _is_any(kind, _URLS):
        raise ValueError(f"{name} is no address")
    made = object.__new__(kind)
    host = "MultiHostUrl" if any(part.__name__ == "_BaseMultiHostUrl" for part in mro(kind)) else "Url"
    made._url = _loaded("pydantic_core", host)(text)
    return made


def _loaded(module: str, name: str) -> Any:
    found = loaded(module, name)
    if found is None:
        raise ValueError(f"{module} is not loaded here")
    return found


def _isoformat(tag: str) -> Any:
    return lambda value: (tag, value.isoformat())


def _text(tag: str) -> Any:
    return lambda value: (tag, str(value))


def _named_text(tag: str) -> Any:
    return lambda value: (tag, [type(value).__name__, str(value)])


_CONSTANTS = {"Ellipsis": Ellipsis, "NotImplemented": NotImplemented}
_FORMATS = {"c", "b", "B", "h", "H", "i", "I", "l", "L", "q", "Q", "f", "d", "?"}
# Modules that have moved.
_ALIASES = {"pathlib._local": "pathlib", "dateutil.tz._tzfile": "dateutil.tz.tz"}
_PYTZ = (("pytz.tzinfo", "DstTzInfo"), ("pytz.tzinfo", "StaticTzInfo"))
_URLS = (
    ("pydantic.networks", "_BaseUrl"),
    ("pydantic.networks", "_BaseMultiHostUrl"),
    ("pydantic_core._pydantic_core", "Url"),
    ("pydantic_core._pydantic_core", "MultiHostUrl"),
)

_DESCRIBE: dict[tuple[str, str], Any] = {
    ("datetime", "datetime"): _describe_datetime,
    ("datetime", "date"): _isoformat("$date"),
    ("datetime", "time"): _describe_time,
    ("datetime", "timedelta"): lambda value: ("$timedelta", [value.days, value.seconds, value.microseconds]),
    ("datetime", "timezone"): _describe_timezone,
    ("zoneinfo", "ZoneInfo"): _describe_zone,
    ("dateutil.tz.tz", "tzutc"): _describe_dateutil,
    ("dateutil.tz.tz", "tzlocal"): _describe_dateutil,
    ("dateutil.tz.tz", "tzoffset"): _describe_dateutil,
    ("dateutil.tz.tz", "tzfile"): _describe_dateutil,
    ("pydantic_core._pydantic_core", "TzInfo"): lambda value: (
        "$tzinfo",
        int(value.utcoffset(None).total_seconds()),
    ),
    ("decimal", "Decimal"): _text("$decimal"),
    ("uuid", "UUID"): _describe_uuid,
    ("builtins", "complex"): lambda value: ("$complex", [value.real, value.imag]),
    ("builtins", "range"): lambda value: ("$range", [value.start, value.stop, value.step]),
    ("builtins", "slice"): lambda value: ("$slice", [value.start, value.stop, value.step]),
    ("builtins", "ellipsis"): lambda value: ("$constant", "Ellipsis"),
    ("builtins", "NotImplementedType"): lambda value: ("$constant", "NotImplemented"),
    ("builtins", "bytearray"): lambda value: ("$bytearray", bytes(value)),
    ("builtins", "memoryview"): _describe_memoryview,
    ("builtins", "mappingproxy"): _describe_proxy,
    ("builtins", "dict_keys"): _describe_view,
    ("builtins", "dict_values"): _describe_view,
    ("builtins", "dict_items"): _describe_view,
    ("types", "SimpleNamespace"): _describe_namespace,
    ("collections", "deque"): _describe_deque,
    ("collections", "OrderedDict"): _describe_ordered,
    ("collections", "Counter"): _describe_counter,
    ("collections", "defaultdict"): _describe_default,
    ("array", "array"): _describe_array,
    ("pathlib", "PurePath"): _describe_path,
    ("pathlib", "PurePosixPath"): _describe_path,
    ("pathlib", "PureWindowsPath"): _describe_path,
    ("pathlib", "PosixPath"): _describe_path,
    ("pathlib", "WindowsPath"): _describe_path,
    ("re", "Pattern"): lambda value: ("$pattern", [value.pattern, value.flags]),
    ("ipaddress", "IPv4Address"): _named_text("$address"),
    ("ipaddress", "IPv6Address"): _named_text("$address"),
    ("ipaddress", "IPv4Network"): _named_text("$address"),
    ("ipaddress", "IPv6Network"): _named_text("$address"),
    ("ipaddress", "IPv4Interface"): _named_text("$address"),
    ("ipaddress", "IPv6Interface"): _named_text("$address"),
    ("functools", "partial"): lambda value: (
        "$partial",
        [value.func, list(value.args), dict(value.keywords), dict(value.__dict__)],
    ),
    ("sessiond._secret", "Secret"): lambda value: ("$secret", None),
}

RESTORE: dict[str, Any] = {
    "$complex": lambda inner: complex(*inner),
    "$datetime": _restore_datetime,
    "$date": _restore_date,
    "$time": _restore_time,
    "$timedelta": _restore_timedelta,
    "$timezone": _restore_timezone,
    "$zone": _restore_zone,
    "$dateutil": _restore_dateutil,
    "$pytz": _restore_pytz,
    "$tzinfo": _restore_tz_info,
    "$url": _restore_url,
    "$decimal": _restore_decimal,
    "$uuid": _restore_uuid,
    "$path": _restore_path,
    "$pattern": _restore_pattern,
    "$address": _restore_address,
    "$partial": _restore_partial,
    "$range": lambda inner: range(*inner),
    "$slice": lambda inner: slice(*inner),
    "$constant": lambda inner: _CONSTANTS[inner],
    "$bytearray": bytearray,
    "$memoryview": _restore_memoryview,
    "$proxy": _restore_proxy,
    "$view": _restore_view,
    "$namespace": _restore_namespace,
    "$deque": _restore_deque,
    "$ordered": _restore_ordered,
    "$counter": _restore_counter,
    "$default": _restore_default,
    "$array": _restore_array,
    "$sequence": _restore_sequence,
}
