import KubeCore

/// One step of a path into an object, as managed fields name it.
enum PathElement: Hashable, Sendable {
    /// A member of a struct or map: `f:name`.
    case field(String)
    /// An element of a list by the values of its keys: `k:{"name":"a"}`.
    case key([String: JSONValue])
    /// An element of a set: `v:"a"`.
    case value(JSONValue)
    /// An element of a list by its place: `i:0`.
    case index(Int)

    /// Reads an element of FieldsV1; nil when it is none.
    init?(fieldsV1 text: String) {
        guard text.count >= 2, text.dropFirst().first == ":" else { return nil }
        let rest = String(text.dropFirst(2))
        switch text.first {
        case "f": self = .field(rest)
        case "k":
            guard let keys = try? JSONValue(parsing: rest).objectValue else { return nil }
            self = .key(keys)
        case "v":
            guard let value = try? JSONValue(parsing: rest) else { return nil }
            self = .value(value)
        case "i":
            guard let index = Int(rest) else { return nil }
            self = .index(index)
        default: return nil
        }
    }

    var fieldsV1: String {
        switch self {
        case .field(let name): "f:" + name
        case .key(let keys): "k:" + JSONValue.object(keys).jsonText
        case .value(let value): "v:" + value.jsonText
        case .index(let index): "i:\(index)"
        }
    }

    /// The element in a conflict's field path: `.spec`, `[name="a"]`.
    var pathText: String {
        switch self {
        case .field(let name): return "." + name
        case .key(let keys):
            let pairs = keys.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value.jsonText)" }
            return "[" + pairs.joined(separator: ",") + "]"
        case .value(let value): return "[=\(value.jsonText)]"
        case .index(let index): return "[\(index)]"
        }
    }

    /// The element of a list, told by the list's type; nil in an atomic list and where a key is missing. A missing key
    /// `protocol` is TCP, the only default among the keys of built-in lists.
    init?(of element: JSONValue, in list: Schema) {
        switch list.listType {
        case .atomic: return nil
        case .set: self = .value(element)
        case .map(let names):
            var keys: [String: JSONValue] = [:]
            for name in names {
                let fallback = list.element.properties[name]?.defaultValue ?? (name == "protocol" ? "TCP" : nil)
                keys[name] = element[name] ?? fallback
            }
            guard !keys.isEmpty else { return nil }
            self = .key(keys)
        }
    }
}
