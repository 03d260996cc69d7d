"""Programs and files that some tests need, and that are not the package's own."""

import os
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
TARGET = TESTS.parents[2] / "target"
# Read before a test takes these variables away.
SESSIOND = os.environ.get("SESSIOND_TEST_BIN") or str(TARGET / "debug/sessiond")
GGUF = os.environ.get("SESSIOND_TEST_GGUF") or next(map(str, sorted(TARGET.glob("models/*.gguf"))), "")
# Whether a real model has to be there.
MUST_SERVE = os.environ.get("SESSIOND_TEST_MODEL") == "1"
MCP_PYTHON = str(TARGET / "mcp/bin/python")


def needed(path, what):
    """Give the path of what a test needs. Where everything has to be there, nothing is skipped."""
    if not Path(path).exists():
        (pytest.fail if os.environ.get("CI") else pytest.skip)(f"{path} is not there: {what}")
    return path
