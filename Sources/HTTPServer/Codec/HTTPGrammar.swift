/// The byte classes of RFC 9110 and RFC 9112.
enum HTTPGrammar {
    static let tab: UInt8 = 0x09
    static let lineFeed: UInt8 = 0x0A
    static let carriageReturn: UInt8 = 0x0D
    static let space: UInt8 = 0x20
    static let colon: UInt8 = 0x3A

    // One bit a token character: ALPHA / DIGIT / !#$%&'*+-.^_`|~ (RFC 9110 5.6.2), for bytes 0-63 and 64-127.
    private static let lowTokenBits: UInt64 = 0x03FF_6CFA_0000_0000
    private static let highTokenBits: UInt64 = 0x57FF_FFFF_C7FF_FFFE

    /// A character of a method or a field name.
    @inline(__always)
    static func isToken(_ byte: UInt8) -> Bool {
        if byte < 64 { return lowTokenBits &>> UInt64(byte) & 1 == 1 }
        return byte < 128 && highTokenBits &>> UInt64(byte &- 64) & 1 == 1
    }

    /// A character of a field value: visible, space, tab or an opaque byte above ASCII; no other control character.
    @inline(__always)
    static func isFieldValue(_ byte: UInt8) -> Bool {
        (byte >= space && byte != 0x7F) || byte == tab
    }

    /// A character of a request target: visible ASCII without `#` (a fragment never travels), quotes, angle brackets
    /// and backslash, which other parsers read in different ways.
    @inline(__always)
    static func isTarget(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x22, 0x23, 0x3C, 0x3E, 0x5C: false
        default: byte > space && byte < 0x7F
        }
    }

    /// The value of a hexadecimal digit, or nil.
    @inline(__always)
    static func hexadecimal(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte &- 0x30
        case 0x41...0x46: byte &- 0x37
        case 0x61...0x66: byte &- 0x57
        default: nil
        }
    }

    /// The byte with ASCII letters in lower case.
    @inline(__always)
    static func lowercased(_ byte: UInt8) -> UInt8 {
        byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte
    }

    /// Whether the bytes equal `text`, which must be lower-case ASCII, without regard to case.
    static func equals(_ bytes: ArraySlice<UInt8>, ignoringCaseOf text: StaticString) -> Bool {
        guard bytes.count == text.utf8CodeUnitCount else { return false }
        return text.withUTF8Buffer { expected in
            bytes.withUnsafeBufferPointer { actual in
                for index in 0..<actual.count where lowercased(actual[index]) != expected[index] { return false }
                return true
            }
        }
    }

    /// 1*DIGIT as a number; nil for anything else and for an overflow.
    static func decimal(_ bytes: ArraySlice<UInt8>) -> Int? {
        guard !bytes.isEmpty else { return nil }
        var value = 0
        for byte in bytes {
            guard byte >= 0x30, byte <= 0x39 else { return nil }
            let (scaled, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) = scaled.addingReportingOverflow(Int(byte &- 0x30))
            guard !overflow, !carry else { return nil }
            value = sum
        }
        return value
    }
}
