"""Values that are used but never recorded."""

from __future__ import annotations

from typing import Generic, NoReturn, TypeVar
from weakref import WeakSet

from ._native import REDACTED, redact_text

T = TypeVar("T")

# What must not appear in the text of an error, as long as somebody holds it.
_alive: WeakSet[Secret[str]] = WeakSet()


class Secret(Generic[T]):
    """A value that is used but never recorded: it prints, formats and is written as `[redacted]`."""

    __slots__ = ("__weakref__", "_value")

    def __init__(self, value: T) -> None:
        """Mark a value as secret."""
        self._value = value
        if isinstance(value, str) and value:
            _alive.add(self)  # type: ignore[arg-type]

    def expose(self) -> T:
        """Give the value itself."""
        return self._value

    def __repr__(self) -> str:
        """Give what stands in the place of the value."""
        return REDACTED

    def __format__(self, spec: str) -> str:
        """Give what stands in the place of the value, whatever its format."""
        return REDACTED

    def __reduce__(self) -> NoReturn:
        """Refuse to be pickled or copied: that would write the value."""
        raise TypeError("a Secret cannot be pickled or copied; hand it over as it is, or expose() it")


def without_secrets(text: str) -> str:
    """Give a text without the secrets that are known to this process, and without those that their form gives away."""
    return redact_text(without_known_secrets(text).encode("utf-8", "backslashreplace").decode())


def without_known_secrets(text: str) -> str:
    """Give a text without the secrets that are known to this process."""
    for secret in tuple(_alive):
        text = text.replace(secret.expose(), REDACTED)
    return text
