/// What a request may hold, so that no value can begin a header or a request of its own.
enum RequestRules {
    static func check(_ request: HTTPRequest) throws(TransportError) {
        guard isToken(request.method) else {
            throw TransportError(.invalidRequest, "the method is not a token of letters, digits and -_.~ signs")
        }
        for field in request.headers.fields {
            guard isToken(field.name) else {
                throw TransportError(
                    .invalidRequest, "a header's name is not a token of letters, digits and -_.~ signs")
            }
            guard field.value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }) else {
                throw TransportError(.invalidRequest, "the value of header \(field.name) has a control character")
            }
        }
    }

    /// A token of RFC 9110, section 5.6.2.
    private static func isToken(_ text: String) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                default:
                    "!#$%&'*+-.^_`|~".utf8.contains(byte)
                }
            }
    }
}
