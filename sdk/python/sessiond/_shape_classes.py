"""Classes as JSON Schema: those with members of their own, and those of libraries that know their schema themselves."""

from __future__ import annotations

import sys
from math import isfinite
from typing import TYPE_CHECKING, Any, NamedTuple

from ._constraints import default_of, is_field
from ._plain import Shape, Wrong, enumeration, json_of, shown, texts
from .errors import NodeError

if TYPE_CHECKING:
    from ._shapes import Shapes


class Member(NamedTuple):
    """What an object may have, or must."""

    name: str
    required: bool
    default: Any
    """What it is when it is absent; `ABSENT` when that is not told."""
    hint: Any = None
    """Its type, when the class's own annotations do not tell it."""


ABSENT: Any = object()


def class_shape(shapes: Shapes, kind: Any, arguments: tuple[Any, ...], what: str) -> Shape:
    """Give the shape of a class, or of one with types in brackets."""
    if hasattr(kind, "__get_pydantic_core_schema__") or hasattr(kind, "__pydantic_validator__"):
        return of_pydantic(shapes, kind[arguments] if arguments else kind, what)
    if hasattr(kind, "__struct_fields__") and "msgspec" in sys.modules:
        return _of_msgspec(shapes, kind[arguments] if arguments else kind)
    enum = sys.modules.get("enum")
    if enum is not None and issubclass(kind, enum.Enum):
        return enumeration(kind)
    make = (
        _dataclass
        if hasattr(kind, "__dataclass_fields__")
        else _attrs
        if hasattr(kind, "__attrs_attrs__")
        else _named_tuple
        if issubclass(kind, tuple) and hasattr(kind, "_fields")
        else _typed_dict
        if hasattr(kind, "__total__") and hasattr(kind, "__required_keys__")
        else None
    )
    if make is not None:
        with_types = shapes.bound(kind, arguments)
        return shapes.recursive(
            (kind, arguments), kind.__name__, lambda: _object_shape(with_types, kind, make(kind, what), what)
        )
    text = texts().get(kind)
    if text is not None:
        return text
    raise unknown(kind, what)


def of_pydantic(shapes: Shapes, kind: Any, what: str) -> Shape:
    """Give the shape of what pydantic knows: a model, a type of its own, or one with annotations of its own."""
    try:
        from pydantic import TypeAdapter
    except ImportError:
        # Its first version, which makes schemas of models alone.
        return _of_older_pydantic(shapes, kind, what)
    try:
        adapter = TypeAdapter(kind)
        schema = adapter.json_schema()
    except Exception as error:
        raise unknown(kind, what, f": {error}") from error
    schema.pop("title", None)

    def read(value: Any, at: str) -> Any:
        try:
            return adapter.validate_python(value)
        except ValueError as error:
            raise Wrong(_told_by_pydantic(error, at)) from error

    return Shape(shapes.definitions.adopt(schema), read)


def members_of(kind: Any, what: str) -> list[Member]:
    """Give the members of a TypedDict."""
    return _typed_dict(kind, what)


def object_of(properties: dict[str, Any], required: list[str]) -> dict[str, Any]:
    """Give the schema of an object that has nothing else."""
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def given_members(value: Any, at: str, known: Any, required: list[str]) -> dict[str, Any]:
    """Give the members of what has to be an object with nothing else."""
    if not isinstance(value, dict):
        raise Wrong(f"{at} must be an object, not {shown(value)}")
    missing = [name for name in required if name not in value]
    if missing:
        raise Wrong(f"{at} lacks {', '.join(missing)}")
    stray = [name for name in value if name not in known]
    if stray:
        raise Wrong(f"{at} has no {', '.join(stray)}; it has {', '.join(sorted(known)) or 'nothing'}")
    return value


def with_description(schema: dict[str, Any], description: str | None) -> dict[str, Any]:
    """Give a schema with a description, when it has none of its own."""
    return {**schema, "description": description} if description and "description" not in schema else schema


def with_default(schema: dict[str, Any], default: Any) -> dict[str, Any]:
    """Give a schema with a default, when JSON has a value for that."""
    if default is None or default is ABSENT or not _is_told(default):
        return schema
    return {**schema, "default": json_of(default)}


def hints_of(kind: Any, what: str) -> dict[str, Any]:
    """Give the types that annotations name."""
    from typing import get_type_hints

    try:
        return get_type_hints(kind, include_extras=True)
    except Exception as error:
        raise NodeError(
            f"the types of {what} are not known here: {error}. Define them at the top of a module, "
            "in a form that this Python can evaluate"
        ) from error


def unknown(kind: Any, what: str, why: str = "") -> NodeError:
    """Give the error for a type that JSON Schema cannot tell."""
    name = getattr(kind, "__name__", None) or repr(kind)
    return NodeError(
        f"{what} is of type {name}, which has no JSON Schema{why}; use plain types, Literal, Enum, dataclasses, "
        "TypedDict or pydantic models",
        "no_schema",
    )


def _object_shape(shapes: Shapes, kind: Any, members: list[Member], what: str) -> Shape:
    from ._docstring import parse

    doc = kind.__doc__ or ""
    # A class of which nobody said anything has its signature there, or what its kind says.
    written = not doc.startswith((f"{kind.__name__}(", "dict() -> new empty")) and doc != tuple.__doc__
    about, described = parse(doc if written else "")
    hints = hints_of(kind, what)
    shape_of = {
        member.name: shapes.of(
            hints.get(member.name, Any) if member.hint is None else member.hint, f"{member.name} of {kind.__name__}"
        )
        for member in members
    }
    properties = {}
    for member in members:
        schema = with_description(shape_of[member.name].schema, described.get(member.name))
        properties[member.name] = (
            schema if member.required or shapes.is_complete else with_default(schema, member.default)
        )
    # What may be absent in a TypedDict means something by its absence.
    optional = not shapes.is_complete or hasattr(kind, "__required_keys__")
    needed = [member.name for member in members if member.required]
    required = needed if optional else [member.name for member in members]

    def read(value: Any, at: str) -> Any:
        given = given_members(value, at, shape_of, needed)
        made = {name: shape_of[name].read(member, f"{at}.{name}") for name, member in given.items()}
        try:
            return kind(**made)
        except (TypeError, ValueError) as error:
            raise Wrong(f"{at} does not fit: {error}") from error

    return Shape(with_description(object_of(properties, required), about), read)


def _dataclass(kind: Any, what: str) -> list[Member]:
    from dataclasses import MISSING, fields

    members = []
    for field in fields(kind):
        if not field.init:
            continue
        required, default = field.default is MISSING and field.default_factory is MISSING, field.default
        if is_field(default):
            required, default, _ = default_of(default)
        members.append(Member(field.name, required, ABSENT if default is MISSING else default))
    return members


def _attrs(kind: Any, what: str) -> list[Member]:
    nothing = getattr(sys.modules.get("attr"), "NOTHING", None)
    members = []
    for field in kind.__attrs_attrs__:
        if not field.init:
            continue
        name = getattr(field, "alias", None) or field.name.lstrip("_")
        required = field.default is nothing
        made = type(field.default).__name__ == "Factory" or required
        members.append(
            Member(name, required, ABSENT if made else field.default, hints_of(kind, what).get(field.name, Any))
        )
    return members


def _named_tuple(kind: Any, what: str) -> list[Member]:
    defaults = kind._field_defaults
    return [Member(name, name not in defaults, defaults.get(name, ABSENT)) for name in kind._fields]


def _typed_dict(kind: Any, what: str) -> list[Member]:
    from typing import get_args, get_origin

    members = []
    for name, hint in hints_of(kind, what).items():
        # Where annotations are texts, the class itself does not know which members may be absent.
        required, inner = name in kind.__required_keys__, hint
        while (mark := _name(get_origin(inner))) in ("Required", "NotRequired", "ReadOnly", "Annotated"):
            required = mark == "Required" or (required and mark != "NotRequired")
            inner = get_args(inner)[0]
        members.append(Member(name, required, ABSENT, hint))
    return members


def _name(origin: Any) -> str | None:
    return getattr(origin, "__name__", None) or getattr(origin, "_name", None)


def _is_told(default: Any) -> bool:
    if isinstance(default, (str, int, float, bool)) or default is None:
        return not isinstance(default, float) or isfinite(default)
    if isinstance(default, (list, tuple)):
        return all(_is_told(item) for item in default)
    if isinstance(default, dict):
        return all(isinstance(name, str) and _is_told(item) for name, item in default.items())
    enum = sys.modules.get("enum")
    return type(default) in texts() or (enum is not None and isinstance(default, enum.Enum))


def _of_msgspec(shapes: Shapes, kind: Any) -> Shape:
    msgspec: Any = sys.modules["msgspec"]
    (schema,), parts = msgspec.json.schema_components([kind], ref_template="#/$defs/{name}")

    def read(value: Any, at: str) -> Any:
        try:
            return msgspec.convert(value, kind, strict=False)
        except msgspec.ValidationError as error:
            raise Wrong(f"{at} does not fit: {error}") from error

    return Shape(shapes.definitions.adopt({**schema, "$defs": parts}), read)


def _of_older_pydantic(shapes: Shapes, kind: Any, what: str) -> Shape:
    make, schema_of = getattr(kind, "parse_obj", None), getattr(kind, "schema", None)
    if make is None or schema_of is None:
        raise unknown(kind, what)
    schema = dict(schema_of(ref_template="#/$defs/{model}"))
    schema["$defs"] = schema.pop("definitions", {})

    def read(value: Any, at: str) -> Any:
        try:
            return make(value)
        except ValueError as error:
            raise Wrong(_told_by_pydantic(error, at)) from error

    return Shape(shapes.definitions.adopt(schema), read)


def _told_by_pydantic(error: ValueError, at: str) -> str:
    errors = getattr(error, "errors", None)
    if errors is None:
        return f"{at} does not fit: {error}"
    return "; ".join(f"{'.'.join([at, *map(str, part['loc'])])}: {part['msg']}" for part in errors())
