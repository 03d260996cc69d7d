"""What a model is told of a tool, when its function does not say it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .llm import Parameter


class ToolManifest:
    """What a tool does, and its parameters."""

    def __init__(self, description: str, parameters: Iterable[Parameter] | None = None) -> None:
        """Describe a tool."""
        self.description = description
        self.parameters = list(parameters or ())

    def schema(self) -> dict[str, Any]:
        """Give the JSON Schema of its arguments."""
        from .llm._parameters import schema_of

        return schema_of(self.parameters)

    def __repr__(self) -> str:
        """Tell what it is."""
        return f"ToolManifest({self.description!r}, {[parameter.name for parameter in self.parameters]})"
