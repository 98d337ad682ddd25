internal import Base
internal import DeepSeekAPI
internal import Engines
internal import KubeCore
internal import MetricSources

/// One look at a revision by one check.
enum Measurement: Sendable, Hashable {
    case passed(String)
    case failed(String)
    /// There is nothing to judge: too few requests, no sample, or nobody who answers. Never a pass.
    case noData(String)
}

/// Takes the measurements of an analysis: by PromQL, or by what the engines in the pods say.
struct AnalysisMeter: Sendable {
    /// What the engines of a revision counted, each pod since its start.
    typealias Readings = [String: EngineReading]

    let reader: MetricReader
    let probe: PodProbe
    private static let width = 16

    /// The engines' counters now. Pods that do not answer are missing. Errors: `CancellationError`.
    func readings(_ pods: ServingPods) async throws -> Readings {
        guard let metrics = pods.metrics else { return [:] }
        let answers = try await concurrentMap(pods.members.filter(\.isReady), width: Self.width) {
            member -> (String, EngineReading)? in
            guard let address = member.address else { return nil }
            do throws(MetricSourceError) {
                return (member.name, try await probe.read(metrics, address: address))
            } catch {
                try Task.checkCancellation()
                return nil
            }
        }
        return Dictionary(answers.compactMap(\.self)) { first, _ in first }
    }

    /// Judges what the engines counted between two looks.
    func measure(_ check: AnalysisSpec.Check, from earlier: Readings, to later: Readings) -> Measurement {
        guard let metric = check.engineMetric else { return .noData("the check has a query") }
        let difference = EngineDifference(from: earlier, to: later)
        guard let requests = difference.requests, requests > 0 else {
            return .noData("no engine tells of a request since the last look")
        }
        if let few = Self.tooFew(requests, check) { return few }
        let milli: Int64? =
            switch metric {
            case .p99LatencySeconds: difference.latency?.quantile(0.99).flatMap(Self.milli)
            case .p99TimeToFirstTokenSeconds: difference.timeToFirstToken?.quantile(0.99).flatMap(Self.milli)
            case .errorRatePercent: difference.errors.flatMap { Self.milli(100 * $0 / requests) }
            }
        guard let milli else { return .noData("the engine does not tell \(metric.rawValue)") }
        return Self.judge([milli], check)
    }

    /// Asks Prometheus, and judges every series of the answer: the worst one decides.
    ///
    /// - Parameter requests: that the revision answered since the last look, where it is known.
    func measure(
        _ check: AnalysisSpec.Check, revision: String, source: (String) -> any MetricSource, requests: Double?
    ) async throws -> Measurement {
        guard let query = check.query else { return .noData("the check has no query") }
        if (check.minRequests ?? 0) > 0 {
            guard let requests else { return .noData("the engine does not tell how many requests it answered") }
            if let few = Self.tooFew(requests, check) { return few }
        }
        let result: MetricResult
        do throws(MetricSourceError) {
            result = try await reader.read(
                source(query.replacing("{{revision}}", with: revision)), maxAge: .milliseconds(500))
        } catch {
            try Task.checkCancellation()
            return .noData("the query failed: \(error)")
        }
        var values: [Int64] = []
        for sample in result.samples {
            switch sample.value {
            case .success(let milli): values.append(milli)
            case .failure(.infinite(let isNegative)): values.append(isNegative ? .min : .max)
            case .failure(let invalid): return .noData("a value is \(invalid)")
            }
        }
        guard !values.isEmpty else { return .noData("the query gave no sample") }
        return Self.judge(values, check)
    }

    // MARK: Judgement

    private static func tooFew(_ requests: Double, _ check: AnalysisSpec.Check) -> Measurement? {
        guard let least = check.minRequests, requests < Double(least) else { return nil }
        return .noData("\(Int(clamping: Int64(min(requests, 1e15)))) requests; at least \(least) are needed")
    }

    static func judge(_ values: [Int64], _ check: AnalysisSpec.Check) -> Measurement {
        let (minimum, maximum) = check.resolvedLimits
        for value in values {
            if let maximum, value > maximum {
                return .failed("\(text(value)) is above \(text(maximum))")
            }
            if let minimum, value < minimum {
                return .failed("\(text(value)) is below \(text(minimum))")
            }
        }
        return .passed(values.map(text).joined(separator: ", "))
    }

    private static func milli(_ value: Double) -> Int64? {
        let milli = (value * 1000).rounded()
        return abs(milli) < 9e18 ? Int64(milli) : nil
    }

    private static func text(_ milli: Int64) -> String {
        switch milli {
        case .max: "infinite"
        case .min: "minus infinity"
        default: Quantity(milli: milli).description
        }
    }
}

/// What the engines of a revision counted between two looks, over the pods that answered both times.
struct EngineDifference {
    /// Nil where no pod tells.
    var requests: Double?
    var errors: Double?
    var latency: LatencyHistogram?
    var timeToFirstToken: LatencyHistogram?

    init(from earlier: AnalysisMeter.Readings, to later: AnalysisMeter.Readings) {
        for (pod, now) in later.sorted(by: { $0.key < $1.key }) {
            guard let before = earlier[pod] else { continue }
            requests = Self.sum(requests, Self.growth(before.requests, now.requests))
            errors = Self.sum(errors, Self.growth(before.errors, now.errors))
            latency = Self.sum(latency, Self.growth(before.latency, now.latency))
            timeToFirstToken = Self.sum(
                timeToFirstToken, Self.growth(before.timeToFirstToken, now.timeToFirstToken))
        }
    }

    /// A counter that fell has begun anew. One that appears counted from 0: engines leave out what never happened.
    private static func growth(_ before: Double?, _ now: Double?) -> Double? {
        guard let now else { return nil }
        let before = before ?? 0
        return now >= before ? now - before : now
    }

    private static func growth(_ before: LatencyHistogram?, _ now: LatencyHistogram?) -> LatencyHistogram? {
        guard let now else { return nil }
        return before.map(now.since) ?? now
    }

    private static func sum(_ left: Double?, _ right: Double?) -> Double? {
        guard let left, let right else { return left ?? right }
        return left + right
    }

    private static func sum(_ left: LatencyHistogram?, _ right: LatencyHistogram?) -> LatencyHistogram? {
        guard let left, let right else { return left ?? right }
        return left.adding(right) ?? left
    }
}
