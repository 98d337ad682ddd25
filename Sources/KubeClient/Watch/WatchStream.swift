internal import FoundationEssentials
public import HTTPTransport
internal import KubeCore

/// The events of one watch request, for one reader. Ends when the server ends the watch, which it does regularly.
///
/// ## Guarantees
/// - Bounded: events are decoded as they are read, and the connection is held back while nobody reads.
/// - The watch is closed on the server when its reader is cancelled and when the last reference to it goes.
/// - Nothing follows an ``WatchEvent/error(_:)``.
public struct WatchStream<Object: Decodable & Sendable>: AsyncSequence, Sendable {
    public typealias Element = WatchEvent<Object>
    public typealias Failure = KubeError

    /// The largest event that is read: above the 3 MiB that the API server accepts in a request.
    public static var maxEventBytes: Int { 8 << 20 }

    private let body: ResponseBody

    /// Reads the events in a response's body.
    public init(_ body: ResponseBody) { self.body = body }

    public func makeAsyncIterator() -> Iterator { Iterator(body.makeAsyncIterator()) }

    public struct Iterator: AsyncIteratorProtocol {
        private var chunks: ResponseBody.Iterator
        private var splitter = LineSplitter(maxLineBytes: maxEventBytes)
        private var lines: ArraySlice<ArraySlice<UInt8>> = []
        private var isAtEnd = false

        fileprivate init(_ chunks: ResponseBody.Iterator) { self.chunks = chunks }

        public mutating func next(
            isolation actor: isolated (any Actor)?
        ) async throws(KubeError) -> WatchEvent<Object>? {
            while true {
                if let line = lines.popFirst() {
                    if line.isEmpty { continue }
                    return try event(line)
                }
                guard !isAtEnd else { return nil }
                try await readMore(isolation: actor)
            }
        }

        private mutating func event(_ line: ArraySlice<UInt8>) throws(KubeError) -> WatchEvent<Object> {
            let event = try AnswerDecoder.decode(line, as: WatchEvent<Object>.self)
            if case .error = event {
                isAtEnd = true
                lines = []
            }
            return event
        }

        private mutating func readMore(isolation actor: isolated (any Actor)?) async throws(KubeError) {
            do throws(TransportError) {
                guard let chunk = try await chunks.next(isolation: actor) else {
                    isAtEnd = true
                    guard splitter.finish() == nil else {
                        throw TransportError(.connectionLost, "the watch ended within an event")
                    }
                    return
                }
                lines = try Self.split(chunk, &splitter)[...]
            } catch {
                isAtEnd = true
                throw .transport(error)
            }
        }

        private static func split(
            _ chunk: [UInt8], _ splitter: inout LineSplitter
        ) throws(TransportError) -> [ArraySlice<UInt8>] {
            do {
                return try splitter.push(chunk)
            } catch {
                throw TransportError(.tooLarge, "a watch event is longer than \(error.maxLineBytes) bytes")
            }
        }
    }
}

extension Api {
    /// Opens a watch. The events of a server that has forgotten ``WatchOptions/resourceVersion`` begin with an
    /// ``WatchEvent/error(_:)``, or this throws; either says `isExpired`.
    public func watch(_ options: WatchOptions = WatchOptions()) async throws(KubeError) -> WatchStream<Object> {
        let request = KubeRequest(path: collectionPath, query: options.query, idleTimeout: options.idleTimeout)
        return WatchStream(try await client.stream(request).body)
    }
}
