"""What tells values apart that are not recorded: a digest of what they consist of.

It is used to compare the inputs of a call with those that it had before, and never leaves the process as it is. No code
of a value's class is run, but what pickle would call to take apart an object that is not written in Python.
"""

from __future__ import annotations

import hashlib
from types import BuiltinFunctionType, CodeType, FunctionType, MethodType, ModuleType
from typing import Any, Optional

from ._classes import title_of
from ._state import Layout, built_in

# How many parts of a value are looked at, and how many bytes of it.
_PARTS = 200_000
_BYTES = 256 * 1024 * 1024
# What has nothing that two of it could be told apart by, and is what it is in any process.
_BARE = (object, type(None), type(Ellipsis), type(NotImplemented))


def digest(value: Any) -> Optional[bytes]:
    """Return the SHA-256 of what a value consists of; None when there is nothing to compare it by."""
    walk = _Walk()
    try:
        walk.value(value, 0)
    except RecursionError:
        return None
    return walk.hash.digest() if walk.tells else None


class _Walk:
    """A walk through the parts of a value."""

    __slots__ = ("bytes", "hash", "held", "seen", "tells")

    def __init__(self) -> None:
        self.hash = hashlib.sha256()
        self.seen: dict[int, int] = {}
        self.held: list[Any] = []
        self.bytes = 0
        self.tells = False
        """Whether anything was seen by which the value can be compared."""

    def note(self, kind: str, content: bytes = b"") -> None:
        self.bytes += len(content)
        if self.bytes > _BYTES:
            raise RecursionError("too much to compare")
        self.hash.update(f"{kind}:{len(content)}:".encode("utf-8", "backslashreplace"))
        self.hash.update(content)

    def tell(self, kind: str, content: bytes = b"") -> None:
        self.tells = True
        self.note(kind, content)

    def value(self, value: Any, depth: int) -> None:
        kind = type(value)
        if kind in _PLAIN:
            self.tell(kind.__name__, _PLAIN[kind](value))
            return
        known = self.seen.get(id(value))
        if known is not None:
            self.note(f"again {known}")
            return
        if len(self.held) > _PARTS or depth > 200:
            raise RecursionError("too much to compare")
        self.seen[id(value)] = len(self.held)
        self.held.append(value)
        self.note(title_of(kind))
        self.compound(value, kind, depth + 1)

    def compound(self, value: Any, kind: type, depth: int) -> None:
        if any(kind is bare for bare in _BARE):
            self.tells = True
        elif kind is list or kind is tuple:
            self.several(tuple(value), depth)
        elif kind is dict:
            self.several([part for item in tuple(value.items()) for part in item], depth)
        elif kind is set or kind is frozenset:
            self.unordered(tuple(value), depth)
        elif issubclass(kind, type):
            self.tell("class", title_of(value).encode())
        elif kind is ModuleType:
            self.tell("module", str(value.__dict__.get("__name__")).encode("utf-8", "backslashreplace"))
        elif kind is FunctionType:
            self.tell("function", f"{value.__module__}:{value.__qualname__}".encode("utf-8", "backslashreplace"))
            cells = [cell.cell_contents for cell in value.__closure__ or () if not _is_empty(cell)]
            self.several([value.__code__, value.__defaults__, cells], depth)
        elif kind is CodeType:
            self.tell("code", value.co_code)
            self.several([value.co_names, value.co_consts], depth)
        elif kind is MethodType:
            self.several([value.__func__, value.__self__], depth)
        elif kind is BuiltinFunctionType:
            self.tell("function", value.__qualname__.encode("utf-8", "backslashreplace"))
            if type(value.__self__) is not ModuleType:
                self.value(value.__self__, depth)
        else:
            self.object(value, kind, depth)

    def several(self, parts: Any, depth: int) -> None:
        self.tells = True
        self.note(f"{len(parts)} parts")
        for part in parts:
            self.value(part, depth)

    def unordered(self, parts: Any, depth: int) -> None:
        """Look at what has no order: each part by itself."""
        self.tells = True
        digests = []
        for part in parts:
            walk = _Walk()
            walk.held, walk.bytes = self.held, self.bytes
            walk.value(part, depth)
            self.bytes = walk.bytes
            digests.append(walk.hash.digest())
        self.note("set", b"".join(sorted(digests)))

    def object(self, value: Any, kind: type, depth: int) -> None:
        from ._objects import content_of

        if self.buffer(value):
            return
        content = content_of(value)
        base = built_in(kind)
        if base is object or content is not None:
            state = Layout(kind).read(value)
            self.several([content, *(part for name in sorted(state, key=str) for part in (name, state[name]))], depth)
        else:
            self.reduced(value, depth)

    def buffer(self, value: Any) -> bool:
        try:
            view = memoryview(value)
        except Exception:
            return False
        with view:
            self.tell(f"{view.format} {view.shape}", view.tobytes() if view.nbytes <= _BYTES else b"")
            if view.nbytes > _BYTES:
                raise RecursionError("too much to compare")
        return True

    def reduced(self, value: Any, depth: int) -> None:
        """Look at what pickle would write of an object; one that it would not write is known by its class."""
        try:
            parts = value.__reduce_ex__(4)
        except KeyboardInterrupt:
            raise
        except BaseException:
            return
        if isinstance(parts, str):
            self.tell("name", parts.encode("utf-8", "backslashreplace"))
        elif type(parts) is tuple:
            # Iterators over what it contains are consumed by nobody else.
            self.several([tuple(part) if hasattr(part, "__next__") else part for part in parts], depth)


def _is_empty(cell: Any) -> bool:
    try:
        cell.cell_contents  # noqa: B018
    except ValueError:
        return True
    return False


_PLAIN: Any = {
    str: lambda value: value.encode("utf-8", "surrogatepass"),
    bytes: bytes,
    bool: lambda value: b"1" if value else b"0",
    int: lambda value: hex(value).encode(),
    float: lambda value: repr(value).encode(),
    complex: lambda value: repr(value).encode(),
}
