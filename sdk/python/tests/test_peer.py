"""Programs that were written for Railtracks run with another import: what its documentation shows, in other words."""

import importlib
import json
import logging
import sys
import threading
import urllib.request

import pytest
from model_server import says
from peer import agent

import sessiond as rt


def test_nodes_are_an_mcp_server_and_its_tools_are_nodes_again(tmp_path):
    (tmp_path / "served.py").write_text(SERVED)
    server = rt.connect_mcp(rt.MCPStdioParams(command=sys.executable, args=["served.py"], cwd=tmp_path))
    with server:
        assert [tool.name for tool in server.tools] == ["add_nums_plus_ten", "fails"]
        assert server.tools[0].parameters["properties"]["num1"] == {"type": "integer"}
        with rt.Session():
            assert rt.call_sync(server.tools[0], num1=1, num2=2) == "13"
            with pytest.raises(rt.ToolError, match="ValueError: no"):
                rt.call_sync(server.fails)
            with pytest.raises(rt.ToolError, match="num2 is missing"):
                rt.call_sync(server.tools[0], num1=1)


SERVED = '''
import sessiond as rt

@rt.function_node
def add_nums_plus_ten(num1: int, num2: int):
    """Simple tool example."""
    return num1 + num2 + 10

@rt.function_node
def fails():
    raise ValueError("no")

rt.create_mcp_server([add_nums_plus_ten, fails], server_name="My MCP Server").run()
'''


def test_an_mcp_server_by_http():
    @rt.function_node
    async def double(n: int):
        """Double it."""
        return n * 2

    made = rt.create_mcp_server([double], server_name="numbers")
    http = made.http_server(port=0)
    threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    url = f"http://127.0.0.1:{http.server_port}/mcp"
    try:
        with rt.connect_mcp(rt.MCPHttpParams(url=url, headers={"x-a": "b"})) as server, rt.Session():
            assert rt.call_sync(server.double, n=21) == "42"
        request = urllib.request.Request(url, b"{", {"origin": "https://evil.example"})
        with pytest.raises(urllib.error.HTTPError, match="403"):
            urllib.request.urlopen(request)
    finally:
        http.shutdown()
        http.server_close()


@pytest.mark.parametrize(
    ("message", "code"),
    [("{", -32700), ('{"id": 1}', -32600), ('{"id": 1, "method": "no"}', -32601), ("5", -32600)],
)
def test_an_mcp_server_says_what_it_does_not_understand(message, code):
    server = rt.create_mcp_server([len_of])
    assert json.loads(server.answer_text(message))["error"]["code"] == code
    assert server.answer_text('{"method": "notifications/initialized"}') is None
    greeting = server.answer({"id": 1, "method": "initialize", "params": {"protocolVersion": "2025-03-26"}})
    assert greeting["result"]["protocolVersion"] == "2025-03-26"


def len_of(text: str) -> int:
    return len(text)


def test_logging_is_switched_on(tmp_path):
    logger = logging.getLogger("sessiond")
    try:
        rt.enable_logging(level="DEBUG", log_file=tmp_path / "log")
        with rt.Session():
            rt.call_sync(len_of, "a")
        assert "len_of completed" in (tmp_path / "log").read_text()
        rt.enable_logging(level="NONE")
        assert rt.Session.global_config_precedence().logging_setting == "NONE"
        with pytest.raises(ValueError, match="level is one of"):
            rt.enable_logging(level="LOUD")
    finally:
        rt.set_config(logging_setting=None, log_file=None)
        logger.setLevel(logging.NOTSET)


@pytest.mark.parametrize("text", ["{user}", "a {b} {{c}} }", '{"x": {"y": 1}}', "}}{{", "no braces"])
def test_a_text_with_braces_stays_as_it_is(text, openai):
    server = openai(says("a"))
    with rt.Session(context={"user": "Ada", "b": 1, "c": 2}):
        rt.call_sync(agent(), rt.escape_braces(text))
    assert server.said(0) == [text]


def test_everything_that_is_named_is_there():
    for name in rt.__all__:
        assert getattr(rt, name) is not None, name
    assert set(rt.__all__) <= set(dir(rt))
    with pytest.raises(AttributeError, match="no attribute 'retrieval'"):
        rt.retrieval  # noqa: B018
    for module in ("sessiond.llm", "sessiond.guardrails", "sessiond.exceptions", "sessiond.prebuilt.middleware"):
        assert importlib.import_module(module).__doc__
