"""The context of the session in which this code runs: values that every node can read and change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._scope import current
from .errors import ContextError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ._context import Context

_NONE: Any = object()


def get(key: str, default: Any = _NONE) -> Any:
    """Give a value, or what is to stand for it when there is none; KeyError when nothing is to."""
    if default is _NONE:
        return _context()[key]
    return _context().get(key, default)


def put(key: str, value: Any) -> None:
    """Set a value."""
    _context().put(key, value)


def update(values: Mapping[str, Any]) -> None:
    """Set several values."""
    _context().update(values)


def delete(key: str) -> None:
    """Remove a value; KeyError when there is none."""
    _context().delete(key)


def keys() -> list[str]:
    """Give the keys of all values."""
    return _context().keys()


def _context() -> Context:
    scope = current.get()
    if scope is None:
        raise ContextError("there is no session here; begin one with `with Session(context={…}):`", "no_session")
    return scope.session.context
