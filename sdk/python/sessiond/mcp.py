"""Tools of MCP servers, as nodes.

```python
with rt.mcp.tools(command=["python", "server.py"]) as tools:
    Helper = rt.agent_node("Helper", tools=tools)
    rt.call_sync(Helper, "What is 2 and 2?")
    rt.call_sync(tools["add"], a=2, b=2)
```
"""

from __future__ import annotations

import os
import weakref
from typing import TYPE_CHECKING, Any

from ._native import McpServer
from ._node import Node
from ._secret import Secret
from .errors import McpError, NodeError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import timedelta
    from types import TracebackType

    from typing_extensions import Self

# Seconds for which a server may take to greet.
GREETING = 30.0


class McpTool:
    """A tool of an MCP server: a node, which takes its arguments by name."""

    def __init__(self, all: McpTools, server: McpServer, name: str, definition: dict[str, Any]) -> None:
        """Describe it."""
        # As long as somebody has one of the tools, the connection stays.
        self._all = all
        self._server = server
        self.name = name
        self.__doc__ = definition["description"]
        self.__sessiond_tool__ = definition
        self.__sessiond_node__ = node = Node(name, self._run, kind="tool")
        node.owner = self

    @property
    def parameters(self) -> dict[str, Any]:
        """The JSON Schema of its arguments, as the server says."""
        schema: dict[str, Any] = self.__sessiond_tool__["parameters"]
        return schema

    async def __call__(self, **arguments: Any) -> Any:
        """Call it in the session in which this runs, as `call` does."""
        from ._calls import call

        return await call(self, **arguments)

    def __repr__(self) -> str:
        """Tell which it is."""
        return f"<McpTool {self.name}>"

    async def _run(self, **arguments: Any) -> Any:
        """Have the server call it. Its own errors are `ToolError`; when this is cancelled, the server is told."""
        import json
        from asyncio import get_running_loop

        from ._tool import plain

        loop = get_running_loop()
        told = loop.create_future()

        def tell(what: str, value: Any) -> None:
            if not told.done():
                told.set_result((what, value))

        work = self._server.call(self.name, json.dumps(arguments, default=plain), loop.call_soon_threadsafe, tell)
        try:
            what, value = await told
        finally:
            work.cancel()
        if what == "error":
            raise value
        return value


class McpTools:
    """The tools of a server, in its order and by their names.

    The connection ends with `close`, with the end of `with`, or when nobody has these tools any more.
    """

    def __init__(self, server: McpServer) -> None:
        """Hold the tools of a server that was greeted."""
        self._server = server
        # One that nobody closes ends with this, or with this process.
        self._finalizer = weakref.finalize(self, _close, server)
        self._tools = {name: McpTool(self, server, name, definition) for name, definition in server.tools()}

    def __getitem__(self, name: str) -> McpTool:
        """Give the tool of a name; KeyError when there is none."""
        return self._tools[name]

    def __getattr__(self, name: str) -> McpTool:
        """Give the tool of a name."""
        tool = self.__dict__.get("_tools", {}).get(name)
        if tool is None:
            raise AttributeError(
                f"the server has no tool {name!r}; it has {', '.join(self.__dict__.get('_tools', {}))}"
            )
        found: McpTool = tool
        return found

    @property
    def tools(self) -> list[McpTool]:
        """The tools, as a list."""
        return list(self)

    def __contains__(self, name: object) -> bool:
        """Tell whether there is a tool of that name."""
        return name in self._tools

    def __iter__(self) -> Iterator[McpTool]:
        """Give the tools."""
        return iter(self._tools.values())

    def __len__(self) -> int:
        """Count the tools."""
        return len(self._tools)

    def __repr__(self) -> str:
        """Tell which they are."""
        return f"<McpTools {', '.join(self._tools)}>"

    def close(self) -> None:
        """End the connection; a program is given two seconds to end by itself."""
        self._finalizer()

    def __enter__(self) -> Self:
        """Use the tools until the end of `with`."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the connection."""
        self.close()


def tools(
    *,
    command: Sequence[str] | None = None,
    env: Mapping[str, str | Secret[str]] | None = None,
    cwd: str | os.PathLike[str] | None = None,
    url: str | None = None,
    headers: Mapping[str, str | Secret[str]] | None = None,
    timeout: float = GREETING,
) -> McpTools:
    """Connect to an MCP server, and give its tools.

    Args:
        command: The program that is the server, and its arguments; it speaks on its standard input and output.
        env: Variables for the program beside those of this process.
        cwd: Where the program runs.
        url: The address of a server with streamable HTTP, in the place of a program.
        headers: Headers of each request to that address; a key may be a `Secret`.
        timeout: Seconds that the server may take to greet.
    """
    if (command is None) == (url is None):
        raise NodeError("an MCP server is either a command or a url")
    if isinstance(command, str):
        raise NodeError("command is a list: the program, and each of its arguments")
    if command is not None:
        where = None if cwd is None else os.fspath(cwd)
        return _tools(McpServer.program(list(command), _exposed(env), where, timeout))
    return _tools(McpServer.address(str(url), _exposed(headers), timeout))


class MCPStdioParams:
    """A program that is an MCP server."""

    def __init__(
        self,
        command: str,
        args: Sequence[str] = (),
        env: Mapping[str, str | Secret[str]] | None = None,
        cwd: str | os.PathLike[str] | None = None,
        timeout: float | timedelta = GREETING,
        **more: Any,
    ) -> None:
        """Name the program and its arguments; `more` is taken, and means nothing here."""
        self.command = command
        self.args = list(args)
        self.env = env
        self.cwd = cwd
        self.timeout = timeout


class MCPHttpParams:
    """An address with an MCP server, by streamable HTTP."""

    def __init__(
        self,
        url: str,
        headers: Mapping[str, str | Secret[str]] | None = None,
        timeout: float | timedelta = GREETING,
        **more: Any,
    ) -> None:
        """Name the address; `more` is taken, and means nothing here, but for `auth`, which is refused."""
        if more.get("auth") is not None:
            raise NodeError("auth is not known here; give headers")
        self.url = url
        self.headers = headers
        self.timeout = timeout


def connect_mcp(config: MCPStdioParams | MCPHttpParams) -> McpTools:
    """Connect to an MCP server, and give its tools, which are also a list as its `tools`."""
    seconds = config.timeout.total_seconds() if hasattr(config.timeout, "total_seconds") else config.timeout
    if isinstance(config, MCPStdioParams):
        return tools(command=[config.command, *config.args], env=config.env, cwd=config.cwd, timeout=seconds)
    return tools(url=config.url, headers=config.headers, timeout=seconds)


def _tools(server: McpServer) -> McpTools:
    try:
        return McpTools(server)
    except McpError:
        server.close()
        raise


def _exposed(values: Mapping[str, str | Secret[str]] | None) -> dict[str, str]:
    return {name: value.expose() if isinstance(value, Secret) else value for name, value in (values or {}).items()}


def _close(server: McpServer) -> None:
    server.close()
