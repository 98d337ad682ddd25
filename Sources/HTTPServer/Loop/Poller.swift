internal import CLinux
internal import Glibc

/// A level-triggered epoll instance whose events carry a number of the caller's.
struct Poller: ~Copyable {
    /// What to wait for, or what happened.
    struct Interest: OptionSet {
        let rawValue: UInt32
        static let read = Interest(rawValue: EPOLLIN.rawValue)
        static let write = Interest(rawValue: EPOLLOUT.rawValue)
        /// The peer closed its sending side.
        static let peerClosed = Interest(rawValue: EPOLLRDHUP.rawValue)
        /// The connection is gone; reported without being asked for.
        static let broken = Interest(rawValue: EPOLLERR.rawValue | EPOLLHUP.rawValue)
    }

    private let descriptor: Int32
    private var events = [epoll_event](repeating: epoll_event(), count: 256)

    init() throws(ServerError) {
        descriptor = linux_epoll()
        guard descriptor >= 0 else { throw .system(call: "epoll_create1", errno: errno) }
    }

    deinit { close(descriptor) }

    /// Starts to watch a descriptor.
    func add(_ watched: Int32, _ interest: Interest, token: UInt64) -> Bool {
        control(EPOLL_CTL_ADD, watched, interest, token)
    }

    /// Changes what is waited for.
    func update(_ watched: Int32, _ interest: Interest, token: UInt64) {
        _ = control(EPOLL_CTL_MOD, watched, interest, token)
    }

    /// Stops to watch a descriptor.
    func remove(_ watched: Int32) { _ = control(EPOLL_CTL_DEL, watched, [], 0) }

    /// Waits up to `milliseconds` (-1: without end) and returns what happened.
    mutating func wait(milliseconds: Int32) -> [(token: UInt64, happened: Interest)] {
        let count = epoll_wait(descriptor, &events, Int32(events.count), milliseconds)
        // Interrupted or nothing: the caller's loop comes back.
        guard count > 0 else { return [] }
        return events.prefix(Int(count)).map { ($0.data.u64, Interest(rawValue: $0.events)) }
    }

    private func control(_ operation: Int32, _ watched: Int32, _ interest: Interest, _ token: UInt64) -> Bool {
        var event = epoll_event()
        event.events = interest.rawValue
        event.data.u64 = token
        return epoll_ctl(descriptor, operation, watched, &event) == 0
    }
}
