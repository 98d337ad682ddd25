internal import Base
internal import Glibc

/// SIGTERM and SIGINT as an orderly end. A second signal ends the process at once.
package enum ShutdownSignal {
    private static var signals: sigset_t {
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGTERM)
        sigaddset(&signals, SIGINT)
        return signals
    }

    /// Keeps the signals from ending the process. Call it before any thread is made.
    package static func block() {
        var signals = signals
        pthread_sigmask(SIG_BLOCK, &signals, nil)
        signal(SIGPIPE, SIG_IGN)
    }

    /// Calls `handle` with the first signal's name, on a thread of its own.
    package static func wait(_ handle: @escaping @Sendable (String) -> Void) {
        _ = DedicatedThread {
            var signals = signals
            var received: Int32 = 0
            sigwait(&signals, &received)
            handle(received == SIGTERM ? "SIGTERM" : "SIGINT")
            sigwait(&signals, &received)
            _exit(128 + received)
        }
    }
}
