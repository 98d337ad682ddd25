/// A watch whose events go wrong on purpose.
enum FaultyStream {
    /// The stream with the effects applied to each of its events; bookmarks are left alone.
    static func apply(_ effects: [Fault.Effect], to stream: ByteStream, clock: any Clock<Duration>) -> ByteStream {
        effects.reduce(stream) { stream, effect in
            switch effect {
            case .duplicateEvents:
                ByteStream { await stream.next().map(duplicated) }
            case .lateEvents(let delay):
                ByteStream {
                    guard let chunk = await stream.next() else { return nil }
                    do { try await clock.sleep(for: delay) } catch { return nil }
                    return chunk
                }
            case .failure, .delay, .cut: stream
            }
        }
    }

    private static func duplicated(_ chunk: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        for line in chunk.split(separator: 0x0A) {
            let isBookmark = line.starts(with: #"{"type":"BOOKMARK""#.utf8)
            for _ in 0..<(isBookmark ? 1 : 2) { result += line + [0x0A] }
        }
        return result
    }
}
