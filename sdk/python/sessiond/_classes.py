"""Classes and functions by name, as a record has them, among the modules that this process has loaded.

Nothing here imports a module, and nothing here runs code of a class: a record never makes a process load one, and a
class may say anything of itself.
"""

from __future__ import annotations

import os
import sys
from types import BuiltinFunctionType, FunctionType
from typing import Any, Optional

_module = type.__dict__["__module__"]
_qualname = type.__dict__["__qualname__"]
_members_of = type.__dict__["__dict__"]


def name_of(kind: type) -> Optional[str]:
    """Return `module:Class`, or None for a class that its module does not have under its name.

    The module of the program itself has the name by which others import it.
    """
    module, path = names_of(kind)
    return _known(module, path, kind)


def function_name(function: Any) -> Optional[str]:
    """Return `module:function` for a function that its module has under its name, else None."""
    if type(function) not in (FunctionType, BuiltinFunctionType):
        return None
    module, path = function.__module__, function.__qualname__
    if type(module) is not str or type(path) is not str:
        return None
    name = _known(module, path, function)
    return name if name is not None and _find(module, path) is function else None


def title_of(kind: type) -> str:
    """Return the name of a class for people: `module.Class`. It never fails."""
    module, path = _module.__get__(kind), _qualname.__get__(kind)
    if type(path) is not str:
        return "object"
    title = path if type(module) is not str or module in ("builtins", "") else f"{module}.{path}"
    return title.encode("utf-8", "backslashreplace").decode()


def find(name: str) -> Any:
    """Return the class or function of a name; ValueError when it is not loaded here."""
    module, _, path = name.partition(":")
    found = _find(module, path)
    if found is None:
        raise ValueError(f"{path} of the module {module} is not loaded here")
    return found


def find_class(name: str) -> Any:
    """Return the class of a name; ValueError when it is not loaded here, or is no class."""
    found = find(name)
    if not isinstance(found, type):
        raise ValueError(f"{name} is no class")
    return found


def find_local(base: type, module: str, path: str) -> Optional[type]:
    """Return the class of these names that inherits from another, wherever it was defined, and the last of several."""
    kinds = [base]
    found = None
    for kind in kinds:
        kinds.extend(type.__subclasses__(kind))
        if names_of(kind) == (module, path):
            found = kind
    return found


def names_of(kind: type) -> tuple[str, str]:
    """Return the names of a class and of its module, which others may have too; empty when they are no text."""
    module, path = _module.__get__(kind), _qualname.__get__(kind)
    return (module, path) if type(module) is str and type(path) is str else ("", "")


def loaded(module: str, path: str) -> Any:
    """Return a class of a module that is loaded already, or None."""
    return _members(sys.modules.get(module)).get(path)


def _known(module: str, path: str, wanted: Any) -> Optional[str]:
    if module == "__main__":
        module = _main_name() or module
    found = _find(module, path)
    # One that was defined again, as in a notebook, is the same to who looks for it.
    same = found is wanted or (
        isinstance(found, type) and isinstance(wanted, type) and names_of(found) == names_of(wanted)
    )
    name = f"{module}:{path}"
    return name if same and name.isprintable() else None


def _main_name() -> Optional[str]:
    """Return the name by which others import the module that runs as `__main__`."""
    members = _members(sys.modules.get("__main__"))
    spec = members.get("__spec__")
    if spec is not None:
        return str(spec.name)
    file = members.get("__file__")
    if not isinstance(file, str):
        return None
    name = os.path.splitext(os.path.basename(file))[0]
    return name if name.isidentifier() else None


def _find(module: str, path: str) -> Any:
    first, *inner = path.split(".")
    for members in _places(module):
        found = members.get(first)
        for part in inner:
            found = _members_of.__get__(found).get(part) if isinstance(found, type) else None
        if found is not None:
            return found
    return _generic(module, path) if path.endswith("]") else None


def _generic(module: str, path: str) -> Any:
    """Find a class that was made of a generic one by giving it its parameters, as pydantic does: `Box[int]`."""
    origin = _find(module, path[: path.index("[")])
    if not isinstance(origin, type):
        return None
    kinds: list[Any] = type.__subclasses__(origin)
    made = [kind for kind in kinds if names_of(kind)[1] == path]
    return made[0] if len(made) == 1 else None


def _places(name: str) -> Any:
    """Give the members of the modules that may be meant: a file that runs as the program has another name than the
    same file when it is imported, alone or as part of a package.
    """
    main = _main_name()
    if name in ("__main__", main) or (main is not None and name.endswith(f".{main}")):
        yield _members(sys.modules.get("__main__"))
    module = sys.modules.get(name)
    if module is not None:
        yield _members(module)
        return
    if name == "__main__" or "." in name:
        return
    ending = f".{name}"
    for other in [module for loaded, module in tuple(sys.modules.items()) if loaded.endswith(ending)]:
        yield _members(other)


def _members(module: Any) -> Any:
    members = getattr(module, "__dict__", None)
    return members if type(members) is dict else {}
