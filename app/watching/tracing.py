"""Owns traces: spans of what is done, handed to OpenTelemetry where somebody collects them."""

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, Literal

from app.errors import BadSetting
from app.watching.collecting import Outbox

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Tracer

Kind = Literal["internal", "server", "client"]
Attribute = str | int | float | bool | tuple[str, ...]
Attributes = Mapping[str, Attribute | None]
"""By the names of OpenTelemetry's conventions; None: not known, and left out."""

SERVICE: Final = "scopenote"
EXTRA: Final = "Install the extra: pip install 'scopenote[otel]'"


class Span:
    """One thing that is done. Without anybody who collects it, what is noted goes nowhere."""

    def __init__(self, kept: Any = None) -> None:  # noqa: ANN401 - a span of OpenTelemetry's, which may not be installed
        self._kept = kept
        self._has_failed = False

    def note(self, attributes: Attributes) -> None:
        """Add what is known by now."""
        if self._kept is not None:
            self._kept.set_attributes(_leave_out_unknown(attributes))

    def rename(self, name: str) -> None:
        """Give it the name that is only known by now."""
        if self._kept is not None:
            self._kept.update_name(name)

    def fail(self, kind: str) -> None:
        """Say that it failed, and how: a word out of few, of which the first counts."""
        if self._kept is not None and not self._has_failed:
            self._has_failed = True
            status = import_module("opentelemetry.trace.status")
            self._kept.set_attribute("error.type", kind)
            self._kept.set_status(status.Status(status.StatusCode.ERROR))


NO_SPAN: Final = Span()


class Tracing:
    """Opens spans, each inside the one that is open where it is opened. None: nobody collects them."""

    def __init__(self, provider: "TracerProvider | None" = None, outbox: Outbox | None = None) -> None:
        self._provider = provider
        self._outbox = outbox
        self._tracer = provider.get_tracer(SERVICE) if provider is not None else None

    def open(
        self,
        name: str,
        attributes: Attributes,
        *,
        kind: Kind = "internal",
        headers: Mapping[str, str] | None = None,
    ) -> AbstractContextManager[Span]:
        """A span while the context lasts; `headers` may name the trace of whoever asked.

        What an exception says may be an article, so that only its class is noted.
        """
        if self._tracer is None:
            return nullcontext(NO_SPAN)
        return _record(self._tracer, name, kind, headers, attributes)

    def close(self) -> None:
        """Hand over what is still held back. A second time there is nothing left."""
        provider, self._provider = self._provider, None
        if provider is not None and self._outbox is not None:
            self._outbox.close(provider.shutdown)
        elif provider is not None:
            provider.shutdown()


def open_tracing(endpoint: str | None, warn: Callable[[str], None]) -> Tracing:
    """Traces for whoever collects them at an OTLP endpoint; None: for nobody.

    The exporter reads OpenTelemetry's other variables by itself. Where the extra is missing the
    service works without traces, and `warn` is told: such variables are often set for all that runs
    on a machine. So it is where the collector goes away, and where it is back.

    Raises:
        BadSetting: the endpoint cannot be used.
    """
    if not endpoint:
        return Tracing()
    try:
        sdk = import_module("opentelemetry.sdk.trace")
        export = import_module("opentelemetry.sdk.trace.export")
        resources = import_module("opentelemetry.sdk.resources")
        otlp = import_module("opentelemetry.exporter.otlp.proto.http.trace_exporter")
    except ImportError:
        warn(f"OTEL_EXPORTER_OTLP_ENDPOINT is set, and no traces are sent: OpenTelemetry is not installed. {EXTRA}")
        return Tracing()
    try:
        exporter = otlp.OTLPSpanExporter()
    except ValueError as error:
        raise BadSetting(f"OTEL_EXPORTER_OTLP_ENDPOINT={endpoint!r} cannot be used. Mend or unset it.") from error
    resource = resources.Resource.create({"service.name": SERVICE}).merge(resources.OTELResourceDetector().detect())
    # The end is ours to bound: at the exit of the process nobody would.
    provider = sdk.TracerProvider(resource=resource, shutdown_on_exit=False)
    logging.getLogger("opentelemetry").setLevel(logging.CRITICAL)  # it says the same for every few spans
    outbox = Outbox(exporter, warn)
    provider.add_span_processor(export.BatchSpanProcessor(outbox))
    return Tracing(provider, outbox)


def _leave_out_unknown(attributes: Attributes) -> dict[str, Attribute]:
    return {name: value for name, value in attributes.items() if value is not None}


@contextmanager
def _record(
    tracer: "Tracer", name: str, kind: Kind, headers: Mapping[str, str] | None, attributes: Attributes
) -> Iterator[Span]:
    trace = import_module("opentelemetry.trace")
    parent = import_module("opentelemetry.propagate").extract(headers) if headers else None
    with tracer.start_as_current_span(
        name,
        context=parent,
        kind=trace.SpanKind[kind.upper()],
        attributes=_leave_out_unknown(attributes),
        record_exception=False,
        set_status_on_exception=False,
    ) as kept:
        span = Span(kept)
        try:
            yield span
        except BaseException as error:
            span.fail(type(error).__name__)
            raise
