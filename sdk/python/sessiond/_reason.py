"""Why a program ends, from the error that ends it."""

from __future__ import annotations

from typing import Any

from ._error_values import headline_of
from ._secret import without_secrets
from ._state import is_a

# What a program ends with, whatever a class that is made of it says of that.
_code: Any = SystemExit.__dict__["code"]


def reason_of(error: BaseException | None) -> str | None:
    """Give why a program failed; None when it did not."""
    if error is None or (is_a(error, SystemExit) and _is_success(_code.__get__(error))):
        return None
    if is_a(error, Stopped):
        return without_secrets(str(error))
    return headline_of(error)


def _is_success(code: Any) -> bool:
    return code is None or (type(code) in (int, bool) and code == 0)


class Stopped(Exception):
    """Why a session ends as failed that was stopped; its text is the reason."""


def is_signal(error: BaseException | None) -> bool:
    """Whether a program ends because somebody ends its process."""
    if error is None:
        return False
    return is_a(error, KeyboardInterrupt) or (is_a(error, SystemExit) and not _is_success(_code.__get__(error)))
