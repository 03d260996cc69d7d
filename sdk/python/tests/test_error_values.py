"""Errors as values: an exception comes back as it was, without its initialiser, and telling of one never fails."""

import asyncio
import io
import json
import pathlib
import sqlite3
import ssl
import subprocess
import sys
import threading
from typing import Literal

import pydantic
import pytest

import sessiond as rt
from sessiond import _native, _values


class Coded(Exception):
    runs = 0

    def __init__(self, code, detail):
        type(self).runs += 1
        super().__init__(f"{code}: {detail}")
        self.code, self.detail = code, detail


class Placed(OSError):
    def __init__(self, where):
        super().__init__(5, "bad", where)
        self.where = where


class Slotted(KeyError):
    __slots__ = ("a", "b")

    def __init__(self):
        self.a = (1, 2)


class Choosy(ValueError):
    def __new__(cls, one, *, two):
        return super().__new__(cls, one)

    def __init__(self, one, *, two):
        self.two = two


class WithoutText(Exception):
    def __init__(self, error):
        self.error = error

    def __str__(self):
        raise self.error

    __repr__ = __str__


def raised(function):
    try:
        function()
    except BaseException as error:
        return error


def caused():
    try:
        raise Coded(1, "inner")
    except Coded as error:
        raise RuntimeError("outer") from error


def alone():
    try:
        raise KeyError("hidden")
    except KeyError:
        raise RuntimeError("shown") from None


def noted():
    error = ValueError("x")
    error.__notes__ = ["first", "second"]
    return error


ERRORS = [
    ValueError(),
    ValueError("x", 2),
    Coded(3, "d"),
    Placed("file"),
    Slotted(),
    Choosy(1, two=2),
    noted(),
    FileNotFoundError(2, "No such file", "a.txt"),
    OSError(18, "cross-device", "a", None, "b"),
    KeyError("k"),
    UnicodeDecodeError("utf-8", b"\xff", 0, 1, "bad"),
    raised(lambda: json.loads("{")),
    raised(lambda: {}.missing),
    raised(lambda: pathlib.Path("/missing/file").read_text()),
    raised(caused),
    raised(alone),
    ImportError("m", name="n", path="p"),
    SyntaxError("bad", ("f", 1, 2, "text")),
    StopIteration(4),
    SystemExit(3),
    asyncio.CancelledError("stop"),
    subprocess.CalledProcessError(1, ["a"], b"out"),
    sqlite3.OperationalError("locked"),
    rt.errors.NodeError("m", "code"),
]
if sys.version_info >= (3, 11):
    ERRORS.append(ExceptionGroup("group", [ValueError(1), ExceptionGroup("inner", [Coded(1, "x")])]))  # noqa: F821


def parts(error):
    return (
        type(error),
        repr(error),
        str(error),
        repr(error.args),
        repr(vars(error)) if hasattr(error, "__dict__") else None,
        error.__suppress_context__,
        getattr(error, "errno", None),
        getattr(error, "filename", None),
        getattr(error, "filename2", None),
        getattr(error, "name", None),
        getattr(error, "a", None),
        error.__cause__ and parts(error.__cause__),
    )


@pytest.mark.parametrize("error", ERRORS, ids=repr)
def test_an_error_comes_back_as_it_was(error):
    text, opaque = _native.encode(error)
    assert not opaque
    made = Coded.runs
    assert parts(_native.decode(text)) == parts(error)
    assert Coded.runs == made


def test_an_error_whose_class_cannot_be_made_again_is_its_type_and_message():
    class Local(Exception):
        pass

    text, opaque = _native.encode(Local("m"))
    assert opaque
    assert json.loads(text)["message"] == "m"
    assert json.loads(text)["error"].endswith("Local")


class Item(pydantic.BaseModel):
    n: int = pydantic.Field(gt=3)
    kind: Literal["a", "b"] = "a"

    @pydantic.field_validator("n")
    @classmethod
    def even(cls, n):
        if n % 2:
            raise ValueError("odd")
        return n


class Order(pydantic.BaseModel):
    items: "list[Item]"


def test_an_error_of_pydantic_comes_back_as_it_was():
    items = [{"n": "x"}, {"n": 1}, {"n": 7}, {"n": 4, "kind": "c"}, {}]
    error = raised(lambda: Order(items=items))
    text, opaque = _native.encode(error)
    again = _native.decode(text)
    assert not opaque
    assert (type(again), str(again), again.args) == (pydantic.ValidationError, str(error), error.args)
    assert repr(again.errors()) == repr(error.errors())
    secret = rt.Secret("hunter3hunter3")
    assert _native.encode(raised(lambda: Item(n=secret.expose())))[1]


class Response:
    """What an error of an HTTP client has: no value, but its status is one."""

    def __init__(self, status_code, **others):
        self.status_code = status_code
        self.connection = object()
        self.__dict__.update(others)


class StatusError(Exception):
    def __init__(self, response):
        super().__init__(f"status {response.status_code}")
        self.response = response


def test_what_cannot_be_recorded_of_an_error_has_its_plain_attributes():
    token = rt.Secret("hunter4hunter4")
    others = {"url": "http://a", "ok": False, "took": 0.5, "next": None, "size": 1 << 70, "nan": float("nan")}
    hidden = {
        "_content": b"x",
        "api_key": "k1",
        "text": f"it is {token.expose()}",
        "body": "\udc80",
        "long": "x" * 2000,
    }
    error = StatusError(Response(404, **others, **hidden))
    text, opaque = _native.encode(error)
    assert not opaque
    assert all(secret not in text for secret in ("k1", "hunter4"))
    for _ in range(2):
        response = _native.decode(text).response
        found = [getattr(response, name) for name in ("status_code", "url", "ok", "took", "next")]
        assert found == [404, "http://a", False, 0.5, None]
        for name in ("connection", "size", "nan", "_content", "api_key", "text", "body", "long", "json"):
            with pytest.raises(rt.ReplayError, match=f"has no {name}"):
                getattr(response, name)
        # It may be raised, and recorded, again.
        text, opaque = _native.encode(_native.decode(text))
        assert not opaque


def test_a_program_that_asks_for_the_status_of_a_failed_request_is_resumed():
    calls = []

    @rt.function_node
    def fetch():
        calls.append(1)
        raise StatusError(Response(404))

    def program():
        try:
            return rt.call_sync(fetch)
        except StatusError as error:
            return rt.call_sync(str, error.response.status_code)

    with pytest.raises(ZeroDivisionError), rt.Session(logging_setting="NONE") as session:
        assert program() == "404"
        raise ZeroDivisionError
    with rt.Session.resume(session.id, logging_setting="NONE"):
        assert program() == "404"
    assert calls == [1]


def test_an_error_that_keeps_nothing_of_its_own_comes_back_although_it_is_not_written_in_python():
    for error in (ssl.SSLError(1, "no"), ssl.SSLCertVerificationError(1, "no"), sqlite3.OperationalError("no")):
        text, opaque = _native.encode(error)
        assert not opaque
        assert parts(_native.decode(text)) == parts(error)


def test_what_is_no_exception_is_not_made_of_a_record():
    for name in ("builtins:dict", "subprocess:Popen", "missing:Error"):
        with pytest.raises(ValueError, match="cannot be made again"):
            _native.decode(json.dumps({"$error": {"class": name, "args": []}}))


def test_what_cannot_be_recorded_within_an_error_prints_as_it_did():
    error = ValueError(io.StringIO, threading.Lock(), {"of": [len.__call__]}, 5)
    text, opaque = _native.encode(error)
    assert not opaque
    assert "$unrecorded" in text
    made = _native.decode(text)
    assert (str(made), repr(made), made.args[3]) == (str(error), repr(error), 5)
    with pytest.raises(rt.errors.ReplayError):
        made.args[1].acquire()


def test_a_known_secret_in_an_error_is_not_recorded():
    secret = rt.Secret("hunter2hunter2")
    for error in (ValueError("it is hunter2hunter2"), Coded(1, "hunter2hunter2")):
        text, opaque = _native.encode(error)
        assert opaque
        assert secret.expose() not in text


@pytest.mark.parametrize("error", [ValueError("x"), SystemExit(), RecursionError(), GeneratorExit()], ids=repr)
def test_an_error_that_cannot_be_told_is_told_all_the_same(error):
    kind, message, trace = _values.describe_error(WithoutText(error))
    assert kind == "WithoutText"
    assert "could not be told" in message
    assert trace


def test_what_is_told_of_an_error_is_text():
    kind, message, trace = _values.describe_error(ValueError("bad \udcff name"))
    assert (kind, message) == ("ValueError", "bad \\udcff name")
    for text in (kind, message, trace):
        text.encode()


def test_a_long_chain_of_causes_is_cut_off():
    error = None
    for i in range(100):
        following = ValueError(i)
        following.__cause__, error = error, following
    error.__cause__.__cause__.__cause__ = error
    text, opaque = _native.encode(error)
    assert not opaque
    assert len(text) < 2000


def test_a_call_whose_error_cannot_be_told_raises_that_error():
    for error in (WithoutText(ValueError()), ValueError("bad \udcff name")):

        def node(error=error):
            raise error

        with pytest.raises(type(error)), rt.Session(logging_setting="NONE") as session:
            rt.call_sync(node)
        assert session.info["failed"] == 1
        assert session.info["open"] == 0


def fail(*_):
    raise RuntimeError("it does not want to")


def leave(*_):
    raise SystemExit(3)


def again(error):
    return type(error)("another")


def saying(cls):
    return property(lambda error: cls)


# Each says something of itself that is not so, or will not say it, or says more without end.
LIARS = {
    "no attribute": {"__getattribute__": fail},
    "leaves": {"__getattribute__": leave},
    "no such attribute": {"__getattr__": fail},
    "no text": {"__str__": fail, "__repr__": fail, "args": property(fail), "__dict__": property(fail)},
    "text of no kind": {"__str__": lambda error: 5},
    "text of itself": {"__str__": lambda error: str(error)},
    "no class": {"__class__": property(fail)},
    "another class": {"__class__": saying(asyncio.CancelledError)},
    "closed": {"__class__": saying(rt.errors.SessionClosedError)},
    "late": {"__class__": saying(rt.errors.NodeTimeoutError)},
    "replay": {"__class__": saying(rt.errors.ReplayError)},
    "no cause": {"__cause__": property(fail), "__context__": property(fail), "__traceback__": property(fail)},
    "causes": {"__cause__": property(again)},
    "contexts": {"__context__": property(again)},
    "no parts": {"exceptions": property(fail)},
    "itself": {"exceptions": property(lambda error: [error])},
    "parts": {"exceptions": property(lambda error: [again(error)])},
    "endless": {"exceptions": property(lambda error: iter(int, 1))},
    "fatal": {"fatal": property(fail)},
    "fatally": {"fatal": property(leave)},
    "no hash": {"__hash__": None, "__eq__": fail, "__bool__": fail},
    "no pickle": {"__reduce__": fail, "__reduce_ex__": fail, "__setattr__": fail, "__copy__": fail},
    "nameless": {"__module__": 5},
}


async def awaited(error):
    raise error


def called(error):
    raise error


async def within(error):
    return await rt.call(called, error)


async def streamed(error):
    yield 1
    raise error


def generated(error):
    yield 1
    raise error


async def one_of_many(error):
    return await rt.call_batch(awaited, [error], return_exceptions=False)


async def one_item(error):
    return [item async for item in rt.astream(streamed, error)]


WAYS = (awaited, called, within, streamed, generated, one_of_many, one_item)


@pytest.mark.parametrize("said", LIARS.values(), ids=LIARS)
def test_an_error_is_raised_and_recorded_as_what_it_is_whatever_it_says(said):
    error = type("Liar", (Exception,), said)("told")
    with rt.Session(logging_setting="NONE") as session:
        for node in WAYS:
            caught = None
            try:
                rt.call_sync(node, error)
            except BaseException as given:
                caught = given
            if caught is not error:
                raise AssertionError(f"{node.__name__} raised a {type(caught).__name__}")
    calls = rt.read(session.id).walk()
    assert len(calls) > len(WAYS)
    assert {(call.status, call.error["type"]) for call in calls} == {("failed", "Liar")}


@pytest.mark.parametrize("said", LIARS.values(), ids=LIARS)
def test_a_program_that_ends_with_such_an_error_fails_with_it(said):
    error = type("Liar", (Exception,), said)("told")
    caught = None
    try:
        with rt.Session(logging_setting="NONE") as session:
            raise error
    except BaseException as given:
        caught = given
    if caught is not error:
        raise AssertionError(type(caught))
    assert rt.read(session.id).status == "failed"


@pytest.mark.skipif(sys.version_info < (3, 11), reason="this Python has no groups")
@pytest.mark.parametrize("shape", ["wide", "deep", "of liars"])
def test_groups_are_recorded_in_time(shape):
    group, liar = ExceptionGroup, type("Liar", (Exception,), LIARS["no attribute"])  # noqa: F821
    error = ValueError("leaf")
    if shape == "wide":
        error = group("g", [ValueError(i) for i in range(5000)])
    elif shape == "deep":
        for _ in range(2000):
            error = group("g", [error])
    else:
        error = group("g", [liar("told"), group("inner", [liar("told")] * 3), error])
    with pytest.raises(group) as raised, rt.Session(logging_setting="NONE") as session:
        rt.call_sync(called, error)
    assert raised.value is error
    assert session.info["failed"] == 1


def test_a_trace_has_its_causes_also_of_errors_that_say_nothing_of_them():
    plain = raised(caused)
    liar = type("Liar", (Exception,), {"__cause__": property(fail)})("told")
    BaseException.__cause__.__set__(liar, plain)
    _, _, trace = _values.describe_error(liar)
    assert trace.index("Coded: 1: inner") < trace.index("RuntimeError: outer") < trace.index("Liar: told")
    assert trace.count("direct cause") == 2


def test_a_message_of_any_length_is_cut_without_a_part_of_a_secret():
    secret = rt.Secret("hunter2-" * 20)
    for before in range(250_000, 290_000, 1000):
        message = f"{'x' * before}{secret.expose()}{'y' * 100_000}"
        _, told, trace = _values.describe_error(ValueError(message))
        assert "hunter2" not in told
        assert "hunter2" not in trace
        assert len(told) <= 256 * 1024
