"""Prompts, in which the session's context fills in what stands in braces."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._native import REDACTED, encode, fill, names_secret
from ._secret import without_secrets

if TYPE_CHECKING:
    from ._session import Session


def escape_braces(text: str) -> str:
    """Give a text that stays as it is in a prompt, whatever keys it seems to name."""
    depth, made = 0, []
    for character in text:
        # A brace that closes nothing stands for itself already.
        doubled = character == "{" or (character == "}" and depth > 0)
        depth += {"{": 1, "}": -1}.get(character, 0) if doubled else 0
        made.append(character * 2 if doubled else character)
    return "".join(made)


def filled(session: Session, text: str) -> str:
    """Give a prompt with what the session's context has for its keys."""
    return fill(text, lambda key: _text_of(session, key))


def _text_of(session: Session, key: str) -> str | None:
    """Give what stands for a value of the context in a prompt; None when there is none.

    Secrets are never filled in, because a prompt is recorded and sent to whoever runs the model.
    """
    if key not in session.context:
        return None
    value = session.context[key]
    if names_secret(key) and isinstance(value, (str, bytes)):
        return REDACTED
    if isinstance(value, str):
        return value
    if value is None or isinstance(value, (bool, int, float, list, tuple, dict)):
        # As it is recorded, which is without its secrets.
        return encode(list(value) if isinstance(value, tuple) else value)[0]
    return without_secrets(str(value))
