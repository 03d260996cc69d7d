"""Types of a program that are recorded as the program says, and pickle where the program allows it."""

from __future__ import annotations

import threading
from typing import Any, Callable, Optional, TypeVar

from ._classes import name_of, title_of

T = TypeVar("T")

_lock = threading.Lock()
# By the identity of the class; the class is held, so that no other has its identity.
_by_class: dict[int, tuple[type, str, Callable[[Any], Any]]] = {}
_by_name: dict[str, Callable[[Any], Any]] = {}


def register_type(
    cls: type[T], dump: Callable[[T], Any], load: Callable[[Any], T], *, name: Optional[str] = None
) -> None:
    """Have values of a class recorded as `dump` says, and made again as `load` says.

    `dump` returns something that can be recorded, such as a dict, and `load` makes a value of that again. It is said
    of this class alone, and not of classes that are made of it. The record has the `name`, which is the class's own
    when it is absent: a program that resumes the session must register the type under the same one, before it does.
    """
    if not isinstance(cls, type):
        raise TypeError(f"register_type takes a class, not {cls!r}")
    if not callable(dump) or not callable(load):
        raise TypeError("dump and load are functions")
    chosen = name or name_of(cls) or title_of(cls)
    from ._values import forget

    with _lock:
        _by_class[id(cls)] = (cls, chosen, dump)
        _by_name[chosen] = load
        forget()


def plan(kind: type) -> Optional[Callable[[Any], Any]]:
    """Return how the values of a class that was registered are described; None when it was not."""
    known = _by_class.get(id(kind))
    if known is None:
        return None
    _, name, dump = known
    return lambda value: ("$custom", [name, dump(value)])


def restore(inner: Any) -> Any:
    """Return the value of a registered type."""
    name, dumped = inner
    load = _by_name.get(name)
    if load is None:
        raise ValueError(f"the type {name} is not registered here")
    return load(dumped)


def pickled(value: Any) -> Optional[bytes]:
    """Return a value as pickle writes it; None when pickle does not, or when there is a secret in it."""
    import io
    import pickle

    from ._native import names_secret

    class Pickler(pickle.Pickler):
        def persistent_id(self, part: Any) -> None:
            """Look at each part of the value: what is under the name of a secret must not be written."""
            if type(part) is dict and any(
                type(name) is str and isinstance(member, (str, bytes)) and member and names_secret(name)
                for name, member in part.items()
            ):
                raise ValueError("it holds a secret")

    buffer = io.BytesIO()
    try:
        Pickler(buffer, 4).dump(value)
    except KeyboardInterrupt:
        raise
    except BaseException:
        return None
    return buffer.getvalue()


def unpickled(content: bytes) -> Any:
    """Return the value that pickle wrote; whatever its classes do for that is done."""
    import pickle

    return pickle.loads(content)
