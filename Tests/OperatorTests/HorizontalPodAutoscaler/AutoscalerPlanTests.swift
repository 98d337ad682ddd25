import DeepSeekAPI
import KubeCore
import Testing

@testable import Operator

@Suite struct AutoscalerPlanTests {
    private static let metric = MetricSpec(
        external: .init(
            metric: .init(name: "rps", selector: LabelSelector(matchLabels: ["cluster": "r1"])),
            target: .init(type: .averageValue, averageValue: "180")))

    private static func world(
        _ support: AutoscalerSupport = AutoscalerSupport(), source: MetricSourceSpec? = .init(externalMetrics: .init()),
        _ change: @escaping (inout AutoscalingSpec) -> Void = { _ in }
    ) -> PlannerWorld {
        var world = PlannerWorld {
            $0.replicas = 2
            var autoscaling = AutoscalingSpec(maxReplicas: 9, source: source, metrics: [metric])
            autoscaling.mode = .horizontalPodAutoscaler
            change(&autoscaling)
            $0.autoscaling = autoscaling
        }
        world.planner = ClusterPlanner(autoscalers: support)
        return world
    }

    private static func scalingActive(_ world: PlannerWorld) -> Condition? {
        world.plan.status.conditions?[type: "ScalingActive"]
    }

    private static let prometheus = MetricSourceSpec(
        prometheus: PrometheusSpec(url: "http://prometheus:9090", queries: [.init(metric: "rps", query: "sum(rps)")]))

    // MARK: What is made

    @Test func anHPAOfTheSameFieldsTargetsTheResource() throws {
        let behavior: JSONValue = [
            "scaleDown": [
                "stabilizationWindowSeconds": 60, "selectPolicy": "Min", "tolerance": "0.2",
                "policies": [["type": "Percent", "value": 10, "periodSeconds": 60]],
            ]
        ]
        let spec: BehaviorSpec = try behavior.decoded()
        var world = Self.world {
            $0.minReplicas = 2
            $0.behavior = spec
        }
        world.settle()
        let expected: JSONValue = [
            "scaleTargetRef": [
                "apiVersion": "serving.deepseek.io/v1alpha1", "kind": "DeepSeekCluster", "name": "r1",
            ],
            "minReplicas": 2, "maxReplicas": 9,
            "metrics": [
                [
                    "type": "External",
                    "external": [
                        "metric": ["name": "rps", "selector": ["matchLabels": ["cluster": "r1"]]],
                        "target": ["type": "AverageValue", "averageValue": "180"],
                    ],
                ]
            ],
            "behavior": behavior,
        ]
        #expect(world.world.autoscaler?.spec == expected)
        #expect(world.world.autoscaler?.metadata.name == "r1")
        #expect(world.step() == [])
    }

    /// The adapter tells two clusters' metrics of one name apart by the cluster's label.
    @Test func aMetricThatTheAdapterServesIsAskedForByTheClustersName() throws {
        var world = Self.world(AutoscalerSupport(servesPrometheusMetrics: true), source: Self.prometheus)
        world.settle()
        let metric = world.world.autoscaler?.spec?["metrics"]?[0]?[path: "external", "metric"]
        #expect(metric == ["name": "rps", "selector": ["matchLabels": [.init("serving.deepseek.io/cluster"): "r1"]]])
    }

    /// Somebody's change of the spec is applied over; a change of the status alone is none.
    @Test func onlyAChangeOfTheSpecIsDrift() throws {
        var world = Self.world()
        world.settle()
        func observed() throws -> ObjectMeta? {
            let last = try #require(world.plan.steps.last)
            guard case .apply(let application) = last.action else { return nil }
            #expect(application.resource.kind == "HorizontalPodAutoscaler" && application.manager == .autoscaler)
            return application.observed
        }
        let ledger = AppliedLedger()
        let key = world.world.cluster.namespacedName
        guard case .apply(let application) = try #require(world.plan.steps.last).action else { return }
        ledger.record(application, of: key, result: try #require(world.world.autoscaler).metadata)
        world.world.autoscaler?.metadata.resourceVersion = "999"
        world.world.autoscaler?.status = .init(conditions: [])
        guard case .apply(let later) = try #require(world.plan.steps.last).action else { return }
        #expect(ledger.isCurrent(later, of: key))
        world.world.autoscaler?.spec?["maxReplicas"] = 50
        guard case .apply(let drifted) = try #require(world.plan.steps.last).action else { return }
        #expect(!ledger.isCurrent(drifted, of: key))
        #expect(try observed()?.uid == world.world.autoscaler?.metadata.uid)
    }

    // MARK: What is not made

    @Test(arguments: [
        (AutoscalerSupport(resourceType: nil), false, "AutoscalingAPIMissing"),
        (AutoscalerSupport(), true, "MetricsNotServed"),
    ])
    func whatAnHPACannotReadIsSaidAndNotTried(support: AutoscalerSupport, isPrometheus: Bool, reason: String) {
        var world = Self.world(support, source: isPrometheus ? Self.prometheus : .init(externalMetrics: .init()))
        world.settle()
        #expect(world.world.autoscaler == nil)
        let condition = Self.scalingActive(world)
        #expect(condition?.status == .false && condition?.reason == reason)
    }

    @Test func v2beta2HasNoTolerance() throws {
        let behavior: BehaviorSpec = try JSONValue.object(["scaleUp": ["tolerance": "0.2"]]).decoded()
        var old = HorizontalPodAutoscaler.resourceType
        old.version = "v2beta2"
        var world = Self.world(AutoscalerSupport(resourceType: old)) {
            $0.behavior = behavior
        }
        world.settle()
        #expect(world.world.autoscaler == nil)
        #expect(Self.scalingActive(world)?.reason == "ToleranceUnsupported")
        world.world.cluster.spec.autoscaling?.behavior = nil
        world.settle()
        #expect(world.world.autoscaler != nil)
    }

    // MARK: What is removed

    @Test func theHPAGoesWhenTheModeDoes() throws {
        var world = Self.world()
        world.settle()
        let uid = try #require(world.world.autoscaler?.metadata.uid)
        world.world.cluster.spec.autoscaling?.mode = .operator
        guard case .delete(_, let name, let precondition, let version) = try #require(world.plan.steps.last).action
        else {
            Issue.record("the HPA stays")
            return
        }
        #expect(name == "r1" && precondition == uid && !version.isEmpty)
        #expect(world.step() == ["delete HorizontalPodAutoscaler r1"])
        #expect(world.step() == [])
    }

    @Test func aPausedOrRemovedAutoscalingHasNoHPA() {
        for change in [{ $0.autoscaling?.paused = true }, { $0.autoscaling = nil }]
            as [(inout DeepSeekClusterSpec) -> Void]
        {
            var world = Self.world()
            world.settle()
            change(&world.world.cluster.spec)
            #expect(world.step() == ["delete HorizontalPodAutoscaler r1"])
        }
    }

    /// The last accepted spec goes on running, and its HPA with it.
    @Test func aSpecThatIsNotAcceptedLeavesTheHPAAlone() {
        var world = Self.world()
        world.settle()
        world.world.cluster.spec.model.source = nil
        world.world.cluster.spec.autoscaling?.mode = .operator
        #expect(world.step() == [])
        #expect(world.world.autoscaler != nil)
    }

    @Test func aForeignHPAIsNeitherMirroredNorRemoved() {
        var world = Self.world()
        world.world.autoscaler = HorizontalPodAutoscaler(
            metadata: ObjectMeta(name: "r1", namespace: "default"),
            status: .init(conditions: [.init(type: "ScalingActive", status: .true, reason: "X", message: "")]))
        world.world.conflict = "HorizontalPodAutoscaler r1 exists and does not belong to this DeepSeekCluster"
        #expect(Self.scalingActive(world)?.reason == "NameConflict")
        world.world.cluster.spec.autoscaling?.mode = .operator
        for step in world.plan.steps {
            if case .delete(let type, _, _, _) = step.action { #expect(type.kind != "HorizontalPodAutoscaler") }
        }
    }

    // MARK: What it says

    @Test func conditionsAndMetricsAreTheHPAsOwn() throws {
        var world = Self.world()
        world.settle()
        #expect(Self.scalingActive(world)?.reason == "AutoscalerPending")
        let time = Timestamp(seconds: 1_700_000_500)
        world.world.autoscaler?.status = .init(
            lastScaleTime: time,
            currentMetrics: [
                .init(external: .init(metric: .init(name: "rps"), current: .init(averageValue: Quantity("179123m")))),
                .init(),
            ],
            conditions: [
                .init(
                    type: "ScalingActive", status: .true, lastTransitionTime: time, reason: "ValidMetricFound",
                    message: "m"),
                .init(type: "AbleToScale", status: .true, reason: "ReadyForNewScale", message: "a"),
                .init(type: "ScalingLimited", status: .true, reason: "TooManyReplicas", message: "l"),
            ])
        let status = world.plan.status
        #expect(status.conditions?[type: "AbleToScale"]?.reason == "ReadyForNewScale")
        #expect(status.conditions?[type: "ScalingLimited"]?.reason == "TooManyReplicas")
        #expect(Self.scalingActive(world)?.reason == "ValidMetricFound")
        #expect(status.autoscaling?.lastScaleTime == time)
        #expect(status.autoscaling?.currentMetrics?.map(\.averageValue?.description) == ["179"])
        #expect(status.autoscaling?.lastDecision == nil)
    }
}
