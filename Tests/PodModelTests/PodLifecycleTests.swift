import KubeCore
import PodModel
import Testing

@Suite struct PodLifecycleTests {
    @Test func loadsTheModelBeforeItIsReady() {
        var pod = PodDriver(annotations: ["simulation.deepseek.io/load-seconds": "125"])
        var changes = pod.run(seconds: 1)
        #expect(changes == [0])
        #expect(pod.view.phase == "Pending")
        #expect(pod.waitingReason == "ContainerCreating")
        #expect(pod.view.condition("PodScheduled")?["status"] == "True")
        #expect(pod.view.condition("Initialized")?["status"] == "True")
        #expect(pod.view.condition("Ready")?["reason"] == "ContainersNotReady")
        #expect(pod.view.condition("Ready")?["message"] == "containers with unready status: [engine]")

        pod.run(seconds: 100)
        #expect(pod.view.phase == "Running")
        #expect(pod.view.podIP == "10.0.0.1")
        #expect(pod.container["started"] == false)
        #expect(!pod.view.isReady)

        // Running since second 2; the startup probe at 130 s succeeds, and a readiness probe runs at the same time.
        changes = pod.run(seconds: 60)
        #expect(changes == [31])
        #expect(pod.container["started"] == true)
        #expect(pod.view.isReady)
        #expect(pod.view.condition("Ready")?["lastTransitionTime"]?.stringValue == "2027-01-15T08:02:12Z")
        #expect(pod.events.map(\.reason) == ["Pulling", "Pulled", "Started"])
    }

    @Test func aReadyPodCostsNothing() {
        var pod = PodDriver()
        pod.run(seconds: 60)
        #expect(pod.view.isReady)
        let steps = pod.steps
        let changes = pod.run(seconds: 1_000_000)
        #expect(changes == [])
        #expect(pod.steps == steps + 1)
    }

    @Test func withoutProbesAContainerIsReadyBeforeItsModel() {
        var pod = PodDriver(
            annotations: ["simulation.deepseek.io/load-seconds": "600"],
            spec: ["containers": [["name": "engine", "image": "x"]]])
        pod.run(seconds: 5)
        #expect(pod.view.isReady)
    }

    @Test func aLoadBeyondTheStartupBudgetIsKilledAndRestarted() {
        var pod = PodDriver(
            annotations: ["simulation.deepseek.io/load-seconds": "100"],
            spec: [
                "containers": [
                    ["name": "engine", "image": "x", "startupProbe": ["periodSeconds": 10, "failureThreshold": 6]]
                ]
            ])
        pod.run(seconds: 64)
        #expect(pod.container["restartCount"] == 1)
        #expect(pod.container[path: "lastState", "terminated", "exitCode"] == 137)
        #expect(pod.events.contains { $0.reason == "Killing" && $0.message.contains("failed startup probe") })
        pod.run(seconds: 60)
        #expect(pod.waitingReason == "CrashLoopBackOff")
    }

    @Test func aBrokenImageBacksOffAndRecoversWhenItIsMended() {
        var pod = PodDriver(annotations: ["simulation.deepseek.io/image-broken": "true"])
        pod.run(seconds: 2)
        #expect(pod.waitingReason == "ErrImagePull")
        pod.run(seconds: 2)
        #expect(pod.waitingReason == "ImagePullBackOff")
        // Attempts at 2, 12, 32, 72, 152 and 312 s, then every 300 s: each shows its error for 2 s.
        var changes = pod.run(seconds: 309)
        #expect(changes == [8, 10, 28, 30, 68, 70, 148, 150, 308])
        changes = pod.run(seconds: 86400)
        #expect(changes.count == 2 * 287 + 2)
        #expect(pod.view.phase == "Pending")
        pod.json[path: "metadata", "annotations", "simulation.deepseek.io/image-broken"] = nil
        pod.run(seconds: 20)
        #expect(pod.view.isReady)
    }

    @Test func aCrashLoopDoublesItsDelays() {
        var pod = PodDriver(annotations: ["simulation.deepseek.io/crash-after-seconds": "1"])
        pod.run(seconds: 3)
        #expect(pod.container["restartCount"] == 1)
        pod.run(seconds: 5)
        #expect(pod.waitingReason == "CrashLoopBackOff")
        #expect(pod.container[path: "state", "waiting", "message"] == "back-off 10s restarting failed container=engine")
        #expect(pod.view.phase == "Running")
        pod.run(seconds: 86400)
        // 0+10+20+40+80+160 s of delay for six restarts and 300 s for each later one.
        #expect((250...300).contains(pod.container["restartCount"]?.intValue ?? 0))
    }

    @Test func outOfMemoryOnceThenServes() {
        var pod = PodDriver(annotations: [
            "simulation.deepseek.io/oom-after-seconds": "30", "simulation.deepseek.io/exit-times": "1",
        ])
        pod.run(seconds: 3600)
        #expect(pod.container["restartCount"] == 1)
        #expect(pod.container[path: "lastState", "terminated", "reason"] == "OOMKilled")
        #expect(pod.container[path: "lastState", "terminated", "exitCode"] == 137)
        #expect(pod.view.isReady)
    }

    @Test(arguments: [("Never", "1", "Failed"), ("OnFailure", "1", "Running"), ("Always", "1", "Running")])
    func restartPolicyDecidesThePhase(policy: String, seconds: String, phase: String) {
        var pod = PodDriver(
            annotations: ["simulation.deepseek.io/crash-after-seconds": seconds],
            spec: ["restartPolicy": .string(policy)])
        pod.run(seconds: 3)
        #expect(pod.view.phase == phase)
    }

    @Test func readinessFollowsItsProbe() {
        var pod = PodDriver()
        pod.run(seconds: 10)
        pod.json[path: "metadata", "annotations", "simulation.deepseek.io/ready"] = "false"
        pod.run(seconds: 10)
        #expect(!pod.view.isReady)
        #expect(pod.view.phase == "Running")
    }

    @Test func aReadinessGateHoldsThePodBack() {
        var pod = PodDriver(spec: ["readinessGates": [["conditionType": "example.com/warm"]]])
        pod.run(seconds: 60)
        #expect(pod.view.condition("ContainersReady")?["status"] == "True")
        #expect(pod.view.condition("Ready")?["reason"] == "ReadinessGatesNotReady")
        var conditions = pod.view.status?["conditions"]?.arrayValue ?? []
        conditions.append(["type": "example.com/warm", "status": "True"])
        pod.json[path: "status", "conditions"] = .array(conditions)
        pod.run(seconds: 1)
        #expect(pod.view.isReady)
        #expect(pod.view.condition("example.com/warm") != nil)
    }
}

@Suite struct PodTerminationTests {
    private static func running(drain: String = "0", preStop: Int64? = nil) -> PodDriver {
        var container: JSONValue = ["name": "engine", "image": "x"]
        if let preStop { container[path: "lifecycle", "preStop", "sleep", "seconds"] = .int(preStop) }
        var pod = PodDriver(
            annotations: ["simulation.deepseek.io/drain-seconds": drain], spec: ["containers": [container]])
        pod.run(seconds: 60)
        return pod
    }

    @Test func drainsAfterThePreStopHook() {
        var pod = Self.running(drain: "40", preStop: 15)
        pod.delete(graceSeconds: 600)
        pod.run(seconds: 54)
        #expect(!pod.isGone)
        #expect(pod.view.isReady, "it serves its streams to the end")
        pod.run(seconds: 1)
        #expect(pod.isGone)
        #expect(pod.container[path: "state", "terminated", "exitCode"] == 0)
        #expect(pod.view.phase == "Succeeded")
    }

    @Test func theGracePeriodEndsADrain() {
        var pod = Self.running(drain: "4000")
        pod.delete(graceSeconds: 30)
        pod.run(seconds: 29)
        #expect(!pod.isGone)
        pod.run(seconds: 1)
        #expect(pod.isGone)
        #expect(pod.container[path: "state", "terminated", "exitCode"] == 137)
        #expect(pod.view.phase == "Failed")
    }

    @Test func waitsForCountedRequests() {
        var pod = Self.running(drain: "0")
        pod.inFlight = 3
        pod.delete(graceSeconds: 600)
        pod.run(seconds: 100)
        #expect(!pod.isGone)
        pod.inFlight = 0
        pod.run(seconds: 1)
        #expect(pod.isGone)
        #expect(pod.view.phase == "Succeeded")
    }

    @Test func aPodThatNeverRanGoesAtOnce() {
        var pod = PodDriver(annotations: ["simulation.deepseek.io/image-broken": "true"])
        pod.run(seconds: 60)
        pod.delete(graceSeconds: 600)
        pod.run(seconds: 0)
        #expect(pod.isGone)
    }
}
