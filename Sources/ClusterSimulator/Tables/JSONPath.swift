import KubeCore

/// The subset of kubectl's JSONPath that printer columns use: `.a.b`, `['a.b']`, `[0]`, `[*]`, and
/// `[?(@.type=="Ready")]`.
struct JSONPath: Sendable, Equatable {
    enum Step: Sendable, Equatable {
        case member(String)
        case element(Int)
        case all
        /// Elements whose value at a path equals another.
        case whereEqual([String], JSONValue)
    }

    private(set) var steps: [Step] = []

    /// Nil when the text goes beyond the subset.
    init?(_ text: String) {
        var rest = text[...]
        if rest.hasPrefix("{"), rest.hasSuffix("}") { rest = rest.dropFirst().dropLast() }
        if rest.hasPrefix("$") { rest = rest.dropFirst() }
        while let first = rest.first {
            switch first {
            case ".":
                rest = rest.dropFirst()
                var name = ""
                while let character = rest.first, character != ".", character != "[" {
                    rest = rest.dropFirst()
                    if character == "\\", let escaped = rest.popFirst() {
                        name.append(escaped)
                    } else {
                        name.append(character)
                    }
                }
                guard !name.isEmpty || rest.first == "[" else { return nil }
                if !name.isEmpty { steps.append(name == "*" ? .all : .member(name)) }
            case "[":
                guard let step = Self.bracket(&rest) else { return nil }
                steps.append(step)
            default: return nil
            }
        }
    }

    private static func bracket(_ rest: inout Substring) -> Step? {
        guard let end = rest.firstRange(of: rest.hasPrefix("[?(") ? ")]" : "]") else { return nil }
        let inner = rest[rest.index(after: rest.startIndex)..<end.lowerBound]
        rest = rest[end.upperBound...]
        if inner == "*" { return .all }
        if let index = Int(inner) { return .element(index) }
        if inner.hasPrefix("?(") { return filter(inner.dropFirst(2)) }
        guard let quote = inner.first, quote == "'" || quote == "\"", inner.last == quote, inner.count >= 2 else {
            return nil
        }
        return .member(String(inner.dropFirst().dropLast()))
    }

    private static func filter(_ text: Substring) -> Step? {
        guard let equals = text.firstRange(of: "=="), text.hasPrefix("@.") else { return nil }
        let path = text[..<equals.lowerBound].dropFirst(2).trimmingSpaces
        let literal = text[equals.upperBound...].trimmingSpaces.replacing("'", with: "\"")
        guard let value = try? JSONValue(parsing: String(literal)) else { return nil }
        return .whereEqual(path.split(separator: ".").map(String.init), value)
    }

    /// Every value that the path reaches.
    func values(in root: JSONValue) -> [JSONValue] {
        var found = [root]
        for step in steps {
            found = found.flatMap { value -> [JSONValue] in
                switch step {
                case .member(let name): return value[name].map { [$0] } ?? []
                case .element(let index):
                    return value[index < 0 ? (value.arrayValue?.count ?? 0) + index : index].map { [$0] } ?? []
                case .all: return value.arrayValue ?? value.objectValue.map { Array($0.values) } ?? []
                case .whereEqual(let path, let expected):
                    return (value.arrayValue ?? []).filter { $0[path: path] == expected }
                }
            }
        }
        return found
    }
}

extension Substring {
    fileprivate var trimmingSpaces: Substring {
        var text = self
        while text.first == " " { text.removeFirst() }
        while text.last == " " { text.removeLast() }
        return text
    }
}
