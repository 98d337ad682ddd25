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
    private let asked = Lock(0)
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

    /// How many queries there were so far.
    var queries: Int { asked.withLock { $0 } }

    /// `POST /api/v1/query`.
    func answer(_ request: HTTPServer.Request) -> HTTPServer.Response {
        asked.withLock { $0 += 1 }
        guard let query = Query(request) else { return .text("the query names no cluster", status: 400) }
        let rates = series.withLock { series in
            query.clusters.filter(series.indices.contains).map { index in
                // The time of a sample is no reading of it.
                if !query.isTime, series[index].readAt == nil { series[index].readAt = .now }
                return (index, series[index].rate)
            }
        }
        let time = Double(Logger.systemTime()) / 1e9
        let vector = rates.map { index, rate in
            let value = query.isTime ? time : rate * Double.random(in: 1 - Self.noise...1 + Self.noise)
            return #"{"metric":{"cluster":"\#(index)"},"value":[\#(time),"\#(value)"]}"#
        }
        let json =
            #"{"status":"success","data":{"resultType":"vector","result":[\#(vector.joined(separator: ","))]}}"#
        return HTTPServer.Response(
            status: 200, headers: ["Content-Type": "application/json"], body: .bytes(Array(json.utf8)))
    }

    /// `requests_per_second{cluster="1"}`, the same with `=~"1|2|3"`, or `timestamp()` of it.
    private struct Query {
        var clusters: [Int]
        var isTime: Bool

        init?(_ request: HTTPServer.Request) {
            var form = request
            form.query = String(decoding: request.body, as: UTF8.self)
            guard let query = form.queryItems?.first(where: { $0.name == "query" })?.value else { return nil }
            let quoted = query.split(separator: "\"", omittingEmptySubsequences: false)
            guard quoted.count == 3, quoted[0].contains("{cluster=") else { return nil }
            clusters = quoted[1].split(separator: "|").compactMap { Int($0) }
            isTime = query.hasPrefix("timestamp(")
        }
    }
}
