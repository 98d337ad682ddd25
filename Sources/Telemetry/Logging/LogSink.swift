internal import Base
internal import Glibc

/// Where finished lines go.
public protocol LogSink: Sendable {
    /// Takes one line that ends in a newline and has no other. May be called from any thread, several at a time.
    func write(_ line: [UInt8])
}

/// Writes lines to a file descriptor, standard error by default, one after the other and never mixed.
///
/// A line that the descriptor does not take (a closed pipe) is dropped: there is nowhere left to say so.
public struct FileDescriptorSink: LogSink {
    private let descriptor: Lock<Int32>

    public init(_ descriptor: Int32 = 2) { self.descriptor = Lock(descriptor) }

    public func write(_ line: [UInt8]) {
        descriptor.withLock { descriptor in
            var rest = line[...]
            while !rest.isEmpty {
                let written = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
                if written > 0 {
                    rest = rest.dropFirst(written)
                } else if written == 0 || errno != EINTR {
                    return
                }
            }
        }
    }
}
