internal import Glibc

/// Cuts a stream of bytes into lines, wherever the pieces begin and end.
///
/// Every byte is looked at once. Lines come without their newline; a line that lies within one piece is a slice of it.
public struct LineSplitter: Sendable {
    /// A line grew beyond the limit.
    public struct LineTooLong: Error, Sendable, Equatable {
        public let maxLineBytes: Int
    }

    /// The longest line, without its newline.
    public let maxLineBytes: Int
    private var pending: [UInt8] = []

    public init(maxLineBytes: Int) {
        self.maxLineBytes = maxLineBytes
    }

    /// Takes the next piece and returns the lines it completes.
    ///
    /// - Throws: ``LineTooLong``; the splitter is of no use afterwards.
    public mutating func push(_ chunk: [UInt8]) throws(LineTooLong) -> [ArraySlice<UInt8>] {
        var lines: [ArraySlice<UInt8>] = []
        var start = 0
        while let newline = Self.indexOfNewline(in: chunk, from: start) {
            lines.append(try completeLine(with: chunk[start..<newline]))
            start = newline + 1
        }
        try checkLength(chunk.count - start)
        pending += chunk[start...]
        return lines
    }

    /// What came after the last newline, or `nil` when nothing did.
    public mutating func finish() -> [UInt8]? {
        defer { pending = [] }
        return pending.isEmpty ? nil : pending
    }

    private mutating func completeLine(with end: ArraySlice<UInt8>) throws(LineTooLong) -> ArraySlice<UInt8> {
        try checkLength(end.count)
        guard !pending.isEmpty else { return end }
        defer { pending = [] }
        return (pending + end)[...]
    }

    private func checkLength(_ added: Int) throws(LineTooLong) {
        if pending.count + added > maxLineBytes { throw LineTooLong(maxLineBytes: maxLineBytes) }
    }

    private static func indexOfNewline(in bytes: [UInt8], from start: Int) -> Int? {
        bytes.withUnsafeBytes { buffer in
            guard let base = buffer.baseAddress, start < buffer.count else { return nil }
            guard let found = memchr(base + start, 0x0A, buffer.count - start) else { return nil }
            return UnsafeRawPointer(found) - base
        }
    }
}
