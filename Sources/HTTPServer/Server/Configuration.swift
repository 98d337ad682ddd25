extension HTTPServer {
    /// Where a server listens, and what it tolerates.
    public struct Configuration: Sendable {
        /// A numeric address: `127.0.0.1`, `::1`, `0.0.0.0`; empty for every address of the machine, IPv6 and IPv4.
        public var host: String
        /// A port, or 0 for a free one that `HTTPServer.port` then tells.
        public var port: UInt16
        /// TLS, or nil for plain HTTP.
        public var tls: TLSConfiguration?
        /// The largest head and body.
        public var limits = RequestLimits()
        /// Connections open at the same time; further ones wait in the kernel's backlog (1024).
        public var maximumConnections = 4096
        /// Bytes of a streamed body that may wait for a slow client before `write` suspends.
        public var streamBufferBytes = 256 << 10
        /// From a request's first byte to the end of its head, and for a TLS handshake.
        public var headTimeout = Duration.seconds(10)
        /// From the end of a head to the end of its body.
        public var bodyTimeout = Duration.seconds(60)
        /// How long a connection may be silent between requests.
        public var idleTimeout = Duration.seconds(120)
        /// How long a client may take none of the bytes that wait for it.
        public var writeTimeout = Duration.seconds(30)
        /// How long requests in flight may go on once shutdown begins.
        public var shutdownGracePeriod = Duration.seconds(10)

        /// A configuration with the defaults above.
        public init(host: String = "127.0.0.1", port: UInt16 = 0, tls: TLSConfiguration? = nil) {
            self.host = host
            self.port = port
            self.tls = tls
        }
    }
}
