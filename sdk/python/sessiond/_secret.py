"""Values that are used but never recorded."""

from __future__ import annotations

from typing import Generic, NoReturn, TypeVar

from ._native import REDACTED, forget_secret, has_known_secret, know_secret, redact_message

T = TypeVar("T")


class Secret(Generic[T]):
    """A value that is used but never recorded: it prints, formats and is written as `[redacted]`."""

    __slots__ = ("__weakref__", "_known", "_value")

    def __init__(self, value: T) -> None:
        """Mark a value as secret."""
        self._value = value
        self._known: tuple[str, ...] = _texts_of(value)
        for text in self._known:
            know_secret(text)

    def __del__(self) -> None:
        """Let it be written again: nobody can use it any more."""
        # One whose text could not be read has none.
        for text in getattr(self, "_known", ()):
            forget_secret(text)

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


def _texts_of(value: object) -> tuple[str, ...]:
    """Return the texts that a secret may be found as: as it is, and as `repr`, JSON and addresses write it."""
    if isinstance(value, bytes):
        value = value.decode("utf-8", "ignore")
    if not isinstance(value, str) or not value.strip():
        return ()
    plain = {value, value.strip()}
    if not value.isalnum():
        import json
        from urllib.parse import quote, quote_plus

        safe = value.encode("utf-8", "surrogatepass")
        plain |= {repr(value)[1:-1], repr(safe)[2:-1], quote(safe), quote(safe, safe=""), quote_plus(safe)}
        plain |= {json.dumps(value)[1:-1], json.dumps(value, ensure_ascii=False)[1:-1]}
    return tuple(text for text in plain if text and not _has_surrogates(text))


def _has_surrogates(text: str) -> bool:
    return any("\ud800" <= character <= "\udfff" for character in text)


def without_secrets(text: str) -> str:
    """Give a text without the secrets that are known to this process, and without those that their form gives away."""
    return redact_message(_encodable(text))


def has_secret(text: str) -> bool:
    """Whether a secret that is known to this process is in a text."""
    return has_known_secret(_encodable(text))


def _encodable(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode()
