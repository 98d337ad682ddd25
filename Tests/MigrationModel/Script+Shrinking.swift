internal import KubeCore
internal import Migration

extension Script {
    /// A shorter script that breaks the same invariant: events are left out, in ever smaller pieces, as long as it does.
    public func shrunk(bug: PlantedBug? = nil, breaking invariant: Int) -> Script {
        var script = self
        func isBroken(_ script: Script) -> Bool { script.play(bug: bug).violation?.invariant == invariant }
        var piece = max(1, events.count / 2)
        while piece >= 1 {
            var start = 0
            var isShorter = false
            while start < script.events.count {
                var shorter = script
                shorter.events.removeSubrange(start..<min(start + piece, script.events.count))
                if isBroken(shorter) {
                    script = shorter
                    isShorter = true
                } else {
                    start += piece
                }
            }
            if !isShorter { piece /= 2 }
        }
        return script.simplified(isBroken)
    }

    /// With the plainest scenario that still does it.
    private func simplified(_ isBroken: (Script) -> Bool) -> Script {
        var script = self
        for change in Scenario.simplifications {
            var simpler = script
            change(&simpler.scenario)
            if isBroken(simpler) { script = simpler }
        }
        return script
    }
}

extension Scenario {
    fileprivate static let simplifications: [@Sendable (inout Scenario) -> Void] = [
        { $0.quota = nil }, { $0.nodes = 64 }, { $0.gpus = Scenario().gpus }, { $0.fates = Scenario().fates },
        { $0.policy.gates = [:] }, { $0.policy.previewReplicas = 1 }, { $0.policy.autoPromote = true },
        { $0.policy.autoPromoteAfterSeconds = 0 }, { $0.policy.onInsufficientCapacity = .wait },
        { $0.policy.revisionHistoryLimit = 5 }, { $0.policy.drainSeconds = 120 },
        { $0.policy.endpointSpreadSeconds = 0 },
        { $0.policy.scaleDownDelaySeconds = 0 }, { $0.startsReady = true },
    ]
}

// MARK: - Text

extension Script: CustomStringConvertible {
    /// Text that `Script(_:)` reads, to be pasted into a regression test.
    public var description: String {
        (["\(scenario)", "streamsEnd \(streamsEnd)"] + events.map(\.description)).joined(separator: "\n")
    }

    /// Reads what `description` wrote. Nil when a line is not understood.
    public init?(_ text: String) {
        let lines = text.split(separator: "\n").map { $0.trimmingPrefix { $0 == " " } }.filter { !$0.isEmpty }
        guard let first = lines.first, let scenario = Scenario(first) else { return nil }
        self.init(scenario: scenario, events: [])
        for line in lines.dropFirst() {
            if line.hasPrefix("streamsEnd ") {
                let words = line.split(separator: " ")
                if words.last == "true" || words.last == "false" {
                    streamsEnd = words.last == "true"
                    continue
                }
            }
            guard let event = Event(line) else { return nil }
            events.append(event)
        }
    }
}

// MARK: - Trace

extension Script {
    /// What happens at each event, line by line.
    public func trace(bug: PlantedBug? = nil) -> String {
        var run = ModelRun(scenario, bug: bug)
        var lines: [String] = [run.summary]
        for event in events where run.violation == nil {
            run.play(event)
            lines += ["> \(event)", run.summary]
        }
        run.settle(streamsEnd: streamsEnd)
        lines += ["> settle", run.summary]
        if let violation = run.violation { lines.append(violation.description) }
        return lines.joined(separator: "\n")
    }
}

extension ModelRun {
    fileprivate var summary: String {
        let record = cluster.service?.record
        let pods = cluster.deployments.enumerated().map { index, deployment in
            "\(deployment.revision):\(deployment.replicas)/\(deployment.pods)/\(deployment.scheduled)/\(deployment.ready)"
                + " claim \(deployment.claim - 1_700_000_000) flight \(cluster.hidden[index].flight)"
        }
        let since = cluster.now.seconds - 1_700_000_000
        return """
              \(since) s, wish \(cluster.wish), spec \(cluster.desired ?? "-"), selects \(cluster.service?.selection ?? .none)
              \(record?.step.rawValue ?? "-") \(record?.mode.rawValue ?? "") active \(record?.active ?? "-") target \(record?.target ?? "-") \
            previous \(record?.previous ?? "-") held \(record?.held ?? "-") pinned \(record?.pinned ?? "-") epoch \
            \((record?.epoch ?? 0) - 1_700_000_000) pause \(record?.pause?.reason.rawValue ?? "-") \
            retiring \(record?.retiring.map(\.revision) ?? []) deadline \((record?.deadline?.seconds ?? 1_700_000_000) - 1_700_000_000) \
            operation \(record?.operation?.kind.rawValue ?? "-") \(record?.operation?.message ?? "")
              \(pods.joined(separator: ", ")); room \(cluster.room.map(String.init) ?? "-"); \
            pending \(leaders.map { $0.pending.count - $0.next })
            """
    }
}
