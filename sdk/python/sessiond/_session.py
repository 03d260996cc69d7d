"""Sessions."""

from __future__ import annotations

import threading
import time
import weakref
from typing import TYPE_CHECKING, Any, Callable, TypeVar, overload

from ._branches import watch, watch_loops
from ._config import Config, native, same_store, settle
from ._context import Context, values_of
from ._coordinator import FORKED, Coordinator, watch_end
from ._fatal import fatal_calls
from ._log import Log
from ._loops import no_loop
from ._native import Execution
from ._node import node_of
from ._open import abandon, closed, opened
from ._publisher import Publisher
from ._reason import Stopped, is_signal, reason_of
from ._recover import recovered
from ._scope import Scope, current
from .errors import NodeError, RecordError, SessionClosedError

if TYPE_CHECKING:
    from collections.abc import AsyncIterable, Awaitable, Coroutine, Iterable, Mapping
    from contextvars import Token
    from os import PathLike
    from pathlib import Path
    from types import TracebackType

    from typing_extensions import ParamSpec, Self, Unpack

    from ._agent import Agent, AgentResult, Asked
    from ._astream import Stream
    from ._closing import Closing
    from ._config import BroadcastCallback, LoggingSetting, MoreOptions, Options
    from ._info import ExecutionInfo
    from ._run import Run

    P = ParamSpec("P")

R = TypeVar("R")
T = TypeVar("T")


class Session:
    """An execution session: calls that are made in it are recorded, can be looked at, and can be taken up again.

    How it behaves is settled by its own parameters, then by what `set_config` said, then by the environment
    (`SESSIOND_DIR`, `SESSIOND_LOG_LEVEL`, `SESSIOND_LOG_FILE`), then by the defaults.

    Args:
        context: Values that every node can read and change.
        timeout: Seconds that each top-level call may take (150).
        end_on_error: Whether the first error of any call stops the session (False).
        logging_setting: `VERBOSE`, `REGULAR`, `QUIET` or `NONE` (`REGULAR`).
        log_file: A file that is logged to as well (None).
        broadcast_callback: Called with each message that is broadcast, on a thread of its own (None).
        run_identifier: The session's id; made up when absent.
        prompt_injection: Whether prompts are filled from the context (True).
        save_state: Whether the state is written to a file when the session closes (True).
        name: What people call it.
        flow_name: The same, when it is a flow that runs in it; `flow_id` is taken and means nothing here.
        payload_callback: Called with the session's state when it has closed (None).
        durability: When calls are on disk: `sync`, before their result is used, `async`, soon, or `exit` (`async`).
        max_concurrency: Calls of one batch that run at the same time (1,000).
        dir: Where the store and the saved states are (`.sessiond`).
        recover: Whether `sessiond recover` starts the program again when its process has died: True, as it was started
            now, or a command. There, this session is the one that is resumed (False).
    """

    def __init__(
        self,
        context: Mapping[str, Any] | None = None,
        *,
        name: str | None = None,
        flow_name: str | None = None,
        flow_id: str | None = None,
        **options: Unpack[Options],
    ) -> None:
        """Begin a session; within a node of another session, it belongs to that."""
        name = flow_name if name is None else name
        if name is not None and not isinstance(name, str):
            raise TypeError(f"name is a text, not {name!r}")
        settings = self.global_config_precedence(**options)
        values = values_of(context)
        outer = current.get()
        parent = outer.session if outer is not None else None
        if parent is not None and (parent._status != "running" or not same_store(parent._settings, settings)):
            # What it would belong to takes nothing more, or is in another store.
            parent = None
        again = recovered(settings) if parent is None else None
        try:
            execution = (
                Execution.resume(again, values, native(settings), False)
                if again
                else Execution.start(
                    settings.run_identifier,
                    name,
                    parent._execution if parent is not None else None,
                    values,
                    native(settings),
                )
            )
        except RecordError as error:
            if error.code == "session_exists":
                raise RecordError(
                    f"a session {settings.run_identifier} already exists: continue it with Session.resume, or use "
                    "Session.open, which creates it or continues it",
                    error.code,
                ) from None
            raise
        self._hold(execution, settings, values)

    @classmethod
    def resume(
        cls,
        session_id: str,
        *,
        context: Mapping[str, Any] | None = None,
        take_over: bool = False,
        **options: Unpack[Options],
    ) -> Self:
        """Take up a session that was interrupted or failed.

        One that another process runs at this moment is refused; with `take_over`, it is taken from that process, whose
        next call then raises `RecordError`.

        The program runs again from its beginning: calls that had completed give what they gave then, without running;
        the rest is executed. Values of `context` come before those that were recorded; secrets are to be given again.
        When the program calls something else than it did, that call raises `ReplayError`.
        """
        settings = cls.global_config_precedence(**options)
        given = values_of(context)
        execution = Execution.resume(session_id, given, native(settings), take_over)
        session = cls.__new__(cls)
        session._hold(execution, settings, given)
        return session

    @classmethod
    def open(
        cls,
        session_id: str,
        *,
        context: Mapping[str, Any] | None = None,
        name: str | None = None,
        **options: Unpack[Options],
    ) -> Self:
        """Begin a session with this id, or take it up when there is one: the same program can so be started again.

        A new one has this `name`. `context` is what a new session begins with, and comes before what was recorded of
        one that is taken up. One that has completed gives its recorded results again.
        """
        try:
            return cls.resume(session_id, context=context, **options)
        except RecordError as error:
            if error.code != "session_not_found":
                raise
        try:
            options["run_identifier"] = session_id
            return cls(context, name=name, **options)
        except RecordError as error:
            if error.code != "session_exists":
                raise
        # Another process was quicker.
        return cls.resume(session_id, context=context, **options)

    @classmethod
    def fork(
        cls, session_id: str, at: int, *, context: Mapping[str, Any] | None = None, **options: Unpack[Options]
    ) -> Self:
        """Go on in a copy of a session, from the point at which its call `at` began."""
        settings = cls.global_config_precedence(**options)
        execution = Execution.fork(session_id, at, native(settings))
        session = cls.__new__(cls)
        session._hold(execution, settings, {})
        session.context.update(context or {})
        return session

    @classmethod
    def global_config_precedence(
        cls,
        timeout: float | None = None,
        end_on_error: bool | None = None,
        logging_setting: LoggingSetting | None = None,
        log_file: str | PathLike[str] | None = None,
        broadcast_callback: BroadcastCallback | None = None,
        run_identifier: str | None = None,
        prompt_injection: bool | None = None,
        save_state: bool | None = None,
        **options: Unpack[MoreOptions],
    ) -> Config:
        """Give how a session with these parameters behaves: they come first, then what `set_config` said, then the
        environment, then the defaults.
        """
        return settle(
            {
                "timeout": timeout,
                "end_on_error": end_on_error,
                "logging_setting": logging_setting,
                "log_file": log_file,
                "broadcast_callback": broadcast_callback,
                "run_identifier": run_identifier,
                "prompt_injection": prompt_injection,
                "save_state": save_state,
                **options,
            }
        )

    def _hold(self, execution: Execution, settings: Config, values: dict[str, Any]) -> None:
        self._execution = execution
        self._settings = settings
        self._began = time.time()
        self._ended: float | None = None
        self._status = "running"
        self._log = Log(execution.id, settings.logging_setting, settings.log_file)
        self._publisher = Publisher()
        if settings.broadcast_callback is not None:
            self._publisher.subscribe(settings.broadcast_callback, "broadcast_callback")
        self._coordinator = Coordinator(execution, settings, self._log)
        self._root = execution.root()
        self._program = Scope(self, self._root, None, False)
        self._context = Context(self, execution, values)
        self._token: Token[Scope | None] | None = None
        self._outer: Scope | None = None
        self._entered = False
        self._warned = False
        self._guard = threading.Lock()
        # It is there when it is needed, also when no file can be opened then.
        from ._closing import Closing

        self._closes = Closing
        self._closing: Closing | None = None
        # One that is neither closed nor used any more is left as it is when it is collected, or when the program ends.
        self._finalizer = weakref.finalize(self, abandon, execution)
        self._watch = watch_end(execution, self._coordinator)
        opened(self)
        self._log.info("session began, in %s", settings.dir)

    @property
    def id(self) -> str:
        """Its id, by which it is resumed."""
        return self._execution.id

    @property
    def name(self) -> str | None:
        """What people call it."""
        return self._execution.name

    @property
    def context(self) -> Context:
        """Values that every node can read and change."""
        return self._context

    @property
    def settings(self) -> Config:
        """How it behaves."""
        return self._settings

    @property
    def identifier(self) -> str:
        """As `id`."""
        return self.id

    @property
    def _identifier(self) -> str:
        return self.id

    @property
    def info(self) -> ExecutionInfo:
        """What is known of it at this moment: a summary, which is a mapping, and its calls."""
        from ._info import ExecutionInfo

        self._check_process()
        summary = {
            "session_id": self.id,
            "name": self.name,
            "status": self._status,
            "began": self._began,
            "ended": self._ended,
            "seconds": (self._ended or time.time()) - self._began,
            **self._execution.info(),
            "opaque": self._execution.runs_again(),
            "subscribers": self._publisher.info(),
        }
        return ExecutionInfo(summary, self.payload)

    @property
    def saved_path(self) -> Path:
        """The file that its state is saved in."""
        return self._execution.saved_path

    def payload(self) -> dict[str, Any]:
        """Give the state as its file has it, as far as it is recorded; the calls by their numbers."""
        self._check_process()
        import json

        state: dict[str, Any] = json.loads(self._execution.payload())
        # The file has them as they ended.
        state["calls"].sort(key=lambda call: call["call"])
        return state

    def save(self) -> Path:
        """Write the state to its file, while the session goes on."""
        self._check_process()
        return self._execution.save()

    def flush(self) -> None:
        """Write everything that is recorded so far."""
        self._check_process()
        self._execution.flush()

    @overload
    async def call(self, node: Callable[P, Awaitable[R]], /, *args: P.args, **kwargs: P.kwargs) -> R: ...
    @overload
    async def call(self, node: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R: ...
    async def call(self, node: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        """Call a node: from a node of this session as a part of that call, else as a top-level call."""
        return await self._coordinator.call(self._scope(), node_of(node), args, kwargs)

    @overload
    def call_sync(self, node: Callable[P, Awaitable[R]], /, *args: P.args, **kwargs: P.kwargs) -> R: ...
    @overload
    def call_sync(self, node: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R: ...
    def call_sync(self, node: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        """Call a node and wait for its result, also where an event loop is running."""
        return self._run_sync(lambda: self.call(node, *args, **kwargs))

    async def call_batch(
        self,
        node: Callable[..., Any],
        /,
        *iterables: Iterable[Any],
        return_exceptions: bool = True,
        max_concurrency: int | None = None,
    ) -> list[Any]:
        """Call a node once for each item, or each group of items as `map` does, and give the results in their order.

        An error takes the place of a result, or is raised when `return_exceptions` is False or `end_on_error` holds;
        the other calls are cancelled then.
        """
        from ._batch import batch

        limit = max_concurrency or self._settings.max_concurrency
        raises = not return_exceptions or self._settings.end_on_error
        known, coordinator = node_of(node), self._coordinator
        # Its calls begin in the order of their items, so that all of them are of one branch.
        scope = coordinator.line(self._scope()).branch("*batch")
        items = zip(*iterables)
        return await batch(lambda args: coordinator.call_on(scope, known, args, {}), items, limit, raises)

    @overload
    def astream(self, node: Agent[T], /, user_input: Asked) -> Stream[str, AgentResult[T]]: ...
    @overload
    def astream(
        self, node: Callable[P, AsyncIterable[R] | Iterable[R]], /, *args: P.args, **kwargs: P.kwargs
    ) -> Stream[R, list[R]]: ...
    def astream(self, node: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Stream[Any, Any]:
        """Call a node that is a generator, and give its items as they come, and in the end its `result`.

        All of them together are the recorded result, of which a resumed session gives the same items again. Of an agent
        it gives the text that its model writes; recorded is the agent's result, whose text a resumed session gives in
        one piece.
        """
        from ._astream import Stream

        known = node_of(node)
        if not known.is_stream and known.pieces is None:
            raise NodeError(f"{known.name} is no generator and no agent; use call", "no_stream")
        return Stream(lambda gave: self._coordinator.stream(self._scope(), known, args, kwargs, gave))

    def broadcast(self, message: str) -> None:
        """Tell whoever listens; nobody who listens holds up the session."""
        self._check_process()
        self._publisher.publish(message)

    def subscribe(self, callback: BroadcastCallback, name: str | None = None) -> None:
        """Have something called with each message that is broadcast from now on, on a thread of its own."""
        self._check_process()
        self._publisher.subscribe(callback, name)

    def stop(self, reason: str = "it was stopped") -> None:
        """Cancel all calls that run, and take no further ones. The session then ends as failed, and can be resumed."""
        self._check_process()
        self._coordinator.stop(reason, Stopped(f"it was stopped: {reason}"))

    def close(self) -> None:
        """End the session: everything is recorded, and the state is saved. Calls that still run are cancelled.

        What could not be recorded or saved is raised here. Who closes it a second time waits for the first, and gets
        the same outcome.
        """
        self._check_process()
        self._close(None)

    async def aclose(self) -> None:
        """As `close`, without holding up the event loop. It goes on to its end, whatever is cancelled meanwhile."""
        self._check_process()
        await self._aclose(None)

    def __enter__(self) -> Self:
        """Make it the session that calls are made in."""
        self._check_process()
        if self._status != "running":
            raise SessionClosedError("the session is closed; start another, or resume it", "closed")
        if self._entered:
            raise SessionClosedError("this session is entered already; make another one for this place", "entered")
        self._entered = True
        self._outer = current.get()
        self._token = current.set(self._program)
        from asyncio import _get_running_loop

        loop = _get_running_loop()
        if loop is not None:
            watch(loop)
        else:
            watch_loops()
        from ._signals import session_began

        session_began()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it: as failed, so that it can be resumed, when its program failed."""
        self._leave()
        if self._status == FORKED:
            # It is the parent's, which closes it.
            return
        try:
            self._close(error)
        finally:
            _ended()

    async def __aenter__(self) -> Self:
        """Make it the session that calls are made in."""
        from asyncio import _get_running_loop

        if _get_running_loop() is None:
            error = no_loop()
            self._close(error)
            raise error
        return self.__enter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it: as failed, so that it can be resumed, when its program failed."""
        self._leave()
        if self._status == FORKED:
            return
        try:
            await self._aclose(error)
        finally:
            _ended()

    def __repr__(self) -> str:
        """Tell which it is."""
        name = f" {self.name!r}" if self.name else ""
        status = self._status if self._status != FORKED else "of the process that forked"
        return f"<Session {self.id}{name} {status}>"

    def _scope(self) -> Scope:
        """Give where this code runs in this session: a call of it, or its program."""
        scope = current.get()
        return scope if scope is not None and scope.session is self else self._program

    def _run_sync(self, work: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
        from ._loops import run

        return run(work)

    def _leave(self) -> None:
        token, self._token = self._token, None
        self._entered = False
        if token is None:
            return
        try:
            current.reset(token)
        except ValueError:
            # It was entered in another context, by an asynchronous generator for one: that one is not ours to change.
            scope = current.get()
            if scope is not None and scope.session is self:
                current.set(self._outer)

    def _close(self, error: BaseException | None) -> None:
        closing, is_first = self._ending(error)
        if is_first:
            closing.run()
        else:
            closing.wait()

    async def _aclose(self, error: BaseException | None) -> None:
        closing, is_first = self._ending(error)
        if is_first:
            closing.start()
        await closing.finished()

    def _ending(self, error: BaseException | None) -> tuple[Closing, bool]:
        """Give what closes the session, and whether it has yet to be run."""
        with self._guard:
            if self._closing is not None:
                return self._closing, False
            scope = current.get()
            inside = scope.run if scope is not None and scope.session is self else None
            self._closing = self._closes(self, error, inside)
            self._status = "closing"
            return self._closing, True

    def _finish(self, error: BaseException | None, inside: Run | None, until: float) -> None:
        """Stop what runs and write everything; it may be done again when it was interrupted.

        What cannot be written is raised, whatever else went wrong.
        """
        coordinator = self._coordinator
        failed = reason_of(error) or reason_of(coordinator.failure)
        coordinator.stop("it is closed")
        coordinator.wait_stopped(inside, until)
        self._finalizer.detach()
        if self._watch is not None:
            self._watch.cancel()
        for key in self._context.changed_in_place():
            self._log.warning(
                "the value %r of the context was changed in place, which is not recorded: put it again", key
            )
        try:
            self._publisher.close()
            if coordinator.is_interrupted or (coordinator.waiting.questions and is_signal(error)):
                self._execution.leave()
                self._status = "interrupted"
            else:
                self._execution.close(failed, fatal_calls(coordinator.failure if error is None else error))
                self._status = "completed" if failed is None else "failed"
        except BaseException:
            self._status = "failed"
            raise
        finally:
            self._ended = time.time()
            coordinator.close()
            if coordinator.spans is not None:
                coordinator.spans.end(failed)
            closed(self)
            self._say()
            self._hand_over()

    def _hand_over(self) -> None:
        """Give the state to who wants it; what that fails with is logged, and does not fail the program."""
        callback = self._settings.payload_callback
        if callback is None:
            return
        try:
            callback(self.payload())
        except Exception as error:
            self._log.warning("payload_callback failed with %s: %s", type(error).__name__, error)

    def _check_process(self) -> None:
        if self._status == FORKED:
            raise SessionClosedError(f"session {self.id} is not of this process: {FORKED}", "forked")

    def _forked(self) -> None:
        """Leave the session to the process that this one was forked from."""
        self._finalizer.detach()
        self._status = FORKED
        self._guard = threading.Lock()
        self._coordinator.forked()
        self._publisher.forked()

    def _say(self) -> None:
        for listener in self._publisher.info():
            if listener["missed"] or listener["failed"]:
                self._log.warning(
                    "subscriber %s missed %s messages and failed with %s: %s",
                    listener["name"],
                    listener["missed"],
                    listener["failed"],
                    listener["error"],
                )
        calls = self._execution.info()["calls"]
        self._log.info("session %s: %s calls in %.3f s", self._status, calls, (self._ended or 0) - self._began)
        self._log.close()


def _ended() -> None:
    from ._signals import session_ended

    session_ended()
