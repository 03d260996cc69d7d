"""Types as JSON Schema, and values of that schema as values of those types."""

from __future__ import annotations

import sys
from collections import abc
from typing import Any, Callable, NamedTuple

from .errors import NodeError

Read = Callable[[Any, str], Any]


class Wrong(ValueError):
    """What a model wrote does not fit; the text is for the model."""


class Shape(NamedTuple):
    """A type."""

    schema: dict[str, Any]
    read: Read
    """Makes a value of what JSON has; the text is where it stands, such as `places[2].city`."""


def argument_shapes(function: Callable[..., Any], what: str) -> tuple[dict[str, Any], list[Parameter]]:
    """Give the JSON Schema of a function's arguments, and each of them."""
    import inspect

    from ._docstring import parse

    target: Any = function
    while hasattr(target, "func"):
        target = target.func
    _, described = parse(getattr(target, "__doc__", None))
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError) as error:
        raise NodeError(f"the parameters of {what} are not known: {error}") from error
    hints = _hints(target if inspect.isroutine(target) else target.__call__, what)
    shapes = Shapes()
    properties: dict[str, Any] = {}
    parameters = []
    for name, parameter in signature.parameters.items():
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            continue
        shape = shapes.of(hints.get(name, Any), f"the parameter {name} of {what}")
        required = parameter.default is parameter.empty
        schema = _with_description(shape.schema, described.get(name))
        properties[name] = schema if required else _with_default(schema, parameter.default)
        parameters.append(Parameter(name, required, parameter.kind == parameter.POSITIONAL_ONLY, shape.read))
    required_names = [parameter.name for parameter in parameters if parameter.required]
    return shapes.whole(_object(properties, required_names)), parameters


class Parameter(NamedTuple):
    """A parameter of a function."""

    name: str
    required: bool
    positional: bool
    read: Read


def output_shape(kind: Any) -> Shape:
    """Give the shape of an answer, whose schema is always that of an object, as services want it."""
    if isinstance(kind, dict):
        return Shape(kind, lambda value, at: value)
    shapes = Shapes(complete=True)
    shape = shapes.of(kind, "the output_schema")
    if shape.schema.get("type") == "object" or "$ref" in shape.schema:
        return Shape(shapes.whole(shape.schema), shape.read)

    def read(value: Any, at: str) -> Any:
        return shape.read(_members(value, at, {"value"}, ["value"])["value"], "value")

    return Shape(shapes.whole(_object({"value": shape.schema}, ["value"])), read)


class Shapes:
    """Makes shapes of types, for one schema."""

    def __init__(self, *, complete: bool = False) -> None:
        """Begin without one. In a `complete` schema every member of an object is required, though it has a default."""
        self._complete = complete
        self._open: dict[int, str] = {}
        self._reads: dict[int, Read] = {}
        self._definitions: dict[str, Any] = {}

    def whole(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Give a schema with what it refers to."""
        return {**schema, "$defs": self._definitions} if self._definitions else schema

    def of(self, kind: Any, what: str) -> Shape:
        """Give the shape of a type; `what` names the place where it stands."""
        from typing import Any as Anything

        if kind is Anything or kind is object:
            return Shape({}, lambda value, at: value)
        if kind is None:
            kind = type(None)
        simple = _SIMPLE.get(kind) if isinstance(kind, type) else None
        if simple is not None:
            return simple
        special = self._special(kind, what)
        if special is not None:
            return special
        if isinstance(kind, type):
            return self._class(kind, what)
        raise _unknown(kind, what)

    def _special(self, kind: Any, what: str) -> Shape | None:
        """Give the shape of what typing makes of types."""
        from typing import get_args, get_origin

        origin, arguments = get_origin(kind), get_args(kind)
        if origin is None:
            supertype = getattr(kind, "__supertype__", None) or getattr(kind, "__value__", None)
            if supertype is not None:
                return self.of(supertype, what)
            if type(kind).__name__ == "TypeVar":
                return self.of(kind.__bound__ or Any, what)
            if kind in _COLLECTIONS:
                return self._collection(kind, (), what)
            return None
        name = getattr(origin, "__name__", None) or getattr(origin, "_name", None)
        if hasattr(kind, "__metadata__"):
            shape = self.of(kind.__origin__, what)
            return Shape(_with_description(shape.schema, _described(kind.__metadata__)), shape.read)
        if name in ("Union", "UnionType"):
            return self._union(arguments, what)
        if name == "Literal":
            return _literal(arguments)
        if name in ("Required", "NotRequired", "ReadOnly", "Final"):
            return self.of(arguments[0], what)
        if origin in _COLLECTIONS:
            return self._collection(origin, arguments, what)
        return None

    def _union(self, kinds: tuple[Any, ...], what: str) -> Shape:
        shapes = [self.of(kind, what) for kind in kinds]
        kinds_of_value = [kind for kind in kinds if kind is not type(None)]

        def read(value: Any, at: str) -> Any:
            if value is None and len(kinds_of_value) < len(kinds):
                return None
            wrongs = []
            for kind, shape in zip(kinds, shapes):
                if kind is type(None):
                    continue
                try:
                    return shape.read(value, at)
                except Wrong as wrong:
                    wrongs.append(str(wrong))
            raise Wrong(", or ".join(wrongs))

        return Shape({"anyOf": [shape.schema for shape in shapes]}, read)

    def _collection(self, origin: Any, arguments: tuple[Any, ...], what: str) -> Shape:
        make = _COLLECTIONS[origin]
        if make is dict:
            return self._dict(arguments, what)
        if make is tuple and arguments and arguments[-1] is not Ellipsis:
            return self._tuple([] if arguments == ((),) else list(arguments), what)
        item = self.of(arguments[0], what) if arguments else Shape({}, lambda value, at: value)
        schema: dict[str, Any] = {"type": "array", "items": item.schema}
        if make in (set, frozenset):
            schema["uniqueItems"] = True

        def read(value: Any, at: str) -> Any:
            items = [item.read(each, f"{at}[{i}]") for i, each in enumerate(_list(value, at))]
            try:
                return make(items)
            except TypeError as error:
                raise Wrong(f"{at} has an item that cannot be in a set") from error

        return Shape(schema, read)

    def _tuple(self, kinds: list[Any], what: str) -> Shape:
        shapes = [self.of(kind, what) for kind in kinds]

        def read(value: Any, at: str) -> Any:
            items = _list(value, at)
            if len(items) != len(shapes):
                raise Wrong(f"{at} must have {len(shapes)} items, not {len(items)}")
            return tuple(shape.read(each, f"{at}[{i}]") for i, (shape, each) in enumerate(zip(shapes, items)))

        schemas = [shape.schema for shape in shapes]
        return Shape({"type": "array", "prefixItems": schemas, "minItems": len(kinds), "maxItems": len(kinds)}, read)

    def _dict(self, arguments: tuple[Any, ...], what: str) -> Shape:
        of_key, of_value = arguments or (str, Any)
        key, value_shape = self.of(of_key, what), self.of(of_value, what)
        of_numbers = key.schema.get("type") == "integer"
        if not of_numbers and key.schema.get("type") != "string":
            raise NodeError(f"{what} is a dict whose keys are no texts, which JSON has no schema for")

        def read(value: Any, at: str) -> Any:
            if not isinstance(value, dict):
                raise Wrong(f"{at} must be an object, not {_shown(value)}")
            made = {}
            for name, member in value.items():
                known = int(name) if of_numbers and name.lstrip("-").isdigit() else name
                made[key.read(known, f"the key {name!r} of {at}")] = value_shape.read(member, f"{at}.{name}")
            return made

        return Shape({"type": "object", "additionalProperties": value_shape.schema}, read)

    def _class(self, kind: type, what: str) -> Shape:
        if hasattr(kind, "model_json_schema"):
            return self._model(kind)
        enum = sys.modules.get("enum")
        if enum is not None and issubclass(kind, enum.Enum):
            return _enum(kind)
        if hasattr(kind, "__dataclass_fields__"):
            return self._recursive(kind, what, self._dataclass)
        if issubclass(kind, tuple) and hasattr(kind, "_fields"):
            return self._recursive(kind, what, self._named_tuple)
        if hasattr(kind, "__total__") and hasattr(kind, "__required_keys__"):
            return self._recursive(kind, what, self._typed_dict)
        text = _texts().get(kind)
        if text is not None:
            return text
        raise _unknown(kind, what)

    def _recursive(self, kind: type, what: str, make: Callable[[type, str], Shape]) -> Shape:
        """Give the shape of a class, which may have members of its own kind: then it is defined, and referred to."""
        if id(kind) in self._open:
            name = self._open[id(kind)] = kind.__name__

            def read(value: Any, at: str) -> Any:
                # It is known once the class is whole.
                return self._reads[id(kind)](value, at)

            return Shape({"$ref": f"#/$defs/{name}"}, read)
        self._open[id(kind)] = ""
        shape = make(kind, what)
        self._reads[id(kind)] = shape.read
        name = self._open.pop(id(kind))
        if not name:
            return shape
        self._definitions[name] = shape.schema
        return Shape({"$ref": f"#/$defs/{name}"}, shape.read)

    def _dataclass(self, kind: type, what: str) -> Shape:
        from dataclasses import MISSING, fields

        members = [
            (field.name, field.default is MISSING and field.default_factory is MISSING, field.default)
            for field in fields(kind)
            if field.init
        ]
        return self._members(kind, [(n, r, None if d is MISSING else d) for n, r, d in members], what)

    def _named_tuple(self, kind: Any, what: str) -> Shape:
        defaults = kind._field_defaults
        return self._members(kind, [(n, n not in defaults, defaults.get(n)) for n in kind._fields], what)

    def _typed_dict(self, kind: Any, what: str) -> Shape:
        from typing import get_origin

        members = []
        for name, hint in _hints(kind, what).items():
            # Where annotations are texts, the class itself does not know which members may be absent.
            mark = getattr(get_origin(hint), "__name__", None) or getattr(get_origin(hint), "_name", None)
            required = mark == "Required" or (mark != "NotRequired" and name in kind.__required_keys__)
            members.append((name, required, None))
        return self._members(kind, members, what)

    def _members(self, kind: Any, members: list[tuple[str, bool, Any]], what: str) -> Shape:
        from ._docstring import parse

        doc = kind.__doc__ or ""
        # A dataclass without one has its signature there.
        doc = "" if doc.startswith(f"{kind.__name__}(") else doc
        about, described = parse(doc)
        hints = _hints(kind, what)
        shapes = {name: self.of(hints.get(name, Any), f"{name} of {kind.__name__}") for name, _, _ in members}
        properties = {}
        for name, is_required, default in members:
            schema = _with_description(shapes[name].schema, described.get(name))
            properties[name] = schema if is_required or self._complete else _with_default(schema, default)
        # What may be absent in a TypedDict means something by its absence.
        optional = not self._complete or hasattr(kind, "__required_keys__")
        required = [name for name, is_required, _ in members if is_required or not optional]
        needed = [name for name, is_required, _ in members if is_required]

        def read(value: Any, at: str) -> Any:
            given = _members(value, at, set(shapes), needed)
            made = {name: shapes[name].read(member, f"{at}.{name}") for name, member in given.items()}
            try:
                return kind(**made)
            except (TypeError, ValueError) as error:
                raise Wrong(f"{at} does not fit: {error}") from error

        return Shape(_with_description(_object(properties, required), about), read)

    def _model(self, kind: Any) -> Shape:
        schema = dict(kind.model_json_schema())
        schema.pop("title", None)
        self._definitions.update(schema.pop("$defs", {}))

        def read(value: Any, at: str) -> Any:
            try:
                return kind.model_validate(value)
            except ValueError as error:
                errors = getattr(error, "errors", None)
                if errors is None:
                    raise Wrong(f"{at} does not fit: {error}") from error
                parts = [f"{'.'.join([at, *map(str, part['loc'])])}: {part['msg']}" for part in errors()]
                raise Wrong("; ".join(parts)) from error

        return Shape(schema, read)


def _object(properties: dict[str, Any], required: list[str]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def _members(value: Any, at: str, known: set[str], required: list[str]) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Wrong(f"{at} must be an object, not {_shown(value)}")
    missing = [name for name in required if name not in value]
    if missing:
        raise Wrong(f"{at} lacks {', '.join(missing)}")
    unknown = [name for name in value if name not in known]
    if unknown:
        raise Wrong(f"{at} has no {', '.join(unknown)}; it has {', '.join(sorted(known)) or 'nothing'}")
    return value


def _list(value: Any, at: str) -> list[Any]:
    if not isinstance(value, list):
        raise Wrong(f"{at} must be a list, not {_shown(value)}")
    return value


def _shown(value: Any) -> str:
    import json

    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else f"{text[:60]}…"


def _literal(values: tuple[Any, ...]) -> Shape:
    def read(value: Any, at: str) -> Any:
        for known in values:
            if known == value and type(known) is type(value):
                return known
        raise Wrong(f"{at} must be one of {', '.join(map(_shown, values))}, not {_shown(value)}")

    return Shape(_choices(list(values)), read)


def _enum(kind: Any) -> Shape:
    plain = all(isinstance(member.value, (str, int, float)) for member in kind)
    members = {member.value if plain else member.name: member for member in kind}

    def read(value: Any, at: str) -> Any:
        for known, member in members.items():
            if known == value and isinstance(value, bool) == isinstance(known, bool):
                return member
        raise Wrong(f"{at} must be one of {', '.join(map(_shown, members))}, not {_shown(value)}")

    return Shape(_choices(list(members)), read)


def _choices(values: list[Any]) -> dict[str, Any]:
    if all(isinstance(value, str) for value in values):
        return {"type": "string", "enum": values}
    return {"enum": values}


def _with_description(schema: dict[str, Any], description: str | None) -> dict[str, Any]:
    return {**schema, "description": description} if description and "description" not in schema else schema


def _with_default(schema: dict[str, Any], default: Any) -> dict[str, Any]:
    plain = isinstance(default, (str, int, float, bool))
    return {**schema, "default": default} if plain and not hasattr(default, "name") else schema


def _described(metadata: tuple[Any, ...]) -> str | None:
    for note in metadata:
        text = note if isinstance(note, str) else getattr(note, "description", getattr(note, "documentation", None))
        if isinstance(text, str):
            return text
    return None


def _hints(kind: Any, what: str) -> dict[str, Any]:
    from typing import get_type_hints

    try:
        return get_type_hints(kind, include_extras=True)
    except Exception as error:
        raise NodeError(
            f"the types of {what} are not known here: {error}. Define them at the top of a module, "
            "in a form that this Python can evaluate"
        ) from error


def _unknown(kind: Any, what: str) -> NodeError:
    name = getattr(kind, "__name__", None) or repr(kind)
    return NodeError(
        f"{what} is of type {name}, which has no JSON Schema; use plain types, Literal, Enum, dataclasses, "
        "TypedDict or pydantic models",
        "no_schema",
    )


def _typed(kind: str, name: str, of: type | tuple[type, ...]) -> Shape:
    def read(value: Any, at: str) -> Any:
        if isinstance(value, of) and (of is bool or not isinstance(value, bool)):
            return value
        raise Wrong(f"{at} must be {name}, not {_shown(value)}")

    return Shape({"type": kind}, read)


def _read_integer(value: Any, at: str) -> int:
    # Models write 3.0 for 3.
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise Wrong(f"{at} must be a whole number, not {_shown(value)}")


def _read_number(value: Any, at: str) -> float:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value)
    raise Wrong(f"{at} must be a number, not {_shown(value)}")


def _read_none(value: Any, at: str) -> None:
    if value is not None:
        raise Wrong(f"{at} must be null, not {_shown(value)}")


_SIMPLE: dict[Any, Shape] = {
    str: _typed("string", "a text", str),
    bool: _typed("boolean", "true or false", bool),
    int: Shape({"type": "integer"}, _read_integer),
    float: Shape({"type": "number"}, _read_number),
    type(None): Shape({"type": "null"}, _read_none),
}


_LISTS = (list, abc.Sequence, abc.MutableSequence, abc.Iterable, abc.Collection)
_COLLECTIONS: dict[Any, Any] = {
    **dict.fromkeys(_LISTS, list),
    **dict.fromkeys((set, abc.Set, abc.MutableSet), set),
    **dict.fromkeys((dict, abc.Mapping, abc.MutableMapping), dict),
    frozenset: frozenset,
    tuple: tuple,
}


def _texts() -> dict[Any, Shape]:
    """Give the types that JSON has as texts."""
    from datetime import date, datetime, time
    from decimal import Decimal
    from pathlib import Path
    from uuid import UUID

    def shape(make: Callable[[str], Any], name: str, format: str | None = None) -> Shape:
        def read(value: Any, at: str) -> Any:
            try:
                if isinstance(value, str):
                    return make(value)
            except (ValueError, ArithmeticError):
                pass
            raise Wrong(f"{at} must be {name}, not {_shown(value)}")

        return Shape({"type": "string", "format": format} if format else {"type": "string"}, read)

    def moment(text: str) -> datetime:
        return datetime.fromisoformat(f"{text[:-1]}+00:00" if text.endswith(("Z", "z")) else text)

    return {
        datetime: shape(moment, "a date and time such as 2025-01-31T12:00:00Z", "date-time"),
        date: shape(date.fromisoformat, "a date such as 2025-01-31", "date"),
        time: shape(time.fromisoformat, "a time such as 12:00:00", "time"),
        UUID: shape(UUID, "a UUID", "uuid"),
        Decimal: shape(Decimal, "a number in quotes"),
        Path: shape(Path, "a path"),
    }
