"""Which branch of a program's concurrency a task is.

A resumed program finds its calls by their place in their branch. A branch is named by what its task runs and by the
order in which its maker made it, so that it is the same one however the tasks come to take turns.
"""

from __future__ import annotations

import weakref
from functools import wraps
from typing import TYPE_CHECKING, Any

from ._fork import apart
from ._scope import Scope, current

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop, Task
    from collections.abc import Coroutine


class _Factory:
    """Makes the tasks of a loop, and each a branch of the code that makes it."""

    def __init__(self, inner: Any) -> None:
        """Make tasks as `inner` does; None for how a loop makes them by itself."""
        self._inner = inner

    def __call__(self, loop: AbstractEventLoop, coro: Coroutine[Any, Any, Any], **options: Any) -> Any:
        """Make a task."""
        context = options.get("context")
        scope = current.get() if context is None else context.get(current)
        if scope is None:
            return self._make(loop, coro, options)
        branch = scope.branch(_name_of(coro))
        branch.maker = _running_task(loop)
        if context is not None:
            # Another task may have this context too.
            options["context"] = context = context.copy()
            context.run(current.set, branch)
            return self._make(loop, coro, options)
        token = current.set(branch)
        try:
            return self._make(loop, coro, options)
        finally:
            current.reset(token)

    def _make(self, loop: AbstractEventLoop, coro: Coroutine[Any, Any, Any], options: dict[str, Any]) -> Any:
        if self._inner is not None:
            return self._inner(loop, coro, **options)
        from asyncio import Task

        return Task(coro, loop=loop, **options)


_watched: weakref.WeakSet[AbstractEventLoop] = weakref.WeakSet()
_plain: weakref.WeakSet[Task[Any]] = weakref.WeakSet()


def watch(loop: AbstractEventLoop) -> None:
    """Have each task that this loop makes from now on be a branch of the code that makes it."""
    if loop in _watched:
        return
    _watched.add(loop)
    apart(loop)
    try:
        inner = loop.get_task_factory()
        if isinstance(inner, _Factory):
            return
        loop.set_task_factory(_Factory(inner))  # type: ignore[arg-type]
    except (AttributeError, NotImplementedError):
        # It has none: its tasks are known by the order in which they make their first calls.
        return
    scope = current.get()
    if scope is not None:
        _adopt(loop, scope)


def watch_loops() -> None:
    """Have each loop be watched that begins to run in a session.

    A program may make tasks before it makes its first call, on a loop that did not run when its session began. asyncio
    tells nobody that a loop begins, so the method of each class of loops is wrapped, and of each that is defined later
    (uvloop's, once it is imported).
    """
    from asyncio import AbstractEventLoop

    if getattr(AbstractEventLoop, "_sessiond", False):
        return
    AbstractEventLoop._sessiond = True  # type: ignore[attr-defined]

    def defined(cls: type[AbstractEventLoop], /, **options: Any) -> None:
        super(AbstractEventLoop, cls).__init_subclass__(**options)
        _watch_class(cls)

    AbstractEventLoop.__init_subclass__ = classmethod(defined)  # type: ignore[assignment]
    known: list[Any] = [AbstractEventLoop]
    while known:
        cls = known.pop()
        known.extend(cls.__subclasses__())
        _watch_class(cls)


def _watch_class(cls: type[AbstractEventLoop]) -> None:
    """Have the loops of a class be watched from when they begin to run."""
    plain = cls.run_forever
    if getattr(plain, "_sessiond", False) or getattr(plain, "__module__", None) == "asyncio.events":
        # A class that it inherits from is watched; or it is the one that only says what a loop does.
        return

    @wraps(plain)
    def run_forever(self: AbstractEventLoop) -> Any:
        if current.get() is not None:
            watch(self)
        return plain(self)

    run_forever._sessiond = True  # type: ignore[attr-defined]
    try:
        cls.run_forever = run_forever  # type: ignore[method-assign]
    except TypeError:
        # It is no class of Python's: those that are made of it are.
        pass


def plain_task(loop: AbstractEventLoop, coro: Coroutine[Any, Any, Any]) -> Task[Any]:
    """Make a task that goes on where its maker is: a branch is made for what runs beside something else."""
    from asyncio import Task

    task = Task(coro, loop=loop)
    _plain.add(task)
    return task


def line(scope: Scope) -> Scope:
    """Give the branch of a scope that the running task is."""
    from asyncio import current_task

    here = current.get()
    if here is not None and here is not scope and here.main is scope.main:
        scope = here
    try:
        task = current_task()
    except RuntimeError:
        return scope
    if task is None:
        return scope
    owner = None if scope.owner is None else scope.owner()
    if owner is task:
        return scope
    is_branch = scope.tasks is not None and task in scope.tasks
    if not is_branch and (owner is None or owner.done()):
        scope.owner = weakref.ref(task)
        return scope
    if task in _plain:
        return scope
    # Its making was not seen: it is known by the order in which it first makes a call.
    branch = _branch_of(scope, task)
    if here is scope:
        current.set(branch)
    return branch


def ancestors(scope: Scope) -> list[Task[Any]]:
    """Give the running task, and those that made it and its branches, as far as they are known."""
    from asyncio import current_task

    found = [current_task(), *(known() for known in (scope.owner, scope.maker) if known is not None)]
    here = current.get()
    if here is not None and here.maker is not None:
        found.append(here.maker())
    return [task for task in found if task is not None]


def _adopt(loop: AbstractEventLoop, scope: Scope) -> None:
    """Give a branch to each task that the loop has, in the order in which they were made; the first one is the line."""
    from asyncio import all_tasks, current_task

    def number(task: Task[Any]) -> int:
        name = task.get_name().rpartition("-")[2]
        return int(name) if name.isdigit() else 1 << 62

    def is_ours(task: Task[Any]) -> bool:
        context = getattr(task, "get_context", None)
        return context is None or context().get(current) is scope

    tasks = sorted((task for task in all_tasks(loop) if is_ours(task) and task not in _plain), key=number)
    if len(tasks) < 2:
        return
    if scope.owner is None:
        scope.owner = weakref.ref(tasks.pop(0))
    for task in tasks:
        if task is not current_task(loop) or scope.owner is None or scope.owner() is not task:
            _branch_of(scope, task)


def _branch_of(scope: Scope, task: Task[Any]) -> Scope:
    if scope.tasks is None:
        scope.tasks = weakref.WeakKeyDictionary()
    branch = scope.tasks.get(task)
    if branch is None:
        coroutine = getattr(task, "get_coro", lambda: None)()
        branch = scope.tasks[task] = scope.branch(_name_of(coroutine))
        branch.owner = weakref.ref(task)
    return branch


def _name_of(coro: Any) -> str:
    name = str(getattr(coro, "__qualname__", None) or type(coro).__name__)
    return name if name.isascii() else name.encode("utf-8", "backslashreplace").decode()


def _running_task(loop: AbstractEventLoop) -> weakref.ReferenceType[Task[Any]] | None:
    from asyncio import current_task

    task = current_task(loop)
    return None if task is None else weakref.ref(task)
