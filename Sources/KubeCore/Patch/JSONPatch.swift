/// Why a JSON Patch could not be read or applied.
public struct JSONPatchError: Error, Equatable, CustomStringConvertible {
    /// The operation at fault, counted from 0.
    public var operation: Int
    public var message: String
    /// Whether a `test` operation failed, as against a patch that is malformed or does not fit.
    public var isFailedTest = false

    public var description: String { "JSON patch operation \(operation): \(message)" }
}

/// A JSON Patch (RFC 6902): operations applied in order, all or none.
public struct JSONPatch: Sendable, Equatable {
    public enum Operation: Sendable, Equatable {
        case add(JSONPointer, JSONValue)
        case remove(JSONPointer)
        case replace(JSONPointer, JSONValue)
        case move(from: JSONPointer, to: JSONPointer)
        case copy(from: JSONPointer, to: JSONPointer)
        case test(JSONPointer, JSONValue)
    }

    /// How many values all `copy` operations of a patch may add together.
    public static let maximumCopiedValues = 100_000

    public var operations: [Operation]

    public init(_ operations: [Operation]) { self.operations = operations }

    /// Reads the array of operations that a request carries.
    public init(_ json: JSONValue) throws(JSONPatchError) {
        guard let list = json.arrayValue else {
            throw JSONPatchError(operation: 0, message: "the patch must be an array of operations")
        }
        operations = []
        for (index, item) in list.enumerated() { operations.append(try Self.operation(item, index)) }
    }

    private static func operation(_ item: JSONValue, _ index: Int) throws(JSONPatchError) -> Operation {
        func pointer(_ field: String) throws(JSONPatchError) -> JSONPointer {
            guard let text = item[field]?.stringValue, let pointer = JSONPointer(text) else {
                throw JSONPatchError(
                    operation: index, message: "'\(field)' must be a JSON pointer, such as \"/spec/replicas\"")
            }
            return pointer
        }
        func value() throws(JSONPatchError) -> JSONValue {
            guard let value = item["value"] else {
                throw JSONPatchError(operation: index, message: "'value' is missing")
            }
            return value
        }
        switch item["op"]?.stringValue {
        case "add": return .add(try pointer("path"), try value())
        case "remove": return .remove(try pointer("path"))
        case "replace": return .replace(try pointer("path"), try value())
        case "move": return .move(from: try pointer("from"), to: try pointer("path"))
        case "copy": return .copy(from: try pointer("from"), to: try pointer("path"))
        case "test": return .test(try pointer("path"), try value())
        default:
            throw JSONPatchError(operation: index, message: "'op' must be add, remove, replace, move, copy or test")
        }
    }

    /// The operations as a request carries them.
    public var json: JSONValue {
        .array(
            operations.map { operation in
                switch operation {
                case .add(let path, let value): ["op": "add", "path": .string(path.description), "value": value]
                case .remove(let path): ["op": "remove", "path": .string(path.description)]
                case .replace(let path, let value):
                    ["op": "replace", "path": .string(path.description), "value": value]
                case .move(let from, let path):
                    ["op": "move", "from": .string(from.description), "path": .string(path.description)]
                case .copy(let from, let path):
                    ["op": "copy", "from": .string(from.description), "path": .string(path.description)]
                case .test(let path, let value): ["op": "test", "path": .string(path.description), "value": value]
                }
            })
    }
}

extension JSONValue {
    /// Applies every operation in order. On an error nothing of it counts: the caller still has the old value.
    ///
    /// Copies cannot make a small patch a large document: what they add is bounded by `JSONPatch.maximumCopiedValues`,
    /// and nothing is put deeper than `JSONParser.maximumDepth`.
    public func applying(jsonPatch patch: JSONPatch) throws(JSONPatchError) -> JSONValue {
        var document = self
        var copies = JSONPatch.maximumCopiedValues
        for (index, operation) in patch.operations.enumerated() {
            do {
                try document.apply(operation, copies: &copies)
            } catch {
                throw JSONPatchError(operation: index, message: error.message, isFailedTest: error.isFailedTest)
            }
        }
        return document
    }

    private mutating func apply(_ operation: JSONPatch.Operation, copies: inout Int) throws(PatchFailure) {
        switch operation {
        case .add(let path, let value): try put(value, at: path)
        case .remove(let path): _ = try remove(at: path.tokens[...])
        case .replace(let path, let value):
            try value.checkDepth(below: path)
            try replace(value, at: path.tokens[...])
        case .move(let from, let path):
            if path.tokens.count > from.tokens.count, path.tokens.starts(with: from.tokens) {
                throw PatchFailure("cannot move \(from) into itself")
            }
            try put(try remove(at: from.tokens[...]), at: path)
        case .copy(let from, let path):
            let value = try find(from.tokens[...])
            guard value.isCounted(within: &copies) else {
                throw PatchFailure("all copies together may have \(JSONPatch.maximumCopiedValues) values at most")
            }
            try put(value, at: path)
        case .test(let path, let expected):
            guard try find(path.tokens[...]).equalsNumerically(expected) else {
                throw PatchFailure("test failed: the value at \(path) differs", isFailedTest: true)
            }
        }
    }
}

private struct PatchFailure: Error {
    var message: String
    var isFailedTest: Bool

    init(_ message: String, isFailedTest: Bool = false) {
        self.message = message
        self.isFailedTest = isFailedTest
    }
}

extension JSONValue {
    private mutating func put(_ value: JSONValue, at path: JSONPointer) throws(PatchFailure) {
        try value.checkDepth(below: path)
        try add(value, at: path.tokens[...])
    }

    /// A document that no parser would read again must not come to be: whoever walks it relies on the bound.
    private func checkDepth(below path: JSONPointer) throws(PatchFailure) {
        guard isNested(within: JSONParser.maximumDepth - path.tokens.count) else {
            throw PatchFailure("'\(path)' would be nested deeper than \(JSONParser.maximumDepth) levels")
        }
    }

    private func isNested(within levels: Int) -> Bool {
        switch self {
        case .object(let members): levels > 0 && members.values.allSatisfy { $0.isNested(within: levels - 1) }
        case .array(let elements): levels > 0 && elements.allSatisfy { $0.isNested(within: levels - 1) }
        default: true
        }
    }

    /// Takes the number of values in this one from `budget`. False, early, when it is too small.
    private func isCounted(within budget: inout Int) -> Bool {
        guard budget > 0 else { return false }
        budget -= 1
        switch self {
        case .object(let members): return members.values.allSatisfy { $0.isCounted(within: &budget) }
        case .array(let elements): return elements.allSatisfy { $0.isCounted(within: &budget) }
        default: return true
        }
    }
}

extension JSONValue {
    private func find(_ path: ArraySlice<String>) throws(PatchFailure) -> JSONValue {
        guard let token = path.first else { return self }
        switch self {
        case .object(let members):
            guard let child = members[token] else { throw PatchFailure("there is no member '\(token)'") }
            return try child.find(path.dropFirst())
        case .array(let elements):
            return try elements[try Self.index(token, below: elements.count)].find(path.dropFirst())
        default: throw PatchFailure("'\(token)' is below a value that is neither object nor array")
        }
    }

    private mutating func add(_ value: JSONValue, at path: ArraySlice<String>) throws(PatchFailure) {
        guard let token = path.first else {
            self = value
            return
        }
        guard path.count == 1 else {
            return try changeChild(token) { (child) throws(PatchFailure) in try child.add(value, at: path.dropFirst()) }
        }
        switch self {
        case .object: self[token] = value
        case .array(var elements):
            let index = token == "-" ? elements.count : try Self.index(token, below: elements.count + 1)
            elements.insert(value, at: index)
            self = .array(elements)
        default: throw PatchFailure("'\(token)' is below a value that is neither object nor array")
        }
    }

    private mutating func replace(_ value: JSONValue, at path: ArraySlice<String>) throws(PatchFailure) {
        guard let token = path.first else {
            self = value
            return
        }
        try changeChild(token) { (child) throws(PatchFailure) in try child.replace(value, at: path.dropFirst()) }
    }

    private mutating func remove(at path: ArraySlice<String>) throws(PatchFailure) -> JSONValue {
        guard let token = path.first else { throw PatchFailure("the whole document cannot be removed") }
        guard path.count == 1 else {
            var removed = JSONValue.null
            try changeChild(token) { (child) throws(PatchFailure) in removed = try child.remove(at: path.dropFirst()) }
            return removed
        }
        switch self {
        case .object(var members):
            guard let removed = members.removeValue(forKey: token) else {
                throw PatchFailure("there is no member '\(token)'")
            }
            self = .object(members)
            return removed
        case .array(var elements):
            let removed = elements.remove(at: try Self.index(token, below: elements.count))
            self = .array(elements)
            return removed
        default: throw PatchFailure("'\(token)' is below a value that is neither object nor array")
        }
    }

    private mutating func changeChild(
        _ token: String, _ change: (inout JSONValue) throws(PatchFailure) -> Void
    ) throws(PatchFailure) {
        switch self {
        case .object(var members):
            guard var child = members[token] else { throw PatchFailure("there is no member '\(token)'") }
            try change(&child)
            members[token] = child
            self = .object(members)
        case .array(var elements):
            let index = try Self.index(token, below: elements.count)
            try change(&elements[index])
            self = .array(elements)
        default: throw PatchFailure("'\(token)' is below a value that is neither object nor array")
        }
    }

    /// An array index as RFC 6901 allows it: digits without leading zeros.
    private static func index(_ token: String, below count: Int) throws(PatchFailure) -> Int {
        let isPlain = token == "0" || (token.first != "0" && token.utf8.allSatisfy { (0x30...0x39).contains($0) })
        guard isPlain, let index = Int(token) else { throw PatchFailure("'\(token)' is no array index") }
        guard index < count else { throw PatchFailure("index \(index) is out of bounds") }
        return index
    }

    /// Equality as RFC 6902 (4.6) asks for it: numbers by value.
    private func equalsNumerically(_ other: JSONValue) -> Bool {
        switch (self, other) {
        case (.int, .double), (.double, .int): doubleValue == other.doubleValue
        case (.array(let left), .array(let right)):
            left.count == right.count && zip(left, right).allSatisfy { $0.equalsNumerically($1) }
        case (.object(let left), .object(let right)):
            left.count == right.count
                && left.allSatisfy { key, value in right[key].map { value.equalsNumerically($0) } ?? false }
        default: self == other
        }
    }
}
