internal import Glibc

/// A thread for work that blocks, which must never run on the cooperative pool.
///
/// All signals are blocked in it: they go to the program's other threads, and writing to a closed socket fails with
/// `EPIPE` instead of killing the process.
public final class DedicatedThread: Sendable {
    private final class Start: Sendable {
        let body: @Sendable () -> Void

        init(body: @escaping @Sendable () -> Void) { self.body = body }
    }

    private let thread: pthread_t
    private let joined = Lock(false)

    /// Starts the thread.
    public init(_ body: @escaping @Sendable () -> Void) {
        var thread = pthread_t()
        // Released by the thread itself, which takes the reference over.
        let start = Unmanaged.passRetained(Start(body: body))
        let status = pthread_create(
            &thread, nil,
            { argument in
                guard let argument else { return nil }
                let start = Unmanaged<Start>.fromOpaque(argument).takeRetainedValue()
                var signals = sigset_t()
                sigfillset(&signals)
                pthread_sigmask(SIG_BLOCK, &signals, nil)
                start.body()
                return nil
            }, start.toOpaque())
        precondition(status == 0, "pthread_create failed with \(status)")
        self.thread = thread
    }

    /// Waits for the thread to end. Blocks the caller; a second call, or one from the thread itself, returns at once.
    public func join() {
        guard pthread_equal(thread, pthread_self()) == 0 else { return }
        let isFirst = joined.withLock { joined in
            defer { joined = true }
            return !joined
        }
        if isFirst { pthread_join(thread, nil) }
    }

    deinit {
        // Never joined: let the system reclaim it when it ends.
        if !joined.withLock({ $0 }) { pthread_detach(thread) }
    }

    /// Runs `body` on a thread of its own and waits for its result without blocking the caller's thread.
    public static func run<Result: Sendable>(_ body: @escaping @Sendable () -> Result) async -> Result {
        await withCheckedContinuation { continuation in
            _ = DedicatedThread { continuation.resume(returning: body()) }
        }
    }
}
