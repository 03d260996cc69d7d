"""Nothing is guessed by name: whatever can be called is a node, and a place in the code is more than its file."""

import asyncio
import contextlib
import functools
import logging
import operator
import subprocess
import sys
import types
from unittest import mock

import pytest

import sessiond as rt
from sessiond._callable import Place, same_place
from sessiond._tool import tool_of


async def double(n):
    return n * 2


def gives_twice(n):
    """Give it twice."""
    return [n, n]


class Counter:
    """Counts."""

    def __init__(self):
        self.calls = 0

    def method(self, n):
        self.calls += 1
        return n

    async def later(self, n):
        return n

    def counted(self, step, n):
        return step + n

    add_two = functools.partialmethod(counted, 2)

    @classmethod
    def made(cls, n):
        return (cls.__name__, n)

    @staticmethod
    def alone(n):
        return n


class Awaited:
    async def __call__(self, n):
        await asyncio.sleep(0)
        return n


class Endless:
    """Answers to any name with another one of itself, as proxies do."""

    def __getattr__(self, name):
        return Endless()

    def __call__(self, n):
        return n


class Broken:
    """Raises errors of its own when it is asked what it has."""

    def __getattr__(self, name):
        raise RuntimeError(name)

    def __call__(self, n):
        return n


def passing(function):
    @functools.wraps(function)
    def passed(*args, **kwargs):
        passed.calls += 1
        return function(*args, **kwargs)

    passed.calls = 0
    return passed


COUNTER = Counter()

CALLABLES = {
    "mock": (mock.Mock(return_value=3), 3),
    "magic": (mock.MagicMock(return_value=3), 3),
    "spec": (mock.create_autospec(gives_twice, return_value=3), 3),
    "async": (mock.AsyncMock(return_value=3), 3),
    "side effect": (mock.MagicMock(side_effect=lambda n: n + 2), 3),
    "partial": (functools.partial(operator.add, 2), 3),
    "partial of partial": (functools.partial(functools.partial(operator.add), 2), 3),
    "partial of a coroutine function": (functools.partial(double, 1.5), 3),
    "partial method": (Counter().add_two, 3),
    "method": (COUNTER.method, 1),
    "coroutine method": (COUNTER.later, 1),
    "class method": (Counter.made, ("Counter", 1)),
    "static method": (COUNTER.alone, 1),
    "object": (Awaited(), 1),
    "endless": (Endless(), 1),
    "broken": (Broken(), 1),
    "class": (complex, 1 + 0j),
    "builtin": (abs, 1),
    "builtin method": ("{}".format, "1"),
    "getter": (operator.itemgetter(slice(0, 0)), None),
    "cache": (functools.lru_cache(maxsize=None)(lambda n: n), 1),
    "cached method": (functools.lru_cache(maxsize=None)(Counter().method), 1),
    "dispatch": (functools.singledispatch(gives_twice), [1, 1]),
    "wrapped": (passing(double), 2),
    "namespace": (types.SimpleNamespace, None),
}


@pytest.mark.parametrize("name", CALLABLES)
def test_whatever_can_be_called_is_a_node(name):
    function, given = CALLABLES[name]
    arguments = () if given is None and name == "namespace" else (1,)
    if name == "partial of a coroutine function":
        arguments = ()
    if name == "getter":
        arguments = ([],)
        given = []
    if name == "namespace":
        given = types.SimpleNamespace()
    with rt.Session() as session:
        assert rt.call_sync(function, *arguments) == given
        assert asyncio.run(rt.call(function, *arguments)) == given
    assert [call["status"] for call in session.payload()["calls"]] == ["completed"] * 2


def test_what_is_put_around_a_node_is_called():
    @rt.function_node(name="Inner", middleware=[rt.middleware.MaxCalls(2)])
    async def inner(n):
        return n

    outer = passing(inner)
    with rt.Session() as session:
        assert rt.call_sync(outer, 1) == 1
        assert rt.call_sync(functools.partial(inner, 1)) == 1
        with pytest.raises(rt.NodeError):
            rt.call_sync(outer, 1)
    assert outer.calls == 1
    assert [call["node"] for call in session.payload()["calls"]] == ["Inner"] * 3


def test_what_inherits_from_a_node_is_none_of_it():
    @rt.function_node(name="Base")
    class Base:
        def __call__(self, n):
            return n

    class Derived(Base):
        pass

    assert isinstance(Derived(), Base)
    with rt.Session() as session:
        rt.call_sync(Base)
        rt.call_sync(Derived)
        assert rt.call_sync(Base(), 4) == 4
    assert [call["node"] for call in session.payload()["calls"]] == ["Base", "Derived", "Base"]


def test_static_and_class_methods_are_nodes_wherever_the_decorator_stands():
    class Service:
        @rt.function_node
        @staticmethod
        def alone(n):
            return n

        @rt.function_node(name="service made")
        @classmethod
        def made(cls, n):
            return cls.__name__, n

    assert Service.alone(1) == 1
    with rt.Session() as session:
        assert rt.call_sync(Service().alone, 1) == 1
        assert rt.call_sync(Service.made, 1) == ("Service", 1)
    assert [call["node"] for call in session.payload()["calls"]] == ["alone", "service made"]


CELL = """
import sessiond as rt

@rt.function_node(name="CellNode")
def named(n):
    return n + {by}

@rt.function_node
def cell_plain(n):
    return n + {by}

Helper = rt.agent_node("CellHelper", system_message="{by}")
"""


@pytest.mark.parametrize(
    "file",
    ["<ipython-input-{}-abc>", "/tmp/ipykernel_77/{}.py", "<stdin>", "<python-input-{}>", "/tmp/__marimo__cell_{}_.py"],
)
def test_a_cell_that_is_run_again_replaces_its_nodes(file):
    space = {"__name__": "__main__"}
    for by in (1, 2):
        exec(compile(CELL.format(by=by), file.format(by), "exec"), space)
    with rt.Session():
        assert rt.call_sync(rt.nodes.CellNode, 1) == 3
        assert rt.call_sync(rt.nodes.cell_plain, 1) == 3
    assert rt.nodes.CellHelper is space["Helper"]
    # The function has another name after the edit, and the node the same.
    exec(compile(CELL.format(by=3).replace("named", "renamed"), file.format(3), "exec"), space)
    with rt.Session():
        assert rt.call_sync(rt.nodes.CellNode, 1) == 4


def test_a_file_is_one_place_however_it_is_loaded():
    def place(file, module, qualname="f"):
        return Place(qualname, module, file)

    assert same_place(place("a.py", "__main__"), place("a.py", "a"))
    assert same_place(place("a.py", "a"), place("a.py", "a"))
    assert not same_place(place("a.py", "a"), place("b.py", "b"))
    assert not same_place(place("a.py", "a"), place("a.py", "a", "g"))
    # What is typed in two modules is two things.
    assert not same_place(place("<string>", "a"), place("<stdin>", "b"))


MODULE = """
import sessiond as rt

Shared = rt.agent_node("SharedHelper", system_message="Help.")

@rt.function_node(name="SharedName")
def node(n):
    return "{name}"
"""


def test_two_modules_may_have_nodes_of_one_name(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    for name in ("first_module_of_two", "second_module_of_two"):
        (tmp_path / f"{name}.py").write_text(MODULE.format(name=name))
    import importlib

    first = importlib.import_module("first_module_of_two")
    assert rt.nodes.SharedHelper is first.Shared
    second = importlib.import_module("second_module_of_two")
    for name in ("SharedHelper", "SharedName"):
        with pytest.raises(AttributeError, match=rf"two nodes '{name}', .*first_module.* and .*second_module"):
            getattr(rt.nodes, name)
    # Loading one of them again makes nobody of the two go away.
    importlib.reload(first)
    with pytest.raises(AttributeError):
        rt.nodes.SharedName  # noqa: B018
    with rt.Session() as session:
        assert rt.call_sync(first.node, 1) == "first_module_of_two"
        assert rt.call_sync(second.node, 1) == "second_module_of_two"
    assert [call["node"] for call in session.payload()["calls"]] == ["SharedName"] * 2


def test_one_name_for_two_functions_of_a_module_is_refused(tmp_path):
    text = MODULE.format(name="x") + "\n@rt.function_node(name='SharedName')\ndef other(): ...\n"
    (tmp_path / "twice.py").write_text(text)
    run = subprocess.run([sys.executable, "twice.py"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "there are two nodes 'SharedName'" in run.stderr


def numbers(most):
    try:
        yield from range(most)
    finally:
        CLOSED.append(most)


CLOSED = []


def test_a_generator_is_a_node_whose_items_are_recorded():
    async def streamed(node, *args):
        return [item async for item in rt.astream(node, *args)]

    with rt.Session(run_identifier="generated") as session:
        assert rt.call_sync(numbers, 3) == [0, 1, 2]
        assert asyncio.run(streamed(numbers, 40)) == list(range(40))
        # One that hides behind a plain function is one all the same.
        assert rt.call_sync(passing(numbers), 2) == [0, 1]
        assert rt.call_sync(lambda: (n for n in "ab")) == ["a", "b"]
        assert rt.call_sync(functools.partial(numbers, 2)) == [0, 1]
    assert [call["output"] for call in session.payload()["calls"]][:2] == [[0, 1, 2], list(range(40))]


def test_a_generator_runs_in_one_thread_and_may_call_nodes():
    import threading

    def threads():
        for n in range(3):
            yield rt.call_sync(double, n), threading.get_ident()

    with rt.Session() as session:
        given = rt.call_sync(threads)
    assert [n for n, _ in given] == [0, 2, 4]
    assert len({thread for _, thread in given}) == 1
    assert [call.get("parent") for call in session.payload()["calls"]] == [None, 1, 1, 1]


def test_a_generator_that_nobody_reads_any_more_is_closed():
    async def first(node, *args):
        items = rt.astream(node, *args)
        try:
            async for item in items:
                return item
        finally:
            await items.aclose()

    CLOSED.clear()
    with rt.Session() as session:
        assert asyncio.run(first(numbers, 1000)) == 0
    assert CLOSED == [1000]
    assert session.payload()["calls"][0]["status"] == "cancelled"


def test_a_generator_fails_as_any_node():
    def failing():
        yield 1
        raise ValueError("no more")

    async def read():
        items = []
        with pytest.raises(ValueError, match="no more"):
            async for item in rt.astream(failing):
                items.append(item)
        return items

    with rt.Session() as session:
        with pytest.raises(ValueError, match="no more"):
            rt.call_sync(failing)
        assert asyncio.run(read()) == [1]
    assert [call["status"] for call in session.payload()["calls"]] == ["failed", "failed"]


def test_a_partial_tool_is_told_as_its_function_is():
    tool = tool_of(functools.partial(gives_twice, 2))
    assert (tool.definition["name"], tool.definition["description"]) == ("gives_twice", "Give it twice.")

    class Shop:
        def __call__(self, item: str, count: int = 1):
            """Buy something.

            Args:
                item: What to buy.
            """

    bound = functools.partial(Shop(), count=3)
    definition = tool_of(bound).definition
    assert definition["description"] == "Buy something."
    assert definition["parameters"]["properties"]["item"]["description"] == "What to buy."
    assert tool_of(rt.function_node(name="twice")(functools.partial(gives_twice))).definition["description"]


@pytest.fixture
def root():
    """A function that takes away what pytest listens with, and gives the root logger."""
    logger = logging.getLogger()
    handlers, level = logger.handlers[:], logger.level

    def bare():
        logger.handlers[:] = []
        return logger

    yield bare
    logger.handlers[:] = handlers
    logger.setLevel(level)
    logging.setLogRecordFactory(logging.LogRecord)
    logging.getLogger("sessiond").handlers[:] = []
    logging.getLogger("sessiond").filters[:] = []
    logging.getLogger("sessiond").setLevel(logging.NOTSET)


def said(**options):
    with rt.Session(**options) as session, contextlib.suppress(ZeroDivisionError):
        rt.call_sync(divmod, 1, 0)
    return session


@pytest.mark.parametrize("name", ["session_id", "sessiond_session", "name", "message"])
def test_any_factory_of_records_will_do(root, name, capsys, tmp_path):
    root()

    def factory(*args, **kwargs):
        record = logging.LogRecord(*args, **kwargs)
        setattr(record, name, "theirs")
        return record

    logging.setLogRecordFactory(factory)
    session = said(log_file=tmp_path / "log")
    assert session.id in (tmp_path / "log").read_text()
    assert session.id in capsys.readouterr().err


@pytest.mark.parametrize("where", ["factory", "filter", "handler"])
def test_logging_that_fails_fails_no_program(root, where, capsys):
    root()

    def fails(*args, **kwargs):
        raise RuntimeError("broken logging")

    logger = logging.getLogger("sessiond")
    handler = logging.StreamHandler()
    if where == "factory":
        logging.setLogRecordFactory(fails)
    elif where == "filter":
        logger.addFilter(fails)
        logger.addHandler(handler)
    else:
        handler.emit = fails
        logger.addHandler(handler)
    assert said().info["status"] == "completed"
    assert "broken logging" in capsys.readouterr().err


def test_the_levels_of_the_program_hold(root, capsys, tmp_path):
    root()
    logging.basicConfig(level=logging.WARNING)
    session = said(log_file=tmp_path / "log")
    shown = capsys.readouterr().err
    assert "session began" not in shown
    assert "divmod failed" in shown
    # Its own file has what its own setting says.
    assert "session began" in (tmp_path / "log").read_text()
    assert session.id in (tmp_path / "log").read_text()


@pytest.mark.parametrize("configure", ["root level", "own level", "disabled", "null handler", "disable"])
def test_a_program_without_handlers_may_still_settle_what_is_written(root, configure, capsys):
    root()
    logger = logging.getLogger("sessiond")
    if configure == "root level":
        root().setLevel(logging.ERROR)
    elif configure == "own level":
        logger.setLevel(logging.ERROR)
    elif configure == "disabled":
        logger.disabled = True
    elif configure == "null handler":
        logger.addHandler(logging.NullHandler())
    else:
        logging.disable(logging.CRITICAL)
    try:
        said()
    finally:
        logger.disabled = False
        logging.disable(logging.NOTSET)
    assert capsys.readouterr().err == ""


def test_a_program_without_any_logging_is_told_on_standard_error(root, capsys):
    root()
    session = said()
    assert f"INFO {session.id} session began" in capsys.readouterr().err
    assert logging.getLogger("sessiond").handlers == []
    assert logging.getLogger("sessiond").level == logging.NOTSET


def test_the_order_of_settings_may_be_asked_for_by_position():
    settings = rt.Session.global_config_precedence(150.0, True, "QUIET", None, print, "nightly", False, False)
    assert settings[:4] == (150.0, True, "QUIET", None)
    assert (settings.run_identifier, settings.prompt_injection, settings.save_state) == ("nightly", False, False)
    assert rt.Session.global_config_precedence().timeout == 150.0


@pytest.mark.parametrize(
    ("options", "error", "told"),
    [
        ({"timeout": "5"}, TypeError, "timeout is a number of seconds, not '5'"),
        ({"timeout": True}, TypeError, "timeout is a number of seconds"),
        ({"timeout": float("nan")}, ValueError, "above 0"),
        ({"timeout": 0}, ValueError, "above 0"),
        ({"max_concurrency": "3"}, TypeError, "max_concurrency is a whole number"),
        ({"end_on_error": "no"}, TypeError, "end_on_error is True or False, not 'no'"),
        ({"log_file": ""}, ValueError, "log_file is a path, not an empty text"),
        ({"log_file": 7}, TypeError, "log_file is a path, not 7"),
        ({"log_file": "."}, ValueError, "is a directory"),
        ({"log_file": "no/such/dir/log"}, ValueError, "directory that is not there"),
        ({"dir": ""}, ValueError, "dir is a path"),
        ({"broadcast_callback": "print"}, TypeError, "broadcast_callback is a function"),
        ({"run_identifier": 5}, TypeError, "run_identifier is a text"),
        ({"context": "abc"}, TypeError, "context is a dict of values"),
        ({"name": 5}, TypeError, "name is a text, not 5"),
        ({"flow_name": b"x"}, TypeError, "name is a text"),
        ({"contxt": {}}, TypeError, "no setting 'contxt', but 'context'.*context, name, timeout"),
        ({"time_out": 5}, TypeError, "no setting 'time_out', but 'timeout'"),
    ],
)
def test_a_setting_that_cannot_be_is_refused_in_so_many_words(options, error, told):
    with pytest.raises(error, match=told):
        rt.Session(**options)


@pytest.mark.parametrize("name", ["a\nb", " ", "\x00", "\x85", 5, b"a"])
def test_a_name_that_no_node_may_have_is_refused_when_it_is_chosen(name):
    with pytest.raises(rt.NodeError, match="one line of text"):
        rt.function_node(name=name)(lambda: 1)


def test_a_function_of_any_name_is_called_and_recorded():
    def odd():
        return 1

    async def program():
        coroutine = rt.call(odd)
        coroutine.__qualname__ = "odd \udc80"
        return await asyncio.gather(
            coroutine, rt.call(int, "2"), rt.call(rt.function_node(name="chosen int")(int), "3")
        )

    odd.__name__ = "odd \udc80"
    with rt.Session() as session:
        assert asyncio.run(program()) == [1, 2, 3]
        odd.__name__ = "two\nlines"
        del odd.__sessiond_node__
        with pytest.raises(rt.NodeError, match="one line"):
            rt.call_sync(odd)
    assert [call["node"] for call in session.payload()["calls"]] == ["odd \\udc80", "int", "chosen int"]
