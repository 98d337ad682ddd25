/// A type that a `JSONReader` reads faster than a decoder does. It is decodable, too, and both ways give the same value;
/// where this one fails, the decoder is asked, and says why.
public protocol JSONReadable {
    init(from reader: inout JSONReader) throws
}

extension String: JSONReadable {
    public init(from reader: inout JSONReader) throws { self = try reader.string() }
}

extension Bool: JSONReadable {
    public init(from reader: inout JSONReader) throws { self = try reader.bool() }
}

extension Int: JSONReadable {
    public init(from reader: inout JSONReader) throws { self = try reader.integer(Int.self) }
}

extension Int64: JSONReadable {
    public init(from reader: inout JSONReader) throws { self = try reader.integer(Int64.self) }
}

extension Array: JSONReadable where Element: JSONReadable {
    public init(from reader: inout JSONReader) throws {
        var elements: [Element] = []
        try reader.array { reader in elements.append(try Element(from: &reader)) }
        // A growing array takes twice what it needs, and what is read is often kept.
        self = elements.capacity > elements.count ? elements.withUnsafeBufferPointer { Array($0) } : elements
    }
}

extension Dictionary: JSONReadable where Key == String, Value: JSONReadable {
    public init(from reader: inout JSONReader) throws {
        var members: [String: Value] = [:]
        try reader.object { reader, name in members[name] = try Value(from: &reader) }
        self = members
    }
}

extension Timestamp: JSONReadable {
    public init(from reader: inout JSONReader) throws {
        guard let time = Timestamp(try reader.string()) else { throw JSONReadError.mismatch }
        self = time
    }
}
