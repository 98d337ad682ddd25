import KubeCore
import PodModel

/// Plays the kubelet for one pod in virtual time: applies every transition and jumps to every wake time.
struct PodDriver {
    var json: JSONValue
    var rules: BehaviorRules
    var now = Timestamp(seconds: 1_800_000_000)
    var inFlight: Int?
    private(set) var events: [PodEvent] = []
    private(set) var isGone = false
    private(set) var steps = 0

    init(_ rules: BehaviorRules = BehaviorRules(), annotations: [String: String] = [:], spec: JSONValue = [:]) {
        self.rules = rules
        json = Self.pod(annotations: annotations, spec: spec)
        json[path: "spec", "nodeName"] = "n1"
    }

    static func pod(name: String = "p", annotations: [String: String] = [:], spec: JSONValue = [:]) -> JSONValue {
        var json: JSONValue = [
            "metadata": ["name": .string(name), "namespace": "default", "uid": .string("uid-\(name)")],
            "spec": [
                "containers": [
                    [
                        "name": "engine", "image": "vllm/vllm-openai:v1",
                        "startupProbe": ["periodSeconds": 10, "failureThreshold": 180],
                        "readinessProbe": ["periodSeconds": 5],
                    ]
                ]
            ],
            "status": ["phase": "Pending"],
        ]
        json[path: "metadata", "annotations"] = JSONValue(annotations)
        json["spec"] = json["spec"]?.applying(mergePatch: spec)
        return json
    }

    var view: PodView { PodView(json) }
    var container: JSONValue { view.containerStatus("engine") ?? .null }
    var waitingReason: String? { container[path: "state", "waiting", "reason"]?.stringValue }

    mutating func delete(graceSeconds: Int64) {
        json[path: "metadata", "deletionTimestamp"] = .string((now + .seconds(graceSeconds)).description)
        json[path: "metadata", "deletionGracePeriodSeconds"] = .int(graceSeconds)
    }

    /// Lives through the next `seconds`. Returns the seconds at which the status changed.
    @discardableResult
    mutating func run(seconds: Int64) -> [Int64] {
        let start = now
        let end = now + .seconds(seconds)
        var changes: [Int64] = []
        while !isGone {
            let surroundings = PodSurroundings(
                rules: rules, hostIP: "192.168.0.1", podIP: "10.0.0.1", requestsInFlight: inFlight)
            let transition = PodLifecycle.next(view, in: surroundings, now: now)
            steps += 1
            events += transition.events
            if let status = transition.status {
                json["status"] = status
                changes.append(now.since(start).components.seconds)
            }
            isGone = transition.isFinished
            guard !isGone, let wake = transition.wakeAt, wake <= end else { break }
            now = max(now, wake)
        }
        if !isGone { now = end }
        return changes
    }
}
