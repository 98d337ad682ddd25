import KubeCore

/// A patch as a request carries it.
enum ObjectPatch: Sendable {
    case merge(JSONValue)
    case json(JSONPatch)
    case strategic(JSONValue)
    case apply(JSONValue, force: Bool)

    /// Reads the body by its content type. Errors: 400, 415, 422.
    init(_ request: APIRequest, _ definition: ResourceDefinition) throws(Status) {
        let type = request.headers["content-type"]?.split(separator: ";").first.map(String.init) ?? ""
        switch type {
        case "application/merge-patch+json": self = .merge(try request.json())
        case "application/json-patch+json":
            do {
                self = .json(try JSONPatch(try request.json()))
            } catch let error as JSONPatchError {
                throw Status.badRequest("error decoding patch: \(error.message)")
            } catch let error as Status {
                throw error
            } catch {
                throw Status.badRequest("error decoding patch: \(error)")
            }
        case "application/strategic-merge-patch+json" where !definition.isCustom:
            self = .strategic(try request.json())
        case "application/apply-patch+yaml", "application/apply-patch+json":
            self = .apply(try Self.configuration(request), force: request.flag("force"))
        default:
            let strategic = definition.isCustom ? "" : ", application/strategic-merge-patch+json"
            throw Status.unsupportedMediaType(
                "application/json-patch+json, application/merge-patch+json\(strategic), application/apply-patch+yaml")
        }
    }

    private static func configuration(_ request: APIRequest) throws(Status) -> JSONValue {
        guard let manager = request.parameter("fieldManager"), !manager.isEmpty else {
            throw Status(
                code: 422, reason: "Invalid",
                message: "PatchOptions.meta.k8s.io \"\" is invalid: fieldManager: Required value: is required for "
                    + "apply patch",
                details: .init(
                    group: "meta.k8s.io", kind: "PatchOptions",
                    causes: [
                        .init(
                            reason: "FieldValueRequired", message: "Required value: is required for apply patch",
                            field: "fieldManager")
                    ]))
        }
        let configuration = try json(request)
        if let managed = configuration[path: "metadata", "managedFields"], !managed.isBare {
            throw Status.badRequest("metadata.managedFields must be nil")
        }
        return configuration
    }

    /// The real server reads YAML; clients send JSON, which is YAML too.
    private static func json(_ request: APIRequest) throws(Status) -> JSONValue {
        do throws(Status) {
            return try request.json()
        } catch {
            throw Status.badRequest(
                "the simulated server reads apply patches as JSON only: \(error.message ?? "unreadable body")")
        }
    }

    /// The patched object. An apply patch is none of this kind: it needs to know who owns what.
    func applied(to object: JSONValue, _ definition: ResourceDefinition) throws(Status) -> JSONValue {
        switch self {
        case .merge(let patch), .apply(let patch, _): return object.applying(mergePatch: patch)
        case .strategic(let patch):
            return try StrategicMergePatch.apply(patch, to: object, definition.schema)
        case .json(let patch):
            do {
                return try object.applying(jsonPatch: patch)
            } catch {
                // The real server does not say which operation failed either.
                throw Status(
                    code: 422, reason: "Invalid",
                    message: "the server rejected our request due to an error in our request", details: .init())
            }
        }
    }
}
