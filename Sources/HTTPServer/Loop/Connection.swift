internal import Glibc

/// One connection, seen only by the event loop's thread. A request is taken off the wire, handed out, answered and
/// flushed before the next one is looked at: pipelined requests wait, in the socket if need be.
final class Connection {
    /// What the connection is doing.
    enum State: Equatable {
        case handshake
        case receiving
        /// A request is with its handler. Nothing is read; the peer's going away is still seen.
        case handling
        /// The last answer is on its way; close when it is out.
        case closing
        /// All is sent and our side is shut; wait for the peer's end so that a reset does not eat the answer.
        case lingering
        case closed
    }

    /// What a step of the connection asks of the event loop.
    enum Action {
        case none
        case dispatch(ParsedRequest)
        case close
    }

    let id: UInt64
    let descriptor: Int32
    var peer: HTTPServer.Peer
    private(set) var state: State
    private(set) var peerClosed = false
    /// Both set while `state` is `handling`, or the task has not seen its end yet.
    var exchange: Exchange?
    var task: Task<Void, Never>?
    var timer: ConnectionTimer
    var registered: Poller.Interest = []

    private let transport: Transport
    private var parser: RequestParser
    private var output = OutputQueue()
    private var wantsWriteForTLS = false

    init(
        id: UInt64, descriptor: Int32, peer: HTTPServer.Peer, transport: Transport,
        configuration: HTTPServer.Configuration, now: UInt64
    ) {
        self.id = id
        self.descriptor = descriptor
        self.peer = peer
        self.transport = transport
        parser = RequestParser(limits: configuration.limits)
        if case .tls = transport { state = .handshake } else { state = .receiving }
        timer = ConnectionTimer(configuration, wait: state == .handshake ? .handshake : .idle, now: now)
    }

    deinit { close(descriptor) }

    /// Nothing of a request has arrived and nothing is owed: closing loses nothing.
    var isIdle: Bool { state == .handshake || (state == .receiving && parser.stage == .idle) }

    /// The events this connection waits for.
    var interest: Poller.Interest {
        var interest: Poller.Interest = peerClosed ? [] : .peerClosed
        switch state {
        case .handshake, .lingering: interest.insert(.read)
        // An answer that is not out yet holds back the next request.
        case .receiving: if output.isEmpty { interest.insert(.read) }
        case .handling, .closing, .closed: break
        }
        if !output.isEmpty || wantsWriteForTLS { interest.insert(.write) }
        return interest
    }

    // MARK: Input

    /// The socket is readable.
    func receive(into scratch: UnsafeMutableRawBufferPointer, now: UInt64) -> Action {
        switch state {
        case .handshake:
            guard advanceHandshake() else { return .close }
            return state == .receiving ? receive(into: scratch, now: now) : .none
        case .receiving: return read(into: scratch, now: now)
        case .lingering: return discard(into: scratch)
        case .handling, .closing: return .none
        case .closed: return .close
        }
    }

    private func advanceHandshake() -> Bool {
        guard case .tls(let session) = transport else { return false }
        switch session.handshake() {
        case .bytes:
            peer.certificateCommonName = session.peerCommonName
            (state, wantsWriteForTLS) = (.receiving, false)
        case .wouldBlock(let onWrite): wantsWriteForTLS = onWrite
        case .end, .failed: return false
        }
        return true
    }

    private func read(into scratch: UnsafeMutableRawBufferPointer, now: UInt64) -> Action {
        repeat {
            switch transport.read(into: scratch) {
            case .bytes(let count):
                wantsWriteForTLS = false
                parser.append(UnsafeRawBufferPointer(rebasing: scratch[..<count]).bindMemory(to: UInt8.self).span)
                let action = parse(now: now)
                guard case .none = action, state == .receiving else { return action }
            case .wouldBlock(let onWrite):
                wantsWriteForTLS = onWrite
                return .none
            case .end, .failed: return .close
            }
        } while transport.hasPending
        return .none
    }

    /// Looks for the next request in what has been received.
    private func parse(now: UInt64) -> Action {
        guard state == .receiving else { return .none }
        do {
            while let event = try parser.next() {
                switch event {
                case .expectsContinue: output.append(ResponseEncoder.continueHead)
                case .request(let parsed):
                    state = .handling
                    timer.enter(.handler, now: now)
                    return .dispatch(parsed)
                }
            }
        } catch {
            refuse(error)
            return flush(now: now)
        }
        enterStage(now: now)
        return flush(now: now)
    }

    private func enterStage(now: UInt64) {
        switch parser.stage {
        case .idle: timer.enter(.idle, now: now)
        case .head: timer.enter(.head, now: now)
        case .body: timer.enter(.body, now: now)
        }
    }

    private func refuse(_ error: RequestError) {
        let text = Array((error.reason + "\n").utf8)
        var bytes = ResponseEncoder.head(
            status: error.status, headers: ["Content-Type": "text/plain; charset=utf-8"],
            framing: .length(text.count), closes: true, date: HTTPDate.now())
        bytes.append(contentsOf: text)
        output.append(bytes)
        state = .closing
    }

    private func discard(into scratch: UnsafeMutableRawBufferPointer) -> Action {
        switch transport.read(into: scratch) {
        case .bytes, .wouldBlock: .none
        case .end, .failed: .close
        }
    }

    // MARK: Output

    /// Adds bytes of the current answer.
    func send(_ bytes: [UInt8]) { output.append(bytes) }

    /// The current answer is complete.
    func finish(keepsAlive: Bool) {
        guard state == .handling else { return }
        (exchange, task) = (nil, nil)
        state = keepsAlive && !peerClosed ? .receiving : .closing
    }

    /// Whether the next request may be looked for, in bytes that no event will announce.
    var canResume: Bool {
        state == .receiving && output.isEmpty && (parser.bufferedCount > 0 || transport.hasPending)
    }

    /// Looks for the next request in bytes that came with the last one.
    func resume(into scratch: UnsafeMutableRawBufferPointer, now: UInt64) -> Action {
        let action = parse(now: now)
        guard case .none = action, state == .receiving, transport.hasPending else { return action }
        return read(into: scratch, now: now)
    }

    /// Writes what the socket takes, and goes on to closing when that is due.
    func flush(now: UInt64) -> Action {
        while let outcome = output.withFirst(transport.write) {
            switch outcome {
            case .bytes(let count):
                output.consume(count)
                exchange?.wrote(count)
                timer.enter(.write, now: now)
                timer.restart(now: now)
            case .wouldBlock:
                timer.enter(.write, now: now)
                return .none
            case .end, .failed: return .close
            }
        }
        switch state {
        case .closing: return linger(now: now)
        case .handling: timer.enter(.handler, now: now)
        case .receiving: enterStage(now: now)
        case .handshake, .lingering, .closed: break
        }
        return .none
    }

    private func linger(now: UInt64) -> Action {
        guard !peerClosed else { return .close }
        if case .tls(let session) = transport { session.sendCloseNotify() }
        shutdown(descriptor, Int32(SHUT_WR))
        state = .lingering
        timer.enter(.linger, now: now)
        return .none
    }

    // MARK: Ends

    /// The peer will send nothing more. An answer in preparation may still be sent, but its task should stop; in the
    /// other states the end shows when the bytes in front of it have been read.
    func peerDidClose() {
        peerClosed = true
        if state == .handling { task?.cancel() }
    }

    /// A time-out passed: says so if a request was under way, or closes.
    func expire(now: UInt64) -> Action {
        guard timer.wait == .head || timer.wait == .body, state == .receiving else { return .close }
        refuse(RequestError(status: 408, reason: "the request did not arrive in time"))
        return flush(now: now)
    }

    /// The connection is given up: whoever is busy with it learns so.
    func abandon() {
        state = .closed
        task?.cancel()
        exchange?.end(ServerError.connectionClosed)
        (exchange, task) = (nil, nil)
    }
}
