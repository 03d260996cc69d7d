"""What a callable is: its name, its place in the code, and how it is run. Nothing is guessed by an attribute's name."""

from __future__ import annotations

import sys
from types import CodeType, FunctionType, MethodType
from typing import Any, NamedTuple, Optional

# The flags of code that begins a generator, an asynchronous one, and a coroutine, be it of the older kind.
GENERATOR = 0x20
ASYNC_GENERATOR = 0x200
COROUTINE = 0x80 | 0x100
# What follows another that follows another is followed so far.
_DEEPEST = 100


class Place(NamedTuple):
    """Where in the code something stands."""

    qualname: str
    """Its name, with those of the classes and functions that it is in."""
    module: str
    """The name of its module."""
    file: Optional[str]
    """The file of its code, when it has code."""

    @property
    def is_local(self) -> bool:
        """Whether it is within a function, so that it is there only once that runs."""
        return "<locals>" in self.qualname

    @property
    def is_cell(self) -> bool:
        """Whether it was typed in, in a notebook or at a prompt, where each input has a file name of its own."""
        file = self.file
        return file is not None and (file.startswith("<") or "ipykernel" in file or "__marimo__" in file)


def place_of(function: Any) -> Place:
    """Give where a function, or anything that is called, stands."""
    function = innermost(function)
    qualname, module = _text(function, "__qualname__"), _text(function, "__module__")
    code = _attribute(function, "__code__")
    file = code.co_filename if isinstance(code, CodeType) else None
    return Place(qualname or name_of(function), module or "builtins", file)


def same_place(one: Place, other: Place) -> bool:
    """Tell whether the latter is the former, made once more.

    A file is one place, whether it runs as `__main__` or is imported. So is what a notebook's cells or a prompt make of
    one name: they are run again and again, each time under another file's name.
    """
    if one.qualname != other.qualname:
        return False
    if one.module != other.module:
        return one.file is not None and one.file == other.file
    return (
        one.file == other.file
        or one.module == "__main__"
        or one.is_cell
        or other.is_cell
        or None in (one.file, other.file)
    )


def name_of(function: Any) -> str:
    """Give the name of a function, or of the class of what is called."""
    inner = innermost(function)
    return _text(inner, "__name__") or type(inner).__name__


def innermost(function: Any) -> Any:
    """Give what a `functools.partial` or a `functools.partialmethod` calls in the end; of anything else, itself."""
    functools: Any = sys.modules.get("functools")
    if functools is None:
        return function
    for _ in range(_DEEPEST):
        # What merely says that it is of another class is not looked into.
        if issubclass(type(function), functools.partial):
            function = function.func
            continue
        if type(function) not in (FunctionType, MethodType):
            return function
        # Where such a method keeps what it calls, which had another name until Python 3.13.
        method = getattr(function, "__partialmethod__", None) or getattr(function, "_partialmethod", None)
        if not isinstance(method, functools.partialmethod):
            return function
        function = method.func
    return function


def code_flags(function: Any) -> int:
    """Give what the code of a function is, without `inspect`, which takes long to load; 0 of what has none."""
    function = innermost(function)
    if type(function) in (MethodType, staticmethod, classmethod):
        function = innermost(function.__func__)
    code = _attribute(function, "__code__")
    if not isinstance(code, CodeType):
        code = _attribute(innermost(_attribute(type(function), "__call__")), "__code__")
    return code.co_flags if isinstance(code, CodeType) else 0


def _text(of: Any, name: str) -> str | None:
    value = _attribute(of, name)
    return value if isinstance(value, str) and value else None


def _attribute(of: Any, name: str) -> Any:
    try:
        return getattr(of, name, None)
    except Exception:
        # Some raise errors of their own where something else stands in for them.
        return None
