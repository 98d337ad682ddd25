/// What keeps a `JSONReader` from reading a document as a type. It does not say where: who needs to know decodes the
/// document again with `JSONDecoder`, which does.
public enum JSONReadError: Error {
    case malformed
    /// The value is of another type than the one asked for.
    case mismatch
    /// A member is missing without which there is no such value.
    case missing
}

/// Reads the members that a type names straight from a document's bytes, and passes over the others without making
/// anything of them. It exists for what is cached by the ten thousand: `JSONDecoder` maps every document first and
/// spends most of its time on generic containers.
///
/// A member is read in place, within `object`, or passed over there. Syntax is checked throughout (RFC 8259), the
/// UTF-8 of strings only where they are read.
public struct JSONReader {
    private let bytes: [UInt8]
    private var position = 0
    private var depth = 0

    public init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// Reads the one document that the bytes are.
    public static func read<Value: JSONReadable>(_ bytes: [UInt8], as type: Value.Type) throws -> Value {
        var reader = JSONReader(bytes)
        let value = try Value(from: &reader)
        guard reader.peek() == nil else { throw JSONReadError.malformed }
        return value
    }

    // MARK: Values

    /// A value, or nil for null.
    public mutating func optional<Value: JSONReadable>(_ type: Value.Type = Value.self) throws -> Value? {
        try takeNull() ? nil : Value(from: &self)
    }

    /// Calls `member` for each member of an object, with its name. It must read the value, or `skip()` it.
    @inline(__always)
    public mutating func object(_ member: (inout JSONReader, String) throws -> Void) throws {
        try enter(UInt8(ascii: "{"))
        if take(UInt8(ascii: "}")) { return leave() }
        repeat {
            let name = try string()
            guard take(UInt8(ascii: ":")) else { throw JSONReadError.malformed }
            try member(&self, name)
        } while take(UInt8(ascii: ","))
        guard take(UInt8(ascii: "}")) else { throw JSONReadError.malformed }
        leave()
    }

    /// Calls `element` for each element of an array. It must read the value, or `skip()` it.
    @inline(__always)
    public mutating func array(_ element: (inout JSONReader) throws -> Void) throws {
        try enter(UInt8(ascii: "["))
        if take(UInt8(ascii: "]")) { return leave() }
        repeat { try element(&self) } while take(UInt8(ascii: ","))
        guard take(UInt8(ascii: "]")) else { throw JSONReadError.malformed }
        leave()
    }

    public mutating func string() throws -> String {
        let (content, hasEscapes) = try stringContent()
        if hasEscapes {
            let quoted = Array(bytes[content.lowerBound - 1...content.upperBound])
            guard case .string(let text) = try JSONValue(parsing: quoted) else { throw JSONReadError.malformed }
            return text
        }
        return String(copying: try UTF8Span(validating: bytes.span.extracting(content)))
    }

    /// An integer in the type's range.
    public mutating func integer<Value: FixedWidthInteger>(_ type: Value.Type) throws -> Value {
        let digits = try number()
        var value: Value = 0
        let isNegative = bytes[digits.lowerBound] == UInt8(ascii: "-")
        for byte in bytes[digits].dropFirst(isNegative ? 1 : 0) {
            guard (0x30...0x39).contains(byte) else { throw JSONReadError.mismatch }
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            let digit = Value(byte - 0x30)
            let (sum, overflow2) =
                isNegative ? product.subtractingReportingOverflow(digit) : product.addingReportingOverflow(digit)
            guard !overflow, !overflow2 else { throw JSONReadError.mismatch }
            value = sum
        }
        return value
    }

    public mutating func bool() throws -> Bool {
        switch peek() {
        case UInt8(ascii: "t"): try literal("true")
        case UInt8(ascii: "f"): try literal("false")
        default: throw JSONReadError.mismatch
        }
        return bytes[position - 2] == UInt8(ascii: "u")
    }

    public mutating func takeNull() throws -> Bool {
        guard peek() == UInt8(ascii: "n") else { return false }
        try literal("null")
        return true
    }

    /// Passes over a value and gives its bytes.
    mutating func text() throws -> [UInt8] {
        guard peek() != nil else { throw JSONReadError.malformed }
        let start = position
        try skip()
        return Array(bytes[start..<position])
    }

    /// Passes over a value.
    public mutating func skip() throws {
        switch peek() {
        case UInt8(ascii: "{"):
            try enter(UInt8(ascii: "{"))
            if take(UInt8(ascii: "}")) { return leave() }
            repeat {
                _ = try stringContent()
                guard take(UInt8(ascii: ":")) else { throw JSONReadError.malformed }
                try skip()
            } while take(UInt8(ascii: ","))
            guard take(UInt8(ascii: "}")) else { throw JSONReadError.malformed }
            leave()
        case UInt8(ascii: "["): try array { reader in try reader.skip() }
        case UInt8(ascii: "\""): _ = try stringContent()
        case UInt8(ascii: "t"): try literal("true")
        case UInt8(ascii: "f"): try literal("false")
        case UInt8(ascii: "n"): try literal("null")
        default: _ = try number()
        }
    }
}

// MARK: - Characters

extension JSONReader {
    /// The next byte that is no white space; nil at the end.
    private mutating func peek() -> UInt8? {
        while position < bytes.count {
            let byte = bytes[position]
            guard byte <= 0x20, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return byte }
            position += 1
        }
        return nil
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard peek() == byte else { return false }
        position += 1
        return true
    }

    private mutating func enter(_ bracket: UInt8) throws {
        guard take(bracket) else { throw JSONReadError.mismatch }
        depth += 1
        guard depth <= JSONParser.maximumDepth else { throw JSONReadError.malformed }
    }

    private mutating func leave() { depth -= 1 }

    private mutating func literal(_ text: StaticString) throws {
        let end = position + text.utf8CodeUnitCount
        guard end <= bytes.count else { throw JSONReadError.malformed }
        for index in position..<end where bytes[index] != text.utf8Start[index - position] {
            throw JSONReadError.malformed
        }
        position = end
    }

    /// The bytes of a number, whose syntax is right.
    private mutating func number() throws -> Range<Int> {
        guard let first = peek(), first == UInt8(ascii: "-") || (0x30...0x39).contains(first) else {
            throw JSONReadError.mismatch
        }
        let start = position
        if first == UInt8(ascii: "-") { position += 1 }
        let firstDigit = position
        try digits()
        if bytes[firstDigit] == 0x30, position > firstDigit + 1 { throw JSONReadError.malformed }
        if current == UInt8(ascii: ".") {
            position += 1
            try digits()
        }
        if current == UInt8(ascii: "e") || current == UInt8(ascii: "E") {
            position += 1
            if current == UInt8(ascii: "+") || current == UInt8(ascii: "-") { position += 1 }
            try digits()
        }
        return start..<position
    }

    private var current: UInt8 { position < bytes.count ? bytes[position] : 0 }

    private mutating func digits() throws {
        let start = position
        while (0x30...0x39).contains(current) { position += 1 }
        if position == start { throw JSONReadError.malformed }
    }

    /// The bytes between the quotes of a string, and whether there are escapes among them.
    private mutating func stringContent() throws -> (Range<Int>, hasEscapes: Bool) {
        guard take(UInt8(ascii: "\"")) else { throw JSONReadError.mismatch }
        let start = position
        var hasEscapes = false
        while true {
            position = plainEnd(from: position)
            guard position < bytes.count else { throw JSONReadError.malformed }
            switch bytes[position] {
            case UInt8(ascii: "\""):
                position += 1
                return (start..<position - 1, hasEscapes)
            case UInt8(ascii: "\\"):
                hasEscapes = true
                position += 2
            default: throw JSONReadError.malformed  // A control character.
            }
        }
    }

    /// The first quote, backslash or control character from an index on, or the end. Eight bytes at a time: for each
    /// of the three, a subtraction borrows into the high bit of a byte that matches. After Mycroft's test for a zero
    /// byte (see Warren, "Hacker's Delight", 6-1); a false match behind a true one does not matter for the first.
    private func plainEnd(from start: Int) -> Int {
        bytes.withUnsafeBytes { bytes in
            let ones: UInt64 = 0x0101_0101_0101_0101
            let highs: UInt64 = 0x8080_8080_8080_8080
            var index = start
            while index + 8 <= bytes.count {
                let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self))
                let quote = word ^ (ones &* 0x22)
                let backslash = word ^ (ones &* 0x5C)
                let match =
                    (((quote &- ones) & ~quote) | ((backslash &- ones) & ~backslash)
                        | ((word &- ones &* 0x20) & ~word)) & highs
                if match != 0 { return index + match.trailingZeroBitCount / 8 }
                index += 8
            }
            while index < bytes.count, bytes[index] != 0x22, bytes[index] != 0x5C, bytes[index] >= 0x20 { index += 1 }
            return index
        }
    }
}
