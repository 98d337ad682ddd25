import KubeCore

/// Pods: defaults, a fresh status, and a spec of which little may change.
struct PodStrategy: ResourceStrategy {
    func applyDefaults(_ object: inout JSONValue) {
        object.change("spec") { spec in
            PodDefaults.apply(toSpec: &spec)
            PodDefaults.fillRequests(ofSpec: &spec)
            spec.fill(["enableServiceLinks": true])
        }
    }

    func prepareForCreate(_ object: inout JSONValue) {
        object["status"] = ["phase": "Pending", "qosClass": .string(Self.qualityOfService(object["spec"] ?? [:]))]
        object.change("spec") { spec in
            spec.fill(["serviceAccountName": "default", "serviceAccount": "default"])
            spec.fill(["preemptionPolicy": "PreemptLowerPriority", "priority": 0])
            Self.tolerateBriefTrouble(&spec)
        }
    }

    /// What the admission plug-in DefaultTolerationSeconds adds.
    private static func tolerateBriefTrouble(_ spec: inout JSONValue) {
        var tolerations = spec["tolerations"]?.arrayValue ?? []
        for key in ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"] {
            let isTolerated = tolerations.contains { toleration in
                let all = toleration["key"] == nil && toleration["operator"] == "Exists"
                return all || toleration["key"]?.stringValue == key
            }
            if isTolerated { continue }
            tolerations.append([
                "key": .string(key), "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300,
            ])
        }
        spec["tolerations"] = .array(tolerations)
    }

    private static func qualityOfService(_ spec: JSONValue) -> String {
        let resources = (spec["containers"]?.arrayValue ?? []).map { $0["resources"] ?? [:] }
        if resources.allSatisfy({ $0["limits"] == nil && $0["requests"] == nil }) { return "BestEffort" }
        let isGuaranteed = resources.allSatisfy { resource in
            ["cpu", "memory"].allSatisfy { name in
                let limit = resource["limits"]?[name]
                return limit != nil && limit == resource["requests"]?[name]
            }
        }
        return isGuaranteed ? "Guaranteed" : "Burstable"
    }

    func validate(_ object: JSONValue) -> [FieldError] {
        PodValidation.errors(spec: object["spec"] ?? [:], path: "spec")
    }

    /// Images, the deadline, tolerations that are added, and a shorter grace period: the rest is fixed.
    func validateUpdate(_ object: JSONValue, live: JSONValue) -> [FieldError] {
        func fixed(_ pod: JSONValue) -> JSONValue {
            var spec = pod["spec"] ?? [:]
            for list in ["containers", "initContainers"] { spec.changeEach(list) { $0["image"] = nil } }
            for field in ["activeDeadlineSeconds", "tolerations", "terminationGracePeriodSeconds", "nodeName"] {
                spec[field] = nil
            }
            return spec
        }
        let node = live["spec"]?["nodeName"]?.stringValue ?? ""
        let isMoved = !node.isEmpty && object["spec"]?["nodeName"]?.stringValue != node
        guard isMoved || fixed(object) != fixed(live) else { return [] }
        return [
            .forbidden(
                "spec",
                "pod updates may not change fields other than `spec.containers[*].image`,"
                    + "`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions "
                    + "to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was "
                    + "previously negative)")
        ]
    }
}
