"""What annotations demand reaches the model, and is checked."""

# ruff: noqa: UP006, UP035, B008

from __future__ import annotations

import dataclasses
import enum
import re
import sys
import types
from datetime import date, datetime, timedelta
from decimal import Decimal
from ipaddress import IPv4Address
from typing import (
    Annotated,
    Any,
    Dict,
    Generic,
    List,
    Literal,
    NamedTuple,
    NewType,
    Optional,
    Set,
    TypedDict,
    TypeVar,
    Union,
)

import annotated_types as at
import pydantic
import pydantic_core
import pytest
from pydantic import BaseModel, Field, StringConstraints
from typing_extensions import Doc, NotRequired, Required, TypeAliasType, Unpack

from sessiond._constraints import Constraints
from sessiond._shapes import Wrong, output_shape
from sessiond._tool import tool_of


def tool(kind, *default):
    def function(it=None): ...

    function.__annotations__["it"] = kind
    function.__defaults__ = default
    return tool_of(function)


def told(kind, *default):
    definition = tool(kind, *default).definition["parameters"]
    return definition["properties"]["it"]


def read(kind, value):
    _, kwargs = tool(kind).arguments({"it": value})
    return kwargs["it"]


try:
    import attrs
    import msgspec
except ImportError:
    attrs = msgspec = None

T = TypeVar("T")
Age = NewType("Age", Annotated[int, at.Ge(0)])
Name = TypeAliasType("Name", Annotated[str, at.MinLen(2)])
Json = TypeAliasType("Json", Union[str, int, "List[Json]", "Dict[str, Json]", None])
Pairs = TypeAliasType("Pairs", List[T], type_params=(T,))


class Colour(enum.Enum):
    RED = "red"
    BLUE = "blue"


@pytest.mark.parametrize(
    ("kind", "schema", "good", "bad"),
    [
        (Annotated[int, at.Ge(1), at.Le(10)], {"type": "integer", "minimum": 1, "maximum": 10}, 5, 999),
        (Annotated[int, Field(ge=1, le=10)], {"type": "integer", "minimum": 1, "maximum": 10}, 10, 0),
        (Annotated[int, Field(gt=1, lt=10)], {"type": "integer", "exclusiveMinimum": 1, "exclusiveMaximum": 10}, 2, 1),
        (Annotated[float, at.Interval(gt=0, le=1)], {"type": "number", "exclusiveMinimum": 0, "maximum": 1}, 1, 0),
        (Annotated[int, at.MultipleOf(5)], {"type": "integer", "multipleOf": 5}, 15, 7),
        (Annotated[float, Field(multiple_of=0.1)], {"type": "number", "multipleOf": 0.1}, 0.3, 0.35),
        (Annotated[str, at.MinLen(3)], {"type": "string", "minLength": 3}, "abc", "ab"),
        (Annotated[str, at.Len(1, 3)], {"type": "string", "minLength": 1, "maxLength": 3}, "abc", "abcd"),
        (Annotated[str, Field(pattern="^a+$")], {"type": "string", "pattern": "^a+$"}, "aa", "ab"),
        (
            Annotated[str, StringConstraints(pattern=re.compile("^[a-z]+$"), max_length=3)],
            {"type": "string", "pattern": "^[a-z]+$", "maxLength": 3},
            "abc",
            "ABC",
        ),
        (
            Annotated[List[int], at.Len(1, 2)],
            {"type": "array", "items": {"type": "integer"}, "minItems": 1, "maxItems": 2},
            [1],
            [1, 2, 3],
        ),
        (
            Annotated[Set[str], at.MinLen(2)],
            {"type": "array", "items": {"type": "string"}, "uniqueItems": True, "minItems": 2},
            ["a", "b"],
            ["a", "a"],
        ),
        (
            Annotated[Dict[str, int], Field(min_length=1)],
            {"type": "object", "additionalProperties": {"type": "integer"}, "minProperties": 1},
            {"a": 1},
            {},
        ),
        (
            List[Annotated[int, at.Gt(0)]],
            {"type": "array", "items": {"type": "integer", "exclusiveMinimum": 0}},
            [1],
            [0],
        ),
        (
            Optional[Annotated[int, at.Ge(1)]],
            {"anyOf": [{"type": "integer", "minimum": 1}, {"type": "null"}]},
            None,
            0,
        ),
        (
            Annotated[Optional[int], Field(ge=1)],
            {"anyOf": [{"type": "integer", "minimum": 1}, {"type": "null"}]},
            None,
            0,
        ),
        (
            Annotated[Union[int, str], at.MinLen(2)],
            {"anyOf": [{"type": "integer"}, {"type": "string", "minLength": 2}]},
            "ab",
            5,
        ),
        (Annotated[date, at.Ge(date(2025, 1, 1))], {"type": "string", "format": "date"}, "2025-01-01", "2024-12-31"),
        (
            Annotated[datetime, at.Timezone(...)],
            {"type": "string", "format": "date-time"},
            "2025-01-31T12:00:00Z",
            "2025-01-31T12:00:00",
        ),
        (Annotated[Decimal, at.Gt(0)], {"type": "string"}, "1.5", "-1"),
        (Annotated[int, at.Predicate(lambda n: n % 2 == 1)], {"type": "integer"}, 3, 4),
        (at.LowerCase[str], {"type": "string"}, "abc", "Abc"),
        (pydantic.PositiveInt, {"type": "integer", "exclusiveMinimum": 0}, 1, 0),
        (pydantic.conint(ge=2), {"type": "integer", "minimum": 2}, 2, 1),
        (pydantic.constr(min_length=2), {"type": "string", "minLength": 2}, "ab", "a"),
        (Age, {"type": "integer", "minimum": 0}, 1, -1),
        (Name, {"type": "string", "minLength": 2}, "Jo", "J"),
        (Pairs[int], {"type": "array", "items": {"type": "integer"}}, [1], ["a"]),
        (timedelta, {"type": "string", "format": "duration"}, "PT1H30M", "an hour"),
        (IPv4Address, {"type": "string", "format": "ipv4"}, "10.0.0.1", "10.0.0"),
        (bytes, {"type": "string"}, "YWJj", "not base64!"),
        (Literal[Colour.RED, None, 3], {"enum": ["red", None, 3]}, "red", "blue"),
        (
            Annotated[str, pydantic.AfterValidator(lambda text: text if text == "a" else 1 / 0)],
            {"type": "string"},
            "a",
            5,
        ),
        (pydantic.AnyUrl, {"type": "string", "format": "uri", "minLength": 1}, "http://a.b/c", "no url"),
    ],
)
def test_what_annotations_demand_is_told_and_checked(kind, schema, good, bad):
    assert told(kind) == schema
    read(kind, good)
    with pytest.raises(Wrong):
        read(kind, bad)


class Even:
    """A note of one's own for pydantic."""

    @classmethod
    def __get_pydantic_core_schema__(cls, source, handler):
        def check(value):
            if value % 2:
                raise ValueError("odd")
            return value

        return pydantic_core.core_schema.no_info_after_validator_function(check, handler(source))


@pytest.mark.parametrize(
    ("kind", "good", "given", "bad"),
    [
        (Annotated[int, pydantic.AfterValidator(lambda value: value * 2)], 2, 4, "x"),
        (Annotated[int, pydantic.BeforeValidator(lambda value: int(value, 16))], "ff", 255, "x"),
        (Annotated[int, pydantic.PlainValidator(lambda value: int(value) + 1)], "1", 2, "x"),
        (Annotated[int, pydantic.WrapValidator(lambda value, inner: inner(value) + 1), Field(ge=3)], 3, 4, "x"),
        (Annotated[List[Annotated[int, pydantic.AfterValidator(abs)]], at.MinLen(1)], [-1], [1], []),
        (Optional[Annotated[int, Even()]], 2, 2, 3),
        (Annotated[Optional[int], Even], 2, 2, 3),
        (Dict[str, Annotated[int, Even()]], {"a": 2}, {"a": 2}, {"a": 1}),
    ],
)
def test_what_validators_of_pydantic_demand_and_make_is_given(kind, good, given, bad):
    told(kind)
    assert read(kind, good) == given
    with pytest.raises(Wrong):
        read(kind, bad)


def test_what_is_wrong_is_said_for_the_model():
    for kind, value, text in [
        (Annotated[int, Field(ge=1, le=10)], 999, "it must be 10 or less, not 999"),
        (Annotated[str, at.MinLen(3)], "ab", "it must have a length of 3 or more, not 2"),
        (Annotated[str, Field(pattern="^a$")], "b", 'it must match ^a$, not "b"'),
        (List[Annotated[int, at.MultipleOf(2)]], [2, 3], "it[1] must be a multiple of 2, not 3"),
    ]:
        with pytest.raises(Wrong, match=re.escape(text)):
            read(kind, value)


def test_descriptions_titles_and_examples_reach_the_model():
    assert told(Annotated[int, Field(description="How many.")])["description"] == "How many."
    assert told(Annotated[int, Doc("How many.")])["description"] == "How many."
    assert told(Annotated[int, at.doc("How many.")])["description"] == "How many."
    assert told(Annotated[int, "How many."])["description"] == "How many."
    field = told(Annotated[int, Field(examples=[1], json_schema_extra={"x-unit": "kg"})])
    assert (field["examples"], field["x-unit"]) == ([1], "kg")


def test_a_field_as_a_default_is_read():
    def order(
        count: int = Field(5, ge=1, le=9, description="How many."),
        label: str = Field(..., min_length=2),
        tags: List[str] = Field(default_factory=lambda: ["new"]),
        note: Annotated[str, Field(max_length=3)] = "x",
    ):
        return count, label, tags, note

    made = tool_of(order)
    properties = made.definition["parameters"]["properties"]
    assert properties["count"] == {
        "type": "integer",
        "minimum": 1,
        "maximum": 9,
        "description": "How many.",
        "default": 5,
    }
    assert made.definition["parameters"]["required"] == ["label"]
    _, kwargs = made.arguments({"label": "ab"})
    assert order(**kwargs) == (5, "ab", ["new"], "x")
    with pytest.raises(Wrong):
        made.arguments({"label": "ab", "count": 0})
    with pytest.raises(Wrong):
        made.arguments({"label": "a"})


def test_a_default_within_a_type_is_given_to_the_function():
    def order(count: Annotated[int, Field(3, ge=1, title="Count")], note: str = None): ...  # noqa: RUF013

    order.__annotations__["count"] = Annotated[int, Field(3, ge=1, title="Count")]
    made = tool_of(order)
    assert made.definition["parameters"]["required"] == []
    assert made.definition["parameters"]["properties"]["count"] == {
        "type": "integer",
        "minimum": 1,
        "title": "Count",
        "default": 3,
    }
    assert made.arguments({}) == ((), {"count": 3})
    # Where nothing stands for None, null may be written.
    assert made.arguments({"note": None}) == ((), {"count": 3, "note": None})


def test_what_answers_to_any_name_is_told_by_its_text():
    from unittest import mock

    from sessiond._tool import text_of

    assert "<MagicMock" in text_of(mock.MagicMock(name="thing"))
    assert tool_of(mock.MagicMock()).definition["parameters"]["properties"] == {}


def test_defaults_of_any_type_that_json_has_are_told():
    def function(
        colour: Colour = Colour.RED,
        since: date = date(2025, 1, 31),
        names: tuple = ("a", "b"),
        amount: Decimal = Decimal("1.5"),
        choice: Literal["x", "y"] = "y",
        other: Any = object(),
        none: Optional[int] = None,
        wide: float = float("inf"),
    ): ...

    properties = tool_of(function).definition["parameters"]["properties"]
    assert {name: schema.get("default", "-") for name, schema in properties.items()} == {
        "colour": "red",
        "since": "2025-01-31",
        "names": ["a", "b"],
        "amount": "1.5",
        "choice": "y",
        "other": "-",
        "none": "-",
        "wide": "-",
    }


class Movie(TypedDict, total=False):
    title: Required[Annotated[str, at.MinLen(1)]]
    year: int


class Sequel(Movie):
    number: int
    note: NotRequired[str]


class Options(TypedDict, total=False):
    limit: Required[int]
    exact: bool


def test_members_of_a_typed_dict_are_required_or_not():
    schema = told(Sequel)
    assert sorted(schema["required"]) == ["number", "title"]
    assert schema["properties"]["title"]["minLength"] == 1
    assert read(Sequel, {"title": "a", "number": 2}) == {"title": "a", "number": 2}
    with pytest.raises(Wrong, match="lacks number"):
        read(Sequel, {"title": "a"})


def test_unpacked_keyword_arguments_are_parameters():
    def search(query: str, **options: Unpack[Options]): ...

    made = tool_of(search)
    assert made.definition["parameters"]["required"] == ["query", "limit"]
    assert made.arguments({"query": "a", "limit": 2}) == ((), {"query": "a", "limit": 2})


@dataclasses.dataclass
class Box(Generic[T]):
    content: T
    more: Optional[Box[T]] = None


class Pair(NamedTuple):
    left: Annotated[int, at.Ge(1)]
    right: Colour = Colour.RED


def test_classes_with_constraints_and_with_types_in_brackets():
    schema = told(Box[int])
    assert schema == {"$ref": "#/$defs/Box"}
    assert read(Box[int], {"content": 1, "more": {"content": 2}}) == Box(1, Box(2))
    with pytest.raises(Wrong, match=r"it\.more\.content must be a whole number|it\.more must be"):
        read(Box[int], {"content": 1, "more": {"content": "x"}})
    assert told(Pair)["properties"]["left"] == {"type": "integer", "minimum": 1}
    assert told(Pair)["properties"]["right"]["default"] == "red"
    with pytest.raises(Wrong, match=r"it\.left must be 1 or more"):
        read(Pair, {"left": 0})


def test_a_type_that_is_made_of_itself_is_referred_to():
    schema = tool(Json).definition["parameters"]
    assert schema["properties"]["it"] == {"$ref": "#/$defs/Json"}
    assert {"$ref": "#/$defs/Json"} in [branch.get("items") for branch in schema["$defs"]["Json"]["anyOf"]]
    assert read(Json, {"a": [1, {"b": None}]}) == {"a": [1, {"b": None}]}


def module(name, **members):
    made = types.ModuleType(name)
    sys.modules[name] = made
    made.__dict__.update(members)
    for member in members.values():
        member.__module__ = name
    return made


def test_classes_of_one_name_are_told_apart():
    def item(**fields):
        return pydantic.create_model("Item", **fields)

    first, second = item(a=(int, ...)), item(b=(str, ...))
    order = pydantic.create_model("Order", items=(List[first], ...))
    parcel = pydantic.create_model("Parcel", items=(List[second], ...))

    def ship(order: order, parcel: parcel, again: order): ...

    ship.__annotations__ = {"order": order, "parcel": parcel, "again": order}
    schema = tool_of(ship).definition["parameters"]

    def members(name):
        reference = schema["properties"][name]["properties"]["items"]["items"]["$ref"]
        return list(schema["$defs"][reference.rpartition("/")[2]]["properties"])

    assert (members("order"), members("parcel"), members("again")) == (["a"], ["b"], ["a"])
    assert len(schema["$defs"]) == 2


def test_dataclasses_of_one_name_that_refer_to_themselves_are_told_apart():
    def tree(of):
        return dataclasses.make_dataclass("Tree", [("value", of), ("next", Optional[Any], None)])

    numbers, texts = tree(int), tree(str)
    numbers.__annotations__["next"] = Optional[numbers]
    texts.__annotations__["next"] = Optional[texts]
    for kind in (numbers, texts):
        kind.__dataclass_fields__["next"].type = Optional[kind]

    def plant(one, other): ...

    plant.__annotations__ = {"one": numbers, "other": texts}
    schema = tool_of(plant).definition["parameters"]
    one, other = (schema["properties"][name]["$ref"].rpartition("/")[2] for name in ("one", "other"))
    assert one != other
    assert schema["$defs"][one]["properties"]["value"] == {"type": "integer"}
    assert schema["$defs"][other]["properties"]["value"] == {"type": "string"}
    assert schema["$defs"][other]["properties"]["next"]["anyOf"][0] == {"$ref": f"#/$defs/{other}"}


def test_values_that_look_like_references_stay_as_they_are():
    class Item(BaseModel):
        where: str = "#/$defs/Item"

    class Other(BaseModel):
        item: Item = Field(default=Item(), examples=[{"$ref": "#/$defs/Item"}])

    class Tag(BaseModel):
        kind: Literal["tag"]

    class Mark(BaseModel):
        kind: Literal["mark"]

    class Chosen(BaseModel):
        it: Union[Tag, Mark] = Field(discriminator="kind")

    first = pydantic.create_model("Item", x=(int, ...))
    second = pydantic.create_model("Tag", x=(int, ...))
    holder = pydantic.create_model("Holder", a=(first, ...), b=(second, ...))

    def function(a, b, c): ...

    function.__annotations__ = {"a": holder, "b": Other, "c": Chosen}
    schema = tool_of(function).definition["parameters"]
    item = schema["properties"]["b"]["properties"]["item"]
    assert item["examples"] == [{"$ref": "#/$defs/Item"}]
    assert item["default"] == {"where": "#/$defs/Item"}
    mapping = schema["properties"]["c"]["properties"]["it"]["discriminator"]["mapping"]
    assert schema["$defs"][mapping["tag"].rpartition("/")[2]]["properties"] == {
        "kind": {"const": "tag", "title": "Kind", "type": "string"}
    }


def test_libraries_that_know_their_schema_are_asked():
    @pydantic.dataclasses.dataclass
    class Checked:
        n: Annotated[int, Field(ge=1)]

    assert told(Checked)["properties"]["n"]["minimum"] == 1
    assert read(Checked, {"n": 2}) == Checked(2)
    with pytest.raises(Wrong, match="greater than or equal to 1"):
        read(Checked, {"n": 0})


def test_msgspec_is_understood():
    if msgspec is None:
        pytest.skip("msgspec is not installed")

    class Item(msgspec.Struct):
        n: Annotated[int, msgspec.Meta(ge=1)]

    assert told(Annotated[int, msgspec.Meta(ge=1, description="Many.")]) == {
        "type": "integer",
        "minimum": 1,
        "description": "Many.",
    }
    with pytest.raises(Wrong):
        read(Annotated[str, msgspec.Meta(min_length=2, pattern="^a")], "b")
    assert read(Item, {"n": 2}) == Item(2)
    with pytest.raises(Wrong):
        read(Item, {"n": 0})


def test_attrs_is_understood():
    if attrs is None:
        pytest.skip("attrs is not installed")

    @attrs.define
    class Item:
        n: Annotated[int, at.Ge(1)]
        _hidden: str = "x"

    assert told(Item)["properties"] == {
        "n": {"type": "integer", "minimum": 1},
        "hidden": {"type": "string", "default": "x"},
    }
    assert read(Item, {"n": 2, "hidden": "y"}) == Item(2, "y")
    with pytest.raises(Wrong):
        read(Item, {"n": 0})


def test_constraints_hold_for_structured_answers():
    @dataclasses.dataclass
    class Report:
        degrees: Annotated[float, at.Ge(-273)]

    Report.__annotations__["degrees"] = Annotated[float, at.Ge(-273)]
    shape = output_shape(Report)
    assert shape.schema["properties"]["degrees"] == {"type": "number", "minimum": -273}
    with pytest.raises(Wrong):
        shape.read({"degrees": -300}, "the answer")


def test_what_nobody_knows_is_left_alone():
    class Stray:
        ge = 5
        min_length = 5
        description = 7

    constraints = Constraints([Stray(), 5, object()])
    assert not constraints.demands
    assert constraints.description is None
