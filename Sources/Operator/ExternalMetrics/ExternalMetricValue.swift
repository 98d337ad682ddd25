internal import KubeCore
internal import MetricSources

/// external.metrics.k8s.io/v1beta1 ExternalMetricValue.
struct ExternalMetricValue: Sendable, Equatable {
    /// Why a sample is no load that an HPA should act on.
    struct Unfit: Error, CustomStringConvertible {
        let description: String
    }

    let metric: String
    let labels: [String: String]
    let timestamp: Timestamp
    let milli: Int64

    /// Refuses what the operator's own autoscaler would refuse. An HPA would act on it: it takes a negative sum for an
    /// overflow and jumps to the maximum, and never looks at a sample's age.
    init(
        _ sample: MetricSample, metric: String, labels: [String: String], staleness: Duration, now: Timestamp
    ) throws(Unfit) {
        switch sample.value {
        case .failure(let invalid): throw Unfit(description: "one of its samples is \(invalid)")
        case .success(let milli) where milli < 0:
            throw Unfit(description: "one of its samples is negative (\(Quantity(milli: milli)))")
        case .success(let milli): self.milli = milli
        }
        let timestamp = sample.timestamp ?? now
        guard now.since(timestamp) <= staleness else {
            throw Unfit(
                description: "its sample is \(now.since(timestamp).components.seconds) s old, more than "
                    + "\(staleness.components.seconds) s")
        }
        self.metric = metric
        self.labels = labels
        self.timestamp = timestamp
    }

    var json: JSONValue {
        [
            "metricName": .string(metric), "metricLabels": JSONValue(labels),
            "timestamp": .string(Timestamp(seconds: timestamp.seconds).description),
            "value": .string(Quantity(milli: milli).description),
        ]
    }
}
