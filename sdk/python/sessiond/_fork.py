"""What a forked process does not share with its parent: locks, event loops and open sessions."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Callable, TypeVar

if TYPE_CHECKING:
    F = TypeVar("F", bound=Callable[[], None])


def in_child(function: F) -> F:
    """Have a function called in each process that is forked from this one, before anything else runs there."""
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=function)
    return function
