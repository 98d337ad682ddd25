import KubeCore

/// Phase and conditions of a pod as the kubelet derives them from its containers.
enum PodConditions {
    /// The status with its phase and conditions brought in line with its container statuses. Conditions of other
    /// writers stay.
    static func settle(_ status: JSONValue, of pod: PodView, now: Timestamp) -> JSONValue {
        var status = status
        let containers = status["containerStatuses"]?.arrayValue ?? []
        let phase = phase(containers, pod.restartPolicy)
        status["phase"] = .string(phase)
        let unready = containers.filter { $0["ready"]?.boolValue != true }.compactMap { $0["name"]?.stringValue }
        let containersReady = readiness(unready: unready, phase: phase)
        var conditions = status["conditions"]?.arrayValue ?? []
        set(&conditions, "PodScheduled", nil, now)
        set(&conditions, "Initialized", phase == "Succeeded" ? ("PodCompleted", "") : nil, now, isTrue: true)
        set(&conditions, "ContainersReady", containersReady, now)
        set(&conditions, "Ready", containersReady ?? failedGate(pod, conditions), now)
        status["conditions"] = .array(conditions)
        return status
    }

    /// `getPhase` of the kubelet.
    static func phase(_ containers: [JSONValue], _ restartPolicy: RestartPolicy) -> String {
        var running = 0
        var stopped = 0
        var succeeded = 0
        for container in containers {
            if container["state"]?["running"] != nil {
                running += 1
            } else if let terminated = container["state"]?["terminated"] {
                stopped += 1
                succeeded += terminated["exitCode"]?.intValue == 0 ? 1 : 0
            } else if container["lastState"]?["terminated"] != nil {
                stopped += 1
            } else {
                return "Pending"
            }
        }
        if containers.isEmpty { return "Pending" }
        if running > 0 || restartPolicy == .always { return "Running" }
        if succeeded == stopped { return "Succeeded" }
        return restartPolicy == .never ? "Failed" : "Running"
    }

    /// Why the containers are not ready; nil when they are.
    private static func readiness(unready: [String], phase: String) -> (reason: String, message: String)? {
        switch phase {
        case "Succeeded": ("PodCompleted", "")
        case "Failed": ("PodFailed", "")
        default:
            unready.isEmpty
                ? nil
                : ("ContainersNotReady", "containers with unready status: [\(unready.joined(separator: " "))]")
        }
    }

    /// The first readiness gate whose condition is not True.
    private static func failedGate(_ pod: PodView, _ conditions: [JSONValue]) -> (reason: String, message: String)? {
        for gate in pod.spec?["readinessGates"]?.arrayValue ?? [] {
            guard let type = gate["conditionType"]?.stringValue else { continue }
            let condition = conditions.first { $0["type"]?.stringValue == type }
            if condition?["status"]?.stringValue != "True" {
                let problem = condition == nil ? "does not exist" : "is not \"True\""
                return (
                    "ReadinessGatesNotReady", "corresponding condition of pod readiness gate \"\(type)\" \(problem)."
                )
            }
        }
        return nil
    }

    /// Sets a condition: True without a problem. lastTransitionTime moves only when the status does.
    static func set(
        _ conditions: inout [JSONValue], _ type: String, _ problem: (reason: String, message: String)?,
        _ now: Timestamp, isTrue: Bool? = nil
    ) {
        let index = conditions.firstIndex { $0["type"]?.stringValue == type }
        let old = index.map { conditions[$0] }
        let value: JSONValue = isTrue ?? (problem == nil) ? "True" : "False"
        let isSame =
            old?["status"] == value && old?["reason"]?.stringValue ?? "" == problem?.reason ?? ""
            && old?["message"]?.stringValue ?? "" == problem?.message ?? ""
        guard !isSame else { return }
        var condition: JSONValue = ["type": .string(type), "status": value, "lastProbeTime": nil]
        condition["lastTransitionTime"] =
            old?["status"] == value ? old?["lastTransitionTime"] : .string(now.description)
        if let problem {
            condition["reason"] = .string(problem.reason)
            if !problem.message.isEmpty { condition["message"] = .string(problem.message) }
        }
        if let index { conditions[index] = condition } else { conditions.append(condition) }
    }
}
