/// One thing that is wrong with a resource: where, of what kind, and what would be right.
public struct FieldError: Error, Hashable, Sendable, CustomStringConvertible {
    /// As in the API server's field errors.
    public enum Kind: String, Sendable, Hashable {
        case required = "Required value"
        case invalid = "Invalid value"
        case duplicate = "Duplicate value"
        case forbidden = "Forbidden"
        case unsupported = "Unsupported"
    }

    /// Such as `spec.autoscaling.metrics[0].external.target`.
    public var field: String
    public var kind: Kind
    /// Says what would be right. It never holds the value of a Secret or of an environment variable.
    public var message: String

    public init(_ field: String, _ kind: Kind, _ message: String) {
        self.field = field
        self.kind = kind
        self.message = message
    }

    public var description: String { "\(field): \(kind.rawValue): \(message)" }
}

/// Where in the resource a check is, and what it found.
struct FieldCheck {
    var path: String
    private(set) var errors: [FieldError] = []

    init(_ path: String) { self.path = path }

    mutating func report(_ field: String, _ kind: FieldError.Kind, _ message: String) {
        let separator = field.isEmpty || field.hasPrefix("[") ? "" : "."
        errors.append(FieldError(path + separator + field, kind, message))
    }

    /// Reports a number outside of the range that the schema has.
    mutating func range(_ field: String, _ value: Int?, _ range: ClosedRange<Int>) {
        guard let value, !range.contains(value) else { return }
        report(field, .invalid, "\(value) must be \(range.lowerBound) to \(range.upperBound)")
    }

    /// Reports an absent or empty text.
    mutating func nonEmpty(_ field: String, _ value: String?) {
        if value?.isEmpty ?? true { report(field, .required, "must not be empty") }
    }

    mutating func uniqueNames(_ field: String, _ names: [String?], of key: String) {
        var seen: Set<String> = []
        for (index, name) in names.enumerated() {
            guard let name, !name.isEmpty else {
                report("\(field)[\(index)].\(key)", .required, "must not be empty")
                continue
            }
            if !seen.insert(name).inserted {
                report("\(field)[\(index)].\(key)", .duplicate, "\(name) is already there; every \(key) must differ")
            }
        }
    }

    /// Runs the checks of a part that is there.
    mutating func nested<Part>(_ field: String, _ part: Part?, _ check: (Part, inout FieldCheck) -> Void) {
        guard let part else { return }
        var inner = FieldCheck(path + (field.hasPrefix("[") ? field : "." + field))
        check(part, &inner)
        errors += inner.errors
    }
}
