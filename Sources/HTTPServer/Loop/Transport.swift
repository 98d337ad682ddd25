internal import Glibc

/// A non-blocking socket, plain or under TLS.
enum Transport {
    case plain(Int32)
    case tls(TLSSession)

    /// What one attempt to read or write came to.
    enum Outcome: Equatable {
        case bytes(Int)
        /// Try again when the socket is readable, or writable.
        case wouldBlock(onWrite: Bool)
        /// The peer will send nothing more.
        case end
        case failed
    }

    /// Reads what is there.
    func read(into buffer: UnsafeMutableRawBufferPointer) -> Outcome {
        switch self {
        case .tls(let session): return session.read(into: buffer)
        case .plain(let descriptor):
            let count = recv(descriptor, buffer.baseAddress, buffer.count, 0)
            if count > 0 { return .bytes(count) }
            if count == 0 { return .end }
            return Self.isTemporary(errno) ? .wouldBlock(onWrite: false) : .failed
        }
    }

    /// Writes what the socket takes.
    func write(_ buffer: UnsafeRawBufferPointer) -> Outcome {
        switch self {
        case .tls(let session): return session.write(buffer)
        case .plain(let descriptor):
            let count = send(descriptor, buffer.baseAddress, buffer.count, Int32(MSG_NOSIGNAL))
            if count >= 0 { return .bytes(count) }
            return Self.isTemporary(errno) ? .wouldBlock(onWrite: true) : .failed
        }
    }

    /// Whether decrypted bytes wait that epoll knows nothing of.
    var hasPending: Bool {
        if case .tls(let session) = self { return session.hasPending }
        return false
    }

    private static func isTemporary(_ code: Int32) -> Bool { code == EAGAIN || code == EWOULDBLOCK || code == EINTR }
}
