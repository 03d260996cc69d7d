"""Looking at sessions without taking them."""

from __future__ import annotations

import json
from html import escape
from typing import TYPE_CHECKING, Any, NamedTuple, Optional

from . import _native
from ._config import native, settle

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ._config import Options

# Calls that a notebook shows of a session.
_SHOWN = 50


class CallRecord:
    """A call as it is recorded."""

    __slots__ = ("_entry", "calls")

    def __init__(self, entry: dict[str, Any]) -> None:
        """Take a call of a saved state."""
        self._entry = entry
        self.calls: list[CallRecord] = []
        """The calls that it made, in order."""

    @property
    def number(self) -> int:
        """Its number in the session."""
        number: int = self._entry["call"]
        return number

    @property
    def node(self) -> str:
        """The node that was called."""
        node: str = self._entry["node"]
        return node

    @property
    def kind(self) -> str:
        """`function`, `agent`, `model`, `tool` or `other`."""
        kind: str = self._entry.get("kind", "function")
        return kind

    @property
    def status(self) -> str:
        """`completed`, `failed`, `timeout`, `cancelled`, `abandoned`, `interrupted` or `open`."""
        status: str = self._entry["status"]
        return status

    @property
    def args(self) -> tuple[Any, ...]:
        """The positional arguments, of their own types where those are loaded."""
        return tuple(_restored(value) for value in self._input().get("args", ()))

    @property
    def kwargs(self) -> dict[str, Any]:
        """The arguments by name, of their own types where those are loaded."""
        return {name: _restored(value) for name, value in self._input().get("kwargs", {}).items()}

    @property
    def result(self) -> Any:
        """What it gave, of its own type where that is loaded; None when it gave nothing."""
        return _restored(self._entry.get("output"))

    @property
    def error(self) -> dict[str, Any] | None:
        """The `type`, the `message` and the `trace` of what it failed with."""
        return self._entry.get("error")

    @property
    def seconds(self) -> float | None:
        """How long it took; None when it has not ended."""
        ended = self._entry.get("ended_us")
        return None if ended is None else (ended - self._entry["began_us"]) / 1e6

    def __repr__(self) -> str:
        """Tell which it is."""
        return f"<call {self.number} of {self.node}: {self.status}>"

    def _input(self) -> dict[str, Any]:
        given = self._entry.get("input")
        return given if isinstance(given, dict) else {}


class SessionRecord:
    """A session as it was at the moment when it was read. It takes nothing, and does not change."""

    def __init__(self, state: dict[str, Any], activity: str) -> None:
        """Take a saved state, and whether somebody runs the session."""
        self._session: dict[str, Any] = state["session"]
        self._activity = activity
        known = {entry["call"]: CallRecord(entry) for entry in sorted(state["calls"], key=lambda entry: entry["call"])}
        self.calls: list[CallRecord] = []
        """The top-level calls, in order; each has the calls that it made."""
        for call in known.values():
            parent = known.get(call._entry.get("parent") or 0)
            (self.calls if parent is None else parent.calls).append(call)
        self._all = list(known.values())

    @property
    def id(self) -> str:
        """Its id, by which it is resumed."""
        session_id: str = self._session["session_id"]
        return session_id

    @property
    def name(self) -> str | None:
        """What people call it."""
        return self._session.get("name")

    @property
    def status(self) -> str:
        """`running`, `interrupted`, `completed`, `failed`, `terminated` or `expired`.

        `active` means that its server has it, and cannot tell whether it runs: its process is of an older version.
        """
        status: str = self._session["status"]
        return self._activity if status == "active" else status

    @property
    def reason(self) -> str | None:
        """Why it failed."""
        outcome = self._session.get("outcome") or {}
        reason: str | None = outcome.get("reason")
        return reason

    @property
    def context(self) -> dict[str, Any]:
        """The context as it is recorded; what cannot be made again is as its JSON."""
        return {key: _restored(value) for key, value in (self._session.get("shared_context") or {}).items()}

    @property
    def info(self) -> dict[str, Any]:
        """Totals: calls by status, tokens, cost, and the process that writes."""
        calls = dict(self._session.get("calls") or {})
        return {"session_id": self.id, "name": self.name, "status": self.status, "reason": self.reason, **calls}

    def walk(self) -> list[CallRecord]:
        """Give all calls, by their numbers."""
        return list(self._all)

    def __repr__(self) -> str:
        """Tell which it is."""
        name = f" {self.name!r}" if self.name else ""
        return f"<session {self.id}{name}: {self.status}, {len(self._all)} calls>"

    def _repr_html_(self) -> str:
        """Show it in a notebook."""
        parts = [f"<b>{escape(self.name or self.id)}</b> {escape(self.status)}, {len(self._all)} calls"]
        if self.reason:
            parts.append(f"<br><i>{escape(self.reason[:200])}</i>")
        left = [_SHOWN]
        parts.append(_tree(self.calls, left))
        if left[0] < 0:
            parts.append(f"<i>and {-left[0]} more</i>")
        return "".join(parts)


class SessionSummary(NamedTuple):
    """A session in a list."""

    id: str
    name: Optional[str]
    status: str
    """As that of `SessionRecord`."""
    created_at: str
    updated_at: str
    parent: Optional[str]
    """The session that it belongs to."""
    open_questions: int = 0
    """The questions for whose answers it waits."""


def read(session_id: str, **options: Unpack[Options]) -> SessionRecord:
    """Read a session without taking it, also while another process runs it."""
    state, activity = _native.read(session_id, native(settle(options)))
    return SessionRecord(json.loads(state), activity)


def sessions(
    *, status: str | None = None, name: str | None = None, limit: int = 100, **options: Unpack[Options]
) -> list[SessionSummary]:
    """List sessions, the newest first: all, or those in this state or of this name."""
    if limit < 1:
        raise ValueError(f"limit is 1 or more, not {limit!r}")
    listed = []
    for text, activity in _native.sessions(status, name, limit, native(settle(options))):
        session = json.loads(text)
        listed.append(
            SessionSummary(
                session["session_id"],
                session.get("name"),
                activity if session["status"] == "active" else session["status"],
                session["created_at"],
                session["updated_at"],
                session.get("parent"),
                session.get("open_questions", 0),
            )
        )
    return listed


def _restored(value: Any) -> Any:
    try:
        return _native.decode(json.dumps(value))
    except Exception:
        # Its class is not loaded here, or it was recorded by its type alone.
        return value


def _tree(calls: list[CallRecord], left: list[int]) -> str:
    items = []
    for call in calls:
        left[0] -= 1
        if left[0] < 0:
            left[0] -= sum(1 for _ in _below(call))
            continue
        note = f": {escape(str(call.error.get('message', ''))[:200])}" if call.error else ""
        items.append(
            f"<li>{escape(call.node)} <small>{escape(call.status)}{note}</small>{_tree(call.calls, left)}</li>"
        )
    return f"<ul>{''.join(items)}</ul>" if items else ""


def _below(call: CallRecord) -> list[CallRecord]:
    found: list[CallRecord] = []
    ahead = list(call.calls)
    while ahead:
        one = ahead.pop()
        found.append(one)
        ahead.extend(one.calls)
    return found
