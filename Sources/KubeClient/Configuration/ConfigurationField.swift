internal import FoundationEssentials
internal import KubeCore

/// A field of a configuration file, which knows its place for what there is to complain about.
///
/// As in Go, a field that is absent, null or an empty string is not set.
struct ConfigurationField {
    let source: String
    let path: String
    let value: JSONValue

    init(source: String, path: String = "", value: JSONValue) {
        self.source = source
        self.path = path
        self.value = value
    }

    subscript(_ key: String) -> ConfigurationField {
        ConfigurationField(source: source, path: path.isEmpty ? key : "\(path).\(key)", value: value[key] ?? .null)
    }

    var isSet: Bool { value != .null && value != .string("") }

    func error(_ message: String) -> ConfigurationError {
        ConfigurationError(source: source, field: path.isEmpty ? nil : path, message)
    }

    func string() throws(ConfigurationError) -> String? {
        guard isSet else { return nil }
        guard let string = value.stringValue else { throw error("expected a string, found \(kind)") }
        return string
    }

    func bool() throws(ConfigurationError) -> Bool {
        guard isSet else { return false }
        guard let bool = value.boolValue else { throw error("expected true or false, found \(kind)") }
        return bool
    }

    /// Requires an object, or nothing.
    func checkObject() throws(ConfigurationError) {
        guard value == .null || value.objectValue != nil else { throw error("expected an object, found \(kind)") }
    }

    func list() throws(ConfigurationError) -> [ConfigurationField] {
        guard value != .null else { return [] }
        guard let elements = value.arrayValue else { throw error("expected a list, found \(kind)") }
        return elements.enumerated().map {
            ConfigurationField(source: source, path: "\(path)[\($0.offset)]", value: $0.element)
        }
    }

    func strings() throws(ConfigurationError) -> [String] {
        var strings: [String] = []
        for element in try list() {
            guard let string = element.value.stringValue else {
                throw element.error("expected a string, found \(element.kind)")
            }
            strings.append(string)
        }
        return strings
    }

    /// The entries of a list such as `users: [{name: admin, user: {…}}]`, with paths such as `users[admin].user`. The
    /// first of several entries of a name wins.
    func entries(_ content: String) throws(ConfigurationError) -> [String: ConfigurationField] {
        var entries: [String: ConfigurationField] = [:]
        for element in try list() {
            try element.checkObject()
            guard let name = try element["name"].string() else {
                throw element["name"].error("every entry needs a name")
            }
            let entry = ConfigurationField(source: source, path: "\(path)[\(name)]", value: element.value)[content]
            try entry.checkObject()
            if entries[name] == nil { entries[name] = entry }
        }
        return entries
    }

    /// Bytes written as base64, perhaps in several lines.
    func base64() throws(ConfigurationError) -> [UInt8]? {
        guard let text = try string() else { return nil }
        guard let data = Data(base64Encoded: text.filter { !$0.isWhitespace }), !data.isEmpty else {
            throw error("the value is not base64")
        }
        return [UInt8](data)
    }

    private var kind: String {
        switch value {
        case .null: "nothing"
        case .bool: "a boolean"
        case .int, .double: "a number"
        case .string: "a string"
        case .array: "a list"
        case .object: "an object"
        }
    }
}
