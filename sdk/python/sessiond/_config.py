"""How sessions behave: what comes before what."""

from __future__ import annotations

import os
import sys
import threading
from typing import TYPE_CHECKING, Any, Callable, NamedTuple, Optional, Union

from ._fork import in_child
from ._secret import Secret

if TYPE_CHECKING:
    from collections.abc import Awaitable, Sequence

    from typing_extensions import Literal, TypedDict, Unpack

    LoggingSetting = Literal["VERBOSE", "REGULAR", "QUIET", "NONE"]
    Durability = Literal["sync", "async", "exit"]

    class MoreOptions(TypedDict, total=False):
        """What can be said of a session by name alone."""

        durability: Durability | None
        max_concurrency: int | None
        dir: str | os.PathLike[str] | None
        url: str | None
        api_key: str | Secret[str] | None
        payload_callback: Callable[[dict[str, Any]], Any] | None
        pickle: bool | None
        recover: bool | Sequence[str] | None

    class Options(MoreOptions, total=False):
        """What can be said of a session; what is absent or None is left to the next in line."""

        timeout: float | None
        end_on_error: bool | None
        logging_setting: LoggingSetting | None
        log_file: str | os.PathLike[str] | None
        broadcast_callback: BroadcastCallback | None
        run_identifier: str | None
        prompt_injection: bool | None
        save_state: bool | None


# Seconds for which a call that was cancelled may clean up before it is left to itself.
GRACE = 5.0

BroadcastCallback = Union[Callable[[str], None], "Callable[[str], Awaitable[None]]"]


class Config(NamedTuple):
    """How a session behaves."""

    timeout: float
    """Seconds that a top-level call may take."""
    end_on_error: bool
    """Whether the first error of any call stops the session."""
    logging_setting: LoggingSetting
    """`VERBOSE`, `REGULAR`, `QUIET` or `NONE`."""
    log_file: Optional[str]
    """The file that is logged to as well."""
    broadcast_callback: Optional[BroadcastCallback]
    """What is called with each message that is broadcast."""
    run_identifier: Optional[str]
    """The session's id; made up when absent."""
    prompt_injection: bool
    """Whether prompts are filled from the context."""
    save_state: bool
    """Whether the state is written to a file when the session closes."""
    durability: Durability
    """When calls are on disk: `sync`, `async` or `exit`."""
    max_concurrency: int
    """Calls of one batch that run at the same time."""
    dir: str
    """Where the store and the saved states are."""
    url: Optional[str]
    """The server that has the record; None when it stays on this machine."""
    api_key: Optional[Secret[str]]
    """The server's key, if it asks for one."""
    payload_callback: Optional[Callable[[dict[str, Any]], Any]]
    """What is called with the state of a session that has closed."""
    pickle: bool
    """Whether what has no other form is pickled, and what was pickled is read."""
    recover: Optional[list[str]]
    """The command with which `sessiond recover` starts the program again when its process has died."""


_DEFAULTS: dict[str, Any] = {
    "timeout": 150.0,
    "end_on_error": False,
    "logging_setting": "REGULAR",
    "log_file": None,
    "broadcast_callback": None,
    "run_identifier": None,
    "prompt_injection": True,
    "save_state": True,
    "durability": "async",
    "max_concurrency": 1000,
    "dir": ".sessiond",
    "url": None,
    "api_key": None,
    "payload_callback": None,
    "pickle": False,
    "recover": None,
}
_ENVIRONMENT = {
    "dir": "SESSIOND_DIR",
    "logging_setting": "SESSIOND_LOG_LEVEL",
    "log_file": "SESSIOND_LOG_FILE",
    "url": "SESSIOND_URL",
    "api_key": "SESSIOND_API_KEY",
}
_CHOICES = {
    "logging_setting": ("VERBOSE", "REGULAR", "QUIET", "NONE"),
    "durability": ("sync", "async", "exit"),
}

_PATH = ((str, os.PathLike), "a path")
_KINDS: dict[str, tuple[Any, str]] = {
    "timeout": ((int, float), "a number of seconds"),
    "end_on_error": ((bool,), "True or False"),
    "logging_setting": ((str,), "a text"),
    "log_file": _PATH,
    "broadcast_callback": ((object,), "a function"),
    "run_identifier": ((str,), "a text"),
    "prompt_injection": ((bool,), "True or False"),
    "save_state": ((bool,), "True or False"),
    "durability": ((str,), "a text"),
    "max_concurrency": ((int,), "a whole number"),
    "dir": _PATH,
    "url": ((str,), "an address"),
    "api_key": ((str, Secret), "a text or a Secret"),
    "payload_callback": ((object,), "a function"),
    "pickle": ((bool,), "True or False"),
    "recover": ((bool, list, tuple), "True, or a program and its arguments"),
}

_global: dict[str, Any] = {}
_lock = threading.Lock()


def set_config(**options: Unpack[Options]) -> None:
    """Set how sessions of this process behave that do not say otherwise.

    What is not named stays as it was, and None takes back what was set. Sessions that have begun stay as they are.
    """
    _check(options)
    with _lock:
        for name, value in options.items():
            if value is None:
                _global.pop(name, None)
            else:
                _global[name] = value


def settle(options: Options) -> Config:
    """Give how a session behaves: its own parameters, then `set_config`, then the environment, then the defaults."""
    _check(options)
    with _lock:
        settled = {name: _first(name, options.get(name)) for name in _DEFAULTS}
    settled["dir"] = os.path.abspath(settled["dir"])
    if settled["log_file"] is not None:
        settled["log_file"] = file = os.fspath(settled["log_file"])
        if os.path.isdir(file):
            raise ValueError(f"log_file is a file, but {file!r} is a directory")
        if not os.path.isdir(os.path.dirname(os.path.abspath(file))):
            raise ValueError(f"log_file is in a directory that is not there: {file!r}")
    settled["timeout"] = float(settled["timeout"])
    settled["url"] = settled["url"] or None
    settled["recover"] = _command(settled["recover"])
    if isinstance(settled["api_key"], str):
        settled["api_key"] = Secret(settled["api_key"])
    return Config(**settled)


def _command(recover: bool | Sequence[str] | None) -> list[str] | None:
    """Give the command that starts this program again: the one that started it, when no other is named."""
    if recover is None or recover is False:
        return None
    if recover is not True:
        return list(recover)
    # Python 3.10 and newer say how it was started.
    started = list(getattr(sys, "orig_argv", None) or [sys.executable, *sys.argv])
    if "-c" in started[1:2] or not sys.argv or not sys.argv[0]:
        raise ValueError("recover=True starts the program's file again, and this program has none: name a command")
    return [sys.executable, *started[1:]]


_LEVELS = {
    "TRACE": "VERBOSE",
    "DEBUG": "VERBOSE",
    "INFO": "REGULAR",
    "WARN": "QUIET",
    "ERROR": "QUIET",
    "OFF": "NONE",
}


def _first(name: str, given: Any) -> Any:
    if given is not None:
        return given
    if name in _global:
        return _global[name]
    variable = _ENVIRONMENT.get(name)
    if variable and (value := os.environ.get(variable)):
        if name == "logging_setting":
            value = _logging_setting(value)
            _check({"logging_setting": value})  # type: ignore[typeddict-item]
        return value
    return _DEFAULTS[name]


def _logging_setting(value: str) -> str:
    """What the environment says. The program `sessiond` reads the variable too: a level, or levels by module."""
    general = [level for level in value.upper().split(",") if "=" not in level]
    level = general[0].strip() if general else "INFO"
    return _LEVELS.get(level, value.upper())


def _check(options: Options) -> None:
    values: Any = options
    for name, value in values.items():
        if name not in _DEFAULTS:
            raise TypeError(_unknown(name))
        if value is None:
            continue
        choices = _CHOICES.get(name)
        if choices and value not in choices:
            raise ValueError(f"{name} is one of {', '.join(choices)}, not {value!r}")
        kinds, word = _KINDS[name]
        if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
            raise TypeError(f"{name} is {word}, not {value!r}")
    command = values.get("recover")
    if isinstance(command, (list, tuple)) and not (command and all(isinstance(part, str) for part in command)):
        raise TypeError(f"recover is True, or a program and its arguments as texts, not {command!r}")
    timeout = values.get("timeout")
    if timeout is not None and not timeout > 0:
        raise ValueError(f"timeout is a number of seconds above 0, not {timeout!r}; math.inf is without one")
    limit = values.get("max_concurrency")
    if limit is not None and limit < 1:
        raise ValueError(f"max_concurrency is 1 or more, not {limit!r}")
    for name in ("broadcast_callback", "payload_callback"):
        callback = values.get(name)
        if callback is not None and not callable(callback):
            raise TypeError(f"{name} is a function, not {callback!r}")
    for name in ("log_file", "dir"):
        if values.get(name) is not None and not os.fspath(values[name]):
            raise ValueError(f"{name} is a path, not an empty text; leave it out to have none of your own")


def _unknown(name: str) -> str:
    from difflib import get_close_matches

    known = ("context", "name", *_DEFAULTS)
    if name in known:
        return f"{name} is said of a new session alone, not of one that is there"
    near = get_close_matches(name, known, 1)
    hint = f", but {near[0]!r}" if near else ""
    return f"there is no setting {name!r}{hint}. The settings of a session are {', '.join(known)}"


def native(config: Config) -> dict[str, Any]:
    """Give what the native part needs to know."""
    key = config.api_key
    return {
        **config._asdict(),
        # Empty, and not absent: the environment was asked already.
        "url": config.url or "",
        "api_key": key.expose() if key else None,
        "program": _program(),
    }


def same_store(one: Config, other: Config) -> bool:
    """Say whether two sessions are recorded in the same place, so that one may belong to the other."""
    first, second = native(one), native(other)
    return all(first[name] == second[name] for name in ("dir", "url", "api_key"))


def _program() -> str:
    """Give the name of the script, or of the package that runs."""
    directory, name = os.path.split(sys.argv[0] if sys.argv else "")
    if name == "__main__.py":
        name = os.path.basename(directory)
    return name if name not in ("", "-c", "-m") else "python"


@in_child
def _forked() -> None:
    global _lock  # noqa: PLW0603
    _lock = threading.Lock()
