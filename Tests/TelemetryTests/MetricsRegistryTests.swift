import Base
import FoundationEssentials
import Telemetry
import TestSupport
import Testing

@Suite struct MetricsRegistryTests {
    let registry = MetricsRegistry()

    @Test func textIsSortedTypedAndEscaped() {
        let requests = registry.counter(.init("b_total", help: "Back\\slash\nand line.", labels: ["path"]))
        requests.increment(["z"])
        requests.increment(["a\"b\\c\nd"], by: 2.5)
        registry.gauge(.init("a_gauge", help: "A \"gauge\".")).set(-1)
        #expect(
            registry.text() == """
                # HELP a_gauge A "gauge".
                # TYPE a_gauge gauge
                a_gauge -1
                # HELP b_total Back\\\\slash\\nand line.
                # TYPE b_total counter
                b_total{path="a\\"b\\\\c\\nd"} 2.5
                b_total{path="z"} 1

                """)
    }

    @Test func histogramsAreCumulativeUpToInfinity() {
        let histogram = registry.histogram(.init("h", help: "H.", labels: ["l"], buckets: [0.1, 1]))
        for value in [0.1, 0.5, 3, .infinity, .nan] { histogram.observe(value, ["x"]) }
        #expect(histogram.count(["x"]) == 4)
        #expect(
            registry.text() == """
                # HELP h H.
                # TYPE h histogram
                h_bucket{l="x",le="0.1"} 1
                h_bucket{l="x",le="1"} 2
                h_bucket{l="x",le="+Inf"} 4
                h_sum{l="x"} +Inf
                h_count{l="x"} 4

                """)
    }

    @Test func counterNeverFalls() {
        let counter = registry.counter(.init("c_total", help: "C."))
        counter.increment(by: 3)
        counter.increment(by: -1)
        counter.increment(by: .nan)
        #expect(counter.value() == 3)
    }

    @Test func askingTwiceGivesTheSameMetric() {
        registry.counter(.reconcileTotal).increment(["c", "success"])
        #expect(registry.counter(.reconcileTotal).value(["c", "success"]) == 1)
    }

    @Test func aMetricWithoutLabelsStartsAtZeroAndOneWithLabelsStartsAbsent() {
        _ = registry.counter(.init("plain_total", help: "P."))
        _ = registry.counter(.init("labelled_total", help: "L.", labels: ["l"]))
        #expect(registry.text() == "# HELP plain_total P.\n# TYPE plain_total counter\nplain_total 0\n")
    }

    @Test func seriesBeyondTheBoundShareOne() {
        let registry = MetricsRegistry(maximumSeries: 3)
        let counter = registry.counter(.init("c_total", help: "C.", labels: ["id"]))
        for id in 0..<10 { counter.increment(["\(id)"]) }
        counter.increment(["1"])
        #expect(counter.value(["1"]) == 2)
        #expect(counter.value(["_overflow"]) == 7)
        #expect(registry.text().split(separator: "\n").count == 2 + 4)
        counter.remove(["0"])
        #expect(counter.value(["0"]) == 0)
    }

    @Test func collectorsAreAskedAtEveryScrapeAndJoinedByName() {
        let depth = Lock(1.0)
        for name in ["b", "a", "a"] {
            registry.addCollector {
                [
                    MetricFamily(
                        name: "workqueue_depth", help: "D.", kind: .gauge,
                        samples: [.init(labels: [("name", name)], value: depth.withLock { $0 })])
                ]
            }
        }
        depth.withLock { $0 = 7 }
        #expect(
            registry.text() == """
                # HELP workqueue_depth D.
                # TYPE workqueue_depth gauge
                workqueue_depth{name="b"} 7
                workqueue_depth{name="a"} 7

                """)
    }

    @Test func updatesFromManyThreadsAreAllCounted() async {
        let counter = registry.counter(.init("c_total", help: "C.", labels: ["l"]))
        await withTaskGroup { group in
            for task in 0..<8 {
                group.addTask { for _ in 0..<500 { counter.increment(["\(task % 2)"]) } }
            }
        }
        #expect(counter.value(["0"]) == 2000)
        #expect(counter.value(["1"]) == 2000)
    }

    @Test(arguments: [["a-b"], ["1a"], [""], ["ok", "__reserved"], ["ok", "l:1"]])
    func badNamesStopTheProgram(names: [String]) async {
        await #expect(processExitsWith: .failure) { [names] in
            _ = MetricDescriptor(names[0], help: "", labels: Array(names.dropFirst()))
        }
    }

    /// promtool is Prometheus' own judge of the format; without it on the path there is nothing to ask.
    @Test(.enabled(if: ChildProcess.path(of: "promtool") != nil))
    func promtoolAccepts() async throws {
        for descriptor in [MetricDescriptor.reconcileTotal, .workQueueRetriesTotal, .restClientRequestsTotal] {
            registry.counter(descriptor).increment(descriptor.labels.map { "\($0)\\\"\n" })
        }
        for descriptor in [MetricDescriptor.leaderElectionMasterStatus, .workQueueDepth] {
            registry.gauge(descriptor).set(-1e300, descriptor.labels)
        }
        for descriptor in [MetricDescriptor.reconcileTimeSeconds, .workQueueDurationSeconds] {
            for value in [0, 1e-9, 3.25, 1e12] { registry.histogram(descriptor).observe(value, descriptor.labels) }
        }
        #expect(try await promtool(registry.text()) == 0)
        #expect(try await promtool("a{b=} 1\n") != 0)
    }
}

/// Lets promtool judge a text.
private func promtool(_ text: String) async throws -> Int32 {
    let folder = try TemporaryFolder()
    let input = "\(folder.path)/metrics"
    try Data(text.utf8).write(to: URL(filePath: input))
    return try await ChildProcess("promtool", ["check", "metrics"], input: input).wait()
}
