"""Nodes as an MCP server, on standard input and output or by HTTP."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

from ._tool import Tool, text_of, tools_of
from .errors import NodeError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from http.server import ThreadingHTTPServer
    from typing import TextIO

    from ._config import Options

_VERSIONS = ("2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05")
# The largest message that is read, in bytes.
_LARGEST = 16 * 1024 * 1024
_LOCAL = ("127.0.0.1", "localhost", "::1")


def create_mcp_server(
    nodes: Iterable[Callable[..., Any]], server_name: str = "sessiond", options: Options | None = None
) -> McpServer:
    """Make an MCP server whose tools are nodes; each call of one is a session of its own.

    Args:
        nodes: The nodes, agents included.
        server_name: What clients are told that it is called.
        options: The settings of its sessions.
    """
    return McpServer(tools_of(nodes), server_name, options)


class McpServer:
    """An MCP server whose tools are nodes."""

    def __init__(self, tools: dict[str, Tool], name: str, options: Options | None = None) -> None:
        """Offer tools under a name."""
        self.name = name
        self._tools = tools
        self._nodes = {tool.definition["name"]: _called(tool) for tool in tools.values()}
        self._options: Options = options or {}

    def run(self, transport: str = "stdio", *, host: str = "127.0.0.1", port: int = 8000, path: str = "/mcp") -> None:
        """Serve until it is stopped, on `stdio`, or by `streamable-http` at an address.

        It asks for no key: an address that others can reach is for what everybody may do.
        """
        if transport == "stdio":
            self.serve_lines(sys.stdin, sys.stdout)
        elif transport == "streamable-http":
            with self.http_server(host, port, path) as server:
                server.serve_forever()
        else:
            raise NodeError(f"an MCP server's transport is stdio or streamable-http, not {transport!r}")

    def serve_lines(self, read: TextIO, write: TextIO) -> None:
        """Answer the messages of a text, one a line, until it ends."""
        for line in read:
            if not line.strip():
                continue
            answer = self.answer_text(line)
            if answer is not None:
                write.write(answer + "\n")
                write.flush()

    def answer_text(self, text: str) -> str | None:
        """Give the answer to a message, or to several; None when nobody waits for one."""
        try:
            message = json.loads(text)
        except ValueError as error:
            return json.dumps(_error(None, -32700, f"it is not JSON: {error}"))
        if isinstance(message, list):
            answers = [answer for one in message if (answer := self.answer(one)) is not None]
            return json.dumps(answers) if answers else None
        answer = self.answer(message)
        return None if answer is None else json.dumps(answer)

    def answer(self, message: Any) -> dict[str, Any] | None:
        """Give the answer to a message; None when it is a notification."""
        if not isinstance(message, dict) or not isinstance(message.get("method"), str):
            return (
                None if isinstance(message, dict) and "result" in message else _error(None, -32600, "it is no request")
            )
        if "id" not in message:
            return None
        method, parameters, number = message["method"], message.get("params") or {}, message["id"]
        if method == "initialize":
            return _result(number, self._greeting(parameters))
        if method == "ping":
            return _result(number, {})
        if method == "tools/list":
            return _result(number, {"tools": [_told(tool) for tool in self._tools.values()]})
        if method == "tools/call":
            tool = self._tools.get(str(parameters.get("name")))
            if tool is None:
                return _error(number, -32602, f"there is no tool {parameters.get('name')!r}")
            return _result(number, self._call(tool, parameters.get("arguments") or {}))
        return _error(number, -32601, f"there is no method {method!r}")

    def http_server(self, host: str = "127.0.0.1", port: int = 8000, path: str = "/mcp") -> ThreadingHTTPServer:
        """Give a server by HTTP, of which `serve_forever` serves and `server_port` is its port."""
        from http.server import ThreadingHTTPServer

        server = ThreadingHTTPServer((host, port), _handler(self, path, host in _LOCAL))
        server.daemon_threads = True
        return server

    def _greeting(self, parameters: dict[str, Any]) -> dict[str, Any]:
        asked = parameters.get("protocolVersion")
        return {
            "protocolVersion": asked if asked in _VERSIONS else _VERSIONS[0],
            "capabilities": {"tools": {}},
            "serverInfo": {"name": self.name, "version": "1"},
        }

    def _call(self, tool: Tool, arguments: dict[str, Any]) -> dict[str, Any]:
        from ._session import Session

        try:
            args, kwargs = tool.arguments(arguments)
            with Session(name=f"{self.name}: {tool.definition['name']}", **self._options) as session:
                value = session.call_sync(self._nodes[tool.definition["name"]], *args, **kwargs)
        except Exception as error:
            from ._secret import without_secrets

            text = without_secrets(f"{type(error).__name__}: {error}" if str(error) else type(error).__name__)
            return {"content": [{"type": "text", "text": text}], "isError": True}
        return {"content": [{"type": "text", "text": text_of(value)}], "isError": False}


def _called(tool: Tool) -> Any:
    def call(*args: Any, **kwargs: Any) -> Any: ...

    call.__sessiond_node__ = node = tool.node  # type: ignore[attr-defined]
    node.owner = call
    return call


def _told(tool: Tool) -> dict[str, Any]:
    definition = tool.definition
    return {
        "name": definition["name"],
        "description": definition["description"],
        "inputSchema": definition["parameters"],
    }


def _result(number: Any, result: dict[str, Any]) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": number, "result": result}


def _error(number: Any, code: int, message: str) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": number, "error": {"code": code, "message": message}}


def _handler(server: McpServer, path: str, is_local: bool) -> Any:
    from http.server import BaseHTTPRequestHandler
    from urllib.parse import urlsplit

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            """Answer a message."""
            origin = self.headers.get("origin")
            if is_local and origin and urlsplit(origin).hostname not in _LOCAL:
                # A page of the web that a browser of this machine has open.
                self._send(403, None)
                return
            length = self.headers.get("content-length") or ""
            if self.path.split("?")[0].rstrip("/") != path.rstrip("/"):
                self._send(404, None)
            elif not length.isdigit() or int(length) > _LARGEST:
                self._send(413 if length.isdigit() else 411, None)
            else:
                answer = server.answer_text(self.rfile.read(int(length)).decode("utf-8", "replace"))
                self._send(202 if answer is None else 200, answer)

        def do_GET(self) -> None:
            """Say that there is no stream of the server's own messages."""
            self._send(405, None)

        do_DELETE = do_GET

        def log_message(self, *args: Any) -> None:
            """Say nothing."""

        def _send(self, status: int, body: str | None) -> None:
            content = (body or "").encode()
            self.send_response(status)
            if body is not None:
                self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(content)))
            if status >= 400:
                self.send_header("connection", "close")
                self.close_connection = True
            self.end_headers()
            self.wfile.write(content)

    return Handler
