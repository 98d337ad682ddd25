/// Bytes that wait for the socket, in order.
struct OutputQueue {
    private var chunks: [[UInt8]] = []
    private var first = 0
    private var offset = 0
    private(set) var count = 0

    var isEmpty: Bool { count == 0 }

    mutating func append(_ chunk: [UInt8]) {
        guard !chunk.isEmpty else { return }
        chunks.append(chunk)
        count += chunk.count
    }

    /// Calls `body` with the rest of the first chunk; nil when there is none.
    func withFirst<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result? {
        guard !isEmpty else { return nil }
        return chunks[first].withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0[offset...])) }
    }

    /// Drops bytes of the first chunk that were written.
    mutating func consume(_ written: Int) {
        count -= written
        offset += written
        guard offset == chunks[first].count else { return }
        chunks[first] = []
        (first, offset) = (first + 1, 0)
        if isEmpty {
            chunks.removeAll(keepingCapacity: true)
            first = 0
        } else if first >= 64 {
            chunks.removeFirst(first)
            first = 0
        }
    }

    mutating func removeAll() { self = OutputQueue() }
}
