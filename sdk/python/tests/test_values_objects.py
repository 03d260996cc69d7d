"""Objects: they come back with all that they had, without their initialisers and validators having run."""

import collections
import dataclasses
import enum
import json
import subprocess
import sys
import typing

import pydantic
import pytest

import sessiond as rt
from sessiond import _native

try:
    import pydantic.v1 as pydantic_v1
except Exception:
    pydantic_v1 = None

T = typing.TypeVar("T")


def again(value):
    text, opaque = _native.encode(value)
    assert not opaque, text
    made = _native.decode(text)
    assert type(made) is type(value)
    return made


@dataclasses.dataclass
class Cached:
    x: int
    made: int = dataclasses.field(init=False, default=0)

    def __post_init__(self):
        assert not hasattr(self, "_cache"), "it ran twice"
        self._cache = {"x": self.x}


@dataclasses.dataclass(frozen=True)
class Frozen:
    x: int
    y: object = None


@dataclasses.dataclass
class Slots:
    __slots__ = ("x", "y")
    x: int
    y: int


@dataclasses.dataclass
class Node:
    name: str
    parent: object = None
    children: list = dataclasses.field(default_factory=list)


class Items(list):
    def __init__(self, items, tag):
        super().__init__(items)
        self.tag = tag


class Members(dict):
    pass


class Text(str):
    pass


class Number(int):
    pass


class Real(float):
    pass


class Both(tuple):
    __slots__ = ()


class Ordered(collections.OrderedDict):
    pass


class Default(collections.defaultdict):
    pass


class Queue(collections.deque):
    pass


class Count(collections.Counter):
    pass


class Pair(typing.NamedTuple):
    left: int
    right: str = "r"


class Rights(enum.Flag):
    READ = 1
    WRITE = 2
    RUN = 4


class Mode(enum.IntFlag):
    A = 1
    B = 2


class Word(str, enum.Enum):
    ONE = "one"


class Sealed(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="allow")
    name: str
    n: int = 3
    _hidden: int = pydantic.PrivateAttr(default=5)

    @pydantic.field_validator("name")
    @classmethod
    def louder(cls, name):
        return name + "!"


class Aliased(pydantic.BaseModel):
    inner: int = pydantic.Field(alias="outer-name")


class Numbers(pydantic.RootModel[list[int]]):
    pass


class Box(pydantic.BaseModel, typing.Generic[T]):
    content: T


class Cat(pydantic.BaseModel):
    kind: typing.Literal["cat"]


class Dog(pydantic.BaseModel):
    kind: typing.Literal["dog"]
    friend: typing.Union[Cat, "Dog", None] = pydantic.Field(None, discriminator="kind")


NumberBox = Box[int]
DeepBox = Box[list[NumberBox]]

VALUES = [
    Frozen(1, Frozen(2)),
    Slots(1, 2),
    Members(a=1),
    Text("x"),
    Number(5),
    Real(1.5),
    Both((1, 2)),
    Ordered(b=1, a=2),
    Default(int, {1: 2}),
    Queue([1, 2], 3),
    Count("aab"),
    Pair(1),
    Rights.READ | Rights.RUN,
    Rights(0),
    Mode(3),
    Word.ONE,
    Aliased(**{"outer-name": 1}),
    Numbers([1, 2]),
    NumberBox(content=1),
    DeepBox(content=[NumberBox(content=1)]),
    Dog(kind="dog", friend=Cat(kind="cat")),
    Sealed,
    len,
    pytest.raises,
]


@pytest.mark.parametrize("value", VALUES, ids=lambda value: type(value).__name__)
def test_an_object_comes_back_as_it_was(value):
    made = again(value)
    assert repr(made) == repr(value)
    assert made == value


def test_a_dataclass_keeps_what_is_no_field():
    value = Cached(1)
    value.made = 7
    value.other = [1]
    made = again(value)
    assert vars(made) == vars(value)
    assert made._cache == {"x": 1}


def test_a_subclass_of_a_list_keeps_its_attributes():
    made = again(Items([1, 2], tag="t"))
    assert list(made) == [1, 2]
    assert made.tag == "t"


def test_a_model_comes_back_without_its_validators():
    value = Sealed(name="x", extra=[1])
    made = again(value)
    assert made.model_dump() == {"name": "x!", "n": 3, "extra": [1]}
    assert made.model_fields_set == {"name", "extra"}
    assert made.model_dump(exclude_unset=True) == value.model_dump(exclude_unset=True)
    assert made._hidden == 5
    made.name = "changed"


@pytest.mark.skipif(pydantic_v1 is None or sys.version_info >= (3, 14), reason="pydantic's first version is not there")
def test_a_model_of_the_first_pydantic_comes_back():
    made = again(FirstModel(a=1))
    assert (made.a, made._b, made.__fields_set__) == (1, 2, {"a"})


if pydantic_v1 is not None and sys.version_info < (3, 14):

    class FirstModel(pydantic_v1.BaseModel):
        a: int
        _b: int = pydantic_v1.PrivateAttr(default=2)


def test_what_attrs_makes_comes_back():
    attrs = pytest.importorskip("attrs")
    members = {"x": attrs.field(), "y": attrs.field(factory=list)}
    for options in ({"slots": True, "frozen": True}, {"slots": False}):
        made = attrs.make_class("Defined", members, **options)
        made.__module__ = __name__
        globals()["Defined"] = made
        assert again(made(1, [2])) == made(1, [2])


def test_one_object_in_two_places_comes_back_as_one():
    shared = [1]
    made = again([shared, (shared, {"a": shared}), Frozen(shared)])
    assert made[0] is made[1][0] is made[1][1]["a"] is made[2].x
    separate = again([[1], [1]])
    assert separate[0] is not separate[1]
    long = "x" * 100_000
    text, _ = _native.encode([long] * 100)
    assert len(text) < 200_000


def test_an_object_that_contains_itself_comes_back():
    root = Node("root")
    root.children = [Node(str(i), root) for i in range(10)]
    made = again(root)
    assert all(child.parent is made for child in made.children)
    value = {}
    value["self"] = [value]
    made = again(value)
    assert made["self"][0] is made
    model = Box[object](content=None)
    model.content = [model]
    items = Items([], "t")
    items.append(items)
    made = again(items)
    assert made[0] is made


def test_what_contains_itself_and_cannot_be_made_again_is_told():
    value = ([],)
    value[0].append(value)
    text, opaque = _native.encode(value)
    assert opaque
    assert len(text) < 100


TWICE = {"list": lambda v: [v, v], "tuple": lambda v: (v, v), "dict": lambda v: {"a": v, "b": v}}


@pytest.mark.parametrize("make", [*TWICE.values(), lambda v: Frozen(v, v)], ids=[*TWICE, "object"])
@pytest.mark.parametrize("leaf", [1, object()], ids=["plain", "opaque"])
def test_what_is_shared_many_times_takes_room_once(make, leaf):
    value = make(leaf)
    for _ in range(20):
        value = make(value)
    text, opaque = _native.encode(value)
    assert len(text) < 5000
    assert opaque == (leaf != 1)


def test_an_object_of_a_class_that_has_changed_is_not_made():
    text, _ = _native.encode(Frozen(1, 2))
    with pytest.raises(ValueError, match="a field x now, which was not recorded"):
        _native.decode(text.replace('"x":1', '"z":1'))


def test_a_missing_class_is_named():
    text, _ = _native.encode(Frozen(1))
    with pytest.raises(ValueError, match="Gone of the module"):
        _native.decode(text.replace("Frozen", "Gone"))


def test_a_class_of_the_program_is_found_when_the_program_is_imported(tmp_path):
    (tmp_path / "pkg").mkdir()
    (tmp_path / "pkg" / "__init__.py").write_text("")
    (tmp_path / "pkg" / "receipts.py").write_text("""
import dataclasses, sys
from sessiond import _native

@dataclasses.dataclass
class Receipt:
    n: int

if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(type(_native.decode(sys.argv[1])).__module__)
    else:
        print(_native.encode(Receipt(1))[0])
""")
    script, imported = ["pkg/receipts.py"], "import sys, pkg.receipts; from sessiond import _native\n"
    show = "print(type(_native.decode(sys.argv[1])).__module__)"
    run = lambda *args: subprocess.run(  # noqa: E731
        [sys.executable, *args], cwd=tmp_path, capture_output=True, text=True, check=True
    ).stdout.strip()
    by_script, by_module = run(*script), run("-m", "pkg.receipts")
    by_import = run("-c", imported + "print(_native.encode(pkg.receipts.Receipt(1))[0])")
    assert "__main__" not in by_script + by_module + by_import
    for text in (by_script, by_module, by_import, json.dumps({"$object": ["__main__:Receipt", {"n": 1}]})):
        assert run(*script, text) == "__main__"
        if "__main__" not in text:
            assert run("-c", imported + show, text) == "pkg.receipts"
    assert rt.__name__ == "sessiond"
