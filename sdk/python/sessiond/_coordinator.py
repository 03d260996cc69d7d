"""How calls run, and how they are stopped."""

from __future__ import annotations

import threading
import time
from types import AsyncGeneratorType, GeneratorType
from typing import TYPE_CHECKING, Any, Callable

from ._branches import line, plain_task, watch
from ._config import GRACE
from ._error_values import FATAL
from ._native import Execution, Frame, Recorded
from ._scope import Scope, current
from ._turns import Turns
from .errors import NodeTimeoutError, ReplayError, SessionClosedError

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop, Task
    from collections.abc import AsyncGenerator

    from ._config import Config
    from ._log import Log
    from ._node import Node
    from ._pool import Pool
    from .middleware import Middleware


class Run:
    """A top-level call that runs."""

    __slots__ = ("frame", "loop", "over", "reason", "task")

    def __init__(self, frame: Frame, loop: AbstractEventLoop) -> None:
        """Note the call and the loop that it runs on."""
        self.frame = frame
        self.loop = loop
        self.task: Task[Any] | None = None
        self.reason: str | None = None
        """Why it was cancelled: `timeout`, `stopped` or `failed`, or None."""
        self.over = False
        """Whether nobody waits for it any more, so that what is left of it may not go on."""

    def cancel(self) -> None:
        """Cancel it, from any thread."""
        task = self.task
        if task is None:
            return
        if _running_loop() is self.loop:
            task.cancel()
            return
        try:
            self.loop.call_soon_threadsafe(task.cancel)
        except RuntimeError:
            # The loop is closed, and with it what ran there.
            pass


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
        self._pool: Pool | None = None
        self._turns = Turns(execution)
        self._watched: AbstractEventLoop | None = None

    async def call(self, scope: Scope, node: Node, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Call a node from a scope of this session, and give its result."""
        return await self.call_on(self.line(scope), node, args, kwargs)

    async def call_on(self, scope: Scope, node: Node, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Call a node from a branch, whichever task this is."""
        frame = self._begin(scope, node, args, kwargs)
        if type(frame) is Recorded:
            if frame.turn is None and frame.error is None:
                return frame.value
            return await self._again(scope, node, frame)
        if scope.run is None:
            return await self._top(scope, node, frame, args, kwargs)
        return await self._perform(scope, node, frame, scope.run, args, kwargs)

    async def stream(
        self, scope: Scope, node: Node, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> AsyncGenerator[Any]:
        """Call a node that is an asynchronous generator or an agent, and give its items as they come."""
        from ._stream import Stream

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
            return
        stream = Stream()
        pumping = stream.pumping(node)
        if scope.run is None:
            work = self._top(scope, pumping, frame, args, kwargs)
        else:
            work = self._perform(scope, pumping, frame, scope.run, args, kwargs)
        items = stream.items(work)
        try:
            async for item in items:
                yield item
        finally:
            await items.aclose()

    @property
    def is_stopped(self) -> bool:
        """Whether it takes no further calls."""
        return self._stopped is not None

    def stop(self, reason: str, error: BaseException | None = None) -> None:
        """Cancel all calls that run, and take no further ones."""
        with self._lock:
            if self._stopped is not None:
                return
            self._stopped = (reason, error)
            runs = list(self._runs)
        for run in runs:
            if run.reason is None:
                run.reason = "stopped"
            run.cancel()

    async def stopped(self) -> None:
        """Wait, for a while, until nothing runs any more."""
        import asyncio

        loop = asyncio.get_running_loop()
        here = [run.task for run in list(self._runs) if run.loop is loop and run.task is not None]
        here = [task for task in here if task is not asyncio.current_task()]
        if here:
            await asyncio.wait(here, timeout=GRACE)
        until = time.monotonic() + GRACE
        while any(run.loop is not loop for run in list(self._runs)) and time.monotonic() < until:
            await asyncio.sleep(0.002)

    def wait_stopped(self) -> None:
        """Wait, for a while, until nothing runs any more on the loops of other threads."""
        loop = _running_loop()
        until = time.monotonic() + GRACE
        while any(run.loop is not loop and run.loop.is_running() for run in list(self._runs)):
            if time.monotonic() > until:
                return
            time.sleep(0.002)

    def close(self) -> None:
        """Let the threads go."""
        if self._pool is not None:
            self._pool.close()

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
        from asyncio import _get_running_loop

        loop = _get_running_loop()
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
        try:
            return scope.frame.begin(node.name, node.kind, args, kwargs or None)
        except ReplayError as error:
            self._differs(run, error)
            raise
        finally:
            self._turns.advance()

    def _differs(self, run: Run | None, error: ReplayError) -> None:
        """End the session: whatever the program catches, it is not the one that was recorded."""
        if run is not None and run.reason is None and self._stopped is None:
            run.reason = "failed"
        self.stop("the program differs from what was recorded", error)

    async def _again(self, scope: Scope, node: Node, recorded: Recorded) -> Any:
        """Give what a call came to before, when its turn comes."""
        if recorded.turn is not None:
            if recorded.error is None and recorded.status in ("cancelled", "abandoned"):
                try:
                    await self._turns.cancelled(scope, node.name, recorded)
                except ReplayError as error:
                    self._differs(scope.run, error)
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

    async def _perform(
        self, scope: Scope, node: Node, frame: Frame, run: Run, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Any:
        inner = Scope(scope.session, frame, run, scope.threaded)
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
            if self._sync:
                # The thread that writes is waited for by others too: one write is for all that wait.
                await self.in_thread(inner, lambda: node.complete(frame, value))
            else:
                node.complete(frame, value)
        except BaseException as error:
            self._ended(inner, node, error)
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
        return await value if hasattr(type(value), "__await__") else value

    async def _top(self, scope: Scope, node: Node, frame: Frame, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        import asyncio

        loop = asyncio.get_running_loop()
        run = Run(frame, loop)
        run.task = task = plain_task(loop, self._perform(scope, node, frame, run, args, kwargs))
        self._runs.add(run)
        try:
            done, _ = await asyncio.wait((task,), timeout=self._timeout)
            if not done:
                run.reason = "timeout"
                await self._cancel(run, node)
        except asyncio.CancelledError:
            await self._cancel(run, node)
            raise
        finally:
            run.over = True
            self._runs.discard(run)
        if not task.done() or task.cancelled():
            raise self._overdue(node, run)
        error = task.exception()
        if error is None:
            return task.result()
        if run.reason == "timeout" and not isinstance(error, NodeTimeoutError):
            raise self._overdue(node, run) from error
        try:
            raise error
        finally:
            del error

    async def _cancel(self, run: Run, node: Node) -> None:
        """Cancel a call and wait until it has cleaned up."""
        import asyncio

        task = run.task
        if task is None or task.done():
            return
        task.cancel()
        await asyncio.wait((task,), timeout=GRACE)
        if not task.done():
            late = self._overdue(node, run)
            if isinstance(late, NodeTimeoutError):
                run.frame.ended("abandoned", type(late).__name__, str(late), None, late)
            else:
                run.frame.ended("abandoned")
            self._log.warning("%s was cancelled and goes on all the same; it is left to itself", node.name)
        elif not task.cancelled():
            # It is looked at, so that nobody is told that it was not.
            task.exception()

    def _overdue(self, node: Node, run: Run) -> BaseException:
        """Give what a top-level call that was cancelled fails with."""
        from asyncio import CancelledError

        if run.reason == "timeout":
            late = NodeTimeoutError(
                f"{node.name} gave no answer within {self._timeout} s, the session's timeout", "timeout"
            )
            remember(late, run.frame.call)
            return late
        stopped = self._stopped
        if run.reason == "failed" and stopped is not None and stopped[1] is not None:
            return stopped[1]
        if run.reason is not None:
            return self._closed()
        return CancelledError()

    def _closed(self) -> SessionClosedError:
        reason, cause = self._stopped or ("it is closed", None)
        error = SessionClosedError(f"the session takes no calls: {reason}", "closed")
        error.__cause__ = cause
        return error

    def _ended(self, scope: Scope, node: Node, error: BaseException) -> None:
        """Put down that a call gave no result."""
        from asyncio import CancelledError

        from ._error_values import describe_error

        run = scope.run
        top = run is not None and scope.frame is run.frame
        if scope.abandoned:
            status = "abandoned"
        elif scope.overdue or (top and run is not None and run.reason == "timeout"):
            status = "timeout"
        elif isinstance(error, (CancelledError, GeneratorExit)) or (
            isinstance(error, SessionClosedError) and self._stopped is not None
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
            late = error if isinstance(error, NodeTimeoutError) or run is None else self._overdue(node, run)
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
        if self._end_on_error and not scope.retried:
            if run is not None and run.reason is None and self._stopped is None:
                run.reason = "failed"
            self.stop(f"{node.name} failed, and end_on_error is set", error)


def remember(error: BaseException, call: int | None) -> None:
    """Note which call gave an error, so that one that ends the program is known as that call's."""
    try:
        calls: set[int | None] = error.__dict__.setdefault(FATAL, set())
        calls.add(call)
    except Exception:
        # It takes no attributes.
        pass


def fatal_calls(error: BaseException | None) -> list[int]:
    """Give the calls that gave the error which ended a program, or a part of it."""
    found: set[int] = set()
    left = [] if error is None else [error]
    while left:
        one = left.pop()
        try:
            found.update(call for call in one.__dict__.get(FATAL, ()) if call is not None)
            left.extend(one.exceptions)  # type: ignore[attr-defined]
        except Exception:
            # Most are not of several.
            continue
    return sorted(found)


def _running_loop() -> AbstractEventLoop | None:
    from asyncio import _get_running_loop

    return _get_running_loop()
