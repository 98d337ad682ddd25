import Autoscaling
import DeepSeekAPI
import KubeCore
import Testing

@testable import Operator

/// What a spec means for the autoscaler.
@Suite struct AutoscalingSpecTests {
    private static func spec(_ change: (inout AutoscalingSpec) -> Void = { _ in }) -> AutoscalingSpec {
        let target = MetricSpec.Target(type: .averageValue, averageValue: "180")
        var spec = AutoscalingSpec(
            maxReplicas: 10, source: MetricSourceSpec(externalMetrics: .init()),
            metrics: [MetricSpec(external: .init(metric: .init(name: "rps"), target: target))])
        change(&spec)
        return spec
    }

    @Test func standardHasEveryDeviationAndStrictNone() throws {
        let standard = try #require(AutoscalerPolicy(Self.spec(), namespace: "ns"))
        #expect(standard.deviations == .standard && standard.staleness == .seconds(120))
        let strict = try #require(AutoscalerPolicy(Self.spec { $0.compatibility = .strict }, namespace: "ns"))
        #expect(strict.deviations == .strict && strict.staleness == nil && strict.namespace == "ns")
    }

    @Test func additionsReachThePolicy() throws {
        let policy = try #require(
            AutoscalerPolicy(
                Self.spec {
                    $0.minReplicas = 0
                    $0.metrics[0].activationThreshold = "2.5"
                    $0.guards = [GuardSpec(metric: .kvCachePercent, max: 90)]
                    $0.fallback = .init(afterSeconds: 30, policy: .atLeast, replicas: 4)
                }, namespace: "ns"))
        #expect(policy.minReplicas == 0 && policy.metrics[0].activationMilli == 2500)
        #expect(policy.guards == [LoadGuard(name: "kvCachePercent", maxMilli: 90_000)])
        #expect(policy.fallback == .atLeast(4, after: .seconds(30)))
    }

    @Test(arguments: [(1, Duration.milliseconds(800)), (5, .seconds(4)), (300, .seconds(5))])
    func aReadingEndsBeforeTheNextTick(period: Int, timeout: Duration) {
        #expect(ReadingCollector.timeout(Self.spec { $0.syncPeriodSeconds = period }) == timeout)
    }

    // MARK: - Time zones

    @Test(arguments: ["Asia/Shanghai", "UTC", "Etc/GMT+5", "America/Argentina/Buenos_Aires"])
    func aZoneOfTheSystemIsKnown(name: String) { #expect(TimeZoneDatabase.system[name] != nil) }

    @Test(arguments: [
        "Mars/Phobos", "", "/etc/passwd", "../../../etc/passwd", "Asia", "Asia/", "//Asia/Shanghai", "Asia/Shanghai\0",
        "tzdata.zi", "Asia/..", String(repeating: "A", count: 65),
    ])
    func whatIsNoZoneIsTold(name: String) {
        #expect(TimeZoneDatabase.system[name] == nil)
        let schedule = ScheduleSpec(name: "s", timeZone: name, start: "0 8 * * *", end: "0 20 * * *", minReplicas: 2)
        let problems = TimeZoneDatabase.system.problems(in: Self.spec { $0.schedules = [schedule] })
        #expect(problems.map(\.field) == ["spec.autoscaling.schedules[0].timeZone"])
        #expect(ReplicaSchedule(schedule, zones: .system) == nil)
    }

    @Test func anUnknownZoneIsNotAccepted() {
        var cluster = StoredScalingTests.cluster(replicas: 1)
        cluster.spec.model.source = ModelSource(pvc: .init(claimName: "models"))
        let schedule = ScheduleSpec(
            name: "s", timeZone: "Mars/Phobos", start: "0 8 * * *", end: "0 20 * * *", minReplicas: 2)
        cluster.spec.autoscaling = Self.spec { $0.schedules = [schedule] }
        let acceptance = Acceptance(cluster, policy: AdministratorPolicy())
        #expect(!acceptance.isAccepted && acceptance.message.contains("Mars/Phobos"))
    }
}
