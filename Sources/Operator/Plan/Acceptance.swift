internal import DeepSeekAPI
internal import KubeCore

/// Whether a spec can be carried out. One that cannot leaves the last accepted revision running.
struct Acceptance {
    enum Reason: String {
        case accepted = "Accepted"
        /// A value is wrong.
        case invalid = "Invalid"
        /// A field is right but this version of the operator does not carry it out.
        case unsupported = "Unsupported"
        /// The administrator does not allow it.
        case notAllowed = "NotAllowed"
    }

    var reason: Reason
    var message: String
    /// What makes the revision that spec describes; nil for a spec that is not accepted.
    var inputs: RevisionInputs?
    var isAccepted: Bool { inputs != nil }

    init(_ cluster: DeepSeekCluster, policy: AdministratorPolicy) {
        let invalid = validate(cluster) + TimeZoneDatabase.system.problems(in: cluster.spec.autoscaling)
        guard invalid.isEmpty else {
            self.init(.invalid, invalid.map(\.description))
            return
        }
        let refused = policy.violations(of: cluster.spec)
        guard refused.isEmpty else {
            self.init(.notAllowed, refused)
            return
        }
        let unsupported = unsupportedYet(cluster)
        guard unsupported.isEmpty else {
            self.init(.unsupported, unsupported.map(\.description))
            return
        }
        do {
            self.init(inputs: try RevisionInputs(cluster.spec))
        } catch {
            self.init(.invalid, ["spec: \(error)"])
        }
    }

    private init(inputs: RevisionInputs) {
        self.inputs = inputs
        reason = .accepted
        message = "the spec can be carried out"
    }

    private init(_ reason: Reason, _ errors: [String]) {
        self.reason = reason
        inputs = nil
        let rest = errors.count > 10 ? "; and \(errors.count - 10) more" : ""
        message = errors.prefix(10).joined(separator: "; ") + rest
    }
}

extension AdministratorPolicy {
    /// What a spec asks for that the administrator did not allow.
    func violations(of spec: DeepSeekClusterSpec) -> [String] {
        var result: [String] = []
        if let path = spec.model.source?.hostPath?.path, !allows(hostPath: path) {
            result.append(
                "spec.model.source.hostPath.path: \(path) is not below a folder that --allow-host-paths names")
        }
        for volume in spec.resolvedPods.volumes ?? [] {
            guard let path = volume[path: "hostPath", "path"]?.stringValue, !allows(hostPath: path) else { continue }
            result.append("spec.pods.volumes: hostPath \(path) is not below a folder that --allow-host-paths names")
        }
        if let account = spec.resolvedPods.serviceAccountName, !account.isEmpty,
            !serviceAccounts.contains("*"), !serviceAccounts.contains(account)
        {
            result.append("spec.pods.serviceAccountName: \(account) is not one that --allow-service-accounts names")
        }
        return result
    }

    /// Whether a path is an allowed folder or below one. `..` is never allowed.
    private func allows(hostPath path: String) -> Bool {
        let parts = path.split(separator: "/")
        guard !parts.contains("..") else { return false }
        return hostPaths.contains { allowed in
            parts.starts(with: allowed.split(separator: "/"))
        }
    }
}
