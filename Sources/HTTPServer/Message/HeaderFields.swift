/// An ordered list of header fields, kept as bytes in one buffer: a field becomes a `String` only when somebody asks.
///
/// Names compare without regard to case. Values keep their bytes; bytes above ASCII that are no UTF-8 are shown as
/// U+FFFD. What the parser produced is valid by construction; `append` refuses what could not be sent.
public struct HeaderFields: Sendable {
    struct Entry: Sendable {
        var name: Range<Int>
        var value: Range<Int>
    }

    var storage: [UInt8] = []
    private(set) var entries: [Entry] = []

    /// No fields.
    public init() {}

    /// Fields whose bytes are already in `storage`, checked by the parser.
    init(storage: [UInt8], entries: [Entry]) {
        self.storage = storage
        self.entries = entries
    }

    /// The number of fields.
    public var count: Int { entries.count }

    /// Appends a field and says whether it could be: a name must be a token, a value free of control characters
    /// (CR, LF and NUL would let a value write headers of its own) and of space at either end.
    @discardableResult
    public mutating func append(_ name: String, _ value: String) -> Bool {
        guard !name.isEmpty, name.utf8.allSatisfy(HTTPGrammar.isToken), value.utf8.allSatisfy(HTTPGrammar.isFieldValue),
            value.utf8.first.map({ $0 > HTTPGrammar.space }) ?? true,
            value.utf8.last.map({ $0 > HTTPGrammar.space }) ?? true
        else { return false }
        let nameStart = storage.count
        storage.append(contentsOf: name.utf8)
        let valueStart = storage.count
        storage.append(contentsOf: value.utf8)
        entries.append(Entry(name: nameStart..<valueStart, value: valueStart..<storage.count))
        return true
    }

    /// The first value of a field, or nil. `name` must be in lower case.
    public subscript(name: StaticString) -> String? {
        firstIndex(of: name).map { String(decoding: storage[entries[$0].value], as: UTF8.self) }
    }

    /// All values of a field in the order they came. `name` must be in lower case.
    public func values(_ name: StaticString) -> [String] {
        entries.lazy.filter { HTTPGrammar.equals(storage[$0.name], ignoringCaseOf: name) }
            .map { String(decoding: storage[$0.value], as: UTF8.self) }
    }

    /// Whether a field of that name is present. `name` must be in lower case.
    public func contains(_ name: StaticString) -> Bool { firstIndex(of: name) != nil }

    /// The bytes of the first value of a field, without making a string. `name` must be in lower case.
    public func bytes(_ name: StaticString) -> ArraySlice<UInt8>? {
        firstIndex(of: name).map { storage[entries[$0].value] }
    }

    /// Calls `body` with the bytes of each name and value.
    func forEachField(_ body: (ArraySlice<UInt8>, ArraySlice<UInt8>) -> Void) {
        for entry in entries { body(storage[entry.name], storage[entry.value]) }
    }

    private func firstIndex(of name: StaticString) -> Int? {
        entries.firstIndex { HTTPGrammar.equals(storage[$0.name], ignoringCaseOf: name) }
    }
}

extension HeaderFields: Sequence {
    /// Names as they were sent, and values.
    public func makeIterator() -> some IteratorProtocol<(name: String, value: String)> {
        entries.lazy.map { entry in
            (
                name: String(decoding: storage[entry.name], as: UTF8.self),
                value: String(decoding: storage[entry.value], as: UTF8.self)
            )
        }.makeIterator()
    }
}
