"""Parameters of a tool, told one by one."""

from __future__ import annotations

from typing import Any, Union

_NAMES: dict[Any, str] = {
    str: "string",
    int: "integer",
    float: "number",
    bool: "boolean",
    list: "array",
    tuple: "array",
    set: "array",
    dict: "object",
    type(None): "null",
    None: "null",
    "none": "null",
    "float": "number",
}

ParameterType = Union[str, type, None]


class Parameter:
    """A parameter of a tool."""

    def __init__(
        self,
        name: str,
        description: str | None = None,
        required: bool = True,
        default: Any = None,
        enum: list[Any] | None = None,
        default_present: bool = False,
        param_type: ParameterType | list[ParameterType] = None,
    ) -> None:
        """Describe it; its type is a word of JSON Schema, such as `string`, a Python type, or a list of them."""
        self.name = name
        self.description = description or ""
        self.required = required
        self.default = default
        self.enum = enum
        self.default_present = default_present or default is not None
        self.param_type = param_type

    def to_json_schema(self) -> dict[str, Any]:
        """Give its JSON Schema."""
        return self._told(self._type())

    def __repr__(self) -> str:
        """Tell what it is."""
        return f"{type(self).__name__}({self.name!r})"

    def _type(self) -> dict[str, Any]:
        kind = self.param_type
        if isinstance(kind, list):
            return {"type": [_word(each) for each in kind]}
        return {} if kind is None else {"type": _word(kind)}

    def _told(self, schema: dict[str, Any]) -> dict[str, Any]:
        told = dict(schema)
        if self.description:
            told["description"] = self.description
        if self.enum:
            told["enum"] = list(self.enum)
        if self.default_present:
            told["default"] = self.default
        return told


class ArrayParameter(Parameter):
    """A parameter that is a list."""

    def __init__(self, name: str, items: Parameter, max_items: int | None = None, **options: Any) -> None:
        """Describe it and its items."""
        super().__init__(name, **options)
        self.items = items
        self.max_items = max_items

    def _type(self) -> dict[str, Any]:
        most = {} if self.max_items is None else {"maxItems": self.max_items}
        return {"type": "array", "items": self.items.to_json_schema(), **most}


class ObjectParameter(Parameter):
    """A parameter that is an object."""

    def __init__(
        self, name: str, properties: list[Parameter], additional_properties: bool = False, **options: Any
    ) -> None:
        """Describe it and its members."""
        super().__init__(name, **options)
        self.properties = list(properties)
        self.additional_properties = additional_properties

    def _type(self) -> dict[str, Any]:
        return schema_of(self.properties, self.additional_properties)


class UnionParameter(Parameter):
    """A parameter that is one of several."""

    def __init__(self, name: str, options: list[Parameter], **more: Any) -> None:
        """Describe it and what it may be."""
        super().__init__(name, **more)
        self.options = list(options)

    def _type(self) -> dict[str, Any]:
        return {"anyOf": [option.to_json_schema() for option in self.options]}


class RefParameter(Parameter):
    """A parameter whose schema is elsewhere."""

    def __init__(self, name: str, ref_path: str, **options: Any) -> None:
        """Describe it and where it is."""
        super().__init__(name, **options)
        self.ref_path = ref_path

    def _type(self) -> dict[str, Any]:
        return {"$ref": self.ref_path}


def schema_of(parameters: list[Parameter], more: bool = False) -> dict[str, Any]:
    """Give the JSON Schema of an object with these members."""
    return {
        "type": "object",
        "properties": {parameter.name: parameter.to_json_schema() for parameter in parameters},
        "required": [parameter.name for parameter in parameters if parameter.required],
        "additionalProperties": more,
    }


def _word(kind: ParameterType) -> str:
    value = getattr(kind, "value", kind)
    return _NAMES.get(value, value if isinstance(value, str) else "object")
