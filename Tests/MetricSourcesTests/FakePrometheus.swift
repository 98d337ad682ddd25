import Base
import HTTPTransport
import KubeCore

/// Evaluates selectors over some series, by a reading of PromQL of its own.
final class FakePrometheus: Transport {
    struct Series: Sendable {
        /// With `__name__`.
        var labels: [(name: String, value: String)]
        /// As in an answer. nil: a native histogram.
        var value: String?
        /// Seconds since 1970.
        var time: Double

        /// `metric{a="1"}` for `Series("metric", [("a", "1")], …)`.
        init(_ metric: String, _ labels: [(String, String)], value: String?, time: Double = 1_800_000_000) {
            self.labels = [("__name__", metric)] + labels.map { (name: $0.0, value: $0.1) }
            self.value = value
            self.time = time
        }

        /// By bytes, as Prometheus does.
        func label(_ name: String) -> String { labels.first { $0.name.utf8.elementsEqual(name.utf8) }?.value ?? "" }
    }

    private struct State {
        var queries: [String] = []
        var isHolding = false
        var held: [CheckedContinuation<Void, Never>] = []
    }

    private let series: [Series]
    /// What answers in place of a query's evaluation, if anything.
    private let fault: @Sendable (String) throws(TransportError) -> HTTPResponse?
    private let state = Lock(State())

    init(
        _ series: [Series],
        fault: @escaping @Sendable (String) throws(TransportError) -> HTTPResponse? = { _ throws(TransportError) in nil
        }
    ) {
        self.series = series
        self.fault = fault
    }

    var queries: [String] { state.withLock { $0.queries } }

    /// From now on no query is answered.
    func hold() { state.withLock { $0.isHolding = true } }

    /// Answers all that is asked now and later.
    func release() {
        state.withLock { $0.isHolding = false }
        wake()
    }

    private func wake() {
        let held = state.withLock { state in
            defer { state.held = [] }
            return state.held
        }
        for continuation in held { continuation.resume() }
    }

    func untilAsked(_ count: Int) async { while queries.count < count { await Task.yield() } }

    // MARK: - Transport

    func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
        guard let query = Self.query(in: request) else { return Self.refusal("no query") }
        state.withLock { $0.queries.append(query) }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isHeld = state.withLock { state in
                    if state.isHolding { state.held.append(continuation) }
                    return state.isHolding
                }
                if !isHeld { continuation.resume() }
                if Task.isCancelled { wake() }
            }
        } onCancel: {
            wake()
        }
        guard !Task.isCancelled else { throw TransportError(.cancelled, "cancelled") }
        if let response = try fault(query) { return response }
        return answer(query)
    }

    func stream(_ request: HTTPRequest) async throws(TransportError) -> StreamedResponse {
        throw TransportError(.other, "nothing streams here")
    }

    static func refusal(_ error: String, status: Int = 400) -> HTTPResponse {
        let body: JSONValue = ["status": "error", "errorType": "bad_data", "error": .string(error)]
        return HTTPResponse(status: status, body: body.serialized())
    }

    private static func query(in request: HTTPRequest) -> String? {
        var decoded: [UInt8] = []
        var rest = (request.body ?? []).prefix { $0 != UInt8(ascii: "&") }.dropFirst("query=".utf8.count)
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                decoded.append(byte)
                continue
            }
            guard let escaped = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) else { return nil }
            decoded.append(escaped)
            rest = rest.dropFirst(2)
        }
        return String(validating: decoded, as: UTF8.self)
    }

    // MARK: - Evaluation

    private func answer(_ query: String) -> HTTPResponse {
        let isTime = query.hasPrefix("timestamp(")
        let selector = isTime ? String(query.dropFirst("timestamp(".count).dropLast()) : query
        guard let matches = Self.matcher(selector) else { return Self.refusal("parse error") }
        let result = series.filter(matches).map { series -> JSONValue in
            var labels: [String: JSONValue] = [:]
            for label in series.labels where !(isTime && label.name == "__name__") {
                labels[label.name] = .string(label.value)
            }
            guard let value = isTime ? "\(series.time)" : series.value else {
                return ["metric": .object(labels), "histogram": [1_800_000_005, [:]]]
            }
            return ["metric": .object(labels), "value": [1_800_000_005, .string(value)]]
        }
        let body: JSONValue = ["status": "success", "data": ["resultType": "vector", "result": .array(result)]]
        return HTTPResponse(status: 200, body: body.serialized())
    }

    /// `name{label="value",label=~"expression"}`
    private static func matcher(_ selector: String) -> ((Series) -> Bool)? {
        var rest = Array(selector.unicodeScalars)[...]
        func word() -> String {
            let word = rest.prefix { $0 == "_" || $0.properties.isAlphabetic || $0.properties.numericType != nil }
            rest = rest[word.endIndex...]
            return word.reduce(into: "") { $0.unicodeScalars.append($1) }
        }
        let name = word()
        var matchers: [(Series) -> Bool] = [{ $0.label("__name__").utf8.elementsEqual(name.utf8) }]
        guard rest.popFirst() == "{" else { return nil }
        while rest.first != "}" {
            let label = word()
            guard rest.popFirst() == "=" else { return nil }
            let isExpression = rest.first == "~"
            if isExpression { rest.removeFirst() }
            guard let value = string(&rest) else { return nil }
            if isExpression {
                guard let regex = try? Regex(value).matchingSemantics(.unicodeScalar) else { return nil }
                matchers.append { $0.label(label).wholeMatch(of: regex) != nil }
            } else {
                matchers.append { $0.label(label).utf8.elementsEqual(value.utf8) }
            }
            if rest.first == "," { rest.removeFirst() }
        }
        guard rest.dropFirst().isEmpty else { return nil }
        return { series in matchers.allSatisfy { $0(series) } }
    }

    private static func string(_ rest: inout ArraySlice<Unicode.Scalar>) -> String? {
        guard rest.popFirst() == "\"" else { return nil }
        var text = ""
        while let scalar = rest.popFirst() {
            switch scalar {
            case "\"": return text
            case "\\":
                switch rest.popFirst() {
                case "n": text += "\n"
                case "r": text += "\r"
                case "t": text += "\t"
                case let scalar?: text.unicodeScalars.append(scalar)
                case nil: return nil
                }
            default: text.unicodeScalars.append(scalar)
            }
        }
        return nil
    }
}
