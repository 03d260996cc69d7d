"""What is known of a session: a summary, and its calls as a forest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Callable, NamedTuple, Optional

if TYPE_CHECKING:
    from collections.abc import Iterator

_STATUS = {"completed": "Completed", "running": "Open", "open": "Open"}


class ExecutionInfo(dict[str, Any]):
    """The summary of a session as a mapping, and its calls."""

    def __init__(self, summary: dict[str, Any], payload: Callable[[], dict[str, Any]]) -> None:
        """Hold the summary, and what reads the calls."""
        super().__init__(summary)
        self._payload = payload
        self._calls: list[dict[str, Any]] | None = None

    @property
    def answer(self) -> Any:
        """What the top-level call gave; of several, a list. What a call did not give is None."""
        answers = [request.output for request in self.insertion_requests]
        return answers[0] if len(answers) == 1 else answers or None

    @property
    def name(self) -> str | None:
        """The node of the top-level call, when there is just one."""
        requests = self.insertion_requests
        return requests[0].node if len(requests) == 1 else None

    @property
    def insertion_requests(self) -> list[Request]:
        """The top-level calls."""
        return self.request_forest.insertion_request

    @property
    def request_forest(self) -> RequestForest:
        """The calls, each with what it was given and what it gave."""
        return RequestForest({request.identifier: request for request in map(_request, self._recorded())})

    @property
    def node_forest(self) -> NodeForest:
        """The nodes that were called, each call as one."""
        return NodeForest({str(call["call"]): NodeCall(str(call["call"]), call) for call in self._recorded()})

    def _recorded(self) -> list[dict[str, Any]]:
        if self._calls is None:
            self._calls = sorted(self._payload()["calls"], key=lambda call: call["call"])
        return self._calls


class Request(NamedTuple):
    """A call as a request of one node to another."""

    identifier: str
    """The call's number."""
    node: str
    """The name of the node that was called."""
    source_id: Optional[str]
    """The call that made it; None for a top-level call."""
    sink_id: str
    """The call itself."""
    status: str
    """`Completed`, `Failed` or `Open`."""
    input: Any
    """What it was given: `args` and `kwargs`."""
    output: Any
    """What it gave, as a value of its own type when that can be made again."""
    error: Any
    """What it failed with."""


class _Forest:
    def __init__(self, heap: dict[str, Any]) -> None:
        self._heap = heap

    def heap(self) -> dict[str, Any]:
        """Give all of them by their identifiers."""
        return dict(self._heap)

    def __getitem__(self, identifier: str) -> Any:
        """Give one; KeyError when there is none."""
        return self._heap[identifier]

    def __contains__(self, identifier: object) -> bool:
        """Tell whether there is one."""
        return identifier in self._heap

    def __iter__(self) -> Iterator[Any]:
        """Give all of them, in the order in which they began."""
        return iter(self._heap.values())

    def __len__(self) -> int:
        """Count them."""
        return len(self._heap)


class RequestForest(_Forest):
    """The calls of a session."""

    @property
    def insertion_request(self) -> list[Request]:
        """The top-level calls."""
        return [request for request in self if request.source_id is None]

    @property
    def answer(self) -> Any:
        """What the top-level call gave; of several, a list."""
        answers = [request.output for request in self.insertion_request]
        return answers[0] if len(answers) == 1 else answers or None

    def children(self, identifier: str) -> list[Request]:
        """Give the calls that a call made."""
        return [request for request in self if request.source_id == identifier]


class NodeCall:
    """A node that was called."""

    def __init__(self, identifier: str, call: dict[str, Any]) -> None:
        """Hold the call."""
        self.identifier = identifier
        self.details = call

    def name(self) -> str:
        """Give the node's name."""
        name: str = self.details["node"]
        return name

    def type(self) -> str:
        """Give what it is: `Agent`, `Tool`, `Model`, `Function` …."""
        kind: str = self.details.get("kind", "function")
        return kind.title()


class NodeForest(_Forest):
    """The nodes of a session's calls."""

    def get_node_type(self, identifier: str) -> NodeCall | None:
        """Give the node of a call."""
        found: NodeCall | None = self._heap.get(identifier)
        return found


def _request(call: dict[str, Any]) -> Request:
    identifier, parent = str(call["call"]), call.get("parent")
    return Request(
        identifier,
        call["node"],
        None if parent is None else str(parent),
        identifier,
        _STATUS.get(call["status"], "Failed"),
        call.get("input"),
        _value(call.get("output")),
        call.get("error"),
    )


def _value(recorded: Any) -> Any:
    """Give a recorded value as one of its own type, or as it is recorded when that cannot be made again."""
    import json

    from ._native import decode

    try:
        return decode(json.dumps(recorded))
    except ValueError:
        return recorded
