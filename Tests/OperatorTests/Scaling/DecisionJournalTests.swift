import Autoscaling
import FoundationEssentials
import HTTPServer
import KubeCore
import Telemetry
import Testing

@testable import Operator

@Suite struct DecisionJournalTests {
    static func add(
        _ load: Int64, spec: Int32 = 3, at seconds: Int64 = 0, name: String = "r1", to journal: DecisionJournal
    ) {
        let policy = AutoscalerPolicy(
            minReplicas: 1, maxReplicas: 10,
            metrics: [MetricTarget(name: "rps", target: .averageValue(milli: 100_000))])
        var state = AutoscalerState()
        let observation = Observation(
            now: Timestamp(seconds: 1_800_000_000 + seconds), specReplicas: spec, statusReplicas: spec,
            readyReplicas: spec, readings: [.samples([MetricSample(milli: load * 1000)])])
        let decision = Autoscaler(policy).decide(observation, state: &state)
        let entry = DecisionJournal.Entry(
            decision, observation, policy: policy, onTheirWay: 1, schedules: ["office"], error: nil)
        journal.add(entry, of: NamespacedName(namespace: "default", name: name))
    }

    @Test func whatIsDecidedAgainIsOneRecord() {
        let journal = DecisionJournal()
        for second in 0..<100 { Self.add(300 + Int64(second % 5), at: Int64(second), to: journal) }
        let records = journal.records(namespace: "default", name: "r1").items
        #expect(records.count == 1)
        #expect(records.first?.decisions == 100)
        #expect(records.first?.lastTime == Timestamp(seconds: 1_800_000_099))
        #expect(records.first?.time == Timestamp(seconds: 1_800_000_000))
        #expect(records.first?.metrics.first?.value == Quantity("304"))
    }

    @Test func theLastOnesAreKeptTheLatestFirst() {
        let journal = DecisionJournal()
        for second in 0..<100 { Self.add(900, spec: 1 + Int32(second % 2), at: Int64(second), to: journal) }
        let records = journal.records(namespace: nil, name: nil).items
        #expect(records.count == DecisionJournal.capacity)
        #expect(records.first?.time == Timestamp(seconds: 1_800_000_099))
        journal.forget(NamespacedName(namespace: "default", name: "r1"))
        #expect(journal.records(namespace: nil, name: nil).items.isEmpty)
    }

    @Test func theyAreServedAsJSON() async throws {
        let journal = DecisionJournal()
        Self.add(900, to: journal)
        Self.add(900, name: "r2", to: journal)
        let handler = OperatorServer.metrics(MetricsRegistry(), decisions: journal)
        func get(_ query: String?) async throws -> (Int, JSONValue?) {
            let response = await handler(
                HTTPServer.Request(method: "GET", path: "/debug/decisions", query: query))
            guard case .bytes(let bytes) = response.body else { return (response.status, nil) }
            return (response.status, try? JSONValue(parsing: bytes))
        }
        let (status, all) = try await get(nil)
        #expect(status == 200 && all?["items"]?.arrayValue?.count == 2)
        let (_, one) = try await get("namespace=default&name=r2")
        let record = try #require(one?["items"]?[0])
        #expect(one?["items"]?.arrayValue?.count == 1)
        #expect(record["name"] == "r2" && record["outcome"] == "Written" && record["final"] == 6)
        #expect(record[path: "replicas"] == ["spec": 3, "status": 3, "ready": 3, "onTheirWay": 1])
        #expect(record[path: "bounds"] == ["min": 1, "max": 10, "schedules": ["office"]])
        let stages = record["stages"]?.arrayValue?.map {
            "\($0["name"]?.stringValue ?? "") \($0["replicas"]?.intValue ?? 0)"
        }
        #expect(stages == ["raw 9", "tolerance 9", "stabilized 9", "rate-limited 6", "final 6"])
        // It can be read back: the command line does.
        #expect(try one?.decoded(as: DecisionRecords.self).items.first?.metrics.first?.targetType == "AverageValue")
        #expect(try await get("namespace=other").1 == ["items": []])
        #expect(try await get("name=%zz").0 == 400)
    }
}
