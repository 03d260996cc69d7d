"""What an object consists of, and objects made of that, without running any code of their class."""

from __future__ import annotations

import weakref
from types import GetSetDescriptorType, MemberDescriptorType
from typing import Any

_mro = type.__dict__["__mro__"]
_dict = type.__dict__["__dict__"]
_flags = type.__dict__["__flags__"]
_basicsize = type.__dict__["__basicsize__"]
_error_members: Any = BaseException.__dict__["__dict__"]
_HEAP_TYPE = 1 << 9
_IMMUTABLE_TYPE = 1 << 8


# By the identity of the class: what it says of its own hash is not asked.
_layouts: dict[int, tuple[Any, Layout]] = {}
# How many classes are remembered.
_KNOWN = 4096


class Layout:
    """Where the objects of a class keep what they consist of."""

    __slots__ = ("members", "slots")

    def __init__(self, kind: type) -> None:
        """Look at a class and those that it is made of."""
        self.members: Any = None
        """What gives an object's `__dict__`; None when its objects have none."""
        self.slots: dict[str, Any] = {}
        for part in _mro.__get__(kind):
            is_python = bool(_flags.__get__(part) & _HEAP_TYPE)
            for name, member in _dict.__get__(part).items():
                if name == "__dict__" and type(member) is GetSetDescriptorType:
                    self.members = self.members or member
                elif is_python and type(member) is MemberDescriptorType and name not in self.slots:
                    self.slots[name] = member

    def read(self, value: Any, leave_out: tuple[str, ...] = ()) -> dict[Any, Any]:
        """Return the attributes of an object, without those that it lacks or that are to be left out."""
        state: dict[Any, Any] = {} if self.members is None else dict.copy(self.members.__get__(value))
        for name, member in self.slots.items():
            try:
                state[name] = member.__get__(value)
            except AttributeError:
                continue
        for name in leave_out:
            state.pop(name, None)
        return state

    def write(self, value: Any, state: dict[Any, Any]) -> None:
        """Set the attributes of an object, whatever its class has to say of that."""
        others = {}
        for name, member in state.items():
            slot = self.slots.get(name)
            if slot is not None:
                slot.__set__(value, member)
            else:
                others[name] = member
        if others:
            if self.members is None:
                raise ValueError(f"its class has no place for {', '.join(map(str, others))}")
            self.members.__get__(value).update(others)


def layout_of(kind: type) -> Layout:
    """Return where the objects of a class keep what they consist of, looked up once for each class."""
    known = _layouts.get(id(kind))
    if known is None or known[0]() is not kind:
        if len(_layouts) >= _KNOWN:
            _layouts.clear()
        known = _layouts[id(kind)] = (weakref.ref(kind), Layout(kind))
    return known[1]


def built_in(kind: type) -> type:
    """Return the first class that is not written in Python among those that a class is made of.

    One that has no room for anything, such as `Generic` from Python 3.12 on, says nothing of what an object is.
    """
    found: type = next((part for part in _mro.__get__(kind) if not is_python(part) and _holds(part, kind)), object)
    return found


def _holds(part: type, kind: type) -> bool:
    return part is kind or size(part) > size(object)


def is_python(kind: type) -> bool:
    """Tell whether a class is written in Python, so that its attributes can be set."""
    flags = _flags.__get__(kind)
    if not flags & _HEAP_TYPE or flags & _IMMUTABLE_TYPE:
        return False
    return "__slots__" in _dict.__get__(kind) or any("__dict__" in _dict.__get__(part) for part in _mro.__get__(kind))


def size(kind: type) -> int:
    """Return how many bytes an object of a class takes, without what it refers to."""
    found: int = _basicsize.__get__(kind)
    return found


def mro(kind: type) -> tuple[type, ...]:
    """Return the classes that a class is made of, itself first."""
    found: tuple[type, ...] = _mro.__get__(kind)
    return found


def own(kind: type, name: str) -> Any:
    """Return what a class, or one that it is made of, has under a name, as it is there; None when there is nothing."""
    for part in _mro.__get__(kind):
        members = _dict.__get__(part)
        if name in members:
            return members[name]
    return None


def is_a(value: Any, *kinds: type) -> bool:
    """Tell whether a value is of one of some classes, whatever it says of its own class."""
    return any(part is kind for part in mro(type(value)) for kind in kinds)


def members_of(error: BaseException) -> dict[str, Any]:
    """Return the attributes of an error, whatever its class has to say of that."""
    members: dict[str, Any] = _error_members.__get__(error)
    return members
