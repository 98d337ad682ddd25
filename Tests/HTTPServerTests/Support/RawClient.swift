import Glibc

@testable import HTTPServer

/// A client that sends exactly the bytes it is told, from a thread of its own.
final class RawClient: @unchecked Sendable {
    private let descriptor: Int32

    init(port: UInt16) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        // No test waits for ever: a server that says nothing in ten seconds has failed.
        var limit = timeval(tv_sec: 60, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else { throw ServerError.system(call: "connect", errno: errno) }
    }

    deinit { close(descriptor) }

    func send(_ text: String) {
        let bytes = Array(text.utf8)
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return }
            sent += count
        }
    }

    /// Reads until the text ends with `suffix`, or to the end of the connection.
    func receive(until suffix: String? = nil) async throws -> String {
        try await blocking { [descriptor] in
            var received: [UInt8] = []
            var buffer = [UInt8](repeating: 0, count: 64 << 10)
            while true {
                let count = recv(descriptor, &buffer, buffer.count, 0)
                if count == 0 { break }
                if count < 0 && errno == ECONNRESET { break }
                guard count > 0 else { throw ServerError.system(call: "recv", errno: errno) }
                received.append(contentsOf: buffer[..<count])
                if let suffix, received.suffix(suffix.utf8.count).elementsEqual(suffix.utf8) { break }
            }
            return String(decoding: received, as: UTF8.self)
        }
    }

    func disconnect() { shutdown(descriptor, Int32(SHUT_RDWR)) }
}

/// Runs blocking work on a thread of its own, so that the two threads of the cooperative pool stay free.
func blocking<Result: Sendable>(_ work: @escaping @Sendable () throws -> Result) async throws -> Result {
    try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Result, any Error>) in
        do {
            let thread = try LoopThread { continuation.resume(with: Swift.Result { try work() }) }
            thread.detach()
        } catch {
            continuation.resume(throwing: error)
        }
    }
}

extension LoopThread {
    func detach() { pthread_detach(handle) }
}
