internal import Base
internal import Glibc

/// A TCP server on a loopback port that does with each connection what a test says, byte by byte, on a thread of its
/// own. For what a correct HTTP server would not do.
public final class SocketServer: Sendable {
    private struct State {
        var connections: [Int32] = []
        var threads: [DedicatedThread] = []
        var isStopped = false
    }

    private let listener: Int32
    public let port: UInt16
    private let state = Lock(State())

    public var url: String { "http://127.0.0.1:\(port)" }

    public init(_ serve: @escaping @Sendable (SocketConnection) -> Void) throws {
        (listener, port) = try Self.listen()
        let acceptor = DedicatedThread { [listener, state] in
            while true {
                let descriptor = accept(listener, nil, nil)
                guard descriptor >= 0 else { return }
                state.withLock { state in
                    guard !state.isStopped else {
                        close(descriptor)
                        return
                    }
                    state.connections.append(descriptor)
                    state.threads.append(DedicatedThread { serve(SocketConnection(descriptor)) })
                }
            }
        }
        state.withLock { $0.threads.append(acceptor) }
    }

    /// Cuts all connections and waits for their threads.
    public func stop() {
        let connections = state.withLock { state in
            state.isStopped = true
            return state.connections
        }
        shutdown(listener, Int32(SHUT_RDWR))
        for descriptor in connections { shutdown(descriptor, Int32(SHUT_RDWR)) }
        for thread in state.withLock({ $0.threads }) { thread.join() }
        for descriptor in connections + [listener] { close(descriptor) }
    }

    private struct SystemError: Error {
        let call: String
        let code: Int32
    }

    private static func listen() throws -> (Int32, UInt16) {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw SystemError(call: "socket", code: errno) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let status = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                guard bind(descriptor, address, length) == 0 else { return Int32(-1) }
                guard Glibc.listen(descriptor, 128) == 0 else { return Int32(-1) }
                return getsockname(descriptor, address, &length)
            }
        }
        guard status == 0 else { throw SystemError(call: "bind", code: errno) }
        return (descriptor, UInt16(bigEndian: address.sin_port))
    }
}

/// One connection of a ``SocketServer``, with blocking calls for its thread.
public final class SocketConnection {
    private let descriptor: Int32
    private var unread: [UInt8] = []

    init(_ descriptor: Int32) { self.descriptor = descriptor }

    /// Reads a request's head, up to the empty line, or `nil` at the connection's end.
    public func readHead() -> String? {
        let end = Array("\r\n\r\n".utf8)
        var checked = 0
        while true {
            if unread.count >= end.count {
                for index in checked...(unread.count - end.count)
                where unread[index] == 0x0D && unread[index..<index + 4].elementsEqual(end) {
                    let head = String(decoding: unread[..<index], as: UTF8.self)
                    unread.removeFirst(index + end.count)
                    return head
                }
                checked = unread.count - end.count + 1
            }
            guard receive() else { return nil }
        }
    }

    /// Reads exactly `count` bytes of a body.
    public func readBody(_ count: Int) -> [UInt8]? {
        while unread.count < count {
            guard receive() else { return nil }
        }
        defer { unread.removeFirst(count) }
        return Array(unread[..<count])
    }

    /// Returns whether the peer still takes the bytes.
    @discardableResult public func write(_ bytes: [UInt8]) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            sent += count
        }
        return true
    }

    @discardableResult public func write(_ text: String) -> Bool { write(Array(text.utf8)) }

    /// Sends one chunk of a `Transfer-Encoding: chunked` body.
    @discardableResult public func writeChunk(_ text: String) -> Bool {
        write("\(String(text.utf8.count, radix: 16))\r\n\(text)\r\n")
    }

    /// Answers with a whole response.
    @discardableResult public func respond(_ status: String = "200 OK", headers: [String] = [], _ body: String = "")
        -> Bool
    {
        let head = ["HTTP/1.1 \(status)", "Content-Length: \(body.utf8.count)"] + headers
        return write(head.joined(separator: "\r\n") + "\r\n\r\n" + body)
    }

    /// Ends the connection from this side.
    public func hangUp() { shutdown(descriptor, Int32(SHUT_RDWR)) }

    /// Waits until the peer closes.
    public func waitForClose() {
        while receive() {}
    }

    private func receive() -> Bool {
        var buffer = [UInt8](repeating: 0, count: 65536)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        guard count > 0 else { return false }
        unread += buffer[..<count]
        return true
    }
}
