internal import Base
internal import CLinux
internal import Glibc

/// What tasks want from the event loop's thread. Posting never blocks; the loop wakes up and takes all there is.
final class Mailbox: Sendable {
    /// A wish. Connections are named by number, so that a wish for one that is gone is dropped.
    enum Command: Sendable {
        /// Bytes for a connection, in the name of the exchange that it is busy with.
        case write(UInt64, [UInt8])
        /// The exchange is complete: after its last bytes the connection goes on, or closes.
        case finish(UInt64, [UInt8], keepsAlive: Bool)
        /// The exchange cannot be completed: cut the connection.
        case abort(UInt64)
        /// A handler's task ended.
        case taskEnded
        /// Other certificates, for connections to come.
        case useTLS(TLSContext)
        /// Stop accepting, finish what is in flight, then end.
        case shutdown
    }

    /// Becomes readable when commands wait.
    let descriptor: Int32
    private let commands = Lock<[Command]>([])

    init() throws(ServerError) {
        descriptor = linux_eventfd()
        guard descriptor >= 0 else { throw .system(call: "eventfd", errno: errno) }
    }

    deinit { close(descriptor) }

    /// Adds commands that the loop carries out in this order.
    func post(_ new: Command...) {
        let wasEmpty = commands.withLock { commands in
            defer { commands.append(contentsOf: new) }
            return commands.isEmpty
        }
        guard wasEmpty else { return }
        var one: UInt64 = 1
        // The counter cannot overflow: it is reset whenever commands are taken, and only the first of them adds to it.
        _ = write(descriptor, &one, MemoryLayout<UInt64>.size)
    }

    /// Everything posted since the last call.
    func take() -> [Command] {
        var count: UInt64 = 0
        _ = read(descriptor, &count, MemoryLayout<UInt64>.size)
        return commands.withLock { commands in
            defer { commands = [] }
            return commands
        }
    }
}
