"""Waiting for several things at once, in an order that is recorded.

Which of several tasks ends first is a matter of time. What is given here is a call in the record, so that a resumed
program gets the same one first.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Callable, Generic, TypeVar

from . import _clock
from ._branches import watch
from ._node import Node, node_of
from ._scope import current

if TYPE_CHECKING:
    from asyncio import Future
    from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Coroutine, Iterable, Iterator

T = TypeVar("T")


class as_completed(Generic[T]):
    """Give what awaitables come to, the first one first.

    Use it as `async for task in as_completed(work): result = await task`, which gives the tasks themselves (those that
    were passed, where tasks were passed), or as `for next in as_completed(work): result = await next`.
    """

    def __init__(self, awaitables: Iterable[Awaitable[T]], *, timeout: float | None = None) -> None:
        """Begin what has not begun; after `timeout` seconds, waiting raises TimeoutError."""
        self._tasks = _tasks(awaitables)
        self._left = dict(enumerate(self._tasks))
        self._unasked = len(self._tasks)
        self._until = None if timeout is None else time.monotonic() + timeout

    def __aiter__(self) -> AsyncIterator[Future[T]]:
        """Give the tasks as they end."""
        return self._ends()

    def __iter__(self) -> Iterator[Coroutine[Any, Any, T]]:
        """Give awaitables, of which the first gives what ended first."""
        return self

    def __next__(self) -> Coroutine[Any, Any, T]:
        """Give the next awaitable."""
        if not self._unasked:
            raise StopIteration
        self._unasked -= 1
        return self._result()

    async def _ends(self) -> AsyncGenerator[Future[T]]:
        while self._left:
            yield await self._next()

    async def _result(self) -> T:
        return await (await self._next())

    async def _next(self) -> Future[T]:
        from asyncio import TimeoutError as Overdue
        from asyncio import wait_for

        first = _first(self._left)
        if self._until is not None:
            left = max(self._until - time.monotonic(), 0)
            try:
                place = await wait_for(first, left)
            except Overdue:
                raise TimeoutError from None
        else:
            place = await first
        return self._left.pop(place)


async def race(*awaitables: Awaitable[T]) -> T:
    """Give the result of the first one that ends, or raise its error; the others are cancelled, and waited for."""
    if not awaitables:
        raise ValueError("a race is run by one awaitable or more")
    import asyncio

    tasks = _tasks(awaitables)
    try:
        place = await _first(dict(enumerate(tasks)))
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
    return tasks[place].result()


async def map(
    node: Callable[..., Any], /, *iterables: Iterable[Any], limit: int | None = None, ordered: bool = False
) -> AsyncGenerator[Any]:
    """Call a node once for each item, or each group of items as the built-in `map` does, `limit` calls at a time, and
    give the results as they come; `ordered` gives them in the order of the items.

    The first error is raised, and the other calls are cancelled; so they are when nobody takes any more results.
    """
    from asyncio import CancelledError, get_running_loop, wait

    from ._calls import current_session

    session = current_session()
    known, coordinator = node_of(node), session._coordinator
    limit = limit or session.settings.max_concurrency
    # Its calls begin in the order of their items, so that all of them are of one branch.
    scope = coordinator.line(session._scope()).branch("*map")
    items = enumerate(zip(*iterables))
    running: dict[int, Future[Any]] = {}
    ended: dict[int, Any] = {}
    loop = get_running_loop()
    due = 0

    def fill() -> None:
        from ._branches import plain_task

        while len(running) < limit and (ordered is False or len(running) + len(ended) < 2 * limit):
            for place, item in items:
                running[place] = plain_task(loop, coordinator.call_on(scope, known, item, {}))
                break
            else:
                return

    try:
        fill()
        while running or ended:
            if due in ended:
                yield ended.pop(due)
                due += 1
                continue
            place = await _first(running)
            result = running.pop(place).result()
            fill()
            if ordered:
                ended[place] = result
            else:
                yield result
    finally:
        for task in running.values():
            task.cancel()
        if running:
            try:
                await wait(running.values())
            except CancelledError:
                pass


async def sleep(seconds: float, result: T | None = None) -> T | None:
    """Wait, and give `result`. It is a call in the record: a resumed program waits for what is left of the time."""
    import asyncio

    scope = current.get()
    if scope is None:
        return await asyncio.sleep(seconds, result)
    await scope.session._coordinator.call(scope, _sleep, (seconds,), {})
    return result


async def _rest(seconds: float) -> None:
    scope = current.get()
    since = None if scope is None else scope.frame.since
    run = None if scope is None else scope.run
    if run is not None:
        run.pause()
    try:
        await _clock.sleep(seconds if since is None else max(since + seconds - _clock.now(), 0))
    finally:
        if run is not None:
            run.go_on()


_sleep = Node("sleep", _rest, kind="other", waits=True)


def _tasks(awaitables: Iterable[Awaitable[T]]) -> list[Future[T]]:
    from asyncio import ensure_future, get_running_loop

    watch(get_running_loop())
    return [ensure_future(awaitable) for awaitable in awaitables]


async def _first(tasks: dict[int, Future[Any]]) -> int:
    """Give the number of the task that ends first, as it is recorded; of those that have ended, the smallest."""
    from asyncio import FIRST_COMPLETED, wait

    async def next_end() -> int:
        done, _ = await wait(tasks.values(), return_when=FIRST_COMPLETED)
        return min(place for place, task in tasks.items() if task in done)

    scope = current.get()
    if scope is None:
        return await next_end()
    place: int = await scope.session._coordinator.call(scope, Node("next end", next_end, kind="other"), (), {})
    # What ended first then may yet have to end.
    await wait((tasks[place],))
    return place
