internal import Base
internal import Migration

/// A run as it can be told: where it began and what happened.
public struct Script: Sendable {
    public var scenario: Scenario
    var events: [Event]
    /// Whether streams end by themselves once the world is quiet.
    var streamsEnd = true

    /// Plays it to its end.
    func play(bug: PlantedBug? = nil) -> ModelRun {
        var run = ModelRun(scenario, bug: bug)
        run.play(events)
        run.settle(streamsEnd: streamsEnd)
        return run
    }
}

/// Seeded random interleavings.
public struct Search: Sendable {
    public struct Finding: Sendable {
        public var seed: UInt64
        public var violation: Violation
        public var script: Script
    }

    public private(set) var runs = 0
    public private(set) var events = 0
    public private(set) var calls = 0
    public private(set) var taken: UInt128 = 0
    public private(set) var findings: [Finding] = []
    public private(set) var states: Set<Int> = []
    private let bug: PlantedBug?
    private let findingLimit: Int

    public init(bug: PlantedBug? = nil, findingLimit: Int = 1) {
        self.bug = bug
        self.findingLimit = findingLimit
    }

    /// With a planted bug, only what breaks its own invariant counts.
    private func isWanted(_ violation: Violation) -> Bool { bug.map { $0.rawValue == violation.invariant } ?? true }

    /// Plays every seed of a range, until enough is found.
    public mutating func play(_ seeds: some Sequence<UInt64>) {
        for seed in seeds where findings.count < findingLimit { play(seed) }
    }

    private mutating func play(_ seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var script = Script(scenario: Scenario(&random), events: [])
        script.streamsEnd = random.chance(60)
        var generator = Generator(random: random)
        var run = ModelRun(script.scenario, bug: bug)
        let length = 20 + generator.random.below(50)
        for _ in 0..<length where run.violation == nil {
            let event = generator.event(run)
            script.events.append(event)
            run.play(event)
            states.insert(run.fingerprint)
        }
        run.settle(streamsEnd: script.streamsEnd)
        runs += 1
        events += script.events.count
        calls += run.calls
        taken |= run.taken
        if let violation = run.violation, isWanted(violation) {
            findings.append(Finding(seed: seed, violation: violation, script: script))
        }
    }

    /// What two searches found together.
    public mutating func merge(_ other: Search) {
        runs += other.runs
        events += other.events
        calls += other.calls
        taken |= other.taken
        findings += other.findings
        states.formUnion(other.states)
    }
}
