// Telemetry: what the program says about itself.
//
//   Logging/  Logger: levelled lines with key-value fields, as text or JSON, into an injected sink
//   Metrics/  MetricsRegistry: counters, gauges and histograms, written as Prometheus text 0.0.4;
//             MetricDescriptor: the names we share with controller-runtime and client-go
