"""What a type's annotations demand of its values: how JSON Schema says it, and whether a value does.

Understood are the classes of annotated-types, pydantic's `Field` and `StringConstraints`, msgspec's `Meta`, `Doc`, and
plain texts, which are descriptions.
"""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, Any, Callable

from ._state import own

if TYPE_CHECKING:
    from collections.abc import Iterable

# What is said of a value, under the names of annotated-types.
_NAMES = ("gt", "ge", "lt", "le", "multiple_of", "min_length", "max_length", "pattern")
_TEXTS: dict[str, Callable[[Any], Any]] = {"strip_whitespace": str.strip, "to_lower": str.lower, "to_upper": str.upper}
_NUMBERS = {
    "gt": "exclusiveMinimum",
    "ge": "minimum",
    "lt": "exclusiveMaximum",
    "le": "maximum",
    "multiple_of": "multipleOf",
}
_LENGTHS = {
    "string": ("minLength", "maxLength"),
    "array": ("minItems", "maxItems"),
    "object": ("minProperties", "maxProperties"),
}


class Constraints:
    """What annotations demand of a value."""

    def __init__(self, metadata: Iterable[Any]) -> None:
        """Read annotations; later ones come before earlier ones."""
        self.description: str | None = None
        self.is_foreign = False
        """Whether there is one that pydantic alone understands."""
        self._bounds: dict[str, Any] = {}
        self._makes: list[Callable[[Any], Any]] = []
        self._predicates: list[tuple[str, Callable[[Any], Any]]] = []
        self._more: dict[str, Any] = {}
        for note in metadata:
            self._take(note)

    @property
    def demands(self) -> bool:
        """Whether there is something to check."""
        return bool(self._bounds or self._makes or self._predicates)

    def schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Give a schema with what they demand."""
        told = {**self._bounded(schema), **self._more}
        return {**told, "description": self.description} if self.description and "description" not in told else told

    def check(self, value: Any, at: str) -> Any:
        """Give a value as they want it; ValueError when it is not what they demand."""
        for make in self._makes:
            if isinstance(value, str):
                value = make(value)
        for name, bound in self._bounds.items():
            try:
                fits = _CHECKS[name](value, bound)
            except TypeError as error:
                raise ValueError(f"{at} {_WORDS[name].format(bound)}, which does not fit {value!r}") from error
            if not fits:
                raise ValueError(f"{at} {_WORDS[name].format(bound)}, not {_shown(value, name)}")
        for word, predicate in self._predicates:
            if not predicate(value):
                raise ValueError(f"{at} is not what {word} demands: {_shown(value)}")
        return value

    def _take(self, note: Any) -> None:
        if isinstance(note, str):
            self.description = note
            return
        module = type(note).__module__.partition(".")[0]
        if isinstance(documentation := _text(note, "documentation"), str) and module in _DOCUMENTS:
            self.description = documentation
        elif module == "annotated_types":
            self._take_plain(note)
        elif module == "msgspec":
            self._take_named(note)
            self._more.update(getattr(note, "extra_json_schema", None) or {})
        elif module == "pydantic" or is_field(note):
            self._take_pydantic(note)
        elif own(note if isinstance(note, type) else type(note), "__get_pydantic_core_schema__") is not None:
            # It is for pydantic, which knows what it means.
            self.is_foreign = True

    def _take_plain(self, note: Any) -> None:
        predicate = getattr(note, "func", None)
        if type(note).__name__ in ("Predicate", "Not") and callable(predicate):
            word = getattr(predicate, "__qualname__", None) or repr(predicate)
            holds = (lambda value: not predicate(value)) if type(note).__name__ == "Not" else predicate
            self._predicates.append((word, holds))
            return
        if type(note).__name__ == "Timezone":
            self._predicates.append(_zone(note.tz))
            return
        # Groups, such as Interval and Len, have all of their members as attributes.
        self._take_named(note)

    def _take_pydantic(self, note: Any) -> None:
        if is_field(note):
            self.description = note.description or self.description
            if note.title:
                self._more["title"] = note.title
            extra = getattr(note, "json_schema_extra", None)
            if isinstance(extra, dict):
                self._more.update(extra)
            if examples := getattr(note, "examples", None):
                self._more["examples"] = list(examples)
            for inner in getattr(note, "metadata", None) or ():
                self._take(inner)
            return
        if type(note).__name__ == "Strict":
            return
        known = {*(getattr(note, "__dict__", None) or ()), *getattr(note, "__dataclass_fields__", ())}
        if not known <= {*_NAMES, *_TEXTS, "strict", "ascii_only"} or getattr(note, "ascii_only", None):
            self.is_foreign = True
            return
        self._take_named(note)

    def _take_named(self, note: Any) -> None:
        for name in _NAMES:
            bound = getattr(note, name, None)
            if bound is None or (name == "min_length" and bound == 0):
                continue
            self._bounds[name] = getattr(bound, "pattern", bound) if name == "pattern" else bound
        for name, make in _TEXTS.items():
            if getattr(note, name, None) is True:
                self._makes.append(make)
        self.description = _text(note, "description") or self.description
        if title := _text(note, "title"):
            self._more["title"] = title
        if examples := getattr(note, "examples", None):
            self._more["examples"] = list(examples)

    def _bounded(self, schema: dict[str, Any]) -> dict[str, Any]:
        if not self._bounds:
            return schema
        if "anyOf" in schema:
            return {**schema, "anyOf": [self._bounded(each) for each in schema["anyOf"]]}
        kind = schema.get("type")
        told: dict[str, Any] = {}
        for name, bound in self._bounds.items():
            if name in _NUMBERS and kind in ("integer", "number") and isinstance(bound, (int, float)):
                told[_NUMBERS[name]] = bound
            elif name in ("min_length", "max_length") and kind in _LENGTHS:
                told[_LENGTHS[kind][name == "max_length"]] = bound
            elif name == "pattern" and kind == "string":
                told["pattern"] = bound
        return {**schema, **told}


def is_field(value: Any) -> bool:
    """Tell whether a value is what pydantic's `Field` gives, or a class of it, such as FastAPI's `Query`."""
    field = getattr(sys.modules.get("pydantic.fields"), "FieldInfo", None)
    return field is not None and issubclass(type(value), field)


def default_of(field: Any) -> tuple[bool, Any, Callable[[], Any] | None]:
    """Give whether a field demands a value, its default, and what makes one."""
    factory = field.default_factory
    if factory is not None:
        return False, None, factory
    required = field.default is ... or type(field.default).__name__ == "PydanticUndefinedType"
    return required, None if required else field.default, None


_DOCUMENTS = ("annotated_types", "typing", "typing_extensions", "annotated_doc")


def _text(of: Any, name: str) -> str | None:
    value = getattr(of, name, None)
    return value if isinstance(value, str) else None


def _zone(zone: Any) -> tuple[str, Callable[[Any], bool]]:
    if zone is None:
        return "a time without a zone", lambda value: value.tzinfo is None
    if zone is ...:
        return "a time with a zone", lambda value: value.tzinfo is not None
    return f"the zone {zone}", lambda value: str(value.tzinfo) == str(zone)


def _multiple(value: Any, of: Any) -> bool:
    rest = value % of
    if not isinstance(rest, float):
        return bool(not rest)
    # Most fractions are no exact numbers: 0.3 is a multiple of 0.1 all the same.
    nearly = abs(value) / 1e9
    return bool(abs(rest) <= nearly or abs(abs(rest) - abs(of)) <= nearly)


def _matches(value: Any, pattern: str) -> bool:
    return re.search(pattern, value) is not None


_CHECKS: dict[str, Callable[[Any, Any], bool]] = {
    "gt": lambda value, bound: bool(value > bound),
    "ge": lambda value, bound: bool(value >= bound),
    "lt": lambda value, bound: bool(value < bound),
    "le": lambda value, bound: bool(value <= bound),
    "multiple_of": _multiple,
    "min_length": lambda value, bound: len(value) >= bound,
    "max_length": lambda value, bound: len(value) <= bound,
    "pattern": _matches,
}
_WORDS = {
    "gt": "must be more than {}",
    "ge": "must be {} or more",
    "lt": "must be less than {}",
    "le": "must be {} or less",
    "multiple_of": "must be a multiple of {}",
    "min_length": "must have a length of {} or more",
    "max_length": "must have a length of {} or less",
    "pattern": "must match {}",
}


def _shown(value: Any, name: str = "") -> str:
    if name.endswith("_length"):
        return str(len(value))
    text = repr(value) if not isinstance(value, str) else f'"{value}"'
    return text if len(text) <= 60 else f"{text[:60]}…"
