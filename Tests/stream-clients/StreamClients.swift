import Glibc

/// Opens many streams at once and says what became of them, from a process of its own, so that clients and servers have
/// their descriptors apart.
///
/// usage: stream-clients STREAMS TOKENS MODEL ADDRESS:PORT...
/// It prints `open N` once every stream has its first token, and at the end `whole N cut N`.
@main
enum StreamClients {
    static func main() {
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        limit.rlim_cur = min(limit.rlim_max, 20_000)
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        let arguments = CommandLine.arguments.dropFirst()
        guard arguments.count >= 4, let streams = arguments.dropFirst(0).first.flatMap({ Int($0) }),
            let tokens = arguments.dropFirst(1).first.flatMap({ Int($0) })
        else {
            say("usage: stream-clients STREAMS TOKENS MODEL ADDRESS:PORT...")
            exit(2)
        }
        let model = arguments.dropFirst(2).first ?? ""
        var loop = StreamLoop(request: request(model, tokens))
        loop.run(streams, addresses: Array(arguments.dropFirst(3)))
    }

    /// Past buffers: whoever reads the file must see it at once.
    static func say(_ line: String) {
        let bytes = Array((line + "\n").utf8)
        _ = write(1, bytes, bytes.count)
    }

    private static func request(_ model: String, _ tokens: Int) -> [UInt8] {
        let body = #"{"model":"\#(model)","prompt":"hi","max_tokens":\#(tokens),"stream":true}"#
        let head =
            "POST /v1/completions HTTP/1.1\r\nHost: pod\r\nContent-Type: application/json\r\n"
            + "Content-Length: \(body.utf8.count)\r\n\r\n"
        return Array((head + body).utf8)
    }
}

/// One loop over all streams.
struct StreamLoop {
    private struct Stream {
        var hasToken = false
        /// The last bytes, in which the end shows.
        var tail: [UInt8] = []
    }

    private let request: [UInt8]
    private var polled: [pollfd] = []
    private var streams: [Int32: Stream] = [:]
    private var firstTokens = 0
    private var whole = 0
    private var cut = 0

    init(request: [UInt8]) { self.request = request }

    mutating func run(_ count: Int, addresses: [String]) {
        for index in 0..<count {
            open(addresses[index % addresses.count])
            // A listener's backlog is short: let it keep up.
            if index % 64 == 63 { turn(milliseconds: 1) }
        }
        var isOpenTold = false
        while !streams.isEmpty {
            turn(milliseconds: 1000)
            if !isOpenTold, firstTokens + cut >= count {
                isOpenTold = true
                StreamClients.say("open \(firstTokens)")
            }
        }
        StreamClients.say("whole \(whole) cut \(cut)")
    }

    private mutating func open(_ address: String) {
        let parts = address.split(separator: ":")
        var target = sockaddr_in()
        target.sin_family = sa_family_t(AF_INET)
        target.sin_port = UInt16(parts[1]).map { $0.bigEndian } ?? 0
        target.sin_addr.s_addr = inet_addr(String(parts[0]))
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        let status = withUnsafePointer(to: &target) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard descriptor >= 0, status == 0, write(descriptor, request, request.count) == request.count else {
            cut += 1
            if descriptor >= 0 { close(descriptor) }
            return
        }
        polled.append(pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0))
        streams[descriptor] = Stream()
    }

    private mutating func turn(milliseconds: Int32) {
        guard poll(&polled, nfds_t(polled.count), milliseconds) > 0 else { return }
        var buffer = [UInt8](repeating: 0, count: 16 << 10)
        let ready = polled.filter { $0.revents != 0 }.map(\.fd)
        for descriptor in ready {
            let length = read(descriptor, &buffer, buffer.count)
            take(descriptor, Array(buffer.prefix(max(0, length))))
        }
        polled.removeAll { streams[$0.fd] == nil }
    }

    /// A stream is whole with its last chunk after `[DONE]`; one that ends before was cut.
    private mutating func take(_ descriptor: Int32, _ bytes: [UInt8]) {
        guard var stream = streams[descriptor] else { return }
        stream.tail = Array((stream.tail + bytes).suffix(64))
        let text = String(decoding: stream.tail, as: UTF8.self)
        if !stream.hasToken, String(decoding: bytes, as: UTF8.self).contains("data: ") {
            stream.hasToken = true
            firstTokens += 1
        }
        let isWhole = text.hasSuffix("0\r\n\r\n") && text.contains("[DONE]")
        guard isWhole || bytes.isEmpty else {
            streams[descriptor] = stream
            return
        }
        if isWhole { whole += 1 } else { cut += 1 }
        streams[descriptor] = nil
        close(descriptor)
    }
}
