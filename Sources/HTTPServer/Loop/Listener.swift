internal import CLinux
internal import Glibc

/// A listening socket.
struct Listener: ~Copyable {
    let descriptor: Int32
    /// The bound port.
    let port: UInt16

    /// Binds and listens. An empty host means all addresses: `::` with IPv4 mapped into it, or `0.0.0.0` on a machine
    /// without IPv6.
    ///
    /// - Throws: `ServerError.cannotListen`.
    init(host: String, port: UInt16) throws(ServerError) {
        if host.isEmpty {
            do throws(ServerError) {
                self = try Listener(address: "::", port: port)
            } catch {
                guard case .cannotListen(_, let code) = error, code == EAFNOSUPPORT || code == EADDRNOTAVAIL else {
                    throw error
                }
                self = try Listener(address: "0.0.0.0", port: port)
            }
        } else {
            self = try Listener(address: host, port: port)
        }
    }

    private init(address: String, port: UInt16) throws(ServerError) {
        var hints = addrinfo()
        hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(address, String(port), &hints, &found) == 0, let info = found else {
            throw .cannotListen(address: "\(address):\(port)", errno: EINVAL)
        }
        defer { freeaddrinfo(info) }
        let descriptor = linux_stream_socket(info.pointee.ai_family)
        guard descriptor >= 0 else { throw .cannotListen(address: "\(address):\(port)", errno: errno) }
        Self.setOption(descriptor, SOL_SOCKET, SO_REUSEADDR, 1)
        if info.pointee.ai_family == AF_INET6 { Self.setOption(descriptor, Int32(IPPROTO_IPV6), IPV6_V6ONLY, 0) }
        guard bind(descriptor, info.pointee.ai_addr, info.pointee.ai_addrlen) == 0, listen(descriptor, 1024) == 0 else {
            let code = errno
            close(descriptor)
            throw .cannotListen(address: "\(address):\(port)", errno: code)
        }
        self.descriptor = descriptor
        self.port = Self.boundPort(descriptor)
    }

    deinit { close(descriptor) }

    /// What came of one attempt to accept.
    enum Accepted {
        case connection(descriptor: Int32, address: String)
        /// Nobody waits, or the one who did is gone.
        case none
        /// The process or the machine has no descriptors or memory left.
        case exhausted
    }

    /// Takes the next waiting connection without blocking.
    func accept() -> Accepted {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        return withUnsafeMutablePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                let descriptor = linux_accept(self.descriptor, address, &length)
                guard descriptor >= 0 else {
                    return [EMFILE, ENFILE, ENOBUFS, ENOMEM].contains(errno) ? .exhausted : .none
                }
                Self.setOption(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, 1)
                Self.setOption(descriptor, SOL_SOCKET, SO_KEEPALIVE, 1)
                Self.setOption(descriptor, Int32(IPPROTO_TCP), TCP_KEEPIDLE, 30)
                Self.setOption(descriptor, Int32(IPPROTO_TCP), TCP_KEEPINTVL, 10)
                return .connection(descriptor: descriptor, address: Self.name(address, length))
            }
        }
    }

    private static func setOption(_ descriptor: Int32, _ level: Int32, _ option: Int32, _ value: Int32) {
        var value = value
        setsockopt(descriptor, level, option, &value, socklen_t(MemoryLayout<Int32>.size))
    }

    private static func name(_ address: UnsafeMutablePointer<sockaddr>, _ length: socklen_t) -> String {
        var buffer = [CChar](repeating: 0, count: 64)
        guard getnameinfo(address, length, &buffer, 64, nil, 0, NI_NUMERICHOST) == 0 else { return "" }
        let name = String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return name.hasPrefix("::ffff:") ? String(name.dropFirst(7)) : name
    }

    private static func boundPort(_ descriptor: Int32) -> UInt16 {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        withUnsafeMutablePointer(to: &storage) { pointer in
            _ = pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
        }
        // The port is at the same place in both families.
        return withUnsafeBytes(of: &storage) { UInt16($0[2]) << 8 | UInt16($0[3]) }
    }
}
