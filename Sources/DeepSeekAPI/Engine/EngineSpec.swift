public import KubeCore

/// Which program serves the model.
public enum EngineType: String, Sendable, Hashable, Codable, CaseIterable {
    case vllm
    case sglang
    case tensorRTLLM = "tensorrt-llm"
    case torchrun
    case custom

    /// Whether the user says which command runs.
    public var takesCommand: Bool { self == .torchrun || self == .custom }
}

/// The inference engine and its GPUs.
public struct EngineSpec: Sendable, Hashable, Codable {
    public var type: EngineType
    public var image: String?
    public var version: String?
    public var port: Int?
    public var tensorParallel: Int?
    public var pipelineParallel: Int?
    public var dataParallel: Int?
    public var expertParallel: Bool?
    public var nodesPerReplica: Int?
    public var gpusPerPod: Int?
    public var maxConcurrentSequences: Int?
    public var gpuMemoryUtilizationPercent: Int?
    public var command: [String]?
    public var args: [String]?
    public var env: [JSONValue]?
    public var volumeMounts: [JSONValue]?

    public init(type: EngineType, image: String? = nil) {
        self.type = type
        self.image = image
    }

    public var resolvedPort: Int { port ?? 8000 }
    public var resolvedTensorParallel: Int { tensorParallel ?? 1 }
    public var resolvedPipelineParallel: Int { pipelineParallel ?? 1 }
    public var resolvedDataParallel: Int { dataParallel ?? 1 }
    public var resolvedExpertParallel: Bool { expertParallel ?? false }
    public var resolvedNodesPerReplica: Int { nodesPerReplica ?? 1 }

    /// GPUs of one replica over all of its nodes: the product of the three parallel degrees.
    public var gpusPerReplica: Int { resolvedTensorParallel &* resolvedPipelineParallel &* resolvedDataParallel }

    /// GPUs of one pod; 0 for a CPU engine.
    public var resolvedGPUsPerPod: Int { gpusPerPod ?? gpusPerReplica / max(1, resolvedNodesPerReplica) }

    /// `version`, or what the image's tag says: `0.33.0` of `vllm/vllm-openai:v0.33.0`. Nil for a tag such as `latest`.
    public var resolvedVersion: String? {
        if let version, !version.isEmpty { return version }
        guard let image, let name = image.split(separator: "/").last else { return nil }
        let tagged = name.prefix { $0 != "@" }
        guard let colon = tagged.firstIndex(of: ":") else { return nil }
        var tag = tagged[tagged.index(after: colon)...]
        if tag.first == "v" { tag.removeFirst() }
        let version = tag.prefix { $0.isNumber && $0.isASCII || $0 == "." }
        return version.first?.isNumber == true ? String(version) : nil
    }
}

extension EngineSpec: SchemaProviding {
    public static let schema = Schema.object(
        "The inference engine and its GPUs. The fields are rendered into each engine's own flags.",
        [
            "type": .choice(
                EngineType.self,
                "Which program serves: vllm, sglang or tensorrt-llm with rendered flags; torchrun for a script of one's "
                    + "own; custom for any image that listens on port."),
            "image": .string("Container image of the engine, such as vllm/vllm-openai:v0.33.0.", length: 1...512),
            "version": .string(
                "Version of the engine, which decides which flags exist. Absent: read from the image's tag.",
                length: 0...63),
            "port": .integer("Port of the engine's HTTP API.", 1...65535, default: "8000"),
            "tensorParallel": .integer("GPUs over which each layer is split.", 1...1024, default: "1"),
            "pipelineParallel": .integer("Stages into which the layers are split.", 1...1024, default: "1"),
            "dataParallel": .integer("Copies of the model in one replica.", 1...1024, default: "1"),
            "expertParallel": .boolean(
                "Spread the experts of a mixture-of-experts model over the GPUs.", default: false),
            "nodesPerReplica": .integer(
                "Nodes of one replica. More than 1 is not carried out yet.", 1...64, default: "1"),
            "gpusPerPod": .integer(
                "GPUs of one pod; 0 for an engine without GPUs.", 0...64,
                default: "tensorParallel x pipelineParallel x dataParallel / nodesPerReplica"),
            "maxConcurrentSequences": .integer(
                "Requests that one replica works on at a time. Absent: the engine's own.", 1...65536),
            "gpuMemoryUtilizationPercent": .integer(
                "Share of GPU memory for the engine. It means three things: vLLM takes it of all memory, SGLang for "
                    + "weights and KV cache, TensorRT-LLM of what the weights leave. Absent: the engine's own.", 1...100
            ),
            "command": .array(
                "Command of the container. For custom and torchrun only; absent: the image's own entry point, and "
                    + "main.py with torchrun.", of: .string("One argument.", length: 0...32768), count: 0...64),
            "args": .array(
                "Arguments that follow the rendered flags and win over them.",
                of: .string("One argument.", length: 0...32768), count: 0...256),
            "env": .array(
                "Environment variables of the engine's container, as in a PodSpec.",
                of: .opaque(
                    "One variable.",
                    [
                        "name": .string("Name of the variable.", length: 1...512),
                        "value": .string("Its value.", length: 0...32768),
                    ], required: ["name"]),
                count: 0...256, list: .map(key: "name")),
            "volumeMounts": .array(
                "Mounts of pods.volumes in the engine's container, as in a PodSpec.",
                of: .opaque(
                    "One mount.",
                    [
                        "name": .string("Name of the volume.", length: 1...63),
                        "mountPath": .string("Path in the container.", length: 1...1024),
                    ], required: ["name", "mountPath"]),
                count: 0...64, list: .map(key: "mountPath")),
        ],
        required: ["type", "image"], rules: rules)

    private static let rules = [
        Schema.Rule(
            "((has(self.tensorParallel) ? self.tensorParallel : 1) * (has(self.pipelineParallel) ? "
                + "self.pipelineParallel : 1) * (has(self.dataParallel) ? self.dataParallel : 1)) % "
                + "(has(self.nodesPerReplica) ? self.nodesPerReplica : 1) == 0",
            message: "tensorParallel x pipelineParallel x dataParallel must be divisible by nodesPerReplica",
            field: ".nodesPerReplica"),
        Schema.Rule(
            "!has(self.command) || self.type in ['custom', 'torchrun']",
            message: "command is for the engines custom and torchrun; use args to add flags", field: ".command"),
    ]
}
