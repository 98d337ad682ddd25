public import KubeCore

/// The failures of the API server, worded as its own.
extension Status {
    static func notFound(_ group: String, _ plural: String, _ name: String) -> Status {
        Status(
            code: 404, reason: "NotFound", message: "\(qualified(group, plural)) \"\(name)\" not found",
            details: .init(name: name, group: group.isEmpty ? nil : group, kind: plural))
    }

    static func alreadyExists(_ group: String, _ plural: String, _ name: String) -> Status {
        Status(
            code: 409, reason: "AlreadyExists", message: "\(qualified(group, plural)) \"\(name)\" already exists",
            details: .init(name: name, group: group.isEmpty ? nil : group, kind: plural))
    }

    static func conflict(_ group: String, _ plural: String, _ name: String, _ why: String) -> Status {
        Status(
            code: 409, reason: "Conflict",
            message: "Operation cannot be fulfilled on \(qualified(group, plural)) \"\(name)\": \(why)",
            details: .init(name: name, group: group.isEmpty ? nil : group, kind: plural))
    }

    static func staleWrite(_ group: String, _ plural: String, _ name: String) -> Status {
        conflict(
            group, plural, name,
            "the object has been modified; please apply your changes to the latest version and try again")
    }

    static func forbidden(_ group: String, _ plural: String, _ name: String, _ why: String) -> Status {
        Status(
            code: 403, reason: "Forbidden",
            message: "\(qualified(group, plural)) \"\(name)\" is forbidden: \(why)",
            details: .init(name: name, group: group.isEmpty ? nil : group, kind: plural))
    }

    static func badRequest(_ message: String) -> Status {
        Status(code: 400, reason: "BadRequest", message: message)
    }

    static func methodNotAllowed() -> Status {
        Status(
            code: 405, reason: "MethodNotAllowed",
            message: "the server does not allow this method on the requested resource")
    }

    static func unknownPath() -> Status {
        Status(code: 404, reason: "NotFound", message: "the server could not find the requested resource")
    }

    static func notAcceptable(_ offered: String) -> Status {
        Status(code: 406, reason: "NotAcceptable", message: "only the following media types are accepted: \(offered)")
    }

    static func unsupportedMediaType(_ offered: String) -> Status {
        Status(
            code: 415, reason: "UnsupportedMediaType",
            message: "the body of the request was in an unknown format - accepted media types include: \(offered)")
    }

    /// A resource version or continue token that history no longer reaches.
    static func expired(_ message: String) -> Status { Status(code: 410, reason: "Expired", message: message) }

    static func tooManyRequests(_ message: String, retryAfterSeconds: Int = 1) -> Status {
        Status(
            code: 429, reason: "TooManyRequests", message: message,
            details: .init(retryAfterSeconds: retryAfterSeconds))
    }

    private static func qualified(_ group: String, _ plural: String) -> String {
        group.isEmpty ? plural : "\(plural).\(group)"
    }

    /// The object that a response or a watch's ERROR event carries.
    public var json: JSONValue {
        var object: JSONValue = [
            "kind": "Status", "apiVersion": "v1", "metadata": [:], "status": .string(status ?? "Failure"),
        ]
        object["message"] = message.map(JSONValue.string)
        object["reason"] = reason.map(JSONValue.string)
        object["code"] = code.map { JSONValue($0) }
        object["details"] = details?.json
        return object
    }
}

extension Status.Details {
    fileprivate var json: JSONValue {
        var object: JSONValue = [:]
        object["name"] = name.map(JSONValue.string)
        object["group"] = group.map(JSONValue.string)
        object["kind"] = kind.map(JSONValue.string)
        object["retryAfterSeconds"] = retryAfterSeconds.map { JSONValue($0) }
        object["causes"] = causes.map { causes in
            .array(
                causes.map { cause in
                    var object: JSONValue = [:]
                    object["reason"] = cause.reason.map(JSONValue.string)
                    object["message"] = cause.message.map(JSONValue.string)
                    object["field"] = cause.field.map(JSONValue.string)
                    return object
                })
        }
        return object
    }
}
