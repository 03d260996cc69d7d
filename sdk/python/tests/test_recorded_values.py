"""Values in sessions: what is given again, what runs again and is told, and what is absent."""

import dataclasses
import json
import logging
import os
import pathlib
from typing import Generic, TypeVar

import pytest

import sessiond as rt
from sessiond._digest import digest
from sessiond._state import built_in


class Crash(Exception):
    pass


class Doc:
    def __init__(self, text):
        self.text = text


class Client:
    pass


class Money:
    def __init__(self, cents):
        self.cents = cents


@dataclasses.dataclass
class Big:
    text: str


def run(program, session=None, **options):
    """Run a program that crashes in the end, or run it again in the session that it crashed in."""
    begin = rt.Session if session is None else (lambda **options: rt.Session.resume(session.id, **options))
    with pytest.raises(Crash), begin(**options) as made:
        program()
        raise Crash
    return made


def counted(function):
    """Give a node that counts how often it runs."""

    def node(*args, **kwargs):
        node.runs += 1
        return function(*args, **kwargs)

    node.runs = 0
    node.__name__ = function.__name__
    return node


@pytest.mark.parametrize(
    ("then", "now", "runs"),
    [
        (lambda: Doc("one"), lambda: Doc("one"), 1),
        (lambda: Doc("one"), lambda: Doc("two"), 2),
        (lambda: [1, {"d": Doc("one")}], lambda: [1, {"d": Doc("two")}], 2),
        (lambda: {Doc}, lambda: {Doc}, 1),
        (lambda: rt.Secret("one"), lambda: rt.Secret("one"), 1),
        (lambda: rt.Secret("one"), lambda: rt.Secret("two"), 2),
        (lambda: {"api_key": "one"}, lambda: {"api_key": "one"}, 1),
        (lambda: {"api_key": "one"}, lambda: {"api_key": "two"}, 2),
        (lambda: "postgres://u:one@h/d", lambda: "postgres://u:two@h/d", 2),
        (lambda: (i for i in range(3)), lambda: (i for i in range(3)), 2),
        (Client, Client, 1),
        (lambda: lambda x: x + 1, lambda: lambda x: x + 2, 2),
    ],
)
def test_an_input_that_is_not_recorded_is_compared_all_the_same(then, now, runs, caplog):
    node = counted(lambda value: 7)
    session = run(lambda: rt.call_sync(node, then()), logging_setting="QUIET")
    with caplog.at_level(logging.WARNING, "sessiond"):
        session = run(lambda: [rt.call_sync(node, now())], session, logging_setting="QUIET")
    assert node.runs == runs
    assert session.info["replayed"] == 2 - runs
    told = [record for record in caplog.records if "cannot be compared" in record.getMessage()]
    assert len(told) == runs - 1
    assert ("<lambda>" in session.info["opaque"]) == (runs == 2)


def test_another_input_that_is_recorded_differs():
    session = run(lambda: rt.call_sync(len, {"page_token": "p1"}))
    with pytest.raises(rt.ReplayError), rt.Session.resume(session.id):
        rt.call_sync(len, {"page_token": "p2"})


def test_shared_parts_of_an_input_make_no_other_input():
    part = [1, 2]
    node = counted(lambda *values: 7)
    session = run(lambda: rt.call_sync(node, part, {"a": part}))
    run(lambda: rt.call_sync(node, [1, 2], {"a": [1, 2]}), session)
    assert node.runs == 1


def test_the_journal_does_not_help_to_guess_a_secret():
    session = run(lambda: rt.call_sync(lambda pin: 1, rt.Secret("1234")))
    key = session.payload()["calls"][0]["key"]
    other = run(lambda: rt.call_sync(lambda pin: 1, rt.Secret("1234")), dir=os.path.abspath("elsewhere"))
    assert other.payload()["calls"][0]["key"] != key
    assert (pathlib.Path(".sessiond") / "comparison.key").stat().st_mode & 0o777 == 0o600


def test_a_result_that_runs_again_is_told_once(caplog):
    with caplog.at_level(logging.WARNING, "sessiond"), rt.Session(logging_setting="QUIET") as session:
        for _ in range(3):
            rt.call_sync(Client)
        rt.call_sync(lambda: {"password": "x"})
        rt.call_sync(lambda: 1)
    told = [record.getMessage() for record in caplog.records]
    assert len(told) == 2
    assert "Client runs again when the session is resumed" in told[0]
    assert "test_recorded_values.Client has no recorded form" in told[0]
    assert "secret" in told[1]
    assert set(session.info["opaque"]) == {"Client", "<lambda>"}


def test_a_missing_class_is_told(caplog):
    node = counted(lambda: Big("x"))
    session = run(lambda: rt.call_sync(node))
    gone = globals().pop("Big")
    try:
        with caplog.at_level(logging.WARNING, "sessiond"):
            run(lambda: rt.call_sync(lambda: 7), None)
            with rt.Session.resume(session.id, logging_setting="QUIET") as session:
                rt.call_sync(counted(lambda: gone))
    finally:
        globals()["Big"] = gone
    assert any("Big of the module test_recorded_values is not loaded here" in r.getMessage() for r in caplog.records)


@pytest.mark.parametrize("durability", ["sync", "async"])
def test_a_large_result_is_kept_beside_the_journal(durability):
    big = Big("x" * 3_000_000)
    node = counted(lambda: big)
    session = run(lambda: rt.call_sync(node), durability=durability)
    (call,) = session.payload()["calls"]
    assert call["output_omitted"] > 3_000_000
    (kept,) = (pathlib.Path(".sessiond/values") / session.id).iterdir()
    assert kept.name == call["output_sha256"]
    assert kept.stat().st_mode & 0o777 == 0o600
    again = []
    session = run(lambda: again.append(rt.call_sync(node)), session)
    assert again == [big]
    assert node.runs == 1
    with pytest.raises(Crash), rt.Session.fork(session.id, at=2) as fork:
        assert rt.call_sync(node) == big
        raise Crash
    assert node.runs == 1
    assert fork.info["replayed"] == 1
    kept.write_text("{}")
    session = run(lambda: rt.call_sync(node), session)
    assert node.runs == 2
    assert "not on this machine" in session.info["opaque"]["<lambda>"]


def test_what_nests_deeper_than_a_journal_takes_is_kept_too():
    value = 1
    for _ in range(90):
        value = [value]
    node = counted(lambda: value)
    session = run(lambda: rt.call_sync(node))
    again = []
    run(lambda: again.append(rt.call_sync(node)), session)
    assert again == [value]
    assert node.runs == 1


def test_large_results_of_sessions_that_are_gone_are_removed():
    gone = pathlib.Path(".sessiond/values/sess_gone")
    gone.mkdir(parents=True)
    (gone / "x").write_text("x")
    import subprocess
    import sys

    program = """
import pathlib, time
import sessiond as rt

with rt.Session(durability="sync"):
    rt.call_sync(lambda: "x" * 2_000_000)
until = time.time() + 20
while pathlib.Path(".sessiond/values/sess_gone").exists() and time.time() < until:
    time.sleep(0.01)
"""
    subprocess.run([sys.executable, "-c", program], check=True)
    assert not gone.exists()
    assert len(list(gone.parent.iterdir())) == 1


def test_a_registered_type_is_recorded_as_it_says(monkeypatch):
    from sessiond import _native, _types

    rt.register_type(Money, lambda money: {"cents": money.cents}, lambda dumped: Money(dumped["cents"]), name="money")
    try:
        text, opaque = _native.encode([Money(5)])
        assert json.loads(text) == [{"$custom": ["money", {"cents": 5}]}]
        assert not opaque
        assert _native.decode(text)[0].cents == 5
        node = counted(lambda: Money(7))
        session = run(lambda: rt.call_sync(node))
        run(lambda: rt.call_sync(node), session)
        assert node.runs == 1
        rt.register_type(Money, lambda money: 1 / 0, lambda dumped: 1 / 0, name="money")
        assert _native.encode(Money(5))[1]
        with pytest.raises(ValueError, match="cannot be made again"):
            _native.decode(text)
    finally:
        _types._by_class.clear()
        _types._by_name.clear()
        from sessiond._values import forget

        forget()
    with pytest.raises(ValueError, match="money is not registered"):
        _native.decode(text)
    for wrong in ((5, str, str), (Money, None, str)):
        with pytest.raises(TypeError):
            rt.register_type(*wrong)


def test_pickle_is_used_when_the_session_allows_it():
    node = counted(lambda: Doc("one"))
    session = run(lambda: rt.call_sync(node), pickle=True)
    assert session.info["opaque"] == {}
    again = []
    run(lambda: again.append(rt.call_sync(node)), session, pickle=True)
    assert again[0].text == "one"
    assert node.runs == 1
    # One that does not allow it reads nothing that was pickled.
    session = run(lambda: rt.call_sync(node), session)
    assert node.runs == 2
    assert "pickle=True" in session.info["opaque"]["<lambda>"]


def test_pickle_writes_no_secret():
    for value in (Doc(rt.Secret("hunter2")), Doc({"password": "hunter2"})):
        with rt.Session(pickle=True, logging_setting="NONE") as session:
            rt.call_sync(lambda value=value: value)
        assert session.payload()["calls"][0]["output"] == {"$type": "test_recorded_values.Doc"}


def test_a_secret_in_the_context_is_absent_until_it_is_given_again():
    context = {"k": rt.Secret("s3"), "api_key": "k1", "db": {"host": "h", "password": "p"}, "url": "a://u:p@h", "n": 1}
    session = run(lambda: None, context=context)
    for begin in (lambda **o: rt.Session.resume(session.id, **o), lambda **o: rt.Session.fork(session.id, at=1, **o)):
        with pytest.raises(Crash), begin() as again:
            assert again.context.keys() == ["n"]
            assert again.context.get("k") is None
            assert again.context.get("k", 5) == 5
            assert "db" not in again.context
            for key in ("k", "api_key", "db", "url"):
                with pytest.raises(KeyError, match=f"{key}: it was secret.*context="):
                    again.context[key]
            raise Crash
        with pytest.raises(Crash), begin(context=context) as again:
            assert again.context["k"].expose() == "s3"
            assert again.context["db"] == {"host": "h", "password": "p"}
            raise Crash


def test_a_value_of_the_context_that_cannot_be_made_again_is_absent():
    session = run(lambda: None, context={"client": Client(), "n": 1, "\udc80": 2})
    with pytest.raises(Crash), rt.Session.resume(session.id) as again:
        assert sorted(again.context.keys()) == ["n", "\udc80"]
        assert again.context["\udc80"] == 2
        with pytest.raises(KeyError, match=r"client.*context="):
            again.context["client"]
        raise Crash
    client = Client()
    with pytest.raises(Crash), rt.Session.resume(session.id, context={"client": client}) as again:
        assert again.context["client"] is client
        raise Crash


def test_keys_and_values_of_the_context_may_be_no_unicode():
    with pytest.raises(Crash), rt.Session() as session:
        session.context.put("\udc80", "\udcff")
        session.context.put("$text:a", 1)
        session.context.put("gone\udc80", 1)
        session.context.delete("gone\udc80")
        session.payload()
        assert session.context["\udc80"] == "\udcff"
        assert "gone\udc80" not in session.context
        assert session.context.keys() == ["\udc80", "$text:a"]
        raise Crash


T = TypeVar("T")


class Box(Generic[T]):
    def __init__(self, value: T) -> None:
        self.value = value


class BoxedError(Generic[T], ValueError):
    pass


def test_a_generic_class_says_nothing_of_what_its_objects_are():
    # From Python 3.12 on, `Generic` is not written in Python.
    assert digest(Box(1)) == digest(Box(1)) is not None
    assert digest(Box(1)) != digest(Box(2))
    assert built_in(Box) is object
    assert built_in(BoxedError) is ValueError
