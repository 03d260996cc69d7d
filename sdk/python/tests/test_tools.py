"""What models are told of functions, and what functions are given of what models write."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timezone
from decimal import Decimal
from typing import Annotated, Any, Dict, List, Literal, NamedTuple, NewType, Optional, Set, Tuple, Union  # noqa: UP035
from uuid import UUID

import pydantic
import pytest
from typing_extensions import NotRequired, TypedDict

import sessiond as rt
from sessiond._docstring import parse
from sessiond._shapes import Wrong
from sessiond._tool import text_of, tool_of


class Colour(enum.Enum):
    RED = "red"
    BLUE = "blue"


class Level(enum.IntEnum):
    LOW = 1
    HIGH = 2


@dataclass
class Point:
    """A place.

    Args:
        x: To the right.
    """

    x: float
    y: float = 0.0
    tags: List[str] = field(default_factory=list)  # noqa: UP006


@dataclass
class Tree:
    name: str
    branches: List[Tree] = field(default_factory=list)  # noqa: UP006


class Person(TypedDict):
    name: str
    age: NotRequired[int]


class Pair(NamedTuple):
    left: int
    right: int = 2


class User(pydantic.BaseModel):
    name: str
    born: Optional[date] = None


UserId = NewType("UserId", int)


def schema(function):
    return tool_of(function).definition["parameters"]


def read(kind, value):
    """What a parameter of this type is given when a model writes this value."""

    def function(it): ...

    function.__annotations__["it"] = kind
    args, kwargs = tool_of(function).arguments({"it": value})
    assert args == ()
    return kwargs["it"]


@pytest.mark.parametrize(
    ("kind", "told", "written", "given"),
    [
        (str, {"type": "string"}, "a", "a"),
        (int, {"type": "integer"}, 3.0, 3),
        (float, {"type": "number"}, 3, 3.0),
        (bool, {"type": "boolean"}, True, True),
        (None, {"type": "null"}, None, None),
        (Any, {}, [1], [1]),
        (Optional[int], {"anyOf": [{"type": "integer"}, {"type": "null"}]}, None, None),
        (Union[int, str], {"anyOf": [{"type": "integer"}, {"type": "string"}]}, "a", "a"),
        (Literal["a", "b"], {"type": "string", "enum": ["a", "b"]}, "b", "b"),
        (Literal[1, "b"], {"enum": [1, "b"]}, 1, 1),
        (Colour, {"type": "string", "enum": ["red", "blue"]}, "blue", Colour.BLUE),
        (Level, {"enum": [1, 2]}, 2, Level.HIGH),
        (List[int], {"type": "array", "items": {"type": "integer"}}, [1, 2], [1, 2]),  # noqa: UP006
        (list, {"type": "array", "items": {}}, [1, "a"], [1, "a"]),
        (Sequence[str], {"type": "array", "items": {"type": "string"}}, ["a"], ["a"]),
        (
            Set[int],  # noqa: UP006
            {"type": "array", "items": {"type": "integer"}, "uniqueItems": True},
            [1, 1],
            {1},
        ),
        (
            Tuple[int, str],  # noqa: UP006
            {"type": "array", "prefixItems": [{"type": "integer"}, {"type": "string"}], "minItems": 2, "maxItems": 2},
            [1, "a"],
            (1, "a"),
        ),
        (Tuple[int, ...], {"type": "array", "items": {"type": "integer"}}, [1, 2, 3], (1, 2, 3)),  # noqa: UP006
        (
            Dict[str, int],  # noqa: UP006
            {"type": "object", "additionalProperties": {"type": "integer"}},
            {"a": 1},
            {"a": 1},
        ),
        (Dict[int, str], {"type": "object", "additionalProperties": {"type": "string"}}, {"7": "a"}, {7: "a"}),  # noqa: UP006
        (Annotated[int, "How many."], {"type": "integer", "description": "How many."}, 1, 1),
        (UserId, {"type": "integer"}, 5, 5),
        (date, {"type": "string", "format": "date"}, "2025-01-31", date(2025, 1, 31)),
        (
            datetime,
            {"type": "string", "format": "date-time"},
            "2025-01-31T12:00:00Z",
            datetime(2025, 1, 31, 12, tzinfo=timezone.utc),
        ),
        (UUID, {"type": "string", "format": "uuid"}, "0" * 32, UUID(int=0)),
        (Decimal, {"type": "string"}, "1.10", Decimal("1.10")),
    ],
)
def test_types_are_told_to_models_and_values_made_of_what_they_write(kind, told, written, given):
    def function(it): ...

    function.__annotations__["it"] = kind
    assert schema(function)["properties"]["it"] == told
    made = read(kind, written)
    assert (made, type(made)) == (given, type(given))


@pytest.mark.parametrize(
    ("kind", "written", "told"),
    [
        (str, 7, "it must be a text, not 7"),
        (int, "7", 'it must be a whole number, not "7"'),
        (int, True, "it must be a whole number, not true"),
        (int, 2.5, "it must be a whole number, not 2.5"),
        (float, "x", 'it must be a number, not "x"'),
        (bool, 1, "it must be true or false, not 1"),
        (Optional[int], "x", 'it must be a whole number, not "x"'),
        (Union[int, bool], "x", "it must be a whole number, not .*, or it must be true or false"),
        (Literal["a"], "b", 'it must be one of "a", not "b"'),
        (Colour, "green", 'it must be one of "red", "blue", not "green"'),
        (List[int], [1, "x"], r"it\[1\] must be a whole number"),  # noqa: UP006
        (Tuple[int, int], [1], "it must have 2 items, not 1"),  # noqa: UP006
        (Dict[str, int], {"a": "x"}, r"it\.a must be a whole number"),  # noqa: UP006
        (Point, {"y": 1}, "it lacks x"),
        (Point, {"x": 1, "z": 1}, "it has no z; it has tags, x, y"),
        (Point, {"x": "far"}, r"it\.x must be a number"),
        (Person, {"name": "Ada", "age": "old"}, r"it\.age must be a whole number"),
        (User, {"name": 7}, r"it\.name: Input should be a valid string"),
        (date, "tomorrow", "it must be a date such as"),
        (Decimal, "x", "it must be a number in quotes"),
    ],
)
def test_what_does_not_fit_is_said_so_that_a_model_can_mend_it(kind, written, told):
    with pytest.raises(Wrong, match=told):
        read(kind, written)


def test_classes_are_objects_and_are_made_again():
    def place(point: Point, person: Person, pair: Pair, user: User): ...

    told = schema(place)["properties"]
    assert told["point"] == {
        "type": "object",
        "description": "A place.",
        "properties": {
            "x": {"type": "number", "description": "To the right."},
            "y": {"type": "number", "default": 0.0},
            "tags": {"type": "array", "items": {"type": "string"}},
        },
        "required": ["x"],
        "additionalProperties": False,
    }
    assert told["person"]["required"] == ["name"]
    assert told["pair"]["properties"]["right"] == {"type": "integer", "default": 2}
    assert told["user"]["properties"]["born"]["anyOf"][0]["format"] == "date"
    _, made = tool_of(place).arguments(
        {"point": {"x": 1}, "person": {"name": "Ada"}, "pair": {"left": 1}, "user": {"name": "B", "born": "2000-01-01"}}
    )
    assert made == {
        "point": Point(1.0),
        "person": {"name": "Ada"},
        "pair": Pair(1, 2),
        "user": User(name="B", born=date(2000, 1, 1)),
    }


def test_a_class_with_members_of_its_own_kind_is_referred_to():
    def plant(tree: Tree): ...

    told = schema(plant)
    assert told["properties"]["tree"] == {"$ref": "#/$defs/Tree"}
    assert told["$defs"]["Tree"]["properties"]["branches"]["items"] == {"$ref": "#/$defs/Tree"}
    grown = read(Tree, {"name": "oak", "branches": [{"name": "twig"}]})
    assert grown == Tree("oak", [Tree("twig")])


def test_defaults_positional_parameters_and_docstrings_are_taken_as_they_are():
    def search(query: str, /, limit: int = 5, *rest: str, exact: bool = False, **more: int):
        """Search for something.

        It looks everywhere.

        Args:
            query: What to look for,
                in words.
            limit (int): How many.

        Returns:
            What was found.
        """

    tool = tool_of(search)
    assert tool.definition["description"] == "Search for something.\n\nIt looks everywhere."
    assert tool.definition["parameters"] == {
        "type": "object",
        "properties": {
            "query": {"type": "string", "description": "What to look for, in words."},
            "limit": {"type": "integer", "description": "How many.", "default": 5},
            "exact": {"type": "boolean", "default": False},
        },
        "required": ["query"],
        "additionalProperties": False,
    }
    assert tool.arguments({"query": "a", "exact": True}) == (("a",), {"exact": True})


@pytest.mark.parametrize(
    "docstring",
    [
        """Adds.

        Args:
            left: The one.
            right (int): The other,
                as a number.

        Raises:
            ValueError: never.
        """,
        """Adds.

        Parameters
        ----------
        left : int
            The one.
        right : int, optional
            The other,
            as a number.

        Returns
        -------
        int
        """,
        """Adds.

        :param left: The one.
        :param int right: The other,
            as a number.
        :returns: The sum.
        """,
    ],
)
def test_docstrings_of_three_styles_say_the_same(docstring):
    assert parse(docstring) == ("Adds.", {"left": "The one.", "right": "The other, as a number."})


def test_a_docstring_without_parameters_is_taken_whole():
    assert parse("Says: hello.\n\nMore:\n  * one: two\n") == ("Says: hello.\n\nMore:\n  * one: two", {})
    assert parse(None) == ("", {})


def test_what_has_no_schema_is_refused_when_the_agent_is_made():
    def send(to: threading.Thread): ...  # noqa: F821

    def put(it: object(), into: Dict[bytes, int]): ...  # noqa: UP006

    def keep(stream: pytest.Item): ...

    with pytest.raises(rt.NodeError, match=r"the types of send are not known here.*threading"):
        rt.agent_node("A", tools=[send])
    with pytest.raises(rt.NodeError, match="the parameter stream of keep is of type Item"):
        rt.agent_node("A", tools=[keep])
    with pytest.raises(rt.NodeError):
        rt.agent_node("A", tools=[put])


def test_methods_and_callables_are_tools():
    class Shop:
        def price(self, item: str) -> int:
            """The price of an item."""
            return len(item)

        def __call__(self, item: str) -> str:
            """Buy it."""
            return item

    shop = Shop()
    assert schema(shop.price)["required"] == ["item"]
    assert schema(rt.function_node(name="buy")(shop))["required"] == ["item"]
    assert schema(shop)["required"] == ["item"]


def test_a_name_that_models_do_not_take_is_made_one():
    assert tool_of(rt.function_node(name="get the weather!")(lambda: 1)).definition["name"] == "get_the_weather_"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("a", "a"),
        (None, "null"),
        ({"a": [1, True]}, '{"a": [1, true]}'),
        (Point(1.0), '{"x": 1.0, "y": 0.0, "tags": []}'),
        (User(name="Ä"), '{"name": "Ä", "born": null}'),
        ({2, 1}, "[1, 2]"),
        (Colour.RED, '"red"'),
        (date(2025, 1, 31), '"2025-01-31"'),
        (rt.Secret("never-told-1"), '"[redacted]"'),
        ({(1, 2): 3}, "{(1, 2): 3}"),
    ],
)
def test_what_a_tool_gives_is_text_for_the_model(value, text):
    assert text_of(value) == text
