internal import Migration

extension Scenario: CustomStringConvertible {
    /// One line: `wish=2 quota=4 …`.
    public var description: String {
        let gates = policy.gates.sorted { $0.key.rawValue < $1.key.rawValue }.map { "\($0.key.rawValue):\($0.value)" }
        return [
            "wish=\(wish)", "quota=\(quota.map(String.init) ?? "none")", "nodes=\(nodes)", "ready=\(startsReady)",
            "fates=\(fates.map(\.rawValue).joined(separator: ","))",
            "gpus=\(gpus.map(String.init).joined(separator: ","))", "auto=\(policy.autoPromote)",
            "after=\(policy.autoPromoteAfterSeconds)", "preview=\(policy.previewReplicas)",
            "progress=\(policy.progressDeadlineSeconds)", "capacity=\(policy.capacityWaitSeconds)",
            "delay=\(policy.scaleDownDelaySeconds)", "drain=\(policy.drainSeconds)",
            "spread=\(policy.endpointSpreadSeconds)", "short=\(policy.onInsufficientCapacity.rawValue)",
            "history=\(policy.revisionHistoryLimit)", "gates=\(gates.joined(separator: ","))",
        ].joined(separator: " ")
    }

    /// Reads what `description` wrote; what is left out keeps its default.
    init?(_ text: Substring) {
        self.init()
        for word in text.split(separator: " ") {
            let parts = word.split(separator: "=", omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 2, set(parts[0], parts[1]) else { return nil }
        }
    }

    private mutating func set(_ key: String, _ value: String) -> Bool {
        let number = Int(value) ?? 0
        let list = value.split(separator: ",").map(String.init)
        switch key {
        case "wish": wish = number
        case "quota": quota = Int(value)
        case "nodes": nodes = number
        case "ready": startsReady = value == "true"
        case "fates":
            for (index, name) in list.enumerated() where fates.indices.contains(index) {
                fates[index] = Fate(rawValue: name) ?? .good
            }
        case "gpus":
            for (index, name) in list.enumerated() where gpus.indices.contains(index) { gpus[index] = Int(name) ?? 1 }
        case "auto": policy.autoPromote = value == "true"
        case "after": policy.autoPromoteAfterSeconds = number
        case "preview": policy.previewReplicas = number
        case "progress": policy.progressDeadlineSeconds = number
        case "capacity": policy.capacityWaitSeconds = number
        case "delay": policy.scaleDownDelaySeconds = number
        case "drain": policy.drainSeconds = number
        case "spread": policy.endpointSpreadSeconds = number
        case "short": policy.onInsufficientCapacity = .init(rawValue: value) ?? .wait
        case "history": policy.revisionHistoryLimit = number
        case "gates":
            for entry in list {
                let parts = entry.split(separator: ":").map(String.init)
                guard parts.count == 2, let kind = GateKind(rawValue: parts[0]) else { return false }
                policy.gates[kind] = Int(parts[1])
            }
        default: return false
        }
        return true
    }
}
