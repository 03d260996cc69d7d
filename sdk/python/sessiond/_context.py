"""Values that every node of a session can read and change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ._native import Execution
    from ._scope import Scope
    from ._session import Session


class Context:
    """The values of one session. What they are is recorded, without their secrets.

    While a program is resumed, it sees what it saw then: a value is what had been written to it by that time.
    """

    def __init__(self, session: Session, execution: Execution, values: Mapping[str, Any]) -> None:
        """Begin with values that are recorded already."""
        self._scope = session._scope
        self._branch_of = session._coordinator.line
        self._execution = execution
        # A value as the program knows it, by its key and its place in the session's order: the record may lack secrets.
        self._known = {(key, 0): value for key, value in values.items()}

    def get(self, key: str, default: Any = None) -> Any:
        """Give a value, or what is to stand for it when there is none."""
        try:
            return self[key]
        except KeyError:
            return default

    def put(self, key: str, value: Any) -> None:
        """Set a value."""
        if not isinstance(key, str):
            raise TypeError(f"a key of the context is a text, not {key!r}")
        before = self._execution.context_order(_name(key)) if self._execution.is_replayed else None
        order = self._line().frame.context_put(_name(key), value)
        if before is not None:
            # Nobody asks for what it was before.
            self._known.pop((key, before), None)
        self._known[key, order] = value

    def update(self, values: Mapping[str, Any]) -> None:
        """Set several values."""
        for key, value in dict(values).items():
            self.put(key, value)

    def delete(self, key: str) -> None:
        """Remove a value; KeyError when there is none."""
        order = self._execution.context_order(_name(key))
        if order is None:
            raise KeyError(key)
        self._line().frame.context_delete(_name(key))
        if self._execution.is_replayed:
            self._known.pop((key, order), None)

    def keys(self) -> list[str]:
        """Give the keys of all values."""
        return [key for name in self._execution.context_keys() if (key := _key(name)) in self]

    def changed_in_place(self) -> list[str]:
        """Give the keys of values that are not what was put: they were changed in place, which is not recorded."""
        found = []
        for (key, order), value in list(self._known.items()):
            if type(value) in _PLAIN or self._execution.context_order(_name(key)) != order:
                continue
            try:
                if self._execution.context_differs(_name(key), value):
                    found.append(key)
            except Exception:
                # It cannot be told; it is not recorded either.
                continue
        return found

    def __getitem__(self, key: str) -> Any:
        """Give a value; KeyError when there is none, or when it cannot be made again of what is recorded."""
        order = self._execution.context_order(_name(key))
        if order is None:
            raise KeyError(key)
        try:
            return self._known[key, order]
        except KeyError:
            pass
        try:
            value = self._execution.context_value(_name(key))
        except ValueError as error:
            raise KeyError(f"{key}: {error}") from error
        self._known[key, order] = value
        return value

    def __setitem__(self, key: str, value: Any) -> None:
        """Set a value."""
        self.put(key, value)

    def __contains__(self, key: object) -> bool:
        """Tell whether there is a value."""
        try:
            self[key]  # type: ignore[index]
        except (KeyError, TypeError):
            return False
        return True

    def __iter__(self) -> Iterator[str]:
        """Give the keys of all values."""
        return iter(self.keys())

    def __len__(self) -> int:
        """Count the values."""
        return len(self.keys())

    def _line(self) -> Scope:
        return self._branch_of(self._scope())


# Values that nobody can change.
_PLAIN = (str, int, float, bool, bytes, type(None))
# A key that is no Unicode is recorded with an escape behind this.
_ESCAPED = "$text:"


def _name(key: str) -> str:
    """Give a key as it is recorded."""
    if not isinstance(key, str) or (key.isascii() and not key.startswith(_ESCAPED)):
        return key
    from ._values import escape

    try:
        key.encode()
    except UnicodeEncodeError:
        return _ESCAPED + escape(key)
    return _ESCAPED + escape(key) if key.startswith(_ESCAPED) else key


def _key(name: str) -> str:
    """Give the key that is recorded under a name."""
    if not name.startswith(_ESCAPED):
        return name
    from ._values import unescape

    return unescape(name[len(_ESCAPED) :])


def values_of(context: Any) -> dict[str, Any]:
    """Give the values of a context that somebody passed."""
    if context is None:
        return {}
    if not hasattr(context, "keys"):
        raise TypeError(f"context is a dict of values, not {context!r}")
    values = dict(context)
    for key in values:
        if not isinstance(key, str):
            raise TypeError(f"a key of the context is a text, not {key!r}")
    return values
