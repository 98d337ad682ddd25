internal import Base
internal import DeepSeekAPI
internal import KubeCore
internal import Migration

/// The gates before the promotion: the warm-up's requests are answered, and fast enough.
struct WarmUpGate: Sendable {
    /// A request that fails may have met a pod that is only just up: so often it is tried in all.
    private static let tries = 3
    private static let pause = Duration.seconds(1)

    let warmUp: WarmUp
    /// The last warm-up of each revision that was answered whole: the analysis judges it without asking again.
    private let answered = Lock<[String: WarmUp.Result]>([:])

    init(_ warmUp: WarmUp) { self.warmUp = warmUp }

    /// Errors: `CancellationError`.
    func run(_ gate: Gate, _ migration: MigrationSpec, _ pods: ServingPods) async throws -> GateVerdict {
        let spec = migration.warmUp ?? MigrationSpec.WarmUp()
        // The names of pods stand for the revision: a hash may be the same in two clusters.
        let key = pods.members.map(\.name).joined(separator: ",")
        switch gate.kind {
        case .warmUp:
            let result = try await send(spec, pods)
            let isJudged = migration.analysis?.prePromotion != nil && result.failure == nil
            answered.withLock { $0[key] = isJudged ? result : nil }
            return verdict(result)
        case .prePromotion, .postPromotion:
            let known = answered.withLock { $0.removeValue(forKey: key) }
            // After a restart of the operator it is asked once more.
            let result = if let known { known } else { try await send(spec, pods) }
            return judge(result, migration)
        }
    }

    private func send(_ spec: MigrationSpec.WarmUp, _ pods: ServingPods) async throws -> WarmUp.Result {
        var result = try await warmUp.run(spec, model: pods.model, to: pods.ready)
        for _ in 1..<Self.tries where result.failure != nil {
            try await warmUp.stopwatch.clock.sleep(for: Self.pause)
            result = try await warmUp.run(spec, model: pods.model, to: pods.ready)
        }
        return result
    }

    private func verdict(_ result: WarmUp.Result) -> GateVerdict {
        if let failure = result.failure { return GateVerdict(outcome: .failed, message: failure) }
        return GateVerdict(
            outcome: result.answered > 0 ? .passed : .inconclusive,
            message:
                "\(result.answered) warm-up requests were answered, the slowest in \(result.slowestMilliseconds) ms")
    }

    private func judge(_ result: WarmUp.Result, _ migration: MigrationSpec) -> GateVerdict {
        guard result.failure == nil, result.answered > 0,
            let limit = migration.analysis?.prePromotion?.maxLatencyMilliseconds
        else { return verdict(result) }
        let milliseconds = result.slowestMilliseconds
        return milliseconds <= limit
            ? GateVerdict(outcome: .passed, message: "the slowest warm-up request took \(milliseconds) ms")
            : GateVerdict(
                outcome: .failed,
                message: "the slowest warm-up request took \(milliseconds) ms; maxLatencyMilliseconds is \(limit)")
    }

    /// The seconds that a warm-up takes at most: all requests time out, thrice.
    static func seconds(_ spec: MigrationSpec.WarmUp) -> Int {
        tries * (WarmUp.standardTimeoutSeconds * max(1, spec.resolvedRequests)) + 60
    }
}

extension WarmUp.Result {
    var slowestMilliseconds: Int { Int(clamping: Int64((slowest / .milliseconds(1)).rounded(.up))) }
}
