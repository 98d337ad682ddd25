import KubeCore

/// What is special about one kind: the hooks of its writes.
protocol ResourceStrategy: Sendable {
    /// Whether `metadata.generation` counts the changes of the wish.
    var hasGeneration: Bool { get }
    var nameRule: NameRule { get }
    /// Whether an update may leave `metadata.resourceVersion` out.
    var allowsUnconditionalUpdate: Bool { get }
    /// Fills what the author left out. Runs on every write, before validation.
    func applyDefaults(_ object: inout JSONValue)
    /// Sets what the server decides at creation.
    func prepareForCreate(_ object: inout JSONValue)
    /// Restores what an update may not touch.
    func prepareForUpdate(_ object: inout JSONValue, live: JSONValue)
    func validate(_ object: JSONValue) -> [FieldError]
    func validateUpdate(_ object: JSONValue, live: JSONValue) -> [FieldError]
    /// Whether a write is a new wish, of a kind that has a generation.
    func changesGeneration(_ object: JSONValue, live: JSONValue) -> Bool
}

extension ResourceStrategy {
    var hasGeneration: Bool { false }
    var nameRule: NameRule { .subdomain }
    var allowsUnconditionalUpdate: Bool { true }
    func applyDefaults(_ object: inout JSONValue) {}
    func prepareForCreate(_ object: inout JSONValue) {}
    func prepareForUpdate(_ object: inout JSONValue, live: JSONValue) {}
    func validate(_ object: JSONValue) -> [FieldError] { [] }
    func validateUpdate(_ object: JSONValue, live: JSONValue) -> [FieldError] { [] }
    func changesGeneration(_ object: JSONValue, live: JSONValue) -> Bool { object["spec"] != live["spec"] }
}

/// A kind that is only stored.
struct StoredStrategy: ResourceStrategy {
    var hasGeneration = false
    var nameRule = NameRule.subdomain
}

/// Which names a kind allows.
enum NameRule: Sendable {
    /// DNS-1123 subdomain: up to 253 characters, labels joined by dots.
    case subdomain
    /// DNS-1123 label: up to 63 characters.
    case label
    /// DNS-1035 label: begins with a letter.
    case serviceName
    /// Anything that can be one segment of a path (RBAC).
    case pathSegment

    /// Why a name is refused; nil when it is fine.
    func objection(to name: String) -> String? {
        switch self {
        case .subdomain:
            guard name.utf8.count <= 253 else { return "must be no more than 253 characters" }
            let parts = name.split(separator: ".", omittingEmptySubsequences: false)
            return parts.allSatisfy { Self.isLabel($0) } ? nil : Self.subdomainText
        case .label:
            guard name.utf8.count <= 63 else { return "must be no more than 63 characters" }
            return Self.isLabel(name[...]) ? nil : Self.labelText
        case .serviceName:
            guard name.utf8.count <= 63 else { return "must be no more than 63 characters" }
            let isLetterFirst = name.utf8.first.map { (0x61...0x7A).contains($0) } ?? false
            return Self.isLabel(name[...]) && isLetterFirst ? nil : Self.serviceText
        case .pathSegment:
            return name == "." || name == ".." || name.contains("/") || name.contains("%")
                ? "may not be '.' or '..' and may not contain '/' or '%'" : nil
        }
    }

    private static func isLabel(_ text: Substring) -> Bool {
        func isAlphanumeric(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) }
        guard let first = text.utf8.first, let last = text.utf8.last else { return false }
        return isAlphanumeric(first) && isAlphanumeric(last)
            && text.utf8.allSatisfy { isAlphanumeric($0) || $0 == UInt8(ascii: "-") }
    }

    private static let subdomainText =
        "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start "
        + "and end with an alphanumeric character (e.g. 'example.com', regex used for validation is "
        + "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
    private static let labelText =
        "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end "
        + "with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is "
        + "'[a-z0-9]([-a-z0-9]*[a-z0-9])?')"
    private static let serviceText =
        "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic "
        + "character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation "
        + "is '[a-z]([-a-z0-9]*[a-z0-9])?')"
}
