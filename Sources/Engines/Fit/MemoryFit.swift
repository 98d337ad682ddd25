public import DeepSeekAPI

/// Whether a model fits the memory of the GPUs that it is to run on, reckoned from names: the model's, and the node
/// selector's for the GPUs. It is an estimate, good for a warning and not for a refusal.
///
/// Weights are parameters x bytes of the precision. What the engine's share of the memory leaves beside them is for the
/// KV cache, and one request of full length must find room there: engines refuse to start otherwise.
public struct MemoryFit: Sendable, Hashable {
    /// GB (10^9 bytes) of one copy's weights.
    public var weights: Double
    /// GB that the engine may use on the GPUs of one copy.
    public var usable: Double
    /// GB of KV cache for one request of `contextLength`; nil when the length or the model's shape is not known.
    public var cacheOfOneRequest: Double?
    /// GPUs that share one copy.
    public var gpus: Int
    /// Memory of one GPU, in GiB as vendors name it.
    public var gpuMemory: Double

    /// Nil when the model or the GPU's memory is not known, or the engine uses no GPU or other weights.
    public init?(_ spec: DeepSeekClusterSpec) {
        let engine = spec.engine
        guard engine.type != .custom, engine.resolvedGPUsPerPod > 0, let size = ModelSize(spec.model),
            let memory = Self.gpuMemory(spec.resolvedPods.nodeSelector ?? [:])
        else { return nil }
        gpus = max(1, engine.resolvedTensorParallel &* engine.resolvedPipelineParallel)
        gpuMemory = memory
        let total = memory * 1.073741824 * Double(gpus)
        let share = Double(engine.gpuMemoryUtilizationPercent ?? 90) / 100
        weights = size.billions * Self.bytes(spec.model.resolvedPrecision, size)
        // TensorRT-LLM's share is of what the weights leave.
        usable = engine.type == .tensorRTLLM ? weights + max(0, total - weights) * share : total * share
        if engine.type == .tensorRTLLM, weights > total { usable = total }
        if let length = spec.model.contextLength, let cache = size.cacheBytesPerToken {
            let copies = size.isCacheReplicated ? Double(engine.resolvedTensorParallel) : 1
            cacheOfOneRequest = Double(length) * cache * copies / 1e9
        }
    }

    /// Why the model does not fit, with the numbers; nil when it does.
    public var problem: String? {
        let place = "\(gpus) x \(rounded(gpuMemory)) GiB, of which the engine may use \(rounded(usable)) GB"
        if weights >= usable { return "the weights need about \(rounded(weights)) GB; there are \(place)" }
        guard let cacheOfOneRequest, weights + cacheOfOneRequest > usable else { return nil }
        return "the weights need about \(rounded(weights)) GB and one request of full contextLength "
            + "\(rounded(cacheOfOneRequest)) GB of KV cache; there are \(place)"
    }

    private static func bytes(_ precision: ModelSpec.Precision, _ size: ModelSize) -> Double {
        switch precision {
        case .auto: size.nativeBytes
        case .bfloat16, .float16: 2
        case .fp8: 1
        }
    }

    /// GiB of one GPU: the number before GB in a label's value (`NVIDIA-A100-SXM4-80GB`, `nvidia-h100-80gb`), or the
    /// MiB in `nvidia.com/gpu.memory`, as GPU feature discovery and clouds name them.
    private static func gpuMemory(_ nodeSelector: [String: String]) -> Double? {
        if let mebibytes = nodeSelector["nvidia.com/gpu.memory"].flatMap({ Int($0) }), mebibytes > 0 {
            return Double(mebibytes) / 1024
        }
        for (_, value) in nodeSelector.sorted(by: { $0.key < $1.key }) {
            for word in value.lowercased().split(separator: "-") where word.hasSuffix("gb") {
                if let size = Int(word.dropLast(2)), (8...1024).contains(size) { return Double(size) }
            }
        }
        return nil
    }
}

private func rounded(_ value: Double) -> String {
    value >= 10 ? "\(Int(value.rounded()))" : "\((value * 10).rounded() / 10)"
}
