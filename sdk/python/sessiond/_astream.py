"""A call whose items are taken as they come."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Callable, Generic, TypeVar

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop
    from collections.abc import AsyncGenerator, Generator

    from typing_extensions import Self

I = TypeVar("I")  # noqa: E741
R = TypeVar("R")

_NOTHING: Any = object()


class Stream(Generic[I, R]):
    """The items of a call as they come, and its result.

    It begins when the first item is taken. Who stops taking them does not stop the call: it goes on once nobody has
    this any more, and `await` waits for its result. `aclose` cancels it.
    """

    def __init__(self, begin: Callable[[Callable[[Any], None]], AsyncGenerator[I]]) -> None:
        """Prepare a call; what it is begun with takes the result."""
        self._result: Any = _NOTHING
        self._error: BaseException | None = None
        self._loop: AbstractEventLoop | None = None
        outcome: list[Any] = []
        self._outcome = outcome
        self._items = begin(outcome.append)

    def __aiter__(self) -> Self:
        """Take the items."""
        return self

    async def __anext__(self) -> I:
        """Take the next item; what the call fails with is raised here."""
        if self._loop is None:
            from asyncio import _get_running_loop

            # None where another kind of loop runs, which the call itself tells.
            self._loop = _get_running_loop()
        try:
            return await self._items.__anext__()
        except StopAsyncIteration:
            self._over()
            raise
        except BaseException as error:
            self._error = error
            self._over()
            raise

    async def aclose(self) -> None:
        """Take no further items, and cancel the call."""
        await self._items.aclose()
        self._over()

    def __await__(self) -> Generator[Any, None, R]:
        """Take the items that are left, and give the result."""
        return self._drained().__await__()

    @property
    def result(self) -> R:
        """What the call gave; what it failed with is raised. RuntimeError before its end."""
        if self._error is not None:
            raise self._error
        if self._result is _NOTHING:
            raise RuntimeError("the call has not ended: take all of its items, or await it")
        result: R = self._result
        return result

    async def _drained(self) -> R:
        async for _ in self:
            pass
        return self.result

    def _over(self) -> None:
        self._loop = None
        if self._outcome:
            self._result = self._outcome[0]

    def __del__(self) -> None:
        """Let the call go on that was begun and is not over."""
        loop = self.__dict__.get("_loop")
        if loop is None or loop.is_closed():
            return
        from ._branches import plain_task

        items = self._items
        try:
            loop.call_soon_threadsafe(lambda: plain_task(loop, _rest(items)))
        except RuntimeError:
            # The loop has closed in between, and the call with it.
            pass


async def _rest(items: AsyncGenerator[Any]) -> None:
    try:
        async for _ in items:
            pass
    except Exception:
        # Nobody is there to be told; the record has it.
        pass
