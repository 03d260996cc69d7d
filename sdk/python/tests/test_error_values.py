"""Errors as values: an exception comes back as it was, without its initialiser, and telling of one never fails."""

import asyncio
import json
import pathlib
import sqlite3
import ssl
import subprocess
import sys
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


def test_an_error_that_keeps_nothing_of_its_own_comes_back_although_it_is_not_written_in_python():
    for error in (ssl.SSLError(1, "no"), ssl.SSLCertVerificationError(1, "no"), sqlite3.OperationalError("no")):
        text, opaque = _native.encode(error)
        assert not opaque
        assert parts(_native.decode(text)) == parts(error)


def test_what_is_no_exception_is_not_made_of_a_record():
    for name in ("builtins:dict", "subprocess:Popen", "missing:Error"):
        with pytest.raises(ValueError, match="cannot be made again"):
            _native.decode(json.dumps({"$error": {"class": name, "args": []}}))


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
