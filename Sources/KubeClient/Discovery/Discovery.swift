internal import HTTPTransport
public import KubeCore

/// version.Info: which Kubernetes a server is.
public struct ServerVersion: Decodable, Sendable, Hashable {
    public let major: String
    /// Perhaps with a suffix of the vendor, such as `29+`.
    public let minor: String
    public let gitVersion: String

    /// Major and minor as numbers; `nil` for a server that does not write them so.
    public var numbers: (major: Int, minor: Int)? {
        guard let major = Int(major), let minor = Int(minor.prefix { $0.isASCII && $0.isNumber }) else { return nil }
        return (major, minor)
    }
}

/// metav1.APIGroup: a group and its versions.
public struct APIGroup: Decodable, Sendable, Hashable {
    public struct Version: Decodable, Sendable, Hashable {
        /// `apps/v1`.
        public let groupVersion: String
        /// `v1`.
        public let version: String
    }

    public let name: String
    public let versions: [Version]
    public let preferredVersion: Version?
}

/// metav1.APIResource: one kind, or a subresource of one, in a group's version.
public struct APIResource: Decodable, Sendable, Hashable {
    /// The plural, and for a subresource `plural/subresource`.
    public let name: String
    public let kind: String
    public let namespaced: Bool
    public let verbs: [String]
    public let shortNames: [String]?
    /// Where it differs from the list's.
    public let group: String?
    public let version: String?

    public var isSubresource: Bool { name.contains("/") }
}

/// What the server serves.
extension KubeClient {
    public func serverVersion() async throws(KubeError) -> ServerVersion {
        try await get(["version"], as: ServerVersion.self)
    }

    /// The versions of the core group, such as `v1`.
    public func coreVersions() async throws(KubeError) -> [String] {
        try await get(["api"], as: APIVersions.self).versions
    }

    /// Every group but the core group.
    public func apiGroups() async throws(KubeError) -> [APIGroup] {
        try await get(["apis"], as: APIGroupList.self).groups
    }

    /// The resources of `apiVersion`, such as `v1` or `apps/v1`. Not found when the server does not serve it.
    public func apiResources(_ apiVersion: String) async throws(KubeError) -> [APIResource] {
        let path =
            apiVersion.contains("/")
            ? ["apis"] + apiVersion.split(separator: "/").map(String.init) : ["api", apiVersion]
        return try await get(path, as: APIResourceList.self).resources
    }

    /// The resource of a kind, or `nil` when the server does not serve it.
    public func resourceType(apiVersion: String, kind: String) async throws(KubeError) -> ResourceType? {
        let resources: [APIResource]
        do throws(KubeError) {
            resources = try await apiResources(apiVersion)
        } catch {
            if error.isNotFound { return nil }
            throw error
        }
        guard let resource = resources.first(where: { $0.kind == kind && !$0.isSubresource }) else { return nil }
        let parts = apiVersion.split(separator: "/")
        return ResourceType(
            group: parts.count > 1 ? String(parts[0]) : "", version: String(parts.last ?? ""), kind: kind,
            plural: resource.name, isNamespaced: resource.namespaced)
    }

    private func get<Answer: Decodable>(_ path: [String], as type: Answer.Type) async throws(KubeError) -> Answer {
        try AnswerDecoder.decode(try await send(KubeRequest(path: path)).body, as: type)
    }
}

private struct APIVersions: Decodable {
    let versions: [String]
}

private struct APIGroupList: Decodable {
    let groups: [APIGroup]
}

private struct APIResourceList: Decodable {
    let resources: [APIResource]
}
