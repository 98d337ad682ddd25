internal import Glibc

/// The server's thread: accepts, reads, parses, hands requests to tasks, writes. All its state is its own; tasks reach
/// it through the mailbox only.
///
/// Unchecked: it is made on one thread and handed, once, to the one that runs it.
final class EventLoop: @unchecked Sendable {
    private enum Token {
        static let mailbox: UInt64 = 0
        static let listener: UInt64 = 1
        static let firstConnection: UInt64 = 2
    }

    /// How late a time-out may be noticed.
    private static let sweepMilliseconds: Int32 = 100

    private let configuration: HTTPServer.Configuration
    private let handler: HTTPServer.Handler
    private var tls: TLSContext?
    private let mailbox: Mailbox
    private var listener: Listener?
    private var poller: Poller
    private var accepting = true
    private var connections: [UInt64: Connection] = [:]
    private var nextID = Token.firstConnection
    private var runningTasks = 0
    private var shutdownDeadline: UInt64?
    private var now = EventLoop.monotonicNanoseconds()
    private var nextSweep: UInt64 = 0
    private let scratch = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 16)

    init(
        configuration: HTTPServer.Configuration, listener: consuming Listener, poller: consuming Poller,
        mailbox: Mailbox, tls: TLSContext?, handler: @escaping HTTPServer.Handler
    ) {
        self.configuration = configuration
        self.listener = consume listener
        self.poller = consume poller
        self.mailbox = mailbox
        self.tls = tls
        self.handler = handler
    }

    deinit { scratch.deallocate() }

    private static func monotonicNanoseconds() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) &* 1_000_000_000 &+ UInt64(time.tv_nsec)
    }

    // MARK: Life

    /// Serves until a shutdown was asked for and the last connection and task are gone.
    func run() {
        _ = poller.add(mailbox.descriptor, .read, token: Token.mailbox)
        if let descriptor = listener?.descriptor { _ = poller.add(descriptor, .read, token: Token.listener) }
        while !isOver {
            let isQuiet = connections.isEmpty && accepting
            let events = poller.wait(milliseconds: isQuiet ? -1 : Self.sweepMilliseconds)
            now = Self.monotonicNanoseconds()
            for event in events { handle(event.token, event.happened) }
            if now >= nextSweep { sweep() }
        }
    }

    private var isOver: Bool { shutdownDeadline != nil && connections.isEmpty && runningTasks == 0 }

    private func handle(_ token: UInt64, _ happened: Poller.Interest) {
        switch token {
        case Token.mailbox: for command in mailbox.take() { carryOut(command) }
        case Token.listener: acceptAll()
        default: if let connection = connections[token] { advance(connection, happened) }
        }
    }

    private func beginShutdown() {
        guard shutdownDeadline == nil else { return }
        let (deadline, overflow) = now.addingReportingOverflow(configuration.shutdownGracePeriod.nanoseconds)
        shutdownDeadline = overflow ? .max : deadline
        accepting = false
        listener = nil
        for connection in connections.values where connection.isIdle { remove(connection) }
    }

    /// Looks at every connection's time-out; a few thousand comparisons ten times a second.
    private func sweep() {
        nextSweep = now &+ UInt64(Self.sweepMilliseconds) &* 1_000_000
        let isLate = shutdownDeadline.map { now >= $0 } ?? false
        for connection in Array(connections.values) {
            if isLate {
                remove(connection)
            } else if connection.timer.isExpired(now: now) {
                follow(connection.expire(now: now), of: connection)
            }
        }
        resumeAccepting()
    }

    // MARK: Connections

    private func acceptAll() {
        while accepting, connections.count < configuration.maximumConnections {
            switch listener?.accept() {
            case .connection(let descriptor, let address): add(descriptor, address)
            case .some(.none), nil: return
            // Without a descriptor to spare the event would come again at once; the next sweep tries again.
            case .exhausted: return pauseAccepting()
            }
        }
        pauseAccepting()
    }

    private func pauseAccepting() {
        guard accepting, let descriptor = listener?.descriptor else { return }
        accepting = false
        poller.update(descriptor, [], token: Token.listener)
    }

    private func resumeAccepting() {
        guard !accepting, let descriptor = listener?.descriptor,
            connections.count < configuration.maximumConnections
        else { return }
        accepting = true
        poller.update(descriptor, .read, token: Token.listener)
    }

    private func add(_ descriptor: Int32, _ address: String) {
        let transport: Transport
        if let tls {
            guard let session = TLSSession(context: tls, descriptor: descriptor) else {
                close(descriptor)
                return
            }
            transport = .tls(session)
        } else {
            transport = .plain(descriptor)
        }
        let connection = Connection(
            id: nextID, descriptor: descriptor, peer: HTTPServer.Peer(address: address), transport: transport,
            configuration: configuration, now: now)
        nextID += 1
        // A connection that cannot be watched closes as it is dropped here.
        guard poller.add(descriptor, connection.interest, token: connection.id) else { return }
        connection.registered = connection.interest
        connections[connection.id] = connection
    }

    private func remove(_ connection: Connection) {
        poller.remove(connection.descriptor)
        connection.abandon()
        connections[connection.id] = nil
    }

    private func advance(_ connection: Connection, _ happened: Poller.Interest) {
        guard happened.isDisjoint(with: .broken) else { return remove(connection) }
        if happened.contains(.read) || (happened.contains(.write) && connection.state == .handshake) {
            follow(connection.receive(into: scratch, now: now), of: connection)
        }
        if happened.contains(.peerClosed) { connection.peerDidClose() }
        if happened.contains(.write) { follow(connection.flush(now: now), of: connection) }
        settle(connection)
    }

    /// Goes on with a connection until it waits for an event, and says which.
    private func settle(_ connection: Connection) {
        while connection.canResume {
            follow(connection.resume(into: scratch, now: now), of: connection)
        }
        guard connection.state != .closed, connection.interest != connection.registered else { return }
        poller.update(connection.descriptor, connection.interest, token: connection.id)
        connection.registered = connection.interest
    }

    private func follow(_ action: Connection.Action, of connection: Connection) {
        guard connection.state != .closed else { return }
        switch action {
        case .none: break
        case .close: remove(connection)
        case .dispatch(let parsed): dispatch(parsed, of: connection)
        }
    }

    // MARK: Requests

    /// Starts the handler. Its task is no child of anything: it lives with the connection, which cancels it, and the
    /// loop does not end before it.
    private func dispatch(_ parsed: ParsedRequest, of connection: Connection) {
        let exchange = Exchange(
            connection: connection.id, mailbox: mailbox, parsed: parsed,
            keepsAlive: parsed.keepsAlive && shutdownDeadline == nil, bufferLimit: configuration.streamBufferBytes)
        var request = parsed.request
        request.peer = connection.peer
        connection.exchange = exchange
        runningTasks += 1
        connection.task = Task { [handler, mailbox, request] in
            await exchange.respond(handler(request))
            mailbox.post(.taskEnded)
        }
    }

    private func carryOut(_ command: Mailbox.Command) {
        switch command {
        case .taskEnded: runningTasks -= 1
        case .useTLS(let context): tls = context
        case .shutdown: beginShutdown()
        case .write(let id, let bytes):
            guard let connection = connections[id] else { return }
            connection.send(bytes)
            follow(connection.flush(now: now), of: connection)
            settle(connection)
        case .finish(let id, let bytes, let keepsAlive):
            guard let connection = connections[id] else { return }
            connection.send(bytes)
            connection.finish(keepsAlive: keepsAlive && shutdownDeadline == nil)
            follow(connection.flush(now: now), of: connection)
            settle(connection)
        case .abort(let id):
            if let connection = connections[id] { remove(connection) }
        }
    }
}
