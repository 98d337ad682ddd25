internal import Base

/// The requests of one engine: who runs, who waits for a place, and what became of those before.
final class RequestLedger: Sendable {
    private struct State {
        var running = 0
        var waiting: [UInt64: CheckedContinuation<Bool, Never>] = [:]
        var order: [UInt64] = []
        var nextID: UInt64 = 0
        var finished = 0
        var failed = 0
        var aborted = 0
        var firstToken = Histogram()
        var latency = Histogram()
    }

    /// Seconds, in the buckets of vLLM as far as tests need them.
    private struct Histogram {
        static let bounds = [0.001, 0.005, 0.01, 0.02, 0.04, 0.08, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]
        var counts = [Int](repeating: 0, count: bounds.count + 1)
        var sum = 0.0

        mutating func add(_ seconds: Double) {
            counts[Self.bounds.firstIndex { seconds <= $0 } ?? Self.bounds.count] += 1
            sum += seconds
        }

        func lines(_ name: String) -> String {
            var total = 0
            var text = ""
            for (bound, count) in zip(Self.bounds.map { "\($0)" } + ["+Inf"], counts) {
                total += count
                text += "\(name)_bucket{le=\"\(bound)\",model_name=\"m\"} \(total).0\n"
            }
            return text + "\(name)_count{model_name=\"m\"} \(total).0\n\(name)_sum{model_name=\"m\"} \(sum)\n"
        }
    }

    private let state = Lock(State())
    private let limit: Int

    /// - Parameter limit: requests that run at a time; the others wait.
    init(limit: Int) { self.limit = limit }

    var load: EngineLoad {
        state.withLock {
            EngineLoad(
                running: $0.running, waiting: $0.order.count, finished: $0.finished, failed: $0.failed,
                aborted: $0.aborted)
        }
    }

    /// Waits for a place. False when the client left first.
    func enter() async -> Bool {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isIn = state.withLock { state in
                    guard state.running >= limit else {
                        state.running += 1
                        return true
                    }
                    state.waiting[id] = continuation
                    state.order.append(id)
                    return false
                }
                if isIn { continuation.resume(returning: true) }
                if Task.isCancelled { leaveQueue(id) }
            }
        } onCancel: {
            leaveQueue(id)
        }
    }

    private func leaveQueue(_ id: UInt64) {
        let continuation = state.withLock { state in
            state.order.removeAll { $0 == id }
            return state.waiting.removeValue(forKey: id)
        }
        continuation?.resume(returning: false)
    }

    enum Outcome {
        case finished(Duration)
        case failed
        case aborted
    }

    /// Gives the place of a running request to the next one.
    func leave(_ outcome: Outcome) {
        let next = state.withLock { state -> CheckedContinuation<Bool, Never>? in
            switch outcome {
            case .finished(let latency):
                state.finished += 1
                state.latency.add(latency / .seconds(1))
            case .failed: state.failed += 1
            case .aborted: state.aborted += 1
            }
            guard !state.order.isEmpty else {
                state.running -= 1
                return nil
            }
            return state.waiting.removeValue(forKey: state.order.removeFirst())
        }
        next?.resume(returning: true)
    }

    func firstToken(after time: Duration) {
        state.withLock { $0.firstToken.add(time / .seconds(1)) }
    }

    /// Prometheus' text, with a metric beside that nobody asks for.
    func text(_ names: EngineKind.MetricNames) -> String {
        state.withLock { state in
            var text = """
                # HELP python_info Python platform information
                # TYPE python_info gauge
                python_info{implementation="CPython",version="3.12.0"} 1.0
                # TYPE \(names.running) gauge
                \(names.running){model_name="m"} \(state.running).0
                # TYPE \(names.waiting) gauge
                \(names.waiting){model_name="m"} \(state.order.count).0
                # TYPE \(names.cache) gauge
                \(names.cache){model_name="m"} \(Double(min(state.running, limit)) / Double(max(1, limit)))
                \(names.finished){\(names.finishedLabel)} \(state.finished).0

                """
            if let failed = names.failed { text += "\(failed){\(names.failedLabel)} \(state.failed).0\n" }
            return text + state.firstToken.lines(names.firstToken) + state.latency.lines(names.latency)
        }
    }
}

/// How many requests an engine has and had.
public struct EngineLoad: Sendable, Hashable {
    public var running: Int
    public var waiting: Int
    public var finished: Int
    public var failed: Int
    /// The client left, or the engine ended first.
    public var aborted: Int
}
