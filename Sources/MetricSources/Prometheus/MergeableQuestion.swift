internal import HTTPTransport

/// A source whose question can be asked together with others of its group: one selector, alone or with the time of its
/// samples.
struct MergeableQuestion: Sendable {
    /// What must be equal: who is asked, with which right and patience, and what but for the values of labels.
    struct Group: Sendable, Hashable {
        var endpoint: PrometheusEndpoint
        var shape: EqualitySelector.Shape
        var isTimed: Bool
    }

    let source: PrometheusSource
    let selector: EqualitySelector
    let group: Group

    /// - Returns: nil for a question that has to be asked alone, such as one that computes, or takes its time elsewhere.
    init?(_ source: PrometheusSource) {
        guard let selector = EqualitySelector(source.query) else { return nil }
        if let times = source.timestampQuery,
            !times.utf8.elementsEqual(PromQLSelector.timestampQuery(of: source.query).utf8)
        {
            return nil
        }
        self.source = source
        self.selector = selector
        group = Group(endpoint: source.endpoint, shape: selector.shape, isTimed: source.timestampQuery != nil)
    }

    /// What a query for questions of this one's group may hold.
    var limits: MergedSelector.Limits { .init(maxResponseBytes: source.endpoint.maxResponseBytes) }

    /// Asks a merged query, in this source's name.
    ///
    /// - Returns: what each of the query's selectors would have got alone, in their order. nil: that cannot be told, and
    ///   each must be asked alone, for the server has something against the merged query, or its answer is unclear.
    func outcomes(of merged: MergedSelector) async -> [MetricOutcome]? {
        async let dating = group.isTimed ? answer(to: merged.timestampQuery, merged) : nil
        let values = await answer(to: merged.query, merged)
        if case .failure(let error) = values {
            return error.isAboutTheQuestion ? nil : Array(repeating: .failure(error), count: merged.combinations.count)
        }
        let times = await dating
        if case .failure(let error) = times, error.isAboutTheQuestion { return nil }
        return merged.combinations.map { combination in
            MetricOutcome { () throws(MetricSourceError) in
                let result = try values.get().result(of: combination)
                guard let times, !result.isEmpty else { return result }
                return try PrometheusSource.dated(result, try times.get().result(of: combination))
            }
        }
    }

    private func answer(to query: String, _ merged: MergedSelector) async -> Result<MergedAnswer, MetricSourceError> {
        await .catching { () throws(MetricSourceError) in try await source.send(query).results(of: merged) }
    }
}

/// The answer to a merged query, handed out.
struct MergedAnswer: Sendable {
    /// Only combinations with series.
    var parts: [MergedSelector.Combination: MetricOutcome]
    var warnings: [String]

    func result(of combination: MergedSelector.Combination) throws(MetricSourceError) -> MetricResult {
        guard let part = parts[combination] else { return MetricResult(samples: [], warnings: warnings) }
        return try part.get()
    }
}

extension MetricSourceError {
    /// Whether another question to the same place may well succeed. When the place is down, too slow, has another address
    /// or does not accept the credentials, asking again would only add to its trouble.
    fileprivate var isAboutTheQuestion: Bool {
        switch self {
        case .malformed: true
        case .transport(let error): error.kind == .tooLarge
        case .refused(let status, _):
            switch status {
            case 300..<400, 401, 404, 408, 429, 500...: false
            default: true
            }
        case .invalidConfiguration, .missingAPI, .overloaded, .cancelled: false
        }
    }
}
