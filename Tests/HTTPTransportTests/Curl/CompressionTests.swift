import HTTPTransport
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct CompressionTests {
    private let transport = CurlTransport()
    /// Zeros that take a hundredth as many bytes on the wire.
    private static let count = 1 + 258 * 400

    private func answering(_ body: [UInt8]) throws -> SocketServer {
        try SocketServer { connection in
            guard let head = connection.readHead() else { return }
            let encoding = (head + "\r\n").contains("\r\nAccept-Encoding: gzip\r\n") ? "gzip" : "identity"
            connection.write(
                "HTTP/1.1 200 OK\r\nContent-Encoding: \(encoding)\r\nContent-Length: \(body.count)\r\n\r\n")
            connection.write(body)
            connection.waitForClose()
        }
    }

    @Test func unpacksWhatFitsTheBound() async throws {
        let packed = Gzip.zeros(Self.count)
        #expect(packed.count < Self.count / 100)
        let server = try answering(packed)
        defer { server.stop() }
        let response = try await transport.send(HTTPRequest(url: server.url, maxResponseBytes: Self.count))
        #expect(response.body.count == Self.count)
        #expect(response.body.allSatisfy { $0 == 0 })
    }

    @Test(arguments: [count - 1, 2000])
    func theBoundIsOnWhatIsUnpacked(_ bound: Int) async throws {
        let server = try answering(Gzip.zeros(Self.count))
        defer { server.stop() }
        let request = HTTPRequest(url: server.url, maxResponseBytes: bound)
        let error = await #expect(throws: TransportError.self) { try await transport.send(request) }
        #expect(error?.kind == .tooLarge)
    }

    @Test func brokenPackingIsAViolation() async throws {
        var packed = Gzip.zeros(Self.count)
        packed[10] ^= 0x06
        let server = try answering(packed)
        defer { server.stop() }
        let error = await #expect(throws: TransportError.self) {
            try await transport.send(HTTPRequest(url: server.url))
        }
        #expect(error?.kind == .protocolViolation)
    }
}

/// Zeros in gzip's format, made by hand: as dense as the format can be (RFC 1951, RFC 1952).
private enum Gzip {
    /// - Parameter count: 1 more than a multiple of 258.
    static func zeros(_ count: Int) -> [UInt8] {
        var bits = Bits()
        bits.append(number: 0b011, 3)  // The last block, with the fixed codes.
        bits.append(code: 0b0011_0000, 8)  // A zero, then copies: length 258, from one byte back.
        for _ in 0..<(count - 1) / 258 { bits.append(code: 0b1100_0101_00000, 13) }
        bits.append(code: 0, 7)  // The block's end.
        return [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 0xFF] + bits.bytes + littleEndian(checksum(count))
            + littleEndian(UInt32(count))
    }

    private static func littleEndian(_ number: UInt32) -> [UInt8] {
        withUnsafeBytes(of: number.littleEndian) { Array($0) }
    }

    /// CRC-32 of zeros.
    private static func checksum(_ count: Int) -> UInt32 {
        var register = UInt32.max
        for _ in 0..<count * 8 { register = (register >> 1) ^ (register & 1 == 1 ? 0xEDB8_8320 : 0) }
        return ~register
    }

    private struct Bits {
        private(set) var bytes: [UInt8] = []
        private var count = 0

        mutating func append(number: Int, _ width: Int) {
            for bit in 0..<width { append(number >> bit & 1) }
        }

        /// Huffman codes come with their highest bit first.
        mutating func append(code: Int, _ width: Int) {
            for bit in (0..<width).reversed() { append(code >> bit & 1) }
        }

        private mutating func append(_ bit: Int) {
            if count % 8 == 0 { bytes.append(0) }
            bytes[count / 8] |= UInt8(bit << (count % 8))
            count += 1
        }
    }
}
