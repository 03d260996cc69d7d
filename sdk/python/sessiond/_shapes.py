"""Types as JSON Schema, and values of that schema as values of those types."""

from __future__ import annotations

import sys
from collections import abc
from typing import Any, Callable, NamedTuple

from ._callable import innermost
from ._constraints import Constraints, default_of, is_field
from ._definitions import Definitions, reference
from ._plain import ANYTHING, SIMPLE, Read, Shape, Wrong, listed, literal, shown
from ._shape_classes import (
    ABSENT,
    class_shape,
    given_members,
    hints_of,
    members_of,
    object_of,
    of_pydantic,
    unknown,
    with_default,
    with_description,
)
from .errors import NodeError

__all__ = [
    "Parameter",
    "Read",
    "Shape",
    "Shapes",
    "Wrong",
    "argument_shapes",
    "described_of",
    "output_shape",
    "shape_of",
]


class Parameter(NamedTuple):
    """A parameter of a function."""

    name: str
    required: bool
    positional: bool
    read: Read
    default: Callable[[], Any] | None = None
    """Makes what it is given when it is absent, where its function does not know that itself."""


def argument_shapes(function: Callable[..., Any], what: str) -> tuple[dict[str, Any], list[Parameter]]:
    """Give the JSON Schema of a function's arguments, and each of them."""
    import inspect

    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError) as error:
        raise NodeError(f"the parameters of {what} are not known: {error}") from error
    _, described = described_of(function)
    hints = hints_of(_annotated(function), what)
    shapes = Shapes()
    properties: dict[str, Any] = {}
    parameters = []

    def add(name: str, hint: Any, default: Any, positional: bool) -> None:
        make, required = None, default is inspect.Parameter.empty
        told = next((note for note in getattr(hint, "__metadata__", ()) if is_field(note)), None)
        if required and told is not None and not default_of(told)[0]:
            # It is a default of the function's type, which the function itself does not know.
            default = told
        if is_field(default):
            from typing import Annotated

            hint = Annotated[(hint, default)]
            required, default, factory = default_of(default)
            make = factory or (lambda value=default: value)  # type: ignore[misc]
        shape = shapes.of(hint, f"the parameter {name} of {what}")
        schema = with_description(shape.schema, described.get(name))
        properties[name] = schema if required else with_default(schema, default)
        read = _or_none(shape.read) if default is None else shape.read
        parameters.append(Parameter(name, required, positional, read, None if required else make))

    for name, parameter in signature.parameters.items():
        hint = hints.get(name, parameter.annotation)
        if hint is parameter.empty or isinstance(hint, str):
            hint = Any
        if parameter.kind == parameter.VAR_KEYWORD and (members := _unpacked(hint)) is not None:
            for member in members_of(members, what):
                add(member.name, member.hint, parameter.empty if member.required else ABSENT, False)
        elif parameter.kind not in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            add(name, hint, parameter.default, parameter.kind == parameter.POSITIONAL_ONLY)
    required_names = [parameter.name for parameter in parameters if parameter.required]
    return shapes.definitions.whole(object_of(properties, required_names)), parameters


def described_of(function: Callable[..., Any]) -> tuple[str, dict[str, str]]:
    """Give what is said of a function, and of each of its parameters."""
    from ._docstring import parse

    target = innermost(function)
    about, described = parse(_doc(target))
    if not isinstance(target, type) and not hasattr(target, "__code__") and not hasattr(target, "__self__"):
        # An object that is called says there what its parameters are.
        about_call, more = parse(_doc(type(target).__call__))
        return about or about_call, {**described, **more}
    if isinstance(target, type):
        return about, {**parse(_doc(vars(target).get("__init__")))[1], **described}
    return about, described


def output_shape(kind: Any) -> Shape:
    """Give the shape of an answer, whose schema is always that of an object, as services want it."""
    if isinstance(kind, dict):
        return Shape(kind, lambda value, at: value)
    shapes = Shapes(complete=True)
    shape = shapes.of(kind, "the output_schema")
    if shape.schema.get("type") == "object" or "$ref" in shape.schema:
        return Shape(shapes.definitions.whole(shape.schema), shape.read)

    def read(value: Any, at: str) -> Any:
        return shape.read(given_members(value, at, {"value"}, ["value"])["value"], "value")

    return Shape(shapes.definitions.whole(object_of({"value": shape.schema}, ["value"])), read)


def shape_of(kind: Any, what: str) -> Shape:
    """Give the shape of a type with its definitions; `what` names the place where it stands."""
    shapes = Shapes(complete=True)
    shape = shapes.of(kind, what)
    return Shape(shapes.definitions.whole(shape.schema), shape.read)


class Shapes:
    """Makes shapes of types, for one schema."""

    def __init__(self, *, complete: bool = False) -> None:
        """Begin without one. In a `complete` schema every member of an object is required, though it has a default."""
        self.is_complete = complete
        self.definitions = Definitions()
        self._open: dict[Any, list[str]] = {}
        self._known: dict[Any, Shape] = {}
        self._variables: dict[Any, Any] = {}
        self._names: dict[str, Any] = {}

    def of(self, kind: Any, what: str) -> Shape:
        """Give the shape of a type; `what` names the place where it stands."""
        if kind is Any or kind is object:
            return ANYTHING
        if kind is None:
            kind = type(None)
        simple = SIMPLE.get(kind) if isinstance(kind, type) else None
        if simple is not None:
            return simple
        special = self._special(kind, what)
        if special is not None:
            return special
        if isinstance(kind, type):
            return class_shape(self, kind, (), what)
        raise unknown(kind, what)

    def bound(self, kind: Any, arguments: tuple[Any, ...]) -> Shapes:
        """Give this one for what is in a generic class, in which variables stand for types."""
        variables = getattr(kind, "__parameters__", None) or getattr(kind, "__type_params__", ())
        if not arguments or not variables:
            return self
        inner = Shapes(complete=self.is_complete)
        inner.definitions, inner._open, inner._known = self.definitions, self._open, self._known
        inner._names = self._names
        inner._variables = {**self._variables, **dict(zip(variables, arguments))}
        return inner

    def recursive(self, key: Any, name: str, make: Callable[[], Shape]) -> Shape:
        """Give the shape of what may have members of its own kind: then it is defined, and referred to."""
        if key in self._open:
            names = self._open[key]
            if not names:
                names.append(self.definitions.reserve(name))
            # It is known once it is whole.

            def read(value: Any, at: str) -> Any:
                return self._known[key].read(value, at)

            return Shape(reference(names[0]), read)
        known = self._known.get(key)
        if known is not None:
            return known
        names = self._open[key] = []
        try:
            shape = make()
        finally:
            del self._open[key]
        if names:
            self.definitions.put(names[0], shape.schema)
            shape = Shape(reference(names[0]), shape.read)
        self._known[key] = shape
        return shape

    def _special(self, kind: Any, what: str) -> Shape | None:
        """Give the shape of what typing makes of types."""
        from typing import get_args, get_origin

        origin, arguments = get_origin(kind), tuple(map(self._filled, get_args(kind)))
        if hasattr(kind, "__metadata__"):
            return self._annotated(kind, what)
        if origin is None:
            return self._named(kind, what)
        name = getattr(origin, "__name__", None) or getattr(origin, "_name", None)
        if name in ("Union", "UnionType"):
            return self._union(arguments, what)
        if name == "Literal":
            return literal(arguments)
        if name in ("Required", "NotRequired", "ReadOnly", "Final"):
            return self.of(arguments[0], what)
        if hasattr(origin, "__value__"):
            return self._alias(origin, arguments, what)
        if origin in _COLLECTIONS:
            return self._collection(origin, arguments, what)
        if isinstance(origin, type):
            return class_shape(self, origin, arguments, what)
        return None

    def _named(self, kind: Any, what: str) -> Shape | None:
        """Give the shape of what is another name of a type, or stands for one."""
        if not isinstance(kind, type):
            if (supertype := getattr(kind, "__supertype__", None)) is not None:
                return self.of(supertype, what)
            if hasattr(kind, "__value__"):
                return self._alias(kind, (), what)
            if type(kind).__name__ == "ForwardRef" and self._names:
                return self.of(eval(kind.__forward_arg__, self._names), what)
            if type(kind).__name__ == "TypeVar":
                if kind in self._variables:
                    return self.of(self._variables[kind], what)
                constraints = kind.__constraints__
                return self._union(constraints, what) if constraints else self.of(kind.__bound__ or Any, what)
        return self._collection(kind, (), what) if kind in _COLLECTIONS else None

    def _filled(self, kind: Any) -> Any:
        """Give a type with what its variables stand for here."""
        if type(kind).__name__ == "TypeVar":
            return self._variables.get(kind, kind)
        variables = () if isinstance(kind, type) else getattr(kind, "__parameters__", ())
        if not any(variable in self._variables for variable in variables):
            return kind
        return kind[tuple(self._variables.get(variable, variable) for variable in variables)]

    def _alias(self, alias: Any, arguments: tuple[Any, ...], what: str) -> Shape:
        inner = self.bound(alias, arguments)
        # Before Python 3.12 it names itself in quotes, which are read where it is.
        inner._names = {**vars(sys.modules.get(alias.__module__, sys)), alias.__name__: alias}
        return self.recursive((alias, arguments), alias.__name__, lambda: inner.of(alias.__value__, what))

    def _annotated(self, kind: Any, what: str) -> Shape:
        constraints = Constraints(kind.__metadata__)
        if constraints.is_foreign:
            return of_pydantic(self, kind, what)
        shape = self.of(kind.__origin__, what)
        schema = constraints.schema(shape.schema)
        if not constraints.demands:
            return Shape(schema, shape.read)
        optional = any(each.get("type") == "null" for each in shape.schema.get("anyOf", ()))

        def read(value: Any, at: str) -> Any:
            made = shape.read(value, at)
            if made is None and optional:
                return None
            try:
                return constraints.check(made, at)
            except ValueError as error:
                raise Wrong(str(error)) from error

        return Shape(schema, read)

    def _union(self, kinds: tuple[Any, ...], what: str) -> Shape:
        shapes = [self.of(kind, what) for kind in kinds]
        optional = type(None) in kinds
        others = [shape for kind, shape in zip(kinds, shapes) if kind is not type(None)]

        def read(value: Any, at: str) -> Any:
            if value is None and optional:
                return None
            fitting, wrongs = [], []
            for shape in others:
                try:
                    fitting.append(shape.read(value, at))
                except Wrong as wrong:
                    wrongs.append(str(wrong))
            if not fitting:
                raise Wrong(", or ".join(wrongs))
            # One that it is already comes before one that is made of it: 5 is no 5.0 where both are allowed.
            return next((made for made in fitting if type(made) is type(value)), fitting[0])

        return Shape({"anyOf": [shape.schema for shape in shapes]}, read)

    def _collection(self, origin: Any, arguments: tuple[Any, ...], what: str) -> Shape:
        make = _COLLECTIONS[origin]
        if make is dict:
            return self._dict(arguments, what)
        if make is tuple and arguments and arguments[-1] is not Ellipsis:
            return self._tuple([] if arguments == ((),) else list(arguments), what)
        item = self.of(arguments[0], what) if arguments else ANYTHING
        schema: dict[str, Any] = {"type": "array", "items": item.schema}
        if make in (set, frozenset):
            schema["uniqueItems"] = True

        def read(value: Any, at: str) -> Any:
            items = [item.read(each, f"{at}[{i}]") for i, each in enumerate(listed(value, at))]
            try:
                return make(items)
            except TypeError as error:
                raise Wrong(f"{at} has an item that cannot be in a set") from error

        return Shape(schema, read)

    def _tuple(self, kinds: list[Any], what: str) -> Shape:
        shapes = [self.of(kind, what) for kind in kinds]

        def read(value: Any, at: str) -> Any:
            items = listed(value, at)
            if len(items) != len(shapes):
                raise Wrong(f"{at} must have {len(shapes)} items, not {len(items)}")
            return tuple(shape.read(each, f"{at}[{i}]") for i, (shape, each) in enumerate(zip(shapes, items)))

        schemas = [shape.schema for shape in shapes]
        return Shape({"type": "array", "prefixItems": schemas, "minItems": len(kinds), "maxItems": len(kinds)}, read)

    def _dict(self, arguments: tuple[Any, ...], what: str) -> Shape:
        of_key, of_value = arguments or (str, Any)
        key, value_shape = self.of(of_key, what), self.of(of_value, what)
        of_numbers = key.schema.get("type") == "integer"
        if key.schema and not of_numbers and key.schema.get("type") != "string":
            raise NodeError(f"{what} is a dict whose keys are no texts, which JSON has no schema for")

        def read(value: Any, at: str) -> Any:
            if not isinstance(value, dict):
                raise Wrong(f"{at} must be an object, not {shown(value)}")
            made = {}
            for name, member in value.items():
                known = int(name) if of_numbers and name.lstrip("-").isdigit() else name
                made[key.read(known, f"the key {name!r} of {at}")] = value_shape.read(member, f"{at}.{name}")
            return made

        return Shape({"type": "object", "additionalProperties": value_shape.schema}, read)


def _or_none(read: Read) -> Read:
    """Take null for what a function has None for when it is absent, whatever its type says."""
    return lambda value, at: None if value is None else read(value, at)


def _annotated(function: Callable[..., Any]) -> Any:
    """Give what has the annotations of a function's parameters."""
    target: Any = innermost(function)
    if isinstance(target, type):
        made: Any = target
        return made.__init__ if made.__new__ is object.__new__ else made.__new__
    # Only code has them: an object that is called has those of its class.
    return target if hasattr(target, "__annotations__") or hasattr(target, "__self__") else type(target).__call__


def _unpacked(hint: Any) -> Any:
    """Give the TypedDict of `**options: Unpack[…]`."""
    from typing import get_args, get_origin

    name = getattr(get_origin(hint), "__name__", None) or getattr(get_origin(hint), "_name", None)
    return get_args(hint)[0] if name == "Unpack" else None


def _doc(of: Any) -> str | None:
    text = getattr(of, "__doc__", None)
    return text if isinstance(text, str) else None


_LISTS = (list, abc.Sequence, abc.MutableSequence, abc.Iterable, abc.Collection)
_COLLECTIONS: dict[Any, Any] = {
    **dict.fromkeys(_LISTS, list),
    **dict.fromkeys((set, abc.Set, abc.MutableSet), set),
    **dict.fromkeys((dict, abc.Mapping, abc.MutableMapping), dict),
    frozenset: frozenset,
    tuple: tuple,
}
