"""A program with its settings, to be run again and again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Callable, Generic, NamedTuple, TypeVar, overload

from ._session import Session
from .errors import NodeError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Mapping

    from typing_extensions import ParamSpec, Unpack

    from ._agent import Agent, AgentResult
    from ._config import Options
    from ._context import Context
    from .llm import MessageHistory

    P = ParamSpec("P")
else:
    P = TypeVar("P")

R = TypeVar("R")
T = TypeVar("T")


class Flow(Generic[P, R]):
    """A node and the settings of the sessions that it runs in: each run is a session of its own.

    Args:
        name: Its name, which its sessions have.
        entry_point: The node that it runs.
        context: Values that the nodes of each run begin with.
        options: The settings of its sessions, as those of `Session`.
    """

    @overload
    def __init__(
        self: Flow[..., AgentResult[T]],
        name: str,
        entry_point: Agent[T],
        *,
        context: Mapping[str, Any] | None = None,
        **options: Unpack[Options],
    ) -> None: ...
    @overload
    def __init__(
        self: Flow[P, R],
        name: str,
        entry_point: Callable[P, Awaitable[R]],
        *,
        context: Mapping[str, Any] | None = None,
        **options: Unpack[Options],
    ) -> None: ...
    @overload
    def __init__(
        self: Flow[P, R],
        name: str,
        entry_point: Callable[P, R],
        *,
        context: Mapping[str, Any] | None = None,
        **options: Unpack[Options],
    ) -> None: ...
    def __init__(
        self, name: str, entry_point: Any, *, context: Mapping[str, Any] | None = None, **options: Unpack[Options]
    ) -> None:
        """Describe it."""
        if not isinstance(name, str) or not name.strip():
            raise NodeError(f"a flow's name is a text, not {name!r}")
        if not callable(entry_point):
            raise NodeError(f"a flow begins with a node, not with {entry_point!r}")
        # What will not do is told here, and not at the first run.
        Session.global_config_precedence(**options)
        self.name = name
        self.entry_point = entry_point
        self._context = dict(context or {})
        self._options = options

    def update_context(self, context: Mapping[str, Any]) -> Flow[P, R]:
        """Give a flow with these values as well; this one stays as it is."""
        flow = object.__new__(type(self))
        flow.__dict__.update(self.__dict__)
        flow._context = {**self._context, **context}
        return flow

    def connect(self) -> FlowConnection[P, R]:
        """Give a connection, which keeps what is known of the run that it makes."""
        return FlowConnection(self)

    def invoke(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """Run it, and give what its node gives; it may also be called where an event loop is running."""
        return self.connect().invoke(*args, **kwargs)

    async def ainvoke(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """As `invoke`, from asynchronous code."""
        return await self.connect().ainvoke(*args, **kwargs)

    def resume(self, session_id: str, *args: Any, **kwargs: Any) -> R:
        """Continue a run that was interrupted or failed, and give what its node gives.

        Without arguments, it has those that are recorded.
        """
        return self.connect().resume(session_id, *args, **kwargs)

    async def aresume(self, session_id: str, *args: Any, **kwargs: Any) -> R:
        """As `resume`, from asynchronous code."""
        return await self.connect().aresume(session_id, *args, **kwargs)

    def session(self) -> Session:
        """Give a session with its settings and its context, which are copied."""
        return Session(_copied(self._context), flow_name=self.name, **self._options)

    def __repr__(self) -> str:
        """Tell which it is."""
        return f"<Flow {self.name!r}>"


class NodeMessageHistory(NamedTuple):
    """A conversation of an agent with its model."""

    node_name: str
    """The agent's name."""
    node_id: str
    """The call of the agent."""
    request_id: str
    """The same."""
    message_history: MessageHistory
    """What was said."""


class FlowConnection(Generic[P, R]):
    """Runs a flow, and keeps what is known of the latest run, one that failed included."""

    def __init__(self, flow: Flow[P, R]) -> None:
        """Connect to a flow."""
        self._flow = flow
        self._session: Session | None = None
        self._runs = False

    def invoke(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """Run it, and give what its node gives."""
        self._begin()
        try:
            with self._new() as session:
                result: R = session.call_sync(self._flow.entry_point, *args, **kwargs)
                return result
        finally:
            self._runs = False

    async def ainvoke(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """As `invoke`, from asynchronous code."""
        self._begin()
        try:
            async with self._new() as session:
                result: R = await session.call(self._flow.entry_point, *args, **kwargs)
                return result
        finally:
            self._runs = False

    def resume(self, session_id: str, *args: Any, **kwargs: Any) -> R:
        """Continue a run that was interrupted or failed, as `Flow.resume` does."""
        self._begin()
        try:
            args, kwargs = self._arguments(session_id, args, kwargs)
            with self._resumed(session_id) as session:
                result: R = session.call_sync(self._flow.entry_point, *args, **kwargs)
                return result
        finally:
            self._runs = False

    async def aresume(self, session_id: str, *args: Any, **kwargs: Any) -> R:
        """As `resume`, from asynchronous code."""
        self._begin()
        try:
            args, kwargs = self._arguments(session_id, args, kwargs)
            async with self._resumed(session_id) as session:
                result: R = await session.call(self._flow.entry_point, *args, **kwargs)
                return result
        finally:
            self._runs = False

    @property
    def connected(self) -> bool:
        """Whether a run has begun."""
        return self._session is not None

    @property
    def session(self) -> Session:
        """The session of the latest run."""
        if self._session is None:
            raise RuntimeError("nothing has run on this connection: call its invoke or ainvoke, not the flow's")
        return self._session

    @property
    def session_id(self) -> str:
        """The id of the latest run's session."""
        return self.session.id

    @property
    def context(self) -> Context:
        """The values of the latest run."""
        return self.session.context

    def message_histories(self) -> list[NodeMessageHistory]:
        """Give each conversation with a model of the latest run, those of agents that agents called included."""
        histories = []
        for request in self.session.info.request_forest:
            history = getattr(request.output, "message_history", None)
            if history is not None:
                histories.append(NodeMessageHistory(request.node, request.sink_id, request.identifier, history))
        return histories

    def __repr__(self) -> str:
        """Tell which it is."""
        state = "not run" if self._session is None else self._session.id
        return f"<FlowConnection {self._flow.name!r}, {state}>"

    def _begin(self) -> None:
        if self._runs:
            raise RuntimeError("this connection runs already; use another connect() for each run at the same time")
        self._runs = True

    def _new(self) -> Session:
        self._session = self._flow.session()
        return self._session

    def _resumed(self, session_id: str) -> Session:
        options = {**self._flow._options, "run_identifier": None}
        self._session = Session.resume(session_id, **options)  # type: ignore[arg-type]
        return self._session

    def _arguments(self, session_id: str, args: Any, kwargs: Any) -> tuple[tuple[Any, ...], dict[str, Any]]:
        if args or kwargs:
            return args, kwargs
        from ._read import read

        options = {name: value for name, value in self._flow._options.items() if name in ("dir", "url", "api_key")}
        calls = read(session_id, **options).calls  # type: ignore[arg-type]
        return (calls[0].args, calls[0].kwargs) if calls else ((), {})


def _copied(values: dict[str, Any]) -> dict[str, Any]:
    """Give values that a run may change; what cannot be copied is shared."""
    from copy import deepcopy

    made = {}
    for key, value in values.items():
        try:
            made[key] = deepcopy(value)
        except Exception:
            made[key] = value
    return made
