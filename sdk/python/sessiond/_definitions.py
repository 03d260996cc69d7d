"""What a schema refers to, each part under a name of its own."""

from __future__ import annotations

from typing import Any

_REFERENCE = "#/$defs/"
# Where a schema holds schemas by name, where it holds one or several, and where it holds values.
_BY_NAME = ("properties", "patternProperties", "$defs", "dependentSchemas")
_VALUES = ("default", "const", "enum", "examples", "example")


class Definitions:
    """The parts of one schema."""

    def __init__(self) -> None:
        """Begin without any."""
        self._schemas: dict[str, dict[str, Any]] = {}
        self._taken: set[str] = set()

    def whole(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Give a schema with what it refers to."""
        return {**schema, "$defs": self._schemas} if self._schemas else schema

    def reserve(self, name: str) -> str:
        """Give a name that no other part has."""
        chosen, number = name, 1
        while chosen in self._taken:
            number += 1
            chosen = f"{name}_{number}"
        self._taken.add(chosen)
        return chosen

    def put(self, name: str, schema: dict[str, Any]) -> None:
        """Put down the part of a name that was reserved."""
        self._schemas[name] = schema

    def adopt(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Take over the parts of a schema that was made elsewhere, and give it as it refers to them here."""
        schema = dict(schema)
        parts = schema.pop("$defs", None) or {}
        same = {name for name, part in parts.items() if self._schemas.get(name) == part}
        while beside := [name for name in same if not _references(parts[name]) <= same]:
            same.difference_update(beside)
        names = {name: name if name in same else self.reserve(name) for name in parts}
        for name, part in parts.items():
            self._schemas[names[name]] = _renamed(part, names)
        renamed: dict[str, Any] = _renamed(schema, names)
        return renamed


def reference(name: str) -> dict[str, Any]:
    """Give the schema that refers to a part."""
    return {"$ref": f"{_REFERENCE}{name}"}


def _references(schema: Any) -> set[str]:
    """Give the names of the parts that a schema refers to."""
    found: dict[str, str] = _Noting()
    _renamed(schema, found)
    return set(found)


class _Noting(dict[str, str]):
    def get(self, name: str, default: Any = None) -> Any:
        self[name] = name
        return name


def _renamed(schema: Any, names: dict[str, str]) -> Any:
    """Give a schema in which what it refers to has other names."""
    if isinstance(schema, list):
        return [_renamed(each, names) for each in schema]
    if not isinstance(schema, dict):
        return schema
    made: dict[str, Any] = {}
    for key, value in schema.items():
        if key == "$ref":
            made[key] = _renamed_reference(value, names)
        elif key in _VALUES:
            made[key] = value
        elif key in _BY_NAME and isinstance(value, dict):
            made[key] = {name: _renamed(each, names) for name, each in value.items()}
        elif key == "discriminator" and isinstance(value, dict):
            mapping = {each: _renamed_reference(to, names) for each, to in value.get("mapping", {}).items()}
            made[key] = {**value, "mapping": mapping} if mapping else value
        else:
            made[key] = _renamed(value, names)
    return made


def _renamed_reference(to: Any, names: dict[str, str]) -> Any:
    if not isinstance(to, str) or not to.startswith(_REFERENCE):
        return to
    name = to[len(_REFERENCE) :]
    return f"{_REFERENCE}{names.get(name, name)}"
