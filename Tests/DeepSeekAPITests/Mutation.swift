import Base
import KubeCore

/// Resources that are valid but for what the CRD's rules look at, which is there or not as chance has it.
enum Mutation {
    static func resource(using generator: inout SplitMix64) -> JSONValue {
        var resource: JSONValue = ["apiVersion": "serving.deepseek.io/v1alpha1", "kind": "DeepSeekCluster"]
        let names = ["r1", "r1", "r1", "a-b", "1r", "R1", "a-", String(repeating: "a", count: 40)]
        resource["metadata"] = [
            "name": .string(generator.one(of: names + [String(repeating: "a", count: 41)]))
        ]
        var spec: JSONValue = ["model": ["name": "r1"], "engine": engine(&generator)]
        if generator.chance(80) { spec[path: "model", "source"] = source(&generator) }
        if generator.chance(60) { spec["autoscaling"] = autoscaling(&generator) }
        if generator.chance(20) {
            var operation: JSONValue = [
                "id": "1", "type": .string(generator.one(of: ["Promote", "Rollback", "Pause"])),
            ]
            if generator.chance(60) { operation["targetRevision"] = "6d8f" }
            spec["operation"] = operation
        }
        resource["spec"] = spec
        return resource
    }

    private static func engine(_ generator: inout SplitMix64) -> JSONValue {
        let types = ["vllm", "vllm", "sglang", "tensorrt-llm", "torchrun", "custom"]
        var engine: JSONValue = ["type": .string(generator.one(of: types)), "image": "i"]
        if generator.chance(15) { engine["command"] = generator.one(of: [[], ["serve"]]) }
        for (field, largest) in [("tensorParallel", 8), ("pipelineParallel", 2), ("dataParallel", 3)]
        where generator.chance(30) { engine[field] = JSONValue(generator.number(1...largest)) }
        if generator.chance(20) { engine["nodesPerReplica"] = JSONValue(generator.number(1...4)) }
        return engine
    }

    private static func source(_ generator: inout SplitMix64) -> JSONValue {
        let sources: [(String, JSONValue)] = [
            ("pvc", ["claimName": "models"]), ("huggingFace", ["repository": "deepseek-ai/DeepSeek-R1"]),
            ("oci", ["image": "i"]), ("s3", ["uri": "s3://bucket"]), ("hostPath", ["path": "/models"]),
        ]
        return generator.mostlyOne(of: sources)
    }

    private static func autoscaling(_ generator: inout SplitMix64) -> JSONValue {
        var autoscaling: JSONValue = ["maxReplicas": JSONValue(generator.number(1...4))]
        if generator.chance(60) { autoscaling["minReplicas"] = JSONValue(generator.number(0...4)) }
        if generator.chance(30) {
            autoscaling["mode"] = .string(generator.one(of: ["Operator", "HorizontalPodAutoscaler"]))
        }
        if generator.chance(85) {
            let queries = generator.one(of: [["a"], ["a", "b"], ["a", "b"]])
            let sources: [(String, JSONValue)] = [
                ("externalMetrics", [:]), ("gateway", [:]),
                (
                    "prometheus",
                    [
                        "url": "http://prometheus:9090",
                        "queries": .array(queries.map { ["metric": .string($0), "query": "1"] }),
                    ]
                ),
            ]
            autoscaling["source"] = generator.mostlyOne(of: sources)
        }
        if generator.chance(50) { autoscaling["sources"] = [["name": "other", "externalMetrics": [:]]] }
        autoscaling["metrics"] = .array((0..<generator.number(1...2)).map { _ in metric(&generator) })
        if generator.chance(30) {
            var fallback: JSONValue = [:]
            if generator.chance(80) { fallback["policy"] = .string(generator.one(of: ["Hold", "AtLeast"])) }
            if generator.chance(60) { fallback["replicas"] = 2 }
            autoscaling["fallback"] = fallback
        }
        if generator.chance(30) { autoscaling["schedules"] = [schedule(&generator)] }
        return autoscaling
    }

    private static func metric(_ generator: inout SplitMix64) -> JSONValue {
        var metric: JSONValue = ["type": "External"]
        guard generator.chance(95) else { return metric }
        var target: JSONValue = ["type": .string(generator.one(of: ["AverageValue", "Value"]))]
        let wanted = target["type"] == "Value" ? "value" : "averageValue"
        target[generator.chance(90) ? wanted : "value"] = "180"
        if generator.chance(5) { target["averageValue"] = "180" }
        metric["external"] = ["metric": ["name": .string(generator.one(of: ["a", "b"]))], "target": target]
        if generator.chance(20) { metric["sourceRef"] = ["name": "other"] }
        return metric
    }

    private static func schedule(_ generator: inout SplitMix64) -> JSONValue {
        var schedule: JSONValue = ["name": "office", "start": "0 8 * * *", "end": "0 20 * * *"]
        if generator.chance(60) { schedule["minReplicas"] = JSONValue(generator.number(1...4)) }
        if generator.chance(60) { schedule["maxReplicas"] = JSONValue(generator.number(1...4)) }
        return schedule
    }
}

extension SplitMix64 {
    mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &self) < percent }
    mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &self) }
    mutating func one<Element>(of elements: [Element]) -> Element { elements[number(0...elements.count - 1)] }

    /// An object with one of the members; now and then with another one, or with none.
    mutating func mostlyOne(of members: [(String, JSONValue)]) -> JSONValue {
        var object: JSONValue = [:]
        for _ in 0..<one(of: [0, 1, 1, 1, 1, 1, 1, 1, 2]) {
            let (name, value) = one(of: members)
            object[name] = value
        }
        return object
    }
}
