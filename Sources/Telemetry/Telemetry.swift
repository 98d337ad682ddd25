// Telemetry: structured logs and a Prometheus metrics registry.
