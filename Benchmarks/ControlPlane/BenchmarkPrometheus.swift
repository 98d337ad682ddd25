import Base
import HTTPServer
import KubeCore
import Telemetry

/// A Prometheus that knows one number for each cluster: its requests per second, with noise.
final class BenchmarkPrometheus: Sendable {
    private struct Series {
        /// With the noise it always takes three replicas of 180.
        var rate = 510.0
        /// When the rate was changed, and when it was first read after that.
        var changedAt: ContinuousClock.Instant?
        var readAt: ContinuousClock.Instant?
    }

    private let series: Lock<[Series]>
    /// The share by which an answer may differ from the rate.
    private static let noise = 0.05

    init(clusters: Int) { series = Lock(Array(repeating: Series(), count: clusters)) }

    /// The query of one cluster.
    static func query(_ index: Int) -> String { "requests_per_second{cluster=\"\(index)\"}" }

    func setRate(_ rate: Double, of index: Int) {
        series.withLock { $0[index] = Series(rate: rate, changedAt: .now) }
    }

    /// When the rate of a cluster was last changed, and first read after that.
    func times(of index: Int) -> (changed: ContinuousClock.Instant, read: ContinuousClock.Instant)? {
        series.withLock { series in
            guard let changed = series[index].changedAt, let read = series[index].readAt else { return nil }
            return (changed, read)
        }
    }

    /// `POST /api/v1/query`.
    func answer(_ request: HTTPServer.Request) -> HTTPServer.Response {
        guard let index = Self.index(in: String(decoding: request.body, as: UTF8.self)) else {
            return .text("the query names no cluster", status: 400)
        }
        let rate = series.withLock { series -> Double? in
            guard series.indices.contains(index) else { return nil }
            if series[index].readAt == nil { series[index].readAt = .now }
            return series[index].rate
        }
        guard let rate else { return .text("there is no cluster \(index)", status: 400) }
        let value = rate * Double.random(in: 1 - Self.noise...1 + Self.noise)
        let time = Double(Logger.systemTime()) / 1e9
        let json =
            #"{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":["#
            + "\(time),\"\(value)\"]}]}}"
        return HTTPServer.Response(
            status: 200, headers: ["Content-Type": "application/json"], body: .bytes(Array(json.utf8)))
    }

    /// The number between the two quotes of a query in a form.
    private static func index(in form: String) -> Int? {
        guard let start = form.firstRange(of: "%22")?.upperBound else { return nil }
        return Int(form[start...].prefix { $0 != "%" })
    }
}
