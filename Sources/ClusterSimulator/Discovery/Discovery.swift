import KubeCore

/// What the server says of the resources that it has.
struct Discovery {
    var registry: Registry
    /// Groups that others answer for, each with its versions.
    var mounted: [MountedGroup]

    /// `/api`.
    var coreVersions: JSONValue {
        [
            "kind": "APIVersions", "versions": ["v1"],
            "serverAddressByClientCIDRs": [["clientCIDR": "0.0.0.0/0", "serverAddress": "127.0.0.1"]],
        ]
    }

    /// `/apis`.
    var groupList: JSONValue {
        [
            "kind": "APIGroupList", "apiVersion": "v1",
            "groups": .array(groupNames.compactMap { group($0, isInList: true) }),
        ]
    }

    /// `/apis/<group>`; nil for a group that there is not.
    func group(_ name: String, isInList: Bool = false) -> JSONValue? {
        let versions = self.versions(of: name)
        guard !name.isEmpty, !versions.isEmpty else { return nil }
        let entries = versions.map { version -> JSONValue in
            ["groupVersion": .string("\(name)/\(version)"), "version": .string(version)]
        }
        var group: JSONValue = ["name": .string(name), "versions": .array(entries), "preferredVersion": entries[0]]
        if !isInList {
            group["kind"] = "APIGroup"
            group["apiVersion"] = "v1"
        }
        return group
    }

    /// `/api/v1` and `/apis/<group>/<version>`; nil for a version that there is not.
    func resources(group: String, version: String) -> JSONValue? {
        let found = registry.ordered.filter { $0.type.group == group && $0.type.version == version }
        guard !found.isEmpty else { return nil }
        return [
            "kind": "APIResourceList", "apiVersion": "v1",
            "groupVersion": .string(group.isEmpty ? version : "\(group)/\(version)"),
            "resources": .array(found.flatMap(entries)),
        ]
    }

    private var groupNames: [String] {
        var names: [String] = []
        for definition in registry.ordered where !names.contains(definition.type.group) {
            names.append(definition.type.group)
        }
        for group in mounted where !names.contains(group.name) { names.append(group.name) }
        return names
    }

    private func versions(of group: String) -> [String] {
        var versions: [String] = []
        for definition in registry.ordered where definition.type.group == group {
            if !versions.contains(definition.type.version) { versions.append(definition.type.version) }
        }
        for mount in mounted where mount.name == group && !versions.contains(mount.version) {
            versions.append(mount.version)
        }
        return versions.sorted(by: VersionPriority.isBefore)
    }

    // MARK: Resources

    private func entries(_ definition: ResourceDefinition) -> [JSONValue] {
        [entry(definition)] + definition.subresources.sorted { $0.rawValue < $1.rawValue }.map { entry(definition, $0) }
    }

    private func entry(_ definition: ResourceDefinition) -> JSONValue {
        var entry: JSONValue = [
            "name": .string(definition.type.plural), "singularName": .string(definition.singular),
            "namespaced": .bool(definition.type.isNamespaced), "kind": .string(definition.type.kind),
            "verbs": JSONValue(definition.verbs),
        ]
        if !definition.shortNames.isEmpty { entry["shortNames"] = JSONValue(definition.shortNames) }
        if !definition.categories.isEmpty { entry["categories"] = JSONValue(definition.categories) }
        return entry
    }

    private func entry(_ definition: ResourceDefinition, _ subresource: ResourceDefinition.Subresource) -> JSONValue {
        var entry: JSONValue = [
            "name": .string("\(definition.type.plural)/\(subresource.rawValue)"), "singularName": "",
            "namespaced": .bool(definition.type.isNamespaced), "kind": .string(definition.type.kind),
            "verbs": JSONValue(subresource.verbs),
        ]
        let answer: (group: String, version: String, kind: String)? =
            switch subresource {
            case .scale: ("autoscaling", "v1", "Scale")
            case .eviction: ("policy", "v1", "Eviction")
            case .token: ("authentication.k8s.io", "v1", "TokenRequest")
            case .binding, .log, .status: nil
            }
        if let answer {
            entry["group"] = .string(answer.group)
            entry["version"] = .string(answer.version)
            entry["kind"] = .string(answer.kind)
        } else if subresource == .binding {
            entry["kind"] = "Binding"
        }
        return entry
    }
}

extension ResourceDefinition {
    var verbs: [String] {
        isVirtual
            ? ["create"]
            : ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"]
    }
}

extension ResourceDefinition.Subresource {
    fileprivate var verbs: [String] {
        switch self {
        case .status, .scale: ["get", "patch", "update"]
        case .binding, .eviction, .token: ["create"]
        case .log: ["get"]
        }
    }
}

/// Kubernetes' order of versions: GA before beta before alpha, higher before lower.
enum VersionPriority {
    static func isBefore(_ left: String, _ right: String) -> Bool { rank(left) > rank(right) }

    private static func rank(_ version: String) -> (Int, Int, Int) {
        guard version.hasPrefix("v") else { return (0, 0, 0) }
        let rest = version.dropFirst()
        let major = Int(rest.prefix { $0.isNumber }) ?? 0
        let tail = rest.drop { $0.isNumber }
        if tail.isEmpty { return (3, major, 0) }
        let minor = Int(tail.drop { !$0.isNumber }) ?? 0
        return (tail.hasPrefix("beta") ? 2 : tail.hasPrefix("alpha") ? 1 : 0, major, minor)
    }
}
