"""What monitoring gets of a run: metrics for Prometheus, spans for OpenTelemetry."""
