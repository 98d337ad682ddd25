public import Base
internal import DeepSeekAPI
public import KubeClient
internal import KubeCore

/// Installs or upgrades the CustomResourceDefinition. Helm never upgrades what is in `crds/`, so the chart runs this.
public struct CRDInstaller: Sendable {
    private static let resourceType = ResourceType(
        group: "apiextensions.k8s.io", version: "v1", kind: "CustomResourceDefinition",
        plural: "customresourcedefinitions", isNamespaced: false)

    private let client: KubeClient
    private let clock: any Clock<Duration>

    public init(client: KubeClient, clock: any Clock<Duration> = MonotonicClock()) {
        self.client = client
        self.clock = clock
    }

    /// Creates or replaces the definition and returns once the server serves it.
    ///
    /// It is not applied: a server before 1.23 refuses to apply the CEL rules that it does not know, and drops them
    /// from a definition that is created or replaced.
    ///
    /// - Throws: `KubeError`, or `NotEstablished` when the server does not serve it after 30 s.
    public func install() async throws {
        let api = Api<JSONValue>(client, Self.resourceType)
        let definition = CustomResourceDefinition.deepSeekCluster
        guard let name = definition[path: "metadata", "name"]?.stringValue else {
            throw KubeError.invalidRequest("the definition has no name")
        }
        let options = WriteOptions(fieldManager: "deepseek-operator-crds")
        do throws(KubeError) {
            _ = try await api.create(definition, options: options)
        } catch {
            guard error.isAlreadyExists else { throw error }
            try await replace(name, by: definition, options, api)
        }
        for _ in 0..<150 {
            let conditions = try await api.get(name)[path: "status", "conditions"]?.arrayValue ?? []
            if conditions.contains(where: { $0["type"] == "Established" && $0["status"] == "True" }) { return }
            try await clock.sleep(for: .milliseconds(200))
        }
        throw NotEstablished(name: name)
    }

    /// Replaces the spec and leaves metadata alone, which may say that Helm keeps the object.
    private func replace(
        _ name: String, by definition: JSONValue, _ options: WriteOptions, _ api: Api<JSONValue>
    ) async throws(KubeError) {
        for attempt in 1...5 {
            var object = try await api.get(name)
            object["spec"] = definition["spec"]
            do throws(KubeError) {
                _ = try await api.replace(name, with: object, options: options)
                return
            } catch {
                guard error.isConflict, attempt < 5 else { throw error }
            }
        }
    }

    public struct NotEstablished: Error, CustomStringConvertible {
        var name: String

        public var description: String { "the API server does not serve \(name) after 30 s" }
    }
}
