"""Values that will not be looked at: recording one never fails a program, takes no time and leaves it as it was."""

import asyncio
import gc
import io
import random
import sys
import threading
import weakref
from types import GeneratorType

import pytest

import sessiond as rt
from sessiond import _native


def fail(*_, **__):
    raise RuntimeError("it does not want to")


def leave(*_, **__):
    raise SystemExit(1)


class Refuses:
    __getattr__ = __repr__ = __str__ = __len__ = __iter__ = __bool__ = __eq__ = __reduce_ex__ = __getstate__ = fail
    __hash__ = None


class Leaves:
    __getattr__ = __repr__ = __str__ = __len__ = __iter__ = __bool__ = __reduce_ex__ = __getstate__ = leave
    __class__ = property(leave)
    __dict__ = property(leave)


class Lies(dict):
    __class__ = int

    def __iter__(self):
        while True:
            yield "x"

    def __len__(self):
        return 10**12

    items = keys = values = __getitem__ = fail


class Endless(list):
    def __iter__(self):
        while True:
            yield 1

    def __len__(self):
        return 10**12


class Meta(type):
    __getattribute__ = __hash__ = __eq__ = __instancecheck__ = __subclasscheck__ = fail


def of_meta():
    class OfMeta(metaclass=Meta):
        pass

    return OfMeta


class Nameless:
    __module__ = 5


class Key(str):
    __eq__ = __str__ = fail
    __hash__ = str.__hash__


class Count(int):
    __int__ = __index__ = __repr__ = __str__ = fail


class Failure(Exception):
    __str__ = __repr__ = __getattribute__ = fail
    args = property(fail)


HOSTILE = {
    "refuses": Refuses,
    "leaves": Leaves,
    "lies": lambda: Lies(a=1),
    "endless": lambda: Endless([1]),
    "of a metaclass": lambda: type.__call__(of_meta()),
    "a class": of_meta,
    "a metaclass": lambda: Meta,
    "nameless": Nameless,
    "key": lambda: {Key("k"): 1},
    "count": lambda: Count(5),
    "failure": lambda: Failure("x"),
    "named secret": lambda: {"api_key": Refuses(), "password": Endless([1])},
    "generator": lambda: (i for i in range(3)),
    "file": lambda: io.FileIO("/dev/null"),
    "lock": threading.Lock,
    "module": lambda: sys,
    "lambda": lambda: lambda: 1,
    "iterator": lambda: iter([1]),
    "stream": io.BytesIO,
    "weak": lambda: weakref.ref(Nameless),
    "proxy": lambda: weakref.proxy(sys),
    "frame": sys._getframe,
    "class members": lambda: Nameless.__dict__,
    "random": lambda: random.Random(1),
    # Before Python 3.10, it belongs to a loop from the beginning.
    "loop": asyncio.Event if sys.version_info >= (3, 10) else lambda: asyncio.Event(loop=asyncio.new_event_loop()),
    "closed view": lambda: closed_view(),
}


def closed_view():
    view = memoryview(b"x")
    view.release()
    return view


@pytest.mark.parametrize("make", HOSTILE.values(), ids=HOSTILE)
def test_a_value_that_will_not_be_looked_at_is_recorded_all_the_same(make):
    for value in (make(), [make()], {"a": (make(), 1)}, [make()] * 3):
        text, opaque = _native.encode(value)
        text.encode()
        if not opaque:
            _native.decode(text)


@pytest.mark.parametrize("make", HOSTILE.values(), ids=HOSTILE)
def test_a_call_takes_and_gives_it(make):
    value = make()
    if type(value) is GeneratorType:
        # One that a node gives is a part of its work.
        return
    with rt.Session(logging_setting="NONE") as session:
        is_same = rt.call_sync(lambda value: value, value) is value
    assert is_same
    assert session.info["completed"] == 1


def test_a_generator_is_not_consumed():
    values = (i for i in range(3))
    _native.encode([values, {"a": values}])
    assert list(values) == [0, 1, 2]


@pytest.mark.parametrize("text", ["\udc80", "a\udc80b\ud800", "\\udc80 \udc80 \\", "\udfff" * 100])
def test_a_text_that_is_no_unicode_comes_back(text):
    for value in (text, [text], {text: text}, {text: 1, "a": 2}, (text, {1: text})):
        written, opaque = _native.encode(value)
        assert not opaque
        written.encode()
        assert _native.decode(written) == value


def test_an_argument_whose_name_is_no_unicode_is_taken():
    with rt.Session(logging_setting="NONE"):
        assert rt.call_sync(lambda **kwargs: kwargs, **{"\udc80": 1}) == {"\udc80": 1}


@pytest.mark.parametrize("bits", [63, 64, 65, 4095, 4096, 20_000, 500_000])
def test_an_integer_of_any_size_comes_back(bits):
    for number in (2**bits, -(2**bits) + 1, 3**bits if bits < 5000 else 2**bits - 1):
        text, opaque = _native.encode(number)
        assert not opaque
        assert _native.decode(text) == number


WRAPS = {
    "list": lambda v: [v],
    "tuple": lambda v: (v,),
    "dict": lambda v: {"a": v},
    "odd dict": lambda v: {1: v},
    "error": Exception,
}


@pytest.mark.parametrize("levels", [10, 50, 200, 10_000, 200_000])
@pytest.mark.parametrize("wrap", WRAPS.values(), ids=WRAPS)
def test_what_nests_deep_is_recorded(levels, wrap):
    value = None
    for _ in range(levels):
        value = wrap(value)
    text, opaque = _native.encode(value)
    # What of an error cannot be recorded is told as it prints.
    is_error = wrap is Exception
    assert opaque or levels <= 100 or is_error
    if not opaque and not is_error:
        assert repr(_native.decode(text)) == repr(value)
    while value is not None:
        value = next(iter(value.values())) if isinstance(value, dict) else getattr(value, "args", value)[0]


def test_a_dict_that_changes_meanwhile_is_recorded():
    import dataclasses

    point = dataclasses.make_dataclass("Point", ["x"])
    members = {i: point(i) for i in range(500)}
    over = threading.Event()

    def change():
        i = 0
        while not over.is_set():
            members["x", i] = 1
            members.pop(("x", i), None)
            i += 1

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    thread = threading.Thread(target=change)
    thread.start()
    try:
        for _ in range(30):
            _native.encode(members)
            _native.encode(set(members))
    finally:
        over.set()
        thread.join()
        sys.setswitchinterval(interval)


def test_nothing_is_left_behind():
    class Seen:
        pass

    value = Seen()
    value.self = value
    seen = weakref.ref(value)
    _native.encode([value, value, {"a": value}])
    del value
    gc.collect()
    assert seen() is None


def test_a_person_can_interrupt_what_takes_long():
    import _thread

    class Slow(dict):
        pass

    rt.register_type(Slow, lambda _: _thread.interrupt_main() or {}, Slow)
    with pytest.raises(KeyboardInterrupt):
        _native.encode([Slow(), [0] * 10_000])
