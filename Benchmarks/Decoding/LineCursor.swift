import Base

/// Lines, one after the other.
final class LineCursor: Sendable {
    private let lines: [[UInt8]]
    private let position = Lock(0)

    init(_ lines: [[UInt8]]) { self.lines = lines }

    func next() -> [UInt8]? {
        position.withLock { position in
            guard position < lines.count else { return nil }
            defer { position += 1 }
            return lines[position]
        }
    }
}
