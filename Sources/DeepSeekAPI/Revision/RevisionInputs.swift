import COpenSSL
public import KubeCore

/// What of a spec makes a revision: the fields that reach the pods, which are `model`, `engine` and `pods`.
///
/// Fields that say what is the default anyway are left out, and so are empty objects and lists. So a new field with a
/// default, or writing a default down, moves no fleet. Replicas, autoscaling, the Service and the timing of a
/// migration are not part of it.
public struct RevisionInputs: Sendable, Hashable {
    /// The canonical form, of which the hash is taken.
    public let json: JSONValue

    public init(_ spec: DeepSeekClusterSpec) throws {
        var sections: [String: JSONValue] = [
            "model": try JSONValue(encoding: spec.model), "engine": try JSONValue(encoding: spec.engine),
            "pods": try JSONValue(encoding: spec.resolvedPods),
        ]
        for (section, defaults) in Self.defaults(of: spec) {
            for (field, standard) in defaults where sections[section]?[field] == standard {
                sections[section]?[field] = nil
            }
        }
        json = .object(sections.compactMapValues(Self.withoutEmpty))
    }

    /// The first 10 hexadecimal digits, in lower case, of the SHA-256 of the canonical JSON.
    public var hash: String {
        let bytes = json.serialized()
        var digest = [UInt8](repeating: 0, count: Int(SHA256_DIGEST_LENGTH))
        _ = SHA256(bytes, bytes.count, &digest)
        let digits = Array("0123456789abcdef")
        return String(digest.prefix(5).flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
    }

    /// The values that mean the same as an absent field. Never take one out: it would change the hash of every
    /// resource that writes it down.
    private static func defaults(of spec: DeepSeekClusterSpec) -> [String: [String: JSONValue]] {
        let engine = spec.engine
        return [
            "model": ["precision": "auto", "version": ""],
            "engine": [
                "port": 8000, "tensorParallel": 1, "pipelineParallel": 1, "dataParallel": 1, "expertParallel": false,
                "nodesPerReplica": 1, "version": "",
                "gpusPerPod": JSONValue(engine.gpusPerReplica / max(1, engine.resolvedNodesPerReplica)),
            ],
            "pods": [
                "gpuResourceName": "nvidia.com/gpu", "schedulerName": "", "priorityClassName": "",
                "runtimeClassName": "", "serviceAccountName": "", "sharedMemory": "1Gi", "startupSeconds": 1800,
                "preStopSeconds": 15, "drainSeconds": 570,
            ],
        ]
    }

    /// The value without members that are null, empty objects or empty lists at the level of fields; nil when nothing
    /// is left. Deeper, an empty object may mean something (`emptyDir: {}`) and stays.
    private static func withoutEmpty(_ section: JSONValue) -> JSONValue? {
        let members = (section.objectValue ?? [:]).filter { $0.value != [:] && $0.value != [] && !$0.value.isNull }
        return members.isEmpty ? nil : .object(members)
    }
}
