"""How calls run, and how they are stopped."""

from __future__ import annotations

import os
import sys
import threading
import time
from types import AsyncGeneratorType, GeneratorType
from typing import TYPE_CHECKING, Any, Callable
from weakref import ref

from ._branches import line, plain_task, watch
from ._config import GRACE
from ._ends import Ends
from ._fatal import is_fatal, remember
from ._loops import no_loop
from ._native import Execution, Frame, Recorded
from ._run import Run, running_loop
from ._scope import Scope, current
from ._state import is_a, own
from ._turns import Turns
from ._waiting import Waiting
from .errors import (
    ControlError,
    GlobalTimeOutError,
    Interrupted,
    NodeError,
    NodeTimeoutError,
    ReplayError,
    SessionClosedError,
)

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop, CancelledError
    from collections.abc import AsyncGenerator, Coroutine

    from ._config import Config
    from ._log import Log
    from ._native import Work
    from ._node import Node
    from ._pool import Pool
    from .middleware import Middleware
    from .tracing import Spans


# Calls that nest so deep run on a fresh stack: each level takes several frames, and Python allows 1,000 in all.
_STACK = 30
# Deeper than this, a program recurses without end.
_DEPTH = 2000
FORKED = "it belongs to the process that forked; begin a session of this process's own"


class Coordinator:
    """Runs the calls of a session."""

    def __init__(self, execution: Execution, settings: Config, log: Log) -> None:
        """Begin without a call."""
        self._execution = execution
        self._timeout = None if settings.timeout == float("inf") else settings.timeout
        self._end_on_error = settings.end_on_error
        self._sync = settings.durability == "sync"
        self._log = log
        self._runs: set[Run] = set()
        self._lock = threading.Lock()
        self._stopped: tuple[str, BaseException | None] | None = None
        self._failure: BaseException | None = None
        self._is_broken = False
        self._pool: Pool | None = None
        self._turns = Turns(execution)
        self.waiting = Waiting(self, execution)
        """Its calls that wait for something from outside."""
        self.is_interrupted = False
        """Whether it was stopped because it does nothing but wait for something from outside."""
        self._received: dict[str, set[int]] = {}
        self._ends = Ends()
        self._watched: AbstractEventLoop | None = None
        self.spans: Spans | None = None
        """Its spans of OpenTelemetry, when those are wanted."""
        if "sessiond.tracing" in sys.modules or os.environ.get("SESSIOND_TRACING") == "1":
            from .tracing import spans

            self.spans = spans(execution.id)
            if self.spans is not None:
                self._perform = self.spans.around(self._perform)  # type: ignore[method-assign]

    async def call(self, scope: Scope, node: Node, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Call a node from a scope of this session, and give its result."""
        if running_loop() is None:
            raise no_loop()
        return await self.call_on(self.line(scope), node, args, kwargs)

    async def call_on(self, scope: Scope, node: Node, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Call a node from a branch, whichever task this is."""
        frame = self._begin(scope, node, args, kwargs)
        if type(frame) is Recorded:
            if frame.turn is None and frame.error is None:
                return frame.value
            return await self._again(scope, node, frame)
        if not self._execution.is_replayed:
            return await self._after_record(scope, node, frame, args, kwargs)
        if scope.run is None:
            return await self._top(scope, node, frame, args, kwargs)
        if scope.depth % _STACK == _STACK - 1:
            return await _on_fresh_stack(self._perform(scope, node, frame, scope.run, args, kwargs))
        return await self._perform(scope, node, frame, scope.run, args, kwargs)

    async def _after_record(
        self, scope: Scope, node: Node, frame: Frame, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Any:
        """Run a call while others are replayed: what it comes to is given when that is next in their order."""
        try:
            if scope.run is None:
                value = await self._top(scope, node, frame, args, kwargs)
            else:
                value = await self._perform(scope, node, frame, scope.run, args, kwargs)
        except Exception:
            await self._turns.follow(frame.turn)
            raise
        await self._turns.follow(frame.turn)
        return value

    async def stream(
        self,
        scope: Scope,
        node: Node,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        gave: Callable[[Any], None] = lambda result: None,
    ) -> AsyncGenerator[Any]:
        """Call a node that is a generator or an agent, and give its items as they come, and its result to `gave`."""
        from ._stream import Stream

        if running_loop() is None:
            raise no_loop()
        scope = self.line(scope)
        frame = self._begin(scope, node, args, kwargs)
        if type(frame) is Recorded:
            if frame.status != "completed":
                # What it had given until then.
                for item in frame.value or ():
                    yield item
            value = await self._again(scope, node, frame)
            for item in value if node.pieces is None else filter(None, (value.text,)):
                yield item
            gave(value)
            return
        stream = Stream()
        pumping = stream.pumping(node)
        if scope.run is None:
            work = self._top(scope, pumping, frame, args, kwargs)
        else:
            work = self._perform(scope, pumping, frame, scope.run, args, kwargs)
        items = stream.items(work, gave)
        try:
            async for item in items:
                yield item
        finally:
            await items.aclose()

    @property
    def is_stopped(self) -> bool:
        """Whether it takes no further calls."""
        return self._stopped is not None

    @property
    def failure(self) -> BaseException | None:
        """What stopped it before it was closed, although its program may have caught that."""
        return self._failure

    def stop(self, reason: str, error: BaseException | None = None) -> None:
        """Cancel all calls that run, and take no further ones; because of this error, if one is given."""
        with self._lock:
            if self._stopped is not None:
                return
            self._stopped = (reason, error)
            self._failure = error
            runs = list(self._runs)
        for run in runs:
            if run.reason is None:
                run.reason = "stopped"
            run.cancel()

    def interrupt(self, error: Interrupted) -> None:
        """Stop it, and leave the calls that run as they are in the record: they run again when it is resumed."""
        with self._lock:
            if self._stopped is not None:
                return
            self._is_broken = self.is_interrupted = True
            for run in self._runs:
                if run.reason is None:
                    run.reason = "failed"
        self.stop(str(error), error)

    def end(self, error: BaseException) -> None:
        """Stop it, because its session was ended from outside."""
        self._is_broken = True
        self.stop(str(error), error)

    @property
    def is_replaying(self) -> bool:
        """Whether something that is recorded waits for its turn."""
        return self._turns.is_waited_for

    async def replayed(self) -> None:
        """Wait until everything that is recorded has happened again."""
        await self._turns.end()

    def received(self, signal: str) -> set[int]:
        """Give the revisions of the signals of a name that the program has received."""
        return self._received.setdefault(signal, set())

    def wait_stopped(self, inside: Run | None, until: float) -> None:
        """Wait, for a while, until nothing runs any more on the loops of other threads; what still runs is given up.

        `inside` is the call that waits here, if one does.
        """
        loop = running_loop()
        while True:
            left = [run for run in list(self._runs) if run is not inside and run.loop is not loop]
            left = [run for run in left if run.loop.is_running()]
            if not left or time.monotonic() > until:
                break
            time.sleep(0.002)
        for run in left:
            run.over = True
            if not self.is_interrupted:
                run.frame.ended("abandoned")
            self._log.warning("call %s was cancelled and goes on all the same; it is left to itself", run.frame.call)

    def forked(self) -> None:
        """Take no calls: this process was forked from the one whose session it is."""
        self._lock = threading.Lock()
        self._stopped = (FORKED, None)
        self._runs = set()
        self.waiting.forked()
        self._pool = None

    def close(self) -> None:
        """Let the threads go."""
        self._tell()
        if self._pool is not None:
            self._pool.close()

    def _tell(self) -> None:
        """Tell once of each node whose calls run again, or have run again."""
        for node, why in self._execution.untold():
            self._log.warning("%s runs again when the session is resumed: %s", node, why)

    async def in_thread(self, scope: Scope, call: Callable[[], Any]) -> Any:
        """Run what would hold up the loop in a thread."""
        from asyncio import CancelledError, get_running_loop

        from ._pool import Job, Pool

        with self._lock:
            pool = self._pool
            if pool is None:
                pool = self._pool = Pool()
        job = Job(get_running_loop(), call)
        pool.submit(job, beyond=scope.threaded)
        try:
            return await job.result()
        except CancelledError:
            scope.main.abandoned = not pool.withdraw(job)
            raise

    def line(self, scope: Scope) -> Scope:
        """Give the branch of a scope that the running task is."""
        loop = running_loop()
        if loop is not None and loop is not self._watched:
            watch(loop)
            self._watched = loop
        return line(scope)

    def _begin(self, scope: Scope, node: Node, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Frame | Recorded:
        if self._stopped is not None:
            raise self._closed()
        run = scope.run
        if run is not None and run.over:
            raise SessionClosedError("this call was given up, so it can make no calls", "abandoned")
        if scope.depth > _DEPTH:
            raise NodeError(f"{node.name}: calls nest more than {_DEPTH} deep", "depth")
        if node.recorded is not None:
            args, kwargs = node.recorded(args, kwargs)
        try:
            return scope.frame.begin(node.name, node.kind, args, kwargs or None)
        except ControlError as error:
            self._broken(error, run)
            raise
        finally:
            self._turns.advance()

    def _broken(self, error: ControlError, run: Run | None) -> None:
        """End the session: what comes after this error would make a wrong record, whatever the program catches."""
        if is_a(error, SessionClosedError) or self._stopped is not None:
            return
        self._is_broken = True
        if run is not None and run.reason is None:
            run.reason = "failed"
        self.stop(str(error), error)

    async def _again(self, scope: Scope, node: Node, recorded: Recorded) -> Any:
        """Give what a call came to before, when its turn comes."""
        if recorded.turn is not None:
            if recorded.error is None and recorded.status in ("cancelled", "abandoned"):
                try:
                    await self._turns.cancelled(scope, node.name, recorded)
                except ReplayError as error:
                    self._broken(error, scope.run)
                    raise
            await self._turns.come(recorded.turn)
        raised = recorded.error
        if raised is None and recorded.status == "timeout":
            raised = NodeTimeoutError(f"{node.name} was over its time", "timeout")
        if raised is None:
            return recorded.value
        remember(raised, recorded.call)
        try:
            raise raised
        finally:
            del raised

    async def _perform(  # noqa: PLR0912
        self, scope: Scope, node: Node, frame: Frame, run: Run, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Any:
        inner = Scope(scope.session, frame, run, scope.threaded)
        inner.outer = scope._main or scope
        inner.depth = scope.depth + 1
        if scope.retried or not node.final:
            inner.retried = True
        token = current.set(inner)
        try:
            if node.direct:
                value = await node.function(*args, **kwargs)
            elif node.middleware:
                value = await self._around(inner, node, node.middleware, args, kwargs)
            else:
                value = await self._otherwise(inner, node, args, kwargs)
            if run.reason is not None and frame is run.frame:
                # It took no notice of being cancelled, and nobody waits for its result.
                raise self._overdue(node, run)
            if self._is_broken:
                # It may have caught the error that broke the session: what it gives now may be wrong.
                raise self._closed()
            try:
                news = node.complete(frame, value)
                if self._sync:
                    await self._ends.on_disk(self.in_thread(inner, inner.frame.settled))
            except ControlError as error:
                self._broken(error, run)
                raise
            if news:
                self._tell()
        except BaseException as error:
            self._ended(inner, node, error)
            if self._sync and is_a(error, Exception):
                await self._ends.after_others()
            raise
        finally:
            try:
                current.reset(token)
            except ValueError:
                # What was never finished is closed by the garbage collector, wherever that happens to run.
                pass
        self._log.completed(frame, node)
        return value

    async def _around(
        self,
        inner: Scope,
        node: Node,
        middleware: tuple[Middleware, ...],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> Any:
        if not middleware:
            return await self._otherwise(inner, node, args, kwargs)
        outermost, *rest = middleware

        async def proceed(*args: Any, **kwargs: Any) -> Any:
            return await self._around(current.get() or inner, node, tuple(rest), args, kwargs)

        return await outermost.run(node, proceed, args, kwargs)

    async def _otherwise(self, inner: Scope, node: Node, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        if node.is_async:
            return await node.function(*args, **kwargs)
        if node.is_stream:
            return [item async for item in node.items(*args, **kwargs)]

        def in_thread() -> Any:
            inner.threaded = True
            value = node.function(*args, **kwargs)
            # What a generator does is a part of the call as well.
            return list(value) if type(value) is GeneratorType else value

        value = await self.in_thread(inner, in_thread)
        if type(value) is AsyncGeneratorType:
            return [item async for item in value]
        # A plain function may give what is to be awaited.
        return await value if own(type(value), "__await__") is not None else value

    async def _top(self, scope: Scope, node: Node, frame: Frame, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        import asyncio

        loop = asyncio.get_running_loop()
        run = Run(frame, loop)
        run.task = task = plain_task(loop, self._perform(scope, node, frame, run, args, kwargs))
        self._runs.add(run)
        cancelled: CancelledError | None = None
        try:
            try:
                timeout = None if node.waits else self._timeout
                while True:
                    done, _ = await asyncio.wait((task,), timeout=timeout)
                    if done or timeout is None:
                        break
                    timeout = run.left()
                    if timeout <= 0:
                        run.reason = "timeout"
                        break
            except asyncio.CancelledError as given:
                cancelled = given
            if not task.done():
                cancelled = await self._cancel(run, node) or cancelled
        finally:
            run.over = True
            self._runs.discard(run)
            if not task.done():
                task.cancel()
        if cancelled is not None:
            raise cancelled
        if not task.done() or task.cancelled():
            raise self._overdue(node, run)
        error = task.exception()
        if error is None:
            return task.result()
        if run.reason == "timeout" and not is_a(error, NodeTimeoutError):
            raise self._overdue(node, run) from error
        try:
            raise error
        finally:
            del error

    async def _cancel(self, run: Run, node: Node) -> CancelledError | None:
        """Cancel a call and wait until it has cleaned up, however often this one is cancelled meanwhile.

        Returns the cancellation that is to be raised then.
        """
        from ._wait import outlast

        task = run.task
        if task is None or task.done():
            return None
        run.cancel()
        cancelled = await outlast((task,), GRACE)
        if self.is_interrupted:
            pass
        elif not task.done():
            late = self._overdue(node, run)
            if isinstance(late, NodeTimeoutError):
                run.frame.ended("abandoned", type(late).__name__, str(late), None, late)
            else:
                run.frame.ended("abandoned")
            self._log.warning("%s was cancelled and goes on all the same; it is left to itself", node.name)
        elif not task.cancelled():
            # It is looked at, so that nobody is told that it was not.
            task.exception()
        return cancelled

    def _overdue(self, node: Node, run: Run) -> BaseException:
        """Give what a top-level call that was cancelled fails with."""
        from asyncio import CancelledError

        if run.reason == "timeout":
            told = f"{node.name} gave no answer within {self._timeout} s, the session's timeout"
            late = GlobalTimeOutError(self._timeout or 0.0, told)
            remember(late, run.frame.call)
            return late
        stopped = self._stopped
        if run.reason == "failed" and stopped is not None and stopped[1] is not None:
            return stopped[1]
        if run.reason is not None:
            return self._closed()
        return CancelledError()

    def _closed(self) -> ControlError:
        reason, cause = self._stopped or ("it is closed", None)
        if self._is_broken and isinstance(cause, ControlError):
            # Whoever caught it is told the same again.
            again = type(cause)(str(cause), cause.code)
            again.__dict__.update(cause.__dict__)
            return again
        error = SessionClosedError(f"the session takes no calls: {reason}", "closed")
        error.__cause__ = cause
        return error

    def _ended(self, scope: Scope, node: Node, error: BaseException) -> None:
        """Put down that a call gave no result."""
        from asyncio import CancelledError

        from ._error_values import describe_error

        if is_a(error, Interrupted):
            # That of a session within this one.
            self.interrupt(error)  # type: ignore[arg-type]
        if self.is_interrupted:
            self._log.ended(scope.frame, node, "interrupted", None)
            return
        run = scope.run
        top = run is not None and scope.frame is run.frame
        if scope.abandoned:
            status = "abandoned"
        elif scope.overdue or (top and run is not None and run.reason == "timeout"):
            status = "timeout"
        elif (
            (is_a(error, CancelledError) and _is_cancelled())
            or is_a(error, GeneratorExit)
            or (is_a(error, SessionClosedError) and self._stopped is not None)
        ):
            status = "cancelled"
        else:
            status = "failed"
        partial = None if node.partial is None else node.partial(status == "cancelled")
        if status == "cancelled":
            scope.frame.ended(status, output=partial)
            self._log.ended(scope.frame, node, status, None)
            return
        if status != "failed":
            # What its caller gets: the time-out of the session, or of the node's own.
            late = error if is_a(error, NodeTimeoutError) or run is None else self._overdue(node, run)
            if isinstance(late, NodeTimeoutError):
                scope.frame.ended(status, type(late).__name__, str(late), None, late, partial)
                remember(late, scope.frame.call)
            else:
                scope.frame.ended(status)
            self._log.ended(scope.frame, node, status, None)
            return
        kind, message, trace = describe_error(error)
        scope.frame.ended(status, kind, message, trace, error, partial)
        remember(error, scope.frame.call)
        self._log.ended(scope.frame, node, status, f"{kind}: {message}")
        fatal = is_fatal(error)
        if (self._end_on_error and not scope.retried) or fatal:
            if run is not None and run.reason is None and self._stopped is None:
                run.reason = "failed"
            why = "the error is fatal" if fatal else "end_on_error is set"
            self.stop(f"{node.name} failed, and {why}", error)


def watch_end(execution: Execution, coordinator: Coordinator) -> Work | None:
    """Have calls end when their record takes nothing more: when somebody ends the session, or takes it over."""
    known = ref(coordinator)

    def tell(error: BaseException) -> None:
        coordinator = known()
        if coordinator is not None:
            coordinator.end(error)

    try:
        return execution.ended(tell)
    except RuntimeError:
        # The program is ending.
        return None


async def _on_fresh_stack(work: Coroutine[Any, Any, Any]) -> Any:
    """Run something in a task of its own, whose stack begins anew."""

    from asyncio import get_running_loop

    # Not `create_task`: a loop may begin its tasks eagerly, on this stack.
    task = plain_task(get_running_loop(), work)
    try:
        return await task
    finally:
        if not task.done():
            task.cancel()


def _is_cancelled() -> bool:
    """Tell whether somebody cancelled the running task, as far as Python knows (from 3.11 on).

    Else a node that is cancelled raised that itself, as it does when it awaits a task that it has cancelled.
    """
    from asyncio import current_task

    try:
        task = current_task()
    except RuntimeError:
        return True
    return task is None or getattr(task, "cancelling", lambda: 1)() > 0
