internal import Base
internal import CCurl
internal import Glibc

/// A multi handle and the one thread that touches it.
///
/// Other threads leave commands in an inbox and wake the loop; it carries them out in order, between two rounds of
/// libcurl. A transfer is retained for libcurl's callbacks when it starts and released in ``finish(_:with:)`` only.
final class CurlLoop: @unchecked Sendable {
    private enum Command {
        case start(CurlTransfer)
        case resume(UInt64)
        case cancel(UInt64)
    }

    private struct Inbox {
        var commands: [Command] = []
        var isStopping = false
        var isClosed = false
        var nextID: UInt64 = 0
    }

    private let inbox = Lock(Inbox())
    private let multi: UnsafeMutableRawPointer
    private let thread = Lock<DedicatedThread?>(nil)
    /// The loop thread's own.
    private var active: [UInt64: Unmanaged<CurlTransfer>] = [:]

    private static let libcurl: CURLcode = curl_global_init(ccurl_global_default)

    /// - Parameter maxConnectionsPerHost: 0 for no limit. Further transfers wait.
    init(maxConnectionsPerHost: Int) {
        precondition(Self.libcurl == CURLE_OK, "libcurl cannot be initialised")
        guard let multi = curl_multi_init() else { preconditionFailure("libcurl has no memory for a multi handle") }
        self.multi = multi
        ccurl_multi_set_long(multi, CURLMOPT_MAX_HOST_CONNECTIONS, maxConnectionsPerHost)
        thread.withLock { $0 = DedicatedThread { self.run() } }
    }

    /// Hands out an id for ``CurlTransfer/id``.
    func makeID() -> UInt64 {
        inbox.withLock { inbox in
            inbox.nextID += 1
            return inbox.nextID
        }
    }

    /// Starts a transfer. Its delegate hears about every outcome, even that the loop has been shut down.
    func start(_ transfer: CurlTransfer) {
        if !post(.start(transfer)) { transfer.delegate.finished(Self.shutDown) }
    }

    func resume(_ id: UInt64) { _ = post(.resume(id)) }

    /// Ends a transfer with ``TransportError/Kind/cancelled``, if it is still under way.
    func cancel(_ id: UInt64) { _ = post(.cancel(id)) }

    /// Ends all transfers and waits for the thread, which takes milliseconds.
    func shutDown() {
        inbox.withLock { inbox in
            inbox.isStopping = true
            wake(inbox)
        }
        thread.withLock { $0 }?.join()
    }

    private func post(_ command: Command) -> Bool {
        inbox.withLock { inbox in
            guard !inbox.isStopping else { return false }
            inbox.commands.append(command)
            wake(inbox)
            return true
        }
    }

    /// Under the inbox's lock, because a wake-up must not meet the multi handle's clean-up.
    private func wake(_ inbox: Inbox) {
        if !inbox.isClosed { curl_multi_wakeup(multi) }
    }

    private static let shutDown = TransportError(.shutDown, "the transport has been shut down")
}

/// The thread's side.
extension CurlLoop {
    private func run() {
        var running: Int32 = 0
        while carryOutCommands() {
            curl_multi_perform(multi, &running)
            finishDone()
            finishExpired()
            curl_multi_poll(multi, nil, 0, millisecondsToNextDeadline(), nil)
        }
        for transfer in active.values { finish(transfer.takeUnretainedValue(), with: Self.shutDown) }
        inbox.withLock { inbox in
            inbox.isClosed = true
            curl_multi_cleanup(multi)
        }
    }

    /// Returns whether to go on.
    private func carryOutCommands() -> Bool {
        let (commands, isStopping) = inbox.withLock { inbox in
            defer { inbox.commands = [] }
            return (inbox.commands, inbox.isStopping)
        }
        for command in commands {
            switch command {
            case .start(let transfer): begin(transfer)
            case .resume(let id): resumeTransfer(id)
            case .cancel(let id):
                guard let transfer = active[id] else { continue }
                let error = TransportError(.cancelled, "the request was cancelled")
                finish(transfer.takeUnretainedValue(), with: error)
            }
        }
        return !isStopping
    }

    private func begin(_ transfer: CurlTransfer) {
        let retained = Unmanaged.passRetained(transfer)
        active[transfer.id] = retained
        do throws(TransportError) {
            let handle = try transfer.prepare(context: retained.toOpaque())
            let code = curl_multi_add_handle(multi, handle.pointer)
            if code != CURLM_OK { throw TransportError(.other, String(cString: curl_multi_strerror(code))) }
        } catch {
            finish(transfer, with: error)
        }
    }

    private func resumeTransfer(_ id: UInt64) {
        guard let transfer = active[id]?.takeUnretainedValue() else { return }
        let code = transfer.resume()
        if code != CURLE_OK { finish(transfer, with: failure(of: transfer, code)) }
    }

    /// The one place where a transfer ends: it leaves libcurl, its delegate is told, and its reference is released.
    private func finish(_ transfer: CurlTransfer, with error: TransportError?) {
        guard let retained = active.removeValue(forKey: transfer.id) else { return }
        if let handle = transfer.handle { curl_multi_remove_handle(multi, handle.pointer) }
        transfer.delegate.finished(error)
        retained.release()
    }

    private func finishDone() {
        var remaining: Int32 = 0
        while let message = curl_multi_info_read(multi, &remaining) {
            guard message.pointee.msg == CURLMSG_DONE else { continue }
            let code = ccurl_message_result(message)
            let transfer = CurlTransfer.from(ccurl_private(message.pointee.easy_handle))
            finish(transfer, with: code == CURLE_OK ? nil : failure(of: transfer, code))
        }
    }

    private func failure(of transfer: CurlTransfer, _ code: CURLcode) -> TransportError {
        transfer.refusal ?? TransportError(code, message: transfer.handle?.message(for: code) ?? "")
    }

    private func finishExpired() {
        let now = ContinuousClock.now
        let expired = active.values.map { $0.takeUnretainedValue() }.compactMap { transfer in
            transfer.expired(at: now).map { (transfer, $0) }
        }
        for (transfer, error) in expired { finish(transfer, with: error) }
    }

    private func millisecondsToNextDeadline() -> Int32 {
        let longest = Duration.seconds(60)
        let next = active.values.compactMap { $0.takeUnretainedValue().wakeTime }.min()
        let wait = next.map { min(max(.zero, ContinuousClock.now.duration(to: $0)), longest) } ?? longest
        let (seconds, attoseconds) = wait.components
        // Rounded up: waking a little early would spin until the deadline.
        return Int32(seconds * 1000 + attoseconds / 1_000_000_000_000_000 + 1)
    }
}
