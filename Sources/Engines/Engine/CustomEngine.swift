internal import DeepSeekAPI

/// Any image: `engine.command` and `engine.args` as they are, or the image's own entry point.
struct CustomEngine: InferenceEngine {
    let drain = DrainSignal.processItself

    let metrics: EngineMetrics? = nil

    func probes(_ spec: EngineSpec) -> EngineProbes { EngineProbes(nil) }

    func command(_ spec: DeepSeekClusterSpec, model: ModelLocation) -> [String]? {
        spec.engine.command.flatMap { $0.isEmpty ? nil : $0 }
    }
}
