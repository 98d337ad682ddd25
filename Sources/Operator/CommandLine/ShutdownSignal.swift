internal import Base
internal import Glibc
internal import Synchronization

/// SIGTERM and SIGINT as an orderly end. A second signal ends the process at once.
///
/// The signals are handled, not blocked and waited for: an asynchronous `main` leaves the first thread in libdispatch's
/// `sigsuspend`, which unblocks every signal there, and an unhandled SIGTERM would take its default action.
package enum ShutdownSignal {
    /// Counts the signals that came. Posting is all that a handler may safely do with it.
    nonisolated(unsafe) private static let arrivals: UnsafeMutablePointer<sem_t> = {
        let semaphore = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)
        sem_init(semaphore, 0, 0)
        return semaphore
    }()
    private static let latest = Atomic<Int32>(0)

    /// Keeps the signals from ending the process. Call it before any thread is made.
    package static func handle() {
        // Made here, so that the handler finds them made: an initializer is nothing for a handler to run.
        _ = arrivals
        latest.store(0, ordering: .relaxed)
        for number in [SIGTERM, SIGINT] {
            signal(number) { number in
                ShutdownSignal.latest.store(number, ordering: .releasing)
                sem_post(ShutdownSignal.arrivals)
            }
        }
        signal(SIGPIPE, SIG_IGN)
    }

    /// Calls `action` with the first signal's name, on a thread of its own.
    package static func wait(_ action: @escaping @Sendable (String) -> Void) {
        _ = DedicatedThread {
            action(next() == SIGTERM ? "SIGTERM" : "SIGINT")
            _exit(128 + next())
        }
    }

    private static func next() -> Int32 {
        while sem_wait(arrivals) != 0 {}  // Only EINTR can fail it: wait on.
        return latest.load(ordering: .acquiring)
    }
}
