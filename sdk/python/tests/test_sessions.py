"""Sessions: how they begin and end, and what they tell."""

import asyncio
import logging
import signal
import subprocess
import sys

import pytest

import sessiond as rt


@rt.function_node
async def echo(value):
    return value


@rt.function_node(name="Unmistakable")
async def unmistakable():
    return True


def test_info_is_live():
    seen = []

    @rt.function_node
    async def look():
        seen.append(rt.current_session().info)

    with rt.Session(name="first") as session:
        rt.call_sync(look)
        with pytest.raises(ZeroDivisionError):
            rt.call_sync(divmod, 1, 0)
        after = session.info
    assert (seen[0]["open"], seen[0]["runs"], seen[0]["status"], seen[0]["name"]) == (1, 1, "running", "first")
    assert (after["open"], after["runs"], after["completed"], after["failed"]) == (0, 2, 1, 1)
    assert session.info["status"] == "completed"
    assert session.info["seconds"] > 0


def test_a_session_ends_as_its_program_does():
    with rt.Session() as good:
        pass
    with pytest.raises(KeyError), rt.Session() as bad:
        raise KeyError("gone")
    with pytest.raises(SystemExit), rt.Session() as left:
        sys.exit(0)
    assert [session.info["status"] for session in (good, bad, left)] == ["completed", "failed", "completed"]
    assert bad.payload()["session"]["outcome"]["reason"] == "KeyError: 'gone'"


def test_the_state_can_be_saved_while_the_session_runs():
    with rt.Session(save_state=False) as session:
        rt.call_sync(echo, 1)
        path = session.save()
        assert path == session.saved_path
        assert '"status":"active"' in path.read_text() or session.payload()["session"]["status"] != "completed"
        assert session.payload()["calls"][0]["output"] == 1
        path.unlink()
    assert not session.saved_path.exists()


def test_a_session_that_has_ended_is_not_entered_again():
    with rt.Session() as session, pytest.raises(rt.SessionClosedError, match="entered already"), session:
        pass
    with pytest.raises(rt.SessionClosedError, match="resume it"), session:
        pass
    session.close()


def test_a_session_that_begins_where_another_has_ended_stands_by_itself():
    async def program():
        async with rt.Session() as outer:
            ended = asyncio.Event()

            async def later():
                await ended.wait()
                async with rt.Session() as session:
                    return await rt.call(echo, 1), session.payload()["session"].get("parent")

            task = asyncio.ensure_future(later())
            await asyncio.sleep(0)
        ended.set()
        return outer, await task

    assert asyncio.run(program())[1] == (1, None)


def test_an_identifier_that_is_taken_is_refused_at_once():
    with rt.Session(run_identifier="mine"):
        rt.call_sync(echo, 1)
    with pytest.raises(rt.RecordError, match="already exists"):
        rt.Session(run_identifier="mine")
    with pytest.raises(ValueError, match="session"):
        rt.Session(run_identifier="../evil")


def test_the_decorator_gives_each_run_a_session_of_its_own():
    @rt.session(context={"greeting": "hello"}, save_state=False)
    async def greet(name):
        return rt.context.get("greeting") + " " + await rt.call(echo, name)

    @rt.session()
    def plain(value):
        return rt.call_sync(echo, value)

    result, session = asyncio.run(greet("you"))
    assert result == "hello you"
    assert session.info["status"] == "completed"
    result, other = plain(3)
    assert (result, other.info["calls"]) == (3, 1)
    assert other.id != session.id


def test_the_context_is_read_and_changed_by_every_node_and_is_recorded():
    @rt.function_node
    def change():
        assert rt.context.get("key") == "value"
        rt.context.put("key", "changed")
        rt.context.update({"more": [1, 2], "gone": 1})
        rt.context.delete("gone")

    with rt.Session(context={"key": "value"}) as session:
        rt.call_sync(change)
        assert rt.context.get("key") == "changed"
        with pytest.raises(KeyError):
            rt.context.get("missing")
        assert rt.context.get("missing", None) is None
        assert rt.context.get("missing", 3) == 3
        assert sorted(rt.context.keys()) == ["key", "more"]
        with pytest.raises(KeyError):
            rt.context.delete("missing")
    assert session.payload()["session"]["shared_context"] == {"key": "changed", "more": [1, 2]}
    with pytest.raises(rt.ContextError, match="no session here"):
        rt.context.get("key")
    with pytest.raises(rt.ContextError, match="no session here"):
        rt.broadcast("to nobody")


@rt.function_node
async def unchanged(value):
    return value


def nested(levels):
    value = 1
    for _ in range(levels):
        value = [value]
    return value


@pytest.mark.parametrize("durability", ["sync", "async", "exit"])
@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("doc", "x" * (1 << 20)),
        ("k" * 70_000, 1),
        ("deep", nested(63)),
        ("deeper", {"a": nested(150)}),
        ("keys", {"\0" * 200_000: 1}),
        ("escaped", "\0" * 200_000),
    ],
    ids=["large", "key", "deep", "deeper", "keys", "escaped"],
)
def test_what_the_context_does_not_take_is_refused_at_once_and_alone(key, value, durability):
    options = {"durability": durability, "logging_setting": "NONE"}
    with pytest.raises(rt.RecordError) as refused:
        rt.Session({"small": 1, key: value}, **options)
    assert refused.value.code == "limit_reached"
    with pytest.raises(ZeroDivisionError), rt.Session({"small": 1}, **options) as session:
        for n in range(5):
            rt.call_sync(unchanged, n)
        with pytest.raises(rt.RecordError):
            rt.context.put(key, value)
        with pytest.raises(rt.RecordError):
            rt.context.update({key: value})
        assert rt.context.keys() == ["small"]
        rt.context.put("small", nested(62))
        rt.call_sync(unchanged, 5)
        raise ZeroDivisionError
    with pytest.raises(rt.RecordError):
        rt.Session.resume(session.id, context={key: value}, **options)
    with rt.Session.resume(session.id, context={"given": 1}, **options) as again:
        assert [rt.call_sync(unchanged, n) for n in range(5)] == [0, 1, 2, 3, 4]
        rt.context.put("small", nested(62))
        assert rt.context.get("small") == nested(62)
    assert again.info["replayed"] == 5


def test_a_value_of_the_context_that_is_changed_in_place_is_told(caplog):
    @rt.function_node
    def changes():
        rt.context.get("list").append(1)
        rt.context.get("dict")["a"] = rt.Secret("of the dict")
        rt.context.get("again").append(1)
        rt.context.put("again", rt.context.get("again"))

    same = {
        "same": [1, {2}, (3,), b"4"],
        "api_key": ["k"],
        "secret": [rt.Secret("of the list")],
        "none": None,
        "object": object(),
    }
    with rt.Session({"list": [], "dict": {}, "again": [], "gone": [], **same}) as session:
        for key in same:
            rt.context.get(key)
        rt.call_sync(changes)
        rt.context.get("gone").append(1)
        rt.context.delete("gone")
    told = [record.getMessage() for record in caplog.records if "changed in place" in record.getMessage()]
    assert [text.split("'")[1] for text in told] == ["list", "dict"]
    assert session.payload()["session"]["shared_context"]["list"] == []
    caplog.clear()
    with rt.Session.fork(session.id, at=1) as fork:
        assert [rt.context.get(key, "absent") for key in ("list", "same", "none", "again")] == [
            [],
            same["same"],
            None,
            [],
        ]
        rt.call_sync(changes)
    assert fork.info["status"] == "completed"


def test_keys_of_the_context_are_texts():
    with pytest.raises(TypeError, match="a key of the context is a text, not 1"):
        rt.Session({1: 2})
    with rt.Session() as session:
        for key in (1, None, b"a"):
            with pytest.raises(TypeError, match="is a text"):
                session.context.put(key, 1)
        with pytest.raises(TypeError):
            session.context.update([1])
        session.context.update([("a", 1)])
        assert session.context.keys() == ["a"]


def test_nodes_are_found_by_name_and_a_missing_one_says_what_there_is():
    assert rt.nodes.Unmistakable is unmistakable
    assert "Unmistakable" in dir(rt.nodes)
    with pytest.raises(AttributeError, match=r"no node 'Unmistakeable' is registered; there are Unmistakable"):
        _ = rt.nodes.Unmistakeable
    from sessiond.nodes import Unmistakable

    assert Unmistakable is unmistakable


def define(code, file):
    namespace = {"__name__": "anything"}
    exec(compile("import sessiond as rt\n" + code, file, "exec"), namespace)
    return namespace


def test_a_second_node_of_a_chosen_name_is_refused_and_the_same_one_again_is_not():
    define("@rt.function_node(name='Twice')\ndef first(): pass", "one.py")
    again = define("@rt.function_node(name='Twice')\ndef first(): pass", "one.py")
    assert rt.nodes.Twice is again["first"]
    with pytest.raises(rt.NodeError, match=r"two nodes 'Twice', first of one\.py and second of two\.py"):
        define("@rt.function_node(name='Twice')\ndef second(): pass", "two.py")


def test_functions_that_merely_have_the_same_name_are_nodes_that_are_not_found_by_it():
    one = define("@rt.function_node\ndef same(): return 1", "one.py")
    two = define("@rt.function_node\ndef same(): return 2", "two.py")
    with rt.Session():
        assert [rt.call_sync(one["same"]), rt.call_sync(two["same"])] == [1, 2]
    with pytest.raises(AttributeError, match=r"two nodes 'same', same of one\.py and same of two\.py"):
        _ = rt.nodes.same
    chosen = define("@rt.function_node(name='same')\ndef other(): return 3", "three.py")
    assert rt.nodes.same is chosen["other"]


@pytest.mark.parametrize(
    ("setting", "levels"),
    [
        ("VERBOSE", {"INFO", "DEBUG", "WARNING"}),
        ("REGULAR", {"INFO", "WARNING"}),
        ("QUIET", {"WARNING"}),
        ("NONE", set()),
    ],
)
def test_each_logging_setting_says_so_much(setting, levels, caplog):
    caplog.set_level("DEBUG")
    with rt.Session(logging_setting=setting) as session:
        rt.call_sync(echo, 1)
        with pytest.raises(ZeroDivisionError):
            rt.call_sync(divmod, 1, 0)
    records = [record for record in caplog.records if record.name == "sessiond"]
    assert {record.levelname for record in records} == levels
    assert {record.sessiond_session for record in records} <= {session.id}


def test_the_log_file_of_a_session_has_that_session_alone(tmp_path):
    with rt.Session(log_file=tmp_path / "one.log") as one, rt.Session(log_file=tmp_path / "two.log") as two:
        rt.call_sync(echo, 1)
    first, second = (tmp_path / "one.log").read_text(), (tmp_path / "two.log").read_text()
    assert one.id in first and two.id not in first
    assert two.id in second and one.id not in second
    assert not [
        handler for handler in logging.getLogger("sessiond").handlers if isinstance(handler, logging.FileHandler)
    ]


def test_a_program_whose_logging_is_not_set_up_hears_of_failures_on_standard_error():
    program = """
import sessiond as rt
with rt.Session(logging_setting="QUIET"):
    try:
        rt.call_sync(divmod, 1, 0)
    except ZeroDivisionError:
        pass
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert "divmod failed: ZeroDivisionError" in done.stderr
    assert done.stdout == ""


def test_a_handler_for_sigterm_that_is_there_stays():
    def handler(number, frame):
        pass

    signal.signal(signal.SIGTERM, handler)
    try:
        with rt.Session():
            assert signal.getsignal(signal.SIGTERM) is handler
        assert signal.getsignal(signal.SIGTERM) is handler
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
    with rt.Session(), rt.Session():
        assert signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


def test_the_state_of_sessions_that_nobody_closed_is_saved_when_the_program_ends(tmp_path):
    program = """
import sessiond as rt
session = rt.Session(run_identifier="left", context={"key": "value"})
assert rt.call_sync(divmod, 7, 2) == (3, 1)
print(session.call_sync(divmod, 7, 2))
"""
    assert subprocess.check_output([sys.executable, "-c", program], text=True) == "(3, 1)\n"
    assert '"status":"active"' in (tmp_path / ".sessiond/sessions/left.json").read_text()


@pytest.mark.parametrize("durability", ["sync", "async", "exit"])
def test_every_durability_records_the_same(durability):
    @rt.function_node
    async def program():
        return await rt.call_batch(echo, range(50))

    with rt.Session(durability=durability) as session:
        assert rt.call_sync(program) == list(range(50))
    calls = session.payload()["calls"]
    assert len(calls) == 51
    assert {call["status"] for call in calls} == {"completed"}
