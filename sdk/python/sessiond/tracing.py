"""Spans of OpenTelemetry: of sessions, of their calls, and of requests to models, by the conventions for generative AI.

They are made when the package `opentelemetry-api` is installed and `enable` was called, or `SESSIOND_TRACING` is `1`.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Callable

from .errors import SessiondError

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from ._scope import Scope

    Perform = Callable[..., Coroutine[Any, Any, Any]]

__all__ = ["disable", "enable", "traceparent"]

_OPERATIONS = {"agent": "invoke_agent", "model": "chat", "tool": "execute_tool"}
_NAMES = {"agent": "gen_ai.agent.name", "model": "gen_ai.request.model", "tool": "gen_ai.tool.name"}

_tracer: Any = None


def enable(tracer_provider: Any = None) -> None:
    """Make spans of the sessions that begin from now on, by that provider, or by OpenTelemetry's own."""
    global _tracer  # noqa: PLW0603
    try:
        trace = _loaded("trace")
    except ImportError as error:
        raise SessiondError("spans need OpenTelemetry: pip install opentelemetry-sdk", "tracing") from error
    _tracer = trace.get_tracer("sessiond", tracer_provider=tracer_provider)


def disable() -> None:
    """Make no spans of the sessions that begin from now on."""
    global _tracer  # noqa: PLW0603
    _tracer = None


def traceparent() -> str | None:
    """Give where this code is in a trace, as the header `traceparent` has it; None outside of any."""
    carrier: dict[str, str] = {}
    _loaded("trace.propagation.tracecontext").TraceContextTextMapPropagator().inject(carrier)
    return carrier.get("traceparent")


class Spans:
    """The spans of one session."""

    def __init__(self, tracer: Any, session_id: str) -> None:
        """Begin the session's own, within the trace in which this code runs or which the environment names."""
        self._trace = trace = _loaded("trace")
        self._tracer = tracer
        attributes = {"sessiond.session.id": session_id, "gen_ai.conversation.id": session_id}
        self._session = tracer.start_span("session", context=_outer(trace), attributes=attributes)
        self._context = trace.set_span_in_context(self._session)

    def around(self, perform: Perform) -> Perform:
        """Give what performs a call within a span of its own."""

        async def traced(scope: Scope, node: Any, frame: Any, run: Any, args: Any, kwargs: Any) -> Any:
            operation = _OPERATIONS.get(node.kind)
            attributes = {"sessiond.call": frame.call or 0, "sessiond.kind": node.kind}
            if operation is not None:
                attributes.update({"gen_ai.operation.name": operation, _NAMES[node.kind]: node.name})
            name = node.name if operation is None else f"{operation} {node.name}"
            kind = self._trace.SpanKind.CLIENT if node.kind == "model" else self._trace.SpanKind.INTERNAL
            context = self._context if scope.frame.call is None else None
            with self._tracer.start_as_current_span(name, context=context, kind=kind, attributes=attributes) as span:
                value = await perform(scope, node, frame, run, args, kwargs)
                if node.kind == "model" and isinstance(value, dict) and span.is_recording():
                    _answered(span, value)
                return value

        return traced

    def end(self, failed: str | None) -> None:
        """End the session's own."""
        if failed is not None:
            self._session.set_status(self._trace.Status(self._trace.StatusCode.ERROR, failed))
        self._session.end()


def spans(session_id: str) -> Spans | None:
    """Give the spans of a session that begins; None when none are wanted."""
    if _tracer is None and os.environ.get("SESSIOND_TRACING") == "1":
        enable()
    return None if _tracer is None else Spans(_tracer, session_id)


def _outer(trace: Any) -> Any:
    if trace.get_current_span().get_span_context().is_valid:
        return None
    named = os.environ.get("TRACEPARENT")
    if not named:
        return None
    propagator = _loaded("trace.propagation.tracecontext").TraceContextTextMapPropagator()
    return propagator.extract({"traceparent": named})


def _loaded(module: str) -> Any:
    from importlib import import_module

    return import_module(f"opentelemetry.{module}")


def _answered(span: Any, answer: dict[str, Any]) -> None:
    usage = answer.get("usage") or {}
    finish = answer.get("finish")
    told = {
        "gen_ai.provider.name": answer.get("provider"),
        "gen_ai.response.model": answer.get("model"),
        "gen_ai.response.finish_reasons": [finish if isinstance(finish, str) else str(finish)],
        "gen_ai.usage.input_tokens": usage.get("input_tokens"),
        "gen_ai.usage.output_tokens": usage.get("output_tokens"),
    }
    span.set_attributes({name: value for name, value in told.items() if value is not None})
