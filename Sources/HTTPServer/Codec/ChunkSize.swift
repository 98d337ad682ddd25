/// The line in front of a chunk: `1*HEXDIG [ ";" extension ]`.
enum ChunkSize {
    /// The size and the number of its digits. `0x3`, `+3`, ` 3`, `3 ` and an empty size are errors, as is a number
    /// that does not fit; extensions are skipped when they hold no control characters.
    static func parse(_ line: ArraySlice<UInt8>) throws(RequestError) -> (size: Int, digits: Int) {
        var size = 0
        var digits = 0
        for byte in line {
            guard let digit = HTTPGrammar.hexadecimal(byte) else { break }
            digits += 1
            // 15 digits always fit in 60 bits.
            guard digits <= 15 else { throw .malformed("a chunk size has too many digits") }
            size = size << 4 | Int(digit)
        }
        guard digits > 0 else { throw .malformed("a chunk size is no hexadecimal number") }
        let rest = line.dropFirst(digits)
        guard rest.isEmpty || (rest.first == 0x3B && rest.allSatisfy(HTTPGrammar.isFieldValue)) else {
            throw .malformed("a chunk size is followed by something else than an extension")
        }
        return (size, digits)
    }
}
