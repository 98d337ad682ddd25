internal import KubeCore

/// Decides which readings count. A reading that does not becomes a failure, and a failed metric never lowers replicas.
struct MetricEvaluator {
    enum Result {
        case values([Int64])
        /// The metric has no say at this tick.
        case ignored
        case failed(String)
    }

    let deviations: HPADeviations
    let staleness: Duration?
    let now: Timestamp

    func evaluate(_ reading: MetricReading, onEmpty: MetricTarget.OnEmpty) -> Result {
        switch reading {
        case .failed(let message): .failed(message)
        case .samples(let samples): evaluate(samples, onEmpty: onEmpty)
        }
    }

    private func evaluate(_ samples: [MetricSample], onEmpty: MetricTarget.OnEmpty) -> Result {
        guard !samples.allSatisfy({ $0.value == .notANumber }) else { return empty(samples, onEmpty) }
        var values: [Int64] = []
        values.reserveCapacity(samples.count)
        for sample in samples {
            if let problem = problem(sample) { return .failed(problem) }
            if case .milli(let value) = sample.value { values.append(value) }
        }
        if deviations.contains(.rejectInvalidSamples), Self.checkedSum(values) == nil {
            return .failed("the sum of its \(values.count) samples is beyond 64 bits of thousandths")
        }
        return .values(values)
    }

    private func empty(_ samples: [MetricSample], _ onEmpty: MetricTarget.OnEmpty) -> Result {
        let source = deviations.contains(.plainMessages) ? "the source" : "external metrics API"
        let what = samples.isEmpty ? "no metrics returned from \(source)" : "the source's value is not a number"
        guard deviations.contains(.honorOnEmpty) else { return .failed(what) }
        return switch onEmpty {
        case .hold: .failed(what)
        case .zero: .values([0])
        case .ignore: .ignored
        }
    }

    private func problem(_ sample: MetricSample) -> String? {
        switch sample.value {
        case .notANumber: return "one of its samples is not a number"
        case .unusable(let text): return "one of its samples is \(text)"
        case .milli(let value):
            if value < 0, deviations.contains(.rejectInvalidSamples) {
                return "one of its samples is negative (\(Quantity(milli: value)))"
            }
        }
        guard deviations.contains(.rejectStaleSamples), let staleness, let timestamp = sample.timestamp else {
            return nil
        }
        let age = now.since(timestamp)
        guard age > staleness else { return nil }
        return "its sample is \(age.components.seconds) s old, more than \(staleness.components.seconds) s"
    }

    /// The sum, or nil beyond 64 bits.
    private static func checkedSum(_ values: [Int64]) -> Int64? {
        var sum: Int64 = 0
        for value in values {
            let (next, overflow) = sum.addingReportingOverflow(value)
            guard !overflow else { return nil }
            sum = next
        }
        return sum
    }
}
