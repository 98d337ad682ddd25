// MetricSources: where the numbers come from.
//
//   Reading/     MetricSource, a question to one place, and its MetricResult; MetricReader, which lets equal questions
//                share one request and keeps a slow place from delaying another
//   Prometheus/  any PromQL instant query over the HTTP API
//   External/    external.metrics.k8s.io
//   Pods/        what the engine in a pod says itself
