/// Percent-encoding of RFC 3986.
enum PercentEncoding {
    /// The decoded text; nil for a malformed escape, a decoded NUL or bytes that are no UTF-8.
    static func decode(_ bytes: some Sequence<UInt8>, plusIsSpace: Bool = false) -> String? {
        var decoded: [UInt8] = []
        var iterator = bytes.makeIterator()
        while let byte = iterator.next() {
            if byte == 0x25 {
                guard let high = iterator.next().flatMap(HTTPGrammar.hexadecimal),
                    let low = iterator.next().flatMap(HTTPGrammar.hexadecimal), high | low != 0
                else { return nil }
                decoded.append(high << 4 | low)
            } else {
                decoded.append(plusIsSpace && byte == 0x2B ? HTTPGrammar.space : byte)
            }
        }
        return String(validating: decoded, as: UTF8.self)
    }
}
