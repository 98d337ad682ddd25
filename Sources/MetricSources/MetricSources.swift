// MetricSources: readers of Prometheus and external.metrics.k8s.io.
