internal import Glibc

/// A thread of its own for blocking work, joined once.
struct LoopThread: Sendable {
    private final class Body {
        let run: @Sendable () -> Void
        init(run: @escaping @Sendable () -> Void) { self.run = run }
    }

    let handle: pthread_t

    /// Starts the thread, with every signal blocked: signals belong to the program, and a socket that breaks under
    /// OpenSSL's write must not end the process by SIGPIPE.
    init(_ run: @escaping @Sendable () -> Void) throws(ServerError) {
        var handle = pthread_t()
        let body = Unmanaged.passRetained(Body(run: run))
        var all = sigset_t()
        var previous = sigset_t()
        sigfillset(&all)
        pthread_sigmask(SIG_SETMASK, &all, &previous)
        defer { pthread_sigmask(SIG_SETMASK, &previous, nil) }
        let result = pthread_create(
            &handle, nil,
            { argument in
                // Balanced here and nowhere else.
                if let argument { Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run() }
                return nil
            }, body.toOpaque())
        guard result == 0 else {
            body.release()
            throw .system(call: "pthread_create", errno: result)
        }
        self.handle = handle
    }

    /// Waits for the thread's end; call it once. Blocks: call it when the end is certain to be near.
    func join() { pthread_join(handle, nil) }
}
