internal import CCurl

/// Who waits for a transfer. Called on the loop's thread; must not block.
protocol TransferDelegate: AnyObject, Sendable {
    func received(_ head: ResponseHeadParser.Head)
    func received(_ bytes: UnsafeRawBufferPointer) -> TransferVerdict
    /// The last call, and always made: the end of the body, or why there is no more.
    func finished(_ error: TransportError?)
}

/// What becomes of bytes that were handed over.
enum TransferVerdict {
    case accepted
    /// Keep them and hand them over again after a resume.
    case pause
    case refused(TransportError)
}

/// One request under way in a ``CurlLoop``. Everything but its constants is the loop thread's own.
final class CurlTransfer: @unchecked Sendable {
    let id: UInt64
    private let request: HTTPRequest
    private let purpose: CurlHandle.Purpose
    let delegate: any TransferDelegate
    private(set) var handle: CurlHandle?
    /// Why a callback stopped the transfer; libcurl itself only knows that one did.
    private(set) var refusal: TransportError?
    private var parser = ResponseHeadParser()
    private var deadline: ContinuousClock.Instant?
    private var expiry: TransportError

    init(id: UInt64, request: HTTPRequest, purpose: CurlHandle.Purpose, delegate: any TransferDelegate) {
        self.id = id
        self.request = request
        self.purpose = purpose
        self.delegate = delegate
        deadline = .now.advanced(by: request.timeout)
        let what = purpose == .unary ? "no complete response" : "no response headers"
        expiry = TransportError(.timeout, "\(what) within \(request.timeout)")
    }

    /// Makes the easy handle. `context` comes back as the callbacks' last argument.
    func prepare(context: UnsafeMutableRawPointer) throws(TransportError) -> CurlHandle {
        let handle = try CurlHandle()
        try handle.configure(request, purpose: purpose)
        try handle.set(CURLOPT_PRIVATE, pointer: context)
        try handle.set(CURLOPT_HEADERDATA, pointer: context)
        try handle.set(CURLOPT_WRITEDATA, pointer: context)
        try handle.set(CURLOPT_HEADERFUNCTION) { bytes, size, count, context in
            CurlTransfer.from(context).receiveHeader(UnsafeRawBufferPointer(start: bytes, count: size * count))
        }
        try handle.set(CURLOPT_WRITEFUNCTION) { bytes, size, count, context in
            CurlTransfer.from(context).receiveBody(UnsafeRawBufferPointer(start: bytes, count: size * count))
        }
        self.handle = handle
        return handle
    }

    /// The next moment at which ``expired(at:)`` may be true.
    var wakeTime: ContinuousClock.Instant? { deadline }

    func expired(at now: ContinuousClock.Instant) -> TransportError? {
        guard let deadline, deadline <= now else { return nil }
        return expiry
    }

    /// Lets libcurl hand over again what the delegate could not take. Returns libcurl's verdict.
    func resume() -> CURLcode {
        guard let handle else { return CURLE_OK }
        restartIdleTimer()
        return curl_easy_pause(handle.pointer, ccurl_pause_nothing)
    }

    static func from(_ context: UnsafeMutableRawPointer?) -> CurlTransfer {
        guard let context else { preconditionFailure("libcurl lost a callback's context") }
        return Unmanaged<CurlTransfer>.fromOpaque(context).takeUnretainedValue()
    }

    private func receiveHeader(_ line: UnsafeRawBufferPointer) -> Int {
        do throws(TransportError) {
            if let head = try parser.push(line) {
                restartIdleTimer()
                delegate.received(head)
            }
            return line.count
        } catch {
            refusal = error
            return 0
        }
    }

    private func receiveBody(_ bytes: UnsafeRawBufferPointer) -> Int {
        guard !bytes.isEmpty else { return 0 }
        switch delegate.received(bytes) {
        case .accepted:
            restartIdleTimer()
            return bytes.count
        case .pause:
            if purpose == .stream { deadline = nil }
            return Int(ccurl_write_pause)
        case .refused(let error):
            refusal = error
            return 0
        }
    }

    private func restartIdleTimer() {
        guard purpose == .stream else { return }
        deadline = request.idleTimeout.map { .now.advanced(by: $0) }
        if let limit = request.idleTimeout { expiry = TransportError(.idleTimeout, "not a byte within \(limit)") }
    }
}
