// Engines: what a pod of each inference engine looks like.
//
//   Engine/    InferenceEngine and its five kinds: command line, probes, load signals; EngineVersion
//   Signals/   EngineMetrics: an engine's Prometheus text read for its load, and the names of each engine
//   Fit/       MemoryFit: whether the weights and one request fit the GPUs
//   Template/  PodTemplateRenderer: the pod around the engine: model, cache, shared memory, GPUs, drain
//
// The same inputs always give the same template: it is rendered once a revision and kept in a ControllerRevision.
