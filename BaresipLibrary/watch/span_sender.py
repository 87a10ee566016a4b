"""Sends the spans of a run in batches while it goes on, and tells how many were lost."""

import logging
import os
from collections import deque
from collections.abc import Sequence

from opentelemetry.sdk.environment_variables import OTEL_BSP_MAX_QUEUE_SIZE
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult

#: So many spans may wait for the collector; OpenTelemetry's 2,048 are those of a short loop.
_WAITING = 32_768


class SpanSender(BatchSpanProcessor):
    """Sends what is over; never waits for the collector before the end."""

    def __init__(self, exporter: SpanExporter) -> None:
        self._made = 0
        self._counting = _Counting(exporter)
        self._complaints = _Complaints()
        logging.getLogger("opentelemetry").addHandler(self._complaints)
        is_set = OTEL_BSP_MAX_QUEUE_SIZE in os.environ
        super().__init__(self._counting, max_queue_size=None if is_set else _WAITING)

    def on_end(self, span: ReadableSpan) -> None:
        """A span is over."""
        self._made += bool(span.context and span.context.trace_flags.sampled)
        super().on_end(span)

    def losses(self) -> str:
        """How many spans were not sent, in a sentence; empty when all were."""
        lost = self._made - self._counting.sent
        if not lost:
            return ""
        return f"{lost} of {self._made} spans could not be sent: {self._complaints}."


class _Counting(SpanExporter):
    """Counts the spans that an exporter has got rid of."""

    def __init__(self, exporter: SpanExporter) -> None:
        self.sent = 0
        self._exporter = exporter

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        result = self._exporter.export(spans)
        if result is SpanExportResult.SUCCESS:
            self.sent += len(spans)
        return result

    def shutdown(self) -> None:
        self._exporter.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        return self._exporter.force_flush(timeout_millis)


class _Complaints(logging.Handler):
    """Keeps the last two things that OpenTelemetry has complained about; Robot shows none."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self._last: deque[str] = deque(maxlen=2)

    def emit(self, record: logging.LogRecord) -> None:
        self._last.append(record.getMessage().rstrip("."))

    def __str__(self) -> str:
        return "; ".join(dict.fromkeys(self._last)) or "no reason is known"
