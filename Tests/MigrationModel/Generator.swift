internal import Migration

/// Chooses what happens next. What has something to do comes more often, so that runs get far.
struct Generator {
    var random: SplitMix64

    mutating func event(_ run: ModelRun) -> Event {
        let leader = run.leaders[0]
        let dice = random.below(100)
        switch dice {
        case 0..<14: return .advance
        case 14..<30:
            return leader.next < leader.pending.count ? .write(0, fault()) : .reconcile(0)
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
        case 0..<4: return .describe(random.below(Scenario.names.count))
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
