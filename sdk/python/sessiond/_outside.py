"""What a program takes from outside: answers to its questions, and signals; and how somebody else gives them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple, Optional

from . import _native
from ._clock import now
from ._config import native, settle
from ._node import Node
from ._scope import current
from ._waiting import listen
from .errors import NodeError, QuestionClosedError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from typing_extensions import Unpack

    from ._config import Options
    from ._coordinator import Coordinator
    from ._shapes import Read

_ABSENT: Any = object()


class Approval(NamedTuple):
    """Whether something was approved; it is as true as that."""

    approved: bool
    comment: Optional[str] = None
    """What was said to it."""
    by: Optional[str] = None
    """Who said it; None at a deadline."""

    def __bool__(self) -> bool:
        """Whether it was approved."""
        return self.approved


async def interrupt(
    question: Any,
    *,
    schema: Any = None,
    details: Any = None,
    answerers: Iterable[str] = (),
    timeout: float | None = None,
    default: Any = _ABSENT,
    wait: float = 0.0,
) -> Any:
    """Ask a question, and give its answer, which may come days later.

    When nothing else goes on in the program, this process has no more to do: `Interrupted` is raised, and the session
    is left as it is. Resume it when there is an answer: this call then gives it.

    Args:
        question: What is asked: a text, or any value for people to look at.
        schema: The type of the answer, such as `int`, `Literal["eu", "us"]` or a dataclass, or a JSON schema. Any JSON
            is an answer when absent.
        details: Facts for the answer, to be shown beside the question.
        answerers: Who alone may answer: names of keys, ids of agents. The session's owner when absent.
        timeout: Seconds until the question expires.
        default: The answer when it expires. Without one, `QuestionClosedError` is raised then.
        wait: Seconds that this process waits for an answer in any case; `math.inf` until it comes.
    """
    text = question
    if not isinstance(question, str):
        if details is not None:
            raise TypeError("a question is a text when it has details")
        text, details = "The program waits for a value", question
    asked: dict[str, Any] = {"text": text, "answerers": list(answerers)}
    read: Read | None = None
    if schema is not None:
        asked["schema"], read = _shape(schema)
    if default is not _ABSENT:
        asked["default"] = default
    closed = await _ask("interrupt", asked, details, timeout, wait)
    return closed["answer"] if read is None else read(closed["answer"], "the answer")


async def approve(
    text: str,
    *,
    details: Any = None,
    answerers: Iterable[str] = (),
    timeout: float | None = None,
    default: bool | None = None,
    wait: float = 0.0,
) -> Approval:
    """Ask for an approval, and give it, which is true or false: `if await approve("Deploy?"):`. See `interrupt`."""
    asked: dict[str, Any] = {"text": text, "kind": "approval", "answerers": list(answerers)}
    if default is not None:
        asked["default"] = {"approved": default}
    closed = await _ask("approve", asked, details, timeout, wait)
    answer = closed["answer"]
    return Approval(answer["approved"], answer.get("comment"), closed["by"])


async def wait_for_signal(name: str, *, timeout: float | None = None, wait: float = float("inf")) -> Any:
    """Wait for the next signal of a name that the program has not received, and give its value.

    Signals are sent with `sessiond session signal`, over HTTP or with `send_signal`. They come in the order in which
    they were sent, also when they were sent before anybody waited.

    Args:
        name: The signal's name.
        timeout: Seconds after which TimeoutError is raised.
        wait: Seconds that this process waits when nothing else goes on in the program. Then `Interrupted` is raised,
            and the session can be resumed.
    """
    coordinator = _coordinator()
    revision, value = await coordinator.call(_scope(), _receiving, (name,), {"timeout": timeout, "wait": wait})
    coordinator.received(name).add(revision)
    return value


class Question(NamedTuple):
    """An open question."""

    session_id: str
    question_id: str
    text: str
    kind: str
    """`input` or `approval`."""
    details: Any
    schema: Optional[dict[str, Any]]
    """The JSON schema of the answer."""


def questions(session_id: str | None = None, **options: Unpack[Options]) -> list[Question]:
    """List the open questions of a session, or of all, in the store or on the server of these settings."""
    found: list[dict[str, Any]] = _native.questions(session_id, native(settle(options)))
    return [
        Question(
            question["session_id"],
            question["question_id"],
            question["text"],
            question["kind"],
            question.get("details"),
            question.get("schema"),
        )
        for question in found
    ]


def answer(
    session_id: str,
    answer: Any,
    *,
    question_id: str | None = None,
    comment: str | None = None,
    **options: Unpack[Options],
) -> None:
    """Answer a question of a session: its only open one, when none is named. An approval takes True or False.

    A program that waits for it goes on; one that was interrupted is to be resumed.
    """
    settings = native(settle(options))
    if isinstance(answer, bool):
        meant = [
            question
            for question in questions(session_id, **options)
            if question.kind == "approval" and question_id in (None, question.question_id)
        ]
        if meant:
            answer = {"approved": answer}
    if comment is not None:
        if not isinstance(answer, dict):
            raise TypeError("a comment is given to an approval, which is answered with True or False")
        answer = {**answer, "comment": comment}
    _native.answer(session_id, question_id, answer, settings)


def send_signal(session_id: str, name: str, value: Any = None, **options: Unpack[Options]) -> None:
    """Send a signal to a session, for its program to receive with `wait_for_signal`."""
    _native.signal(session_id, name, value, native(settle(options)))


def cancel(session_id: str, reason: str | None = None, **options: Unpack[Options]) -> None:
    """End a session, and those that belong to it. Its program is told within a second: its calls are cancelled."""
    _native.cancel(session_id, reason, native(settle(options)))


async def _ask(node: str, asked: dict[str, Any], details: Any, timeout: float | None, wait: float) -> dict[str, Any]:
    if details is not None:
        asked["details"] = json.loads(_native.encode(details)[0])
    if not asked["answerers"]:
        del asked["answerers"]
    more = {"timeout": timeout, "default": asked.pop("default", _ABSENT), "wait": wait}
    closed: dict[str, Any] = await _coordinator().call(_scope(), _asking[node], (asked,), more)
    return closed


async def _asked(asked: dict[str, Any], *, timeout: float | None, default: Any, wait: float) -> dict[str, Any]:
    """Ask, and wait until the question is closed."""
    import time

    scope = current.get()
    assert scope is not None
    coordinator, first = scope.session._coordinator, scope.main.frame.first
    # A program that runs again asks under the same id, and finds its answer.
    question = {**asked, "question_id": f"call-{first}", "asker": {"call": first}}
    if timeout is not None:
        question["timeout"] = f"{max(round(timeout * 1000), 1)}ms"
    if default is not _ABSENT:
        question["default"] = default
    closed: dict[str, Any] = {}
    with coordinator.waiting.call(
        scope, f"an answer to {asked['text']!r} (question {question['question_id']})"
    ) as call:

        def heard(what: str, told: dict[str, Any]) -> bool:
            if what == "asked":
                call.question = told["question_id"]
                call.until = time.monotonic() + wait
                coordinator.waiting.questions.add(told["question_id"])
                return False
            coordinator.waiting.questions.discard(told["question_id"])
            closed.update(told)
            return True

        execution = scope.session._execution
        await listen(lambda call_soon, tell: execution.ask(question, call_soon, tell), heard, coordinator.waiting.look)
    if "answer" not in closed:
        status = closed["status"]
        why = f": {closed['reason']}" if closed.get("reason") else ""
        raise QuestionClosedError(f"nobody answered {asked['text']!r}: the question is {status}{why}", status)
    return {"answer": closed["answer"], "by": closed.get("closed_by")}


async def _received(name: str, *, timeout: float | None, wait: float) -> tuple[int, Any]:
    """Wait for a signal that nobody has received."""
    import time

    scope = current.get()
    assert scope is not None
    coordinator = scope.session._coordinator
    # What was received before is known when it has been received again.
    await coordinator.replayed()
    received = coordinator.received(name)
    until = None if timeout is None else (scope.main.frame.since or now()) + timeout
    found: list[dict[str, Any]] = []
    after = 0

    def heard(what: str, signals: list[dict[str, Any]]) -> bool:
        found.extend(signals)
        return True

    with coordinator.waiting.call(scope, f"the signal {name!r}") as call:
        call.until = time.monotonic() + wait

        def tick() -> None:
            if until is not None and now() >= until:
                raise TimeoutError(f"there was no signal {name!r} within {timeout} s")
            coordinator.waiting.look()

        execution = scope.session._execution
        while True:
            for signal in found:
                after = signal["revision"]
                if after not in received:
                    received.add(after)
                    return after, signal["value"]
            found.clear()
            begin = after
            await listen(
                lambda call_soon, tell, begin=begin: execution.signals(name, begin, call_soon, tell),  # type: ignore[misc]
                heard,
                tick,
            )


def _first(args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Give what is recorded of a question or a signal: how long it is waited for may change from run to run."""
    return args, {}


def _node(name: str, function: Any) -> Node:
    node = Node(name, function, kind="other", waits=True)
    node.recorded = _first
    return node


_asking = {name: _node(name, _asked) for name in ("interrupt", "approve")}
_receiving = _node("wait_for_signal", _received)


def _scope() -> Any:
    scope = current.get()
    if scope is None:
        raise NodeError("a question and a signal belong to a session; begin one with `with Session():`", "no_session")
    return scope


def _coordinator() -> Coordinator:
    coordinator: Coordinator = _scope().session._coordinator
    return coordinator


def _shape(schema: Any) -> tuple[dict[str, Any], Read | None]:
    if isinstance(schema, dict):
        return schema, None
    from ._shapes import shape_of

    shape = shape_of(schema, "the schema of the answer")
    return shape.schema, shape.read
