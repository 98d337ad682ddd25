// SimulatedEngines: HTTP servers that answer as vLLM, SGLang and TensorRT-LLM do, with no model behind them.
//
//   Engine/  SimulatedEngine, a server of one kind, and EngineKind: its paths, metric names and what SIGTERM does to it
//   Load/    RequestLedger: what is running, waiting and done, and its text for Prometheus
//
// For tests and benchmarks on loopback: they never share code with the room Engines, which is tested against them.
