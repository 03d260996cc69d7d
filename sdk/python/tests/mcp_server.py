"""A server of the official MCP package, run as `python mcp_server.py [PORT]`."""

import os
import sys
import time

from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ToolError

server = MCPServer("test")


@server.tool()
def add(a: int, b: int = 1) -> int:
    """Add two numbers."""
    return a + b


@server.tool()
def who(name: str) -> dict[str, str]:
    """Say who somebody is."""
    if name == "nobody":
        raise ToolError("there is no such person")
    return {"name": name, "city": os.environ.get("CITY", "unknown")}


@server.tool()
def sleep(seconds: float) -> str:
    """Sleep."""
    time.sleep(seconds)
    return "awake"


@server.tool()
def pid() -> int:
    """Give the server's process."""
    return os.getpid()


if len(sys.argv) > 1:
    server.run(transport="streamable-http", port=int(sys.argv[1]))
else:
    server.run(transport="stdio")
