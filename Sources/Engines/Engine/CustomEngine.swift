internal import DeepSeekAPI

/// Any image: `engine.command` and `engine.args` as they are, or the image's own entry point.
struct CustomEngine: InferenceEngine {
    let readinessPath: String? = nil
    let livenessPath: String? = nil
    let drain = DrainSignal.processItself

    func command(_ spec: DeepSeekClusterSpec, model: ModelLocation) -> [String]? {
        spec.engine.command.flatMap { $0.isEmpty ? nil : $0 }
    }
}
