import KubeCore

/// What a list or watch asks for: labels and fields.
struct ObjectFilter: Sendable {
    var labels = LabelSelector()
    /// Field paths with the value that they must or must not have.
    var fields: [FieldRequirement] = []

    struct FieldRequirement: Sendable, Equatable {
        var path: [String]
        var value: String
        var isEqual: Bool
    }

    /// Reads the query parameters. Errors: 400.
    init(_ request: APIRequest, _ definition: ResourceDefinition) throws(Status) {
        if let text = request.parameter("labelSelector"), !text.isEmpty {
            guard let selector = LabelSelector(queryText: text) else {
                throw Status.badRequest("unable to parse requirement: invalid label selector \"\(text)\"")
            }
            labels = selector
        }
        if let text = request.parameter("fieldSelector"), !text.isEmpty {
            fields = try Self.fields(text, definition)
        }
    }

    /// The only name that can match, where the fields say so.
    var name: String? { fields.first { $0.path == ["metadata", "name"] && $0.isEqual }?.value }

    func matches(_ object: StoredObject) -> Bool {
        labels.matches(object.labels)
            && fields.allSatisfy { requirement in
                let value = object.value[path: requirement.path]
                let text = value?.stringValue ?? (value.flatMap { $0.isNull ? nil : $0.jsonText } ?? "")
                return (text == requirement.value) == requirement.isEqual
            }
    }

    var isEmpty: Bool { fields.isEmpty && labels == LabelSelector() }

    private static func fields(_ text: String, _ definition: ResourceDefinition) throws(Status) -> [FieldRequirement] {
        var requirements: [FieldRequirement] = []
        for part in text.split(separator: ",") {
            guard let equals = part.firstIndex(of: "=") else {
                throw Status.badRequest("invalid selector: '\(part)'; can't understand '\(part)'")
            }
            let isEqual = part[..<equals].last != "!"
            let label = String(isEqual ? part[..<equals] : part[..<equals].dropLast())
            let value = part[part.index(after: equals)...].drop { $0 == "=" }
            guard isSupported(label, definition) else {
                throw Status.badRequest("field label not supported: \(label)")
            }
            requirements.append(
                FieldRequirement(
                    path: label.split(separator: ".").map(String.init), value: String(value), isEqual: isEqual))
        }
        return requirements
    }

    private static func isSupported(_ label: String, _ definition: ResourceDefinition) -> Bool {
        if ["metadata.name", "metadata.namespace"].contains(label) { return true }
        switch definition.type.kind {
        case "Pod":
            return [
                "spec.nodeName", "spec.restartPolicy", "spec.schedulerName", "spec.serviceAccountName",
                "spec.hostNetwork", "status.phase", "status.podIP", "status.nominatedNodeName",
            ].contains(label)
        case "Event": return true
        case "Node": return label == "spec.unschedulable"
        case "Namespace": return label == "status.phase"
        case "Secret": return label == "type"
        case "ReplicaSet": return label == "status.replicas"
        case "Job": return label == "status.successful"
        default: return false
        }
    }
}

extension LabelSelector {
    /// Reads the `labelSelector` query parameter; nil when it is malformed.
    init?(queryText: String) {
        var requirements: [Requirement] = []
        for part in Self.requirements(queryText) {
            guard let requirement = Self.requirement(part) else { return nil }
            requirements.append(requirement)
        }
        self.init(matchExpressions: requirements)
    }

    /// Splits at commas outside of parentheses.
    private static func requirements(_ text: String) -> [Substring] {
        var parts: [Substring] = []
        var depth = 0
        var start = text.startIndex
        for index in text.indices {
            switch text[index] {
            case "(": depth += 1
            case ")": depth -= 1
            case "," where depth == 0:
                parts.append(text[start..<index])
                start = text.index(after: index)
            default: break
            }
        }
        return parts + [text[start...]]
    }

    private static func requirement(_ part: Substring) -> Requirement? {
        let words = part.split(separator: " ", omittingEmptySubsequences: true)
        let text = words.joined(separator: " ")
        for (separator, kind) in [(" notin ", Requirement.Operator.notIn), (" in ", .in)] {
            let spaced = text.replacing("(", with: " (").split(separator: " ").joined(separator: " ")
            guard let range = spaced.firstRange(of: separator) else { continue }
            let list = spaced[range.upperBound...]
            guard list.first == "(", list.last == ")" else { return nil }
            let values = list.dropFirst().dropLast().split(separator: ",", omittingEmptySubsequences: false)
            return make(spaced[..<range.lowerBound], kind, values.map { $0.filter { $0 != " " } })
        }
        for (separator, kind) in [("!=", Requirement.Operator.notIn), ("==", .in), ("=", .in)] {
            guard let range = text.firstRange(of: separator) else { continue }
            let value = text[range.upperBound...].filter { $0 != " " }
            return make(text[..<range.lowerBound], kind, [value])
        }
        return text.hasPrefix("!") ? make(text.dropFirst(), .doesNotExist, nil) : make(text[...], .exists, nil)
    }

    private static func make(_ key: Substring, _ kind: Requirement.Operator, _ values: [String]?) -> Requirement? {
        let key = key.filter { $0 != " " }
        guard LabelSyntax.isKey(key), (values ?? []).allSatisfy(LabelSyntax.isValue) else { return nil }
        return Requirement(key: key, operator: kind, values: values)
    }
}
