"""Objects: dataclasses, what attrs and pydantic make, and those of classes that are made of the built-in ones.

What is recorded of an object are its attributes, those that are no fields too, and what it contains when its class is
made of a list, a text or the like. It is made again without its initialiser, its validators, or any other code of its
class.
"""

from __future__ import annotations

import weakref
from collections import OrderedDict, defaultdict, deque
from typing import Any, Callable, Optional

from ._classes import find_class, loaded, name_of
from ._state import Layout, mro, own

_factory: Any = defaultdict.__dict__["default_factory"]
_maxlen: Any = deque.__dict__["maxlen"]

# What is read of an object's content, and how that is put into an object that was just made.
_MUTABLE: dict[type, tuple[Callable[[Any], Any], Callable[[Any, Any], Any]]] = {
    OrderedDict: (
        lambda value: dict(OrderedDict.items(value)),
        lambda made, items: [OrderedDict.__setitem__(made, key, item) for key, item in items.items()],
    ),
    defaultdict: (
        lambda value: [_factory.__get__(value), dict.copy(value)],
        lambda made, parts: defaultdict.__init__(made, *parts),
    ),
    deque: (
        lambda value: [list(deque.__iter__(value)), _maxlen.__get__(value)],
        lambda made, parts: deque.__init__(made, *parts),
    ),
    list: (lambda value: list.__getitem__(value, slice(None)), list.extend),
    dict: (dict.copy, dict.update),
    set: (lambda value: list(set.__iter__(value)), set.update),
    bytearray: (lambda value: bytes(bytearray.__getitem__(value, slice(None))), bytearray.extend),
}
# The same of what cannot change: an object is made of its content.
_CONSTANT: dict[type, Callable[[Any], Any]] = {
    str: str.__str__,
    int: int.__int__,
    float: float.__float__,
    complex: complex.__pos__,
    tuple: lambda value: list(tuple.__iter__(value)),
    frozenset: lambda value: list(frozenset.__iter__(value)),
    bytes: lambda value: bytes.__getitem__(value, slice(None)),
}
_BASES: dict[int, Any] = {id(base): base for base in (*_MUTABLE, *_CONSTANT, object)}
# Classes whose objects are their attributes: data, and no hold on anything else.
_MARKS = ("__dataclass_fields__", "__recorded_fields__", "__attrs_attrs__")
_RECORDS = (
    ("pydantic.main", "BaseModel"),
    ("pydantic.v1.main", "BaseModel"),
    ("collections", "ChainMap"),
    ("collections", "UserDict"),
    ("collections", "UserList"),
    ("collections", "UserString"),
    ("fractions", "Fraction"),
    ("statistics", "NormalDist"),
)
# What pydantic keeps of a model beside its fields: without it, a model of another version would be half a model.
_SETS = ("__pydantic_fields_set__", "__fields_set__")
# Attributes that say how an object came to be, and are no part of it.
_NO_PART = ("__orig_class__",)


class Shape:
    """What the objects of a class consist of."""

    __slots__ = ("base", "fields", "kind", "layout", "set")

    def __init__(self, kind: type) -> None:
        """Look at a class; `base` is None when its objects are not recorded."""
        self.kind = weakref.ref(kind)
        self.base: Any = next((_BASES[id(part)] for part in mro(kind) if id(part) in _BASES), None)
        self.layout = Layout(kind)
        self.fields = tuple(own(kind, "__dataclass_fields__") or ())
        self.set: Optional[str] = next((name for name in _SETS if name in self.layout.slots), None)
        if self.base is kind or (self.base is object and not _is_record(kind)):
            self.base = None
        elif self.base is not None:
            try:
                # A class that something else than Python had a hand in refuses.
                self.base.__new__(kind)
            except Exception:
                self.base = None

    @property
    def is_constant(self) -> bool:
        """Whether an object can only be made of its content."""
        return self.base in _CONSTANT


# By the identity of the class: what it says of its own hash is not asked.
_shapes: dict[int, Shape] = {}
_KNOWN = 4096


def plan(kind: type) -> Optional[Callable[[Any], Any]]:
    """Return how the objects of a class are described; None when they are not recorded."""
    name = name_of(kind)
    shape = _shape(kind)
    base = shape.base
    if name is None or base is None:
        return None
    read = shape.layout.read
    if base is object:
        return lambda value: ("$object", [name, read(value, _NO_PART)])
    if shape.is_constant:
        content = _named(kind, _CONSTANT[base]) if base is tuple else _CONSTANT[base]
        return lambda value: ("$value", [name, read(value, _NO_PART), content(value)])
    content = _MUTABLE[base][0]
    return lambda value: ("$object", [name, read(value, _NO_PART), content(value)])


def _named(kind: type, content: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Return what gives the content of a tuple whose fields have names: those that name a secret hold one."""
    from ._native import names_secret
    from ._secret import Secret

    fields = own(kind, "_fields")
    names = [name for name in fields if type(name) is str] if type(fields) is tuple else []
    secret = [i for i, name in enumerate(names) if names_secret(name)]
    places = names.index("netloc") if "netloc" in names else None

    def read(value: Any) -> Any:
        items = content(value)
        for i in secret:
            if i < len(items) and type(items[i]) in (str, bytes) and items[i]:
                items[i] = Secret(items[i])
        if places is not None and type(items[places]) in (str, bytes):
            host = items[places] if type(items[places]) is str else items[places].decode("utf-8", "replace")
            if ":" in host.rpartition("@")[0]:
                items[places] = Secret(items[places])
        return items

    return read if secret or places is not None else content


def content_of(value: Any) -> Any:
    """Return what an object contains whose class is made of a list, a text or the like; None when it is none."""
    for part in mro(type(value)):
        base = _BASES.get(id(part))
        if base is not None:
            if base is object:
                return None
            return _CONSTANT[base](value) if base in _CONSTANT else _MUTABLE[base][0](value)
    return None


def begin(name: str) -> Any:
    """Return an object of a class with nothing in it, for `fill`."""
    kind = find_class(name)
    base = _shape(kind).base
    if base is None or base in _CONSTANT:
        raise ValueError(f"the objects of {name} are not recorded")
    return base.__new__(kind)


def fill(made: Any, parts: list[Any]) -> Any:
    """Put its attributes, and what it contains, into an object."""
    shape = _shape(type(made))
    name, state, *content = parts
    if shape.base is object:
        for field in shape.fields:
            if field not in state and own(type(made), field) is None:
                raise ValueError(f"{name} has a field {field} now, which was not recorded")
        if shape.set is not None and shape.set not in state:
            raise ValueError(f"{name} was recorded by another version")
    if content:
        _MUTABLE[shape.base][1](made, content[0])
    shape.layout.write(made, state)
    return made


def restore_object(parts: list[Any]) -> Any:
    """Return the object of what was recorded."""
    kind = find_class(parts[0])
    if len(parts) == 2 and issubclass(kind, tuple) and own(kind, "_fields") is not None:
        # As named tuples were recorded by earlier versions.
        return tuple.__new__(kind, [parts[1][field] for field in own(kind, "_fields")])
    return fill(begin(parts[0]), parts)


def restore_value(parts: list[Any]) -> Any:
    """Return the object of a class whose objects cannot change."""
    name, state, content = parts
    kind = find_class(name)
    shape = _shape(kind)
    if shape.base not in _CONSTANT:
        raise ValueError(f"the objects of {name} are not recorded")
    made = shape.base.__new__(kind, content)
    shape.layout.write(made, state)
    return made


def _shape(kind: type) -> Shape:
    known = _shapes.get(id(kind))
    if known is None or known.kind() is not kind:
        if len(_shapes) >= _KNOWN:
            _shapes.clear()
        known = _shapes[id(kind)] = Shape(kind)
    return known


def _is_record(kind: type) -> bool:
    if any(own(kind, mark) is not None for mark in _MARKS):
        return True
    classes = [found for name in _RECORDS if (found := loaded(*name)) is not None]
    return any(part is found for part in mro(kind) for found in classes)
