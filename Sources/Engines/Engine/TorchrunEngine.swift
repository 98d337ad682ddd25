internal import DeepSeekAPI

/// A script of the user's under torchrun: `engine.command` is the script with its own arguments, `main.py` by default.
struct TorchrunEngine: InferenceEngine {
    /// torchrun passes SIGTERM on to its workers, which end at once.
    let drain = DrainSignal.connections

    let metrics: EngineMetrics? = nil

    func probes(_ spec: EngineSpec) -> EngineProbes { EngineProbes(nil) }

    func command(_ spec: DeepSeekClusterSpec, model: ModelLocation) -> [String]? {
        let engine = spec.engine
        let script = engine.command ?? []
        var list = ArgumentList(
            [
                "torchrun", "--nproc_per_node=\(max(1, engine.resolvedGPUsPerPod))", "--nnodes=1", "--node_rank=0",
            ] + (script.isEmpty ? ["main.py"] : script))
        list.add("--model_path=\(model.reference)", when: true)
        if let length = spec.model.contextLength { list.add("--context_length=\(length)", when: true) }
        if let batch = engine.maxConcurrentSequences { list.add("--batch_size=\(batch)", when: true) }
        if let percent = engine.gpuMemoryUtilizationPercent {
            list.add("--gpu_memory_utilization=\(share(percent: percent))", when: true)
        }
        return list.arguments
    }
}
