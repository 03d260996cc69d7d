"""Every test has a directory and settings of its own."""

import os
import signal
from pathlib import Path

import pytest

import sessiond
from sessiond import _config, _native

LONG = os.environ.get("SESSIOND_LONG") == "1"
# Read before the tests' own settings replace the environment's.
PROGRAM = Path(os.environ.get("SESSIOND_BIN") or Path(__file__).parents[3] / "target/debug/sessiond")


@pytest.fixture(autouse=True)
def own_directory(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("SESSIOND_")]:
        monkeypatch.delenv(name)
    yield tmp_path
    sessiond.set_config(**dict.fromkeys(_config._DEFAULTS))
    _native.close_engines()
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    assert sessiond._scope.current.get() is None


@pytest.fixture(scope="session")
def long():
    """Whether the long variants of tests are to run, as `cargo xtask test --long` says."""
    return LONG


@pytest.fixture(scope="session")
def program():
    """Give the command `sessiond`, which must have been built."""
    if not PROGRAM.exists():
        assert not os.environ.get("CI"), f"{PROGRAM} is missing; cargo build -p sessiond builds it"
        pytest.skip(f"{PROGRAM} is missing; cargo build -p sessiond builds it")
    return PROGRAM


@pytest.fixture
def serve():
    """Give a server that says what it is told to."""
    from model_server import ModelServer

    servers = []

    def start(*answers):
        servers.append(ModelServer(*answers))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


@pytest.fixture
def openai(serve, monkeypatch):
    """Give a server that the environment says is OpenAI's."""

    def start(*answers):
        server = serve(*answers)
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        monkeypatch.setenv("OPENAI_API_KEY", "k-1")
        return server

    return start
