"""Values that every node of a session can read and change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ._native import Execution


class Context:
    """The values of one session. What they are is recorded, without their secrets."""

    def __init__(self, execution: Execution, values: Mapping[str, Any]) -> None:
        """Begin with values that are recorded already."""
        self._execution = execution
        self._values = dict(values)

    def get(self, key: str, default: Any = None) -> Any:
        """Give a value, or what is to stand for it when there is none."""
        return self._values.get(key, default)

    def put(self, key: str, value: Any) -> None:
        """Set a value."""
        if not isinstance(key, str):
            raise TypeError(f"a key of the context is a text, not {key!r}")
        self._execution.context_put(key, value)
        self._values[key] = value

    def update(self, values: Mapping[str, Any]) -> None:
        """Set several values."""
        for key, value in values.items():
            self.put(key, value)

    def delete(self, key: str) -> None:
        """Remove a value; KeyError when there is none."""
        del self._values[key]
        self._execution.context_delete(key)

    def keys(self) -> list[str]:
        """Give the keys of all values."""
        return list(self._values)

    def __getitem__(self, key: str) -> Any:
        """Give a value; KeyError when there is none."""
        return self._values[key]

    def __setitem__(self, key: str, value: Any) -> None:
        """Set a value."""
        self.put(key, value)

    def __contains__(self, key: object) -> bool:
        """Tell whether there is a value."""
        return key in self._values

    def __iter__(self) -> Iterator[str]:
        """Give the keys of all values."""
        return iter(self.keys())

    def __len__(self) -> int:
        """Count the values."""
        return len(self._values)
