import FoundationEssentials
import KubeCore

// The kinds with one or two rules each.

struct NamespaceStrategy: ResourceStrategy {
    var nameRule: NameRule { .label }

    func applyDefaults(_ object: inout JSONValue) {
        guard let name = object["metadata"]?["name"] else { return }
        object[path: "metadata", "labels", "kubernetes.io/metadata.name"] = name
    }

    func prepareForCreate(_ object: inout JSONValue) {
        object["spec"] = ["finalizers": ["kubernetes"]]
        object["status"] = ["phase": "Active"]
    }

    /// `spec.finalizers` changes only when the namespace is finished.
    func prepareForUpdate(_ object: inout JSONValue, live: JSONValue) { object["spec"] = live["spec"] }
}

struct SecretStrategy: ResourceStrategy {
    func applyDefaults(_ object: inout JSONValue) {
        object.fill(["type": "Opaque"])
        guard let texts = object["stringData"]?.objectValue else { return }
        for (key, value) in texts {
            let text = Data((value.stringValue ?? "").utf8).base64EncodedString()
            object[path: "data", key] = .string(text)
        }
        object["stringData"] = nil
    }

    func validate(_ object: JSONValue) -> [FieldError] {
        (object["data"]?.objectValue ?? [:]).sorted { $0.key < $1.key }.compactMap { key, value in
            Data(base64Encoded: value.stringValue ?? "") == nil
                ? .invalid("data[\(key)]", "<redacted>", "must be base64") : nil
        }
    }

    func validateUpdate(_ object: JSONValue, live: JSONValue) -> [FieldError] {
        object["type"] == live["type"]
            ? ImmutableData.errors(object, live)
            : [.invalid("type", object["type"] ?? .null, "field is immutable")]
    }
}

struct ConfigMapStrategy: ResourceStrategy {
    func validateUpdate(_ object: JSONValue, live: JSONValue) -> [FieldError] { ImmutableData.errors(object, live) }
}

/// The rule of Secrets and ConfigMaps with `immutable: true`.
private enum ImmutableData {
    static func errors(_ object: JSONValue, _ live: JSONValue) -> [FieldError] {
        guard live["immutable"] == true else { return [] }
        return ["immutable", "data", "binaryData"].compactMap { field in
            object[field] == live[field] ? nil : .forbidden(field, "field is immutable when `immutable` is set")
        }
    }
}

struct VolumeClaimStrategy: ResourceStrategy {
    func applyDefaults(_ object: inout JSONValue) { object.change("spec") { $0.fill(["volumeMode": "Filesystem"]) } }

    func prepareForCreate(_ object: inout JSONValue) { object["status"] = ["phase": "Pending"] }

    func validate(_ object: JSONValue) -> [FieldError] {
        object["spec"]?["accessModes"]?.isBare ?? true
            ? [.required("spec.accessModes", "at least 1 access mode is required")] : []
    }
}

struct DisruptionBudgetStrategy: ResourceStrategy {
    var hasGeneration: Bool { true }

    func prepareForCreate(_ object: inout JSONValue) {
        object["status"] = [
            "currentHealthy": 0, "desiredHealthy": 0, "disruptionsAllowed": 0, "expectedPods": 0,
        ]
    }

    func validate(_ object: JSONValue) -> [FieldError] {
        guard object["spec"]?["minAvailable"] != nil, object["spec"]?["maxUnavailable"] != nil else { return [] }
        return [
            .invalid("spec", object["spec"] ?? [:], "minAvailable and maxUnavailable cannot be both set")
        ]
    }
}

struct AutoscalerStrategy: ResourceStrategy {
    func applyDefaults(_ object: inout JSONValue) { object.change("spec") { $0.fill(["minReplicas": 1]) } }

    func prepareForCreate(_ object: inout JSONValue) { object["status"] = [:] }

    func validate(_ object: JSONValue) -> [FieldError] {
        let most = object["spec"]?["maxReplicas"]?.intValue ?? 0
        let least = object["spec"]?["minReplicas"]?.intValue ?? 1
        if most < 1 { return [.invalid("spec.maxReplicas", .int(most), "must be greater than 0")] }
        return most >= least
            ? [] : [.invalid("spec.maxReplicas", .int(most), "must be greater than or equal to `minReplicas`")]
    }
}

struct LeaseStrategy: ResourceStrategy {
    func validate(_ object: JSONValue) -> [FieldError] {
        guard let seconds = object["spec"]?["leaseDurationSeconds"]?.intValue, seconds <= 0 else { return [] }
        return [.invalid("spec.leaseDurationSeconds", .int(seconds), "must be greater than 0")]
    }
}

struct ControllerRevisionStrategy: ResourceStrategy {
    func validate(_ object: JSONValue) -> [FieldError] {
        guard let revision = object["revision"]?.intValue else { return [] }
        return revision < 0 ? [.invalid("revision", .int(revision), "must be greater than or equal to 0")] : []
    }

    func validateUpdate(_ object: JSONValue, live: JSONValue) -> [FieldError] {
        object["data"] == live["data"] ? [] : [.invalid("data", object["data"] ?? .null, "field is immutable")]
    }
}

struct PriorityClassStrategy: ResourceStrategy {
    func applyDefaults(_ object: inout JSONValue) { object.fill(["preemptionPolicy": "PreemptLowerPriority"]) }

    func validateUpdate(_ object: JSONValue, live: JSONValue) -> [FieldError] {
        object["value"] == live["value"] ? [] : [.forbidden("value", "may not be changed in an update.")]
    }
}
