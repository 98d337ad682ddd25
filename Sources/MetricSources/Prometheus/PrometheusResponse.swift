internal import HTTPTransport
internal import KubeCore

/// An answer of Prometheus' HTTP API, read with suspicion: it may come from a proxy, or from something else altogether.
struct PrometheusResponse {
    private let response: HTTPResponse

    init(_ response: HTTPResponse) { self.response = response }

    func result() throws(MetricSourceError) -> MetricResult {
        let answer = try answer()
        return MetricResult(samples: try Self.samples(answer.type, answer.result), warnings: answer.warnings)
    }

    /// The answer to a merged question, as each combination would have got it alone: what is wrong with one's series is
    /// no concern of another's.
    ///
    /// - Throws: also where a series is nobody's, as behind a proxy that rewrites labels.
    func results(of selector: MergedSelector) throws(MetricSourceError) -> MergedAnswer {
        let answer = try answer()
        guard answer.type == "vector", let list = answer.result.arrayValue else {
            throw .malformed("the answer to a selector is no vector")
        }
        var series: [MergedSelector.Combination: [JSONValue]] = [:]
        for element in list {
            guard let combination = selector.combination({ element[path: "metric", $0]?.stringValue }) else {
                throw .malformed("the answer has a series without the labels that were asked for")
            }
            series[combination, default: []].append(element)
        }
        let parts = series.mapValues { list in
            MetricOutcome { () throws(MetricSourceError) in
                MetricResult(samples: try Self.samples(answer.type, .array(list)), warnings: answer.warnings)
            }
        }
        return MergedAnswer(parts: parts, warnings: answer.warnings)
    }

    private func answer() throws(MetricSourceError) -> (type: String, result: JSONValue, warnings: [String]) {
        let document = try? JSONValue(parsing: response.body)
        guard (200..<300).contains(response.status) else { throw refusal(document) }
        guard let document else {
            throw .malformed("the answer is not JSON: is prometheus.url the address of a Prometheus server?")
        }
        guard document["status"]?.stringValue == "success" else { throw refusal(document) }
        guard let type = document[path: "data", "resultType"]?.stringValue,
            let result = document[path: "data", "result"]
        else { throw .malformed("the answer has no data.resultType and data.result") }
        let warnings = (document["warnings"]?.arrayValue ?? []).compactMap { $0.stringValue }
        return (type, result, warnings.map { MetricSourceError.cut($0) })
    }

    private func refusal(_ document: JSONValue?) -> MetricSourceError {
        if (300..<400).contains(response.status) {
            return .refused(
                status: response.status,
                message: "the server redirects, which is not followed: set prometheus.url to the final address")
        }
        if let error = document?["error"]?.stringValue {
            let type = document?["errorType"]?.stringValue ?? "error"
            return .refused(
                status: response.status, message: MetricSourceError.cut("\(type): \(error)"))
        }
        switch response.status {
        case 401, 403:
            return .refused(
                status: response.status, message: "the server does not accept the credentials of authSecretRef")
        case 404:
            return .refused(
                status: 404, message: "nothing at /api/v1/query: is prometheus.url right, with its path if it has one?")
        default:
            return .refused(status: response.status, message: "the server gave no reason")
        }
    }

    // MARK: - Samples

    private static func samples(_ type: String, _ result: JSONValue) throws(MetricSourceError) -> [MetricSample] {
        switch type {
        case "scalar":
            return [try sample(result)]
        case "vector":
            return try series(result) { (series) throws(MetricSourceError) in try sample(series["value"]) }
        case "matrix":
            return try series(result) { (series) throws(MetricSourceError) in
                try sample(series["values"]?.arrayValue?.last)
            }
        default:
            throw .invalidConfiguration(
                "the query's result is a \(MetricSourceError.cut(type, to: 40)); it must be numbers: a vector or a scalar"
            )
        }
    }

    private static func series(
        _ result: JSONValue, _ read: (JSONValue) throws(MetricSourceError) -> MetricSample
    ) throws(MetricSourceError) -> [MetricSample] {
        guard let list = result.arrayValue else { throw .malformed("data.result is not a list") }
        var samples: [MetricSample] = []
        for series in list {
            guard series["histogram"] == nil, series["histograms"] == nil else {
                throw .invalidConfiguration(
                    "the query's result is a native histogram; take a number from it, as histogram_quantile does")
            }
            samples.append(try read(series))
        }
        return samples
    }

    /// `[1435781451.781, "1.5"]`: seconds and text.
    private static func sample(_ pair: JSONValue?) throws(MetricSourceError) -> MetricSample {
        guard let pair, let seconds = pair[0]?.doubleValue, let text = pair[1]?.stringValue else {
            throw .malformed("a sample is not a pair of a time and a value's text")
        }
        let time = Int64(exactly: (seconds * 1000).rounded()).flatMap { milliseconds -> Timestamp? in
            let (nanoseconds, overflow) = milliseconds.multipliedReportingOverflow(by: 1_000_000)
            return overflow ? nil : Timestamp(nanoseconds: nanoseconds)
        }
        guard let time else { throw .malformed("a sample's time is out of range") }
        return MetricSample(value: DecimalMilli.parse(text), timestamp: time)
    }
}
