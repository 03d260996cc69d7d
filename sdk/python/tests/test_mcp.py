"""Tools of MCP servers: the official Python package's, and `sessiond mcp`."""

import asyncio
import gc
import os
import signal
import socket
import subprocess
import sys
import time

import pytest
from model_server import calls, says
from programs import MCP_PYTHON, SESSIOND, TESTS, needed

import sessiond as rt

SERVER = [MCP_PYTHON, str(TESTS / "mcp_server.py")]


@pytest.fixture(scope="module")
def server():
    needed(MCP_PYTHON, "python3 -m venv target/mcp && target/mcp/bin/pip install 'mcp>=2.3,<3'")
    return SERVER


@pytest.fixture(scope="module")
def tools(server):
    """The tools of a program that goes on from test to test."""
    with rt.mcp.tools(command=server) as tools:
        yield tools


@pytest.fixture
def address(server):
    """A server with streamable HTTP."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with subprocess.Popen([*server, str(port)], stderr=subprocess.DEVNULL) as process:
        until = time.monotonic() + 20
        while True:
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                break
            except OSError:
                assert time.monotonic() < until and process.poll() is None
                time.sleep(0.05)
        yield f"http://127.0.0.1:{port}/mcp"
        process.terminate()


def runs(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def gone(pid, seconds=5):
    until = time.monotonic() + seconds
    while runs(pid):
        if time.monotonic() > until:
            return False
        time.sleep(0.01)
    return True


def test_a_programs_tools_are_nodes_with_the_servers_schema(server):
    with rt.mcp.tools(command=server, env={"CITY": rt.Secret("Bonn")}) as tools:
        assert [tool.name for tool in tools] == ["add", "who", "sleep", "pid"]
        assert tools["add"].__doc__ == "Add two numbers."
        assert tools.add.parameters["required"] == ["a"]
        assert (len(tools), "add" in tools, "sub" in tools) == (4, True, False)
        with rt.Session() as run:
            assert rt.call_sync(tools.add, a=2, b=3) == 5
            assert rt.call_sync(tools.who, name="Ada") == {"name": "Ada", "city": "Bonn"}
            recorded = run.payload()["calls"]
        assert [(call["kind"], call["node"], call["input"]["kwargs"]) for call in recorded] == [
            ("tool", "add", {"a": 2, "b": 3}),
            ("tool", "who", {"name": "Ada"}),
        ]
        with pytest.raises(AttributeError, match="no tool 'sub'; it has add, who, sleep, pid"):
            tools.sub  # noqa: B018


def test_an_address_has_tools_too(address):
    with rt.mcp.tools(url=address, headers={"x-key": rt.Secret("sk-1")}) as tools:

        async def main():
            async with rt.Session():
                return await asyncio.gather(*(tools.add(a=i, b=i) for i in range(20)))

        assert asyncio.run(main()) == [2 * i for i in range(20)]


def test_an_agent_uses_them_beside_its_own(serve, tools):
    def double(x: int) -> int:
        return 2 * x

    model = serve(
        calls(("add", {"a": 2, "b": 2}), ("double", {"x": 4}), ("add", {"a": "two"}), ("who", {"name": "nobody"})),
        says("4 and 8."),
    )
    agent = rt.agent_node("Adder", tools=[double, *tools], model=model.model())
    assert rt.call_sync(agent, "Go.").text == "4 and 8."
    offered = {tool["function"]["name"]: tool["function"] for tool in model.asked[0]["tools"]}
    assert offered["add"]["parameters"]["properties"]["b"]["default"] == 1
    *_, added, doubled, wrong, failed = model.said(1)
    assert (added, doubled) == ("4", "8")
    assert "Input should be a valid integer" in wrong
    assert failed == "Error: ToolError: Error executing tool who: there is no such person"


def test_a_tool_that_fails_raises_what_the_server_says(tools):
    with pytest.raises(rt.ToolError, match="there is no such person"):
        rt.call_sync(tools.who, name="nobody")
    with pytest.raises(TypeError):
        rt.call_sync(tools.who, "Ada")


def test_a_call_over_its_time_is_given_up_and_the_connection_goes_on(tools):
    began = time.monotonic()
    with pytest.raises(rt.NodeTimeoutError), rt.Session(timeout=0.2):
        rt.call_sync(tools.sleep, seconds=3)
    assert time.monotonic() - began < 2
    assert rt.call_sync(tools.add, a=1) == 2


def test_a_closed_server_is_gone_and_says_so(server):
    tools = rt.mcp.tools(command=server)
    pid = rt.call_sync(tools.pid)
    tools.close()
    tools.close()
    assert gone(pid)
    with pytest.raises(rt.McpError, match="has ended, or was closed"):
        rt.call_sync(tools.add, a=1)


def test_a_server_that_nobody_has_any_more_is_ended_and_one_in_use_is_not(server):
    pid = rt.call_sync(rt.mcp.tools(command=server).pid)
    gc.collect()
    assert gone(pid)
    add = rt.mcp.tools(command=server).add
    gc.collect()
    assert rt.call_sync(add, a=1) == 2


def test_a_server_that_dies_is_an_error_of_the_call(server):
    with rt.mcp.tools(command=server) as tools:
        os.kill(rt.call_sync(tools.pid), signal.SIGKILL)
        with pytest.raises(rt.McpError):
            rt.call_sync(tools.add, a=1)


def test_a_program_ends_with_the_process_that_started_it(server, tmp_path):
    code = (
        f"import sessiond as rt\ntools = rt.mcp.tools(command={server!r})\nprint(rt.call_sync(tools.pid), flush=True)\n"
    )
    for end in ("", "import os, signal; os.kill(os.getpid(), signal.SIGKILL)\n"):
        out = subprocess.run([sys.executable, "-c", code + end], capture_output=True, text=True, check=False)
        assert gone(int(out.stdout)), out.stderr


def test_a_forked_process_leaves_the_server_alone(server):
    # In a process of its own: one with threads that come from elsewhere cannot be forked safely.
    code = f"""
import os
import sessiond as rt

tools = rt.mcp.tools(command={server!r})
child = os.fork()
if child == 0:
    status = 1
    try:
        with rt.Session(timeout=10, dir="child"):
            rt.call_sync(tools.add, a=1)
    except rt.McpError as error:
        tools.close()
        status = 0 if "connect anew" in str(error) else 2
    finally:
        os._exit(status)
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
assert rt.call_sync(tools.add, a=1) == 2
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("how", "told"),
    [
        ({"command": ["/no/such/server", "--key", "sk-1"]}, "/no/such/server cannot be used: it does not start"),
        ({"command": [sys.executable, "-c", "exit(3)"]}, "it ended at once, with exit status: 3"),
        ({"command": [sys.executable, "-c", "input(); input()"], "timeout": 0.3}, "did not greet within 0.3 seconds"),
        ({"url": "http://127.0.0.1:9/mcp?key=sk-1"}, "http://127.0.0.1:9/mcp cannot be used"),
        ({"url": "nowhere"}, "is no URL"),
    ],
)
def test_what_is_no_server_is_told(how, told):
    with pytest.raises(rt.McpError, match=told) as raised:
        rt.mcp.tools(**how)
    assert "sk-1" not in str(raised.value)


def test_a_server_is_either_a_program_or_an_address():
    for how in ({}, {"command": ["x"], "url": "http://x"}, {"command": "python server.py"}):
        with pytest.raises(rt.NodeError):
            rt.mcp.tools(**how)


def test_sessionds_own_server_gives_its_tools(tmp_path):
    program = needed(SESSIOND, "cargo build")
    with rt.mcp.tools(command=[program, "mcp", "--dir", str(tmp_path / "store")]) as tools, rt.Session():
        made = rt.call_sync(tools.create_session, name="first")
        assert made["name"] == "first"
        with pytest.raises(rt.ToolError, match="not_found"):
            rt.call_sync(tools.get_session, session_id="sess_nowhere")
