"""Values: what is recorded of them, and what is made of that again."""

import array
import base64
import collections
import contextlib
import dataclasses
import datetime
import decimal
import enum
import fractions
import functools
import gc
import ipaddress
import json
import math
import pathlib
import pickle
import re
import subprocess
import sys
import time
import types
import typing
import urllib.parse
import uuid
import zoneinfo

import pydantic
import pytest

import sessiond as rt
from sessiond import _native


class Color(enum.Enum):
    RED = 1


class Level(enum.IntEnum):
    HIGH = 3


@dataclasses.dataclass(frozen=True)
class Point:
    x: int
    y: "Point | None" = None


class Pair(typing.NamedTuple):
    left: int
    right: str


class Model(pydantic.BaseModel):
    name: str
    when: datetime.date
    inner: typing.Optional["Model"] = None


class Opaque:
    pass


VALUES = [
    None,
    True,
    0,
    -1,
    2**63 - 1,
    2**200,
    1.0,
    -0.0,
    1e300,
    math.inf,
    -math.inf,
    "",
    'quote " back \\ line \n tab \t nul \x00 ü 🦀 \u2028',
    b"\x00\xff",
    [],
    [1, [2, [3]]],
    (),
    (1, (2,)),
    {},
    {"a": {"b": [1, (2, 3)]}},
    {1: "one", (1, 2): "pair", None: "none"},
    {"$tuple": [1]},
    {"$nothing": 1, "b": 2},
    {1, 2, 3},
    frozenset({"a", "b"}),
    1 + 2j,
    datetime.datetime(2026, 1, 2, 3, 4, 5, 678),
    datetime.datetime(2026, 1, 2, 3, 4, 5, tzinfo=datetime.timezone.utc),
    datetime.datetime(2026, 10, 25, 2, 30, tzinfo=zoneinfo.ZoneInfo("Europe/Berlin"), fold=1),
    datetime.date(2026, 1, 2),
    datetime.time(3, 4, 5, 678),
    datetime.timedelta(days=-1, seconds=5, microseconds=7),
    decimal.Decimal("1.10"),
    decimal.Decimal("NaN"),
    uuid.UUID(int=7),
    pathlib.Path("a/b"),
    collections.OrderedDict(b=1, a=2),
    collections.Counter("aab"),
    collections.defaultdict(list, {1: [2]}),
    collections.deque([1, 2], maxlen=5),
    collections.ChainMap({1: 2}, {3: 4}),
    collections.UserDict(a=1),
    types.MappingProxyType({1: 2}),
    types.SimpleNamespace(a=1),
    {1: 2}.keys(),
    {1: 2}.values(),
    {1: 2}.items(),
    bytearray(b"xy"),
    range(1, 5, 2),
    slice(1, None),
    Ellipsis,
    NotImplemented,
    fractions.Fraction(1, 3),
    ipaddress.ip_address("::1"),
    ipaddress.ip_network("10.0.0.0/8"),
    ipaddress.ip_interface("10.0.0.1/8"),
    re.compile("a+", re.IGNORECASE),
    re.compile(b"x"),
    array.array("d", [1.5, 2]),
    array.array("u", "hé"),
    functools.partial(int, base=2),
    time.gmtime(0),
    datetime.timezone(datetime.timedelta(hours=1), "CET"),
    datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone(datetime.timedelta(hours=1), "CET")),
    datetime.time(1, 2, tzinfo=datetime.timezone.utc, fold=1),
    datetime.time(1, 2, tzinfo=zoneinfo.ZoneInfo("Europe/Berlin")),
    zoneinfo.ZoneInfo("Europe/Berlin"),
    pathlib.PureWindowsPath("a\\b"),
    pathlib.PurePosixPath("a/b"),
    decimal.Decimal("sNaN12"),
    complex("nan+infj"),
    0.1 + 0.2,
    5e-324,
    pydantic.HttpUrl("http://a/b"),
    Color.RED,
    Level.HIGH,
    Point(1, Point(2)),
    Pair(1, "r"),
    Model(name="m", when=datetime.date(2026, 1, 2), inner=Model(name="i", when=datetime.date(2026, 1, 3))),
]


@pytest.mark.parametrize("value", VALUES, ids=lambda value: type(value).__name__)
def test_a_value_comes_back_as_it_was(value):
    text, opaque = _native.encode(value)
    assert not opaque
    again = _native.decode(text)
    assert type(again) is type(value)
    assert repr(again) == repr(value)


def test_times_in_the_zones_of_dateutil_and_pytz_come_back():
    tz, pytz = pytest.importorskip("dateutil.tz"), pytest.importorskip("pytz")
    time = datetime.datetime(2026, 7, 1, 2, 30)
    for value in (
        *(
            time.replace(tzinfo=zone)
            for zone in (tz.tzutc(), tz.tzoffset("X", -5400), tz.gettz("Europe/Berlin"), pytz.utc)
        ),
        pytz.timezone("Europe/Berlin").localize(time),
        time.replace(tzinfo=pytz.timezone("Europe/Berlin")),
    ):
        text, opaque = _native.encode([value, value.tzinfo])
        assert not opaque, text
        again = _native.decode(text)
        assert repr(again) == repr([value, value.tzinfo])
        assert again[0].utcoffset() == value.utcoffset()


def test_what_cannot_be_made_again_is_told_by_its_type():
    text, opaque = _native.encode([1, Opaque(), sys.stdout.write])
    assert opaque
    assert text == '[1,{"$type":"test_values.Opaque"},{"$type":"builtin_function_or_method"}]'


def test_a_view_of_bytes_comes_back():
    for value in (memoryview(b"abc"), memoryview(bytearray(b"abc")), memoryview(array.array("i", [1, 2, 3]))):
        text, opaque = _native.encode(value)
        assert not opaque
        made = _native.decode(text)
        assert (made, made.readonly, made.format) == (value, value.readonly, value.format)


@pytest.mark.parametrize(
    "text",
    [
        '{"$object":["os:system",{"command":"true"}]}',
        '{"$object":["test_values:Opaque",{}]}',
        '{"$object":["not_loaded_module:Thing",{}]}',
        '{"$object":["test_values:Point",{"z":1}]}',
        '{"$object":["builtins:dict",{},{"a":1}]}',
        '{"$value":["builtins:str",{},"x"]}',
        '{"$value":["test_values:Opaque",{},"x"]}',
        '{"$shared":[0,{"$object":["test_values:Opaque",{}]}]}',
        '{"$sequence":["test_values:Pair",[1,2]]}',
        '{"$url":["test_values:Opaque","x"]}',
        '{"$custom":["test_values:Opaque",{}]}',
        '{"$path":["Opaque","x"]}',
        '{"$ref":1}',
        '{"$enum":["test_values:Color","BLUE"]}',
        '{"$enum":["subprocess:Popen","x"]}',
        '{"$type":"test_values.Opaque"}',
        '{"$unknown":1}',
    ],
)
def test_a_record_makes_nothing_but_plain_values(text):
    with pytest.raises(ValueError, match="cannot be made again"):
        _native.decode(text)


def test_a_call_whose_recorded_value_cannot_be_made_here_runs_again():
    program = """
import dataclasses, sys
import sessiond as rt

if "then" in sys.argv:
    @dataclasses.dataclass
    class Answer:
        text: str
else:
    Answer = lambda text: "plain " + text

@rt.function_node
def answer():
    return Answer("yes")

@rt.function_node
def other():
    return 1

with rt.Session(run_identifier="it") if "then" in sys.argv else rt.Session.resume("it") as session:
    print(rt.call_sync(answer), rt.call_sync(other), session.info["replayed"])
    if "then" in sys.argv:
        raise SystemExit(1)
"""
    then = subprocess.run([sys.executable, "-c", program, "then"], capture_output=True, text=True, check=False)
    assert then.stdout == "Answer(text='yes') 1 0\n"
    now = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert now.stdout == "plain yes 1 1\n"


def test_a_secret_shows_itself_to_nobody():
    secret = rt.Secret("sk-123")
    for shown in (str(secret), repr(secret), f"{secret}", f"{secret:>20}", f"{[secret]}", "%s" % secret):  # noqa: UP031
        assert "sk-123" not in shown
        assert "[redacted]" in shown
    assert secret.expose() == "sk-123"
    with pytest.raises(TypeError, match="Secret"):
        pickle.dumps(secret)
    assert _native.encode({"a": secret}) == ('{"a":"[redacted]"}', True)
    assert not hasattr(secret, "__dict__")


def test_what_stands_under_a_name_of_a_secret_is_redacted():
    assert _native.encode({"api_key": "sk", "max_tokens": 5, "token": 7}) == (
        '{"api_key":"[redacted]","max_tokens":5,"token":7}',
        True,
    )
    assert _native.encode({("password"): "p", 1: 2})[0] == '{"$dict":[["password","[redacted]"],[1,2]]}'


# No part of a secret of another test, which may be alive.
NEEDLE = "zebra9QUARTZ42w"
Login = collections.namedtuple("Login", "user password")


class Field(enum.Enum):
    PASSWORD = 1


HIDING = [
    {f"https://me:{NEEDLE}@host/": 1},
    {b"password": NEEDLE},
    {("db", "password"): NEEDLE.encode()},
    {Field.PASSWORD: NEEDLE},
    {"auth": ("me", NEEDLE)},
    f"https://me:{NEEDLE}@host/".encode(),
    bytearray(f"-----BEGIN PRIVATE KEY-----\n{NEEDLE}\n".encode()),
    [("Authorization", NEEDLE), ("Accept", "text/html")],
    [(b"cookie", NEEDLE.encode())],
    {"password": NEEDLE}.items(),
    [{"name": "DB_PASSWORD", "value": NEEDLE}],
    Login("me", NEEDLE),
    urllib.parse.urlsplit(f"https://me:{NEEDLE}@host/"),
    ["curl", "--api-key", NEEDLE, "url"],
    f"curl --password={NEEDLE}",
    json.dumps({"access_token": NEEDLE}),
    f"A=1\nexport DB_PASSWORD={NEEDLE}\n",
    ValueError(f"login failed: password={NEEDLE}"),
    ValueError({"why": f"token='{NEEDLE}'"}),
]


def variants(text):
    yield text
    for i in range(3):
        # As base64 has it after so many other bytes.
        yield base64.b64encode(b"\0" * i + text.encode()).decode().rstrip("=")[(0, 2, 3)[i] : -2]


@pytest.mark.parametrize("others", [(), ("s", "word=", "password", "failed: password=")], ids=["alone", "others"])
@pytest.mark.parametrize("value", HIDING, ids=range(len(HIDING)))
def test_a_secret_that_its_place_or_form_gives_away_is_not_recorded(value, others, own_directory):
    # Other secrets that the program holds hide nothing from those who look for this one.
    marked = [rt.Secret(text) for text in others]
    with rt.Session(logging_setting="NONE", log_file="log") as session:
        session.context.put("it", value)
        session.call_sync(lambda *args, **kwargs: args, value, named=value)
        session.call_sync(lambda: value)
        if isinstance(value, Exception):
            with contextlib.suppress(ValueError):
                session.call_sync(raises, value)
    recorded = b"".join(path.read_bytes() for path in own_directory.rglob("*") if path.is_file())
    assert not [text for text in variants(NEEDLE) if text.encode() in recorded]
    del marked


def raises(value):
    raise value if isinstance(value, Exception) else ValueError(value)


@pytest.mark.parametrize("secret", [NEEDLE, f"{NEEDLE}\n", NEEDLE.encode(), f"pä ss/{NEEDLE}'", "x"], ids=repr)
def test_a_secret_that_was_marked_is_not_recorded_wherever_it_is_used(secret, own_directory):
    marked = rt.Secret(secret)
    text = secret.decode() if isinstance(secret, bytes) else secret
    values = [secret, text, text.strip(), {text: 1}, {text}, text.encode(), (text, 5)]
    if len(text) > 5:
        values += [f"it is {text}!", f"https://host/?q={urllib.parse.quote(text)}", repr([text]), json.dumps(text)]
        values += [pathlib.PurePath("/a") / text.strip(), Point(text, None), ValueError(text)]
    with rt.Session(logging_setting="NONE", log_file="log") as session:
        for number, value in enumerate(values):
            session.context.put(f"n{number}", value)
            session.call_sync(lambda *args, **kwargs: args, value, named=value)
            with contextlib.suppress(ValueError):
                session.call_sync(raises, value)
        assert session.call_sync(lambda: text) == text
    recorded = b"".join(path.read_bytes() for path in own_directory.rglob("*") if path.is_file())
    if len(text) > 5:
        assert not [form for form in (*variants(text.strip()), NEEDLE) if form.encode() in recorded]
    assert rt.read(session.id).walk()[-1].result == "[redacted]"
    del marked
    # Another test may have left one with the same text in a cycle.
    gc.collect()
    assert _native.encode(text) == (json.dumps(text, ensure_ascii=False), False)
