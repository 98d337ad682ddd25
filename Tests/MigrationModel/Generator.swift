internal import Base
internal import Migration

/// Chooses what happens next. What has something to do comes more often, so that runs get far.
struct Generator {
    var random: SplitMix64
    /// Whether leases change hands all the time, in the middle of writes.
    private let isDuel: Bool

    init(random: SplitMix64) {
        self.random = random
        isDuel = self.random.chance(20)
    }

    mutating func event(_ run: ModelRun) -> Event {
        let leader = run.leaders[0]
        if isDuel, random.chance(40) { return duel(run) }
        let dice = random.below(100)
        switch dice {
        case 0..<14: return .advance
        case 14..<30:
            guard leader.next < leader.pending.count else { return .reconcile(0) }
            // The writes that fences are for.
            if case .deleteDeployment = leader.pending[leader.next], random.chance(25) { return .loseLease }
            return .write(0, fault())
        case 30..<36: return .sync(0, random.chance(50) ? .all : ModelLeader.Part.allCases[random.below(5)])
        case 36..<50: return .runPods
        case 50..<56: return pods(run)
        case 56..<66: return gateOrWait(leader)
        case 66..<72: return .wait([1, 16, 130, 300, 620, 1000][random.below(6)])
        case 72..<78: return clients(run)
        case 78..<90: return people(run)
        case 90..<94:
            return run.leaders.count > 1 && random.chance(60) ? old(run) : random.chance(50) ? .crash : .loseLease
        default: return meddler(run)
        }
    }

    /// A leader stops between deciding and writing, another takes over and undoes what the first was about to do.
    private mutating func duel(_ run: ModelRun) -> Event {
        let isDeciding = run.leaders[0].next < run.leaders[0].pending.count
        switch random.below(10) {
        case 0, 1: return isDeciding ? .loseLease : .reconcile(0)
        case 2, 3: return run.leaders.count > 1 ? old(run) : .reconcile(0)
        case 4, 5: return describeAnother(run)
        case 6: return .wait(130)
        default: return isDeciding ? .write(0, .none) : .advance
        }
    }

    /// Often what clients left a moment ago.
    private mutating func describeAnother(_ run: ModelRun) -> Event {
        let left = random.chance(40) ? run.cluster.service?.record?.retiring.first?.revision : nil
        return .describe(left.flatMap { Scenario.names.firstIndex(of: $0) } ?? random.below(Scenario.names.count))
    }

    private mutating func fault() -> Event.Fault {
        random.chance(88) ? .none : random.chance(50) ? .refused : .lostAnswer
    }

    private mutating func pods(_ run: ModelRun) -> Event {
        let index = random.below(run.cluster.deployments.count)
        switch random.below(6) {
        case 0: return .control(index)
        case 1: return .schedule(index)
        case 2: return .load(index, all: random.chance(50))
        case 3: return .end(index)
        default: return .fail(index, all: random.chance(60))
        }
    }

    private mutating func gateOrWait(_ leader: ModelLeader) -> Event {
        guard leader.gate != nil else { return random.chance(50) ? .runPods : .advance }
        if random.chance(60) { return .gate(.passed) }
        return .gate(Event.Answer.allCases[random.below(Event.Answer.allCases.count)])
    }

    private mutating func clients(_ run: ModelRun) -> Event {
        let index = random.below(run.cluster.deployments.count)
        switch random.below(5) {
        case 0, 1: return .traffic
        case 2: return .streamsEnd(index)
        default: return .count(index, known: random.chance(85))
        }
    }

    private mutating func people(_ run: ModelRun) -> Event {
        switch random.below(12) {
        case 0..<4: return describeAnother(run)
        case 4, 5: return .wish(random.below(6))
        case 6: return random.chance(50) ? .breakSpec : .pauseSpec(run.cluster.isPaused ? false : random.chance(60))
        default:
            let kind = MigrationOperation.Kind.allCases[random.below(8)]
            let record = run.cluster.service?.record
            let named = kind == .promote ? record?.target : record?.previous
            let likely = named.flatMap { Scenario.names.firstIndex(of: $0) }
            return .operate(kind, random.chance(75) ? likely ?? 0 : random.below(Scenario.names.count))
        }
    }

    /// What the leader before the present one still does.
    private mutating func old(_ run: ModelRun) -> Event {
        let leader = run.leaders[1]
        if leader.next < leader.pending.count, random.chance(80) { return .write(1, .none) }
        return random.chance(70) ? .reconcile(1) : .sync(1, ModelLeader.Part.allCases[random.below(5)])
    }

    /// The rest of the world.
    private mutating func meddler(_ run: ModelRun) -> Event {
        let index = random.below(run.cluster.deployments.count)
        switch random.below(11) {
        case 0: return .strip
        case 1: return .selectAll
        case 2: return .stripRecord
        case 3: return .select(random.below(Scenario.names.count))
        case 4: return .deleteService
        case 5, 6: return .deleteDeployment(index)
        case 7: return .scale(index, random.below(5))
        case 8: return .quota(random.below(10))
        case 9: return .nodes(random.below(10))
        default: return .mend(random.below(Scenario.names.count))
        }
    }
}
