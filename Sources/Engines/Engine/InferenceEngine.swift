public import DeepSeekAPI

/// What differs between inference engines: how they are started, asked for health and asked for their load.
public protocol InferenceEngine: Sendable {
    /// The container's command and arguments without the user's `engine.args`, which come after and win. Nil leaves
    /// the image's own entry point.
    func command(_ spec: DeepSeekClusterSpec, model: ModelLocation) -> [String]?

    /// How kubelet learns that it is loaded, ready and alive.
    func probes(_ spec: EngineSpec) -> EngineProbes

    /// How a pod that is told to stop knows that its streams have ended.
    var drain: DrainSignal { get }

    /// Where it tells its load from outside; nil for one that does not.
    var metrics: EngineMetrics? { get }
}

/// What shows that a pod serves nobody any more. Engines abort or forget streams on SIGTERM, so the wait comes before.
public enum DrainSignal: Sendable, Hashable {
    /// Gauges in the engine's Prometheus text whose sum is the number of requests running and waiting.
    case metrics(path: String, gauges: [String])
    /// Established connections on the engine's port, for an engine that does not tell its load.
    case connections
    /// The process drains by itself on SIGTERM.
    case processItself
}

/// The engine of a type of `spec.engine.type`.
public func inferenceEngine(_ type: EngineType) -> any InferenceEngine {
    switch type {
    case .vllm: VLLMEngine()
    case .sglang: SGLangEngine()
    case .tensorRTLLM: TensorRTLLMEngine()
    case .torchrun: TorchrunEngine()
    case .custom: CustomEngine()
    }
}

/// Where a pod finds its model.
public struct ModelLocation: Sendable, Hashable {
    /// A path in the container, a Hugging Face repository or an S3 URI: what the engine is told to load.
    public var reference: String
    /// The commit of a Hugging Face repository.
    public var revision: String?
}

/// Command lines, written flag by flag.
struct ArgumentList {
    private(set) var arguments: [String]

    init(_ arguments: [String]) { self.arguments = arguments }

    /// `--flag value`; nothing for a nil value.
    mutating func add(_ flag: String, _ value: (some CustomStringConvertible)?) {
        guard let value else { return }
        arguments += [flag, value.description]
    }

    /// `--flag`, when it is wanted.
    mutating func add(_ flag: String, when condition: Bool) {
        if condition { arguments.append(flag) }
    }
}

/// A percentage as the share that engines expect: 90 is `0.9`.
func share(percent: Int) -> String {
    percent % 100 == 0 ? "\(percent / 100)" : "\(Double(percent) / 100)"
}
