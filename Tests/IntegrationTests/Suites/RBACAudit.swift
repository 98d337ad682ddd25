import FoundationEssentials
import KubeCore
import TestSupport

/// One right: a verb on a resource, as RBAC and the audit log name them.
struct Right: Hashable, Comparable, CustomStringConvertible {
    var verb: String
    var group: String
    /// With the subresource after a slash.
    var resource: String

    var description: String { "\(verb) \(group.isEmpty ? "core" : group)/\(resource)" }

    static func < (left: Right, right: Right) -> Bool { left.description < right.description }

    /// Whether a rule that grants this right allows `use`.
    func covers(_ use: Right) -> Bool {
        verb == use.verb && group == use.group && (resource == "*" || resource == use.resource)
    }
}

/// What an account was granted by rendered manifests.
struct GrantedRights {
    private(set) var rights: Set<Right> = []

    /// Collects the rules of every role that is bound to the service account.
    init(_ manifests: [JSONValue], account: String) {
        for binding in manifests where binding["kind"]?.stringValue?.hasSuffix("RoleBinding") == true {
            let subjects = binding["subjects"]?.arrayValue ?? []
            guard subjects.contains(where: { $0["name"]?.stringValue == account }) else { continue }
            for role in manifests where Self.isRole(role, of: binding) {
                for rule in role["rules"]?.arrayValue ?? [] { rights.formUnion(Self.rights(of: rule)) }
            }
        }
    }

    private static func isRole(_ role: JSONValue, of binding: JSONValue) -> Bool {
        role["kind"] == binding[path: "roleRef", "kind"]
            && role[path: "metadata", "name"] == binding[path: "roleRef", "name"]
            && role[path: "metadata", "namespace"] == binding[path: "metadata", "namespace"]
    }

    private static func rights(of rule: JSONValue) -> [Right] {
        func texts(_ key: String) -> [String] { (rule[key]?.arrayValue ?? []).compactMap(\.stringValue) }
        return texts("verbs").flatMap { verb in
            texts("apiGroups").flatMap { group in
                texts("resources").map { Right(verb: verb, group: group, resource: $0) }
            }
        }
    }
}

/// What the API server's audit log tells of one user.
struct AuditedUse {
    /// Every right that was asked for.
    private(set) var used: Set<Right> = []
    /// Those that were refused.
    private(set) var forbidden: Set<Right> = []

    private struct Event: Decodable {
        struct User: Decodable { var username: String }
        struct Object: Decodable {
            var resource: String?
            var subresource: String?
            var apiGroup: String?
        }
        struct Answer: Decodable { var code: Int? }

        var verb: String
        var requestURI: String
        var user: User
        var objectRef: Object?
        var responseStatus: Answer?
    }

    /// - Parameter log: one event a line.
    init(log: String, user: String) throws {
        for line in log.split(separator: "\n") where line.contains(user) {
            let event = try JSONDecoder().decode(Event.self, from: Data(line.utf8))
            guard event.user.username == user, let object = event.objectRef, let resource = object.resource else {
                continue
            }
            let name = object.subresource.map { "\(resource)/\($0)" } ?? resource
            let right = Right(verb: event.verb, group: object.apiGroup ?? "", resource: name)
            used.insert(right)
            if event.responseStatus?.code == 403 { forbidden.insert(right) }
            // A streaming list is a watch by its verb. A server without them is asked for a list instead.
            if event.verb == "watch", event.requestURI.contains("sendInitialEvents=true") {
                used.insert(Right(verb: "list", group: right.group, resource: right.resource))
            }
            // An apply that makes its object is authorized as a create, too, and is one line of the log.
            if event.verb == "patch", event.responseStatus?.code == 201 {
                used.insert(Right(verb: "create", group: right.group, resource: right.resource))
            }
        }
    }
}
