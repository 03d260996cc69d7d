"""Sessions that are reported to a server."""

import json
import os
import subprocess
import time
import urllib.error
import urllib.request

import pytest

import sessiond as rt
from sessiond import _native

KEY = "key-of-this-test-0123456789"


@rt.function_node(name="ServedDouble")
async def double(number):
    return number * 2


class Server:
    """The real program, which can be killed and comes back under its address."""

    def __init__(self, program, directory):
        self.program = program
        self.directory = directory
        self.listen = "127.0.0.1:0"
        self.running = None

    def start(self):
        self.running = subprocess.Popen(
            [self.program, "serve", "--listen", self.listen, "--api-key", KEY],
            cwd=self.directory,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        for line in self.running.stdout:
            if line.startswith("sessiond listens on "):
                self.url = line.split()[3]
                self.listen = self.url.removeprefix("http://")
                return
        raise AssertionError("the server does not start")

    def kill(self):
        self.running.kill()
        self.running.wait()
        self.running.stdout.close()

    def get(self, path):
        request = urllib.request.Request(self.url + path, headers={"Authorization": f"Bearer {KEY}"})
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request) as answer:
            return json.load(answer)


@pytest.fixture
def server(program, tmp_path_factory):
    server = Server(program, tmp_path_factory.mktemp("server"))
    server.start()
    yield server
    server.kill()


def test_the_environment_names_the_server_that_a_program_reports_to(server, monkeypatch, own_directory):
    monkeypatch.setenv("SESSIOND_URL", server.url)
    monkeypatch.setenv("SESSIOND_API_KEY", KEY)
    with rt.Session({"city": "Bonn"}, name="reported") as outer:
        assert [rt.call_sync(double, number) for number in range(3)] == [0, 2, 4]
        rt.context.put("city", "Köln")
        with rt.Session() as inner:
            rt.call_sync(double, 4)
    there = server.get(f"/sessions/{outer.id}")
    assert (there["status"], there["name"], there["calls"]["completed"]) == ("completed", "reported", 3)
    assert there["shared_context"] == {"city": "Köln"}
    assert there["calls"]["process"].endswith(f" (process {os.getpid()})")
    assert server.get(f"/sessions/{inner.id}")["status"] == "completed"
    assert json.loads(outer.saved_path.read_text())["session"]["status"] == "completed"
    assert KEY not in repr(outer.settings)
    for file in own_directory.rglob("*"):
        assert not file.is_file() or KEY.encode() not in file.read_bytes(), f"{file} holds the key"


def test_calls_go_on_while_the_server_is_away_and_are_sent_by_the_next_program(server):
    options = {"url": server.url, "api_key": rt.Secret(KEY)}
    server.kill()
    with rt.Session(**options) as session:
        assert [rt.call_sync(double, number) for number in range(50)] == [2 * number for number in range(50)]
    _native.close_engines()
    server.start()
    with rt.Session(**options):
        pass
    deadline = time.monotonic() + 30
    while True:
        try:
            there = server.get(f"/sessions/{session.id}")
        except urllib.error.HTTPError as error:
            assert error.code == 404
        else:
            if there["status"] == "completed":
                break
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert there["calls"]["completed"] == 50


def test_a_session_is_resumed_from_the_server_in_another_directory(server, tmp_path):
    options = {"url": server.url, "api_key": KEY}
    with pytest.raises(ZeroDivisionError), rt.Session(dir=tmp_path / "one", **options) as session:
        rt.call_sync(double, 1)
        1 // 0  # noqa: B018
    with rt.Session.resume(session.id, dir=tmp_path / "other", **options) as resumed:
        assert [rt.call_sync(double, number) for number in (1, 2)] == [2, 4]
    assert (resumed.info["replayed"], resumed.info["calls"]) == (1, 1)
    assert server.get(f"/sessions/{session.id}")["calls"]["completed"] == 2


def test_a_server_that_does_not_take_the_key_is_told_when_the_session_ends(server):
    with pytest.raises(rt.RecordError, match="key") as raised, rt.Session(url=server.url, api_key="another-key-01234"):
        rt.call_sync(double, 1)
    assert "another-key" not in str(raised.value)


def test_an_empty_address_keeps_the_session_on_this_machine(monkeypatch):
    monkeypatch.setenv("SESSIOND_URL", "http://127.0.0.1:1")
    with rt.Session(url="") as session:
        rt.call_sync(double, 1)
    assert session.settings.url is None
    with rt.Session.resume(session.id, url="") as resumed:
        assert rt.call_sync(double, 1) == 2
    assert resumed.info["replayed"] == 1


def test_questions_and_signals_are_the_server_s(server):
    import asyncio

    @rt.function_node
    async def asks():
        answer = await rt.interrupt("Which?", schema=int)
        return answer + await rt.wait_for_signal("more", wait=0)

    options = {"url": server.url, "api_key": KEY, "save_state": False}

    def interrupted():
        with pytest.raises(rt.Interrupted), rt.Session.open("asks", **options):
            asyncio.run(rt.call(asks))

    interrupted()
    (question,) = server.get("/questions")["questions"]
    assert (question["session_id"], question["text"], question["asker"]["call"]) == ("asks", "Which?", 2)
    rt.answer("asks", 40, url=server.url, api_key=KEY)
    interrupted()
    rt.send_signal("asks", "more", 2, url=server.url, api_key=KEY)
    with rt.Session.open("asks", **options):
        assert asyncio.run(rt.call(asks)) == 42
    assert server.get("/sessions/asks")["status"] == "completed"


def test_a_session_that_is_cancelled_on_the_server_stops_its_program(server):
    import asyncio
    import threading

    @rt.function_node
    async def endless():
        await asyncio.sleep(60)

    def cancels():
        while True:
            try:
                return rt.cancel("endless", url=server.url, api_key=KEY)
            except rt.RecordError as error:
                assert error.code == "session_not_found"
                time.sleep(0.05)

    thread = threading.Thread(target=cancels)
    thread.start()
    began = time.monotonic()
    with pytest.raises(rt.ControlError), rt.Session.open("endless", url=server.url, api_key=KEY, save_state=False):
        asyncio.run(rt.call(endless))
    thread.join()
    assert time.monotonic() - began < 10
    assert server.get("/sessions/endless")["status"] == "terminated"
