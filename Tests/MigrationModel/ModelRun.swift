internal import KubeCore
public import Migration

/// A cluster, its operators, and what happened to them: plays events, and checks the invariants after every write.
public struct ModelRun: Sendable {
    var cluster: ModelCluster
    /// The leader, and the process that was leader before it.
    var leaders: [ModelLeader]
    public private(set) var violation: Violation?
    /// One bit for each row of the transition table that was taken.
    public private(set) var taken: UInt128 = 0
    /// Calls of the API server: writes, and looks that may fail.
    public private(set) var calls = 0
    var bug: PlantedBug?
    /// Done just before the call of that number.
    var interruption: (call: Int, kind: Interruption)?
    private var genuine: [Gate] = []
    private var isServiceEdited = false
    private var areReplicasEdited = false
    private(set) var lastActions: [MigrationAction] = []
    private(set) var lastPlan: MigrationPlan?

    /// What happens at one call in a sweep.
    enum Interruption: Sendable {
        case refused
        case lostAnswer
        case crashBefore
        case crashAfter
        /// The lease goes to another process; the write arrives at the end of the run.
        case delayed
        case event(Event)
    }

    init(_ scenario: Scenario, bug: PlantedBug? = nil) {
        cluster = ModelCluster(scenario)
        leaders = [ModelLeader(cluster)]
        self.bug = bug
        if scenario.startsReady { bringUp() }
    }

    /// The first revision as far as it gets.
    private mutating func bringUp() {
        for _ in 0..<4 {
            step()
            runPods()
        }
    }

    mutating func play(_ events: [Event]) {
        for event in events where violation == nil { play(event) }
    }

    mutating func play(_ event: Event) {
        switch event {
        case .advance: step()
        case .sync(let leader, let part): if leader < leaders.count { leaders[leader].sync(cluster, part) }
        case .reconcile(let leader): if leader < leaders.count { reconcile(leader) }
        case .write(let leader, let fault): if leader < leaders.count { write(leader, fault) }
        case .crash: crash()
        case .loseLease: loseLease()
        case .runPods: runPods()
        case .control(let index): withDeployment(index) { $0.control($1) }
        case .schedule(let index): withDeployment(index) { $0.schedule($1) }
        case .load(let index, let all): withDeployment(index) { $0.load($1, all: all) }
        case .end(let index): withDeployment(index) { $0.end($1) }
        case .fail(let index, let all): withDeployment(index) { $0.fail($1, all: all) }
        case .nodes(let gpus): cluster.scenario.nodes = gpus
        case .quota(let gpus): cluster.scenario.quota = gpus
        case .traffic: cluster.traffic()
        case .streamsEnd(let index): withDeployment(index) { $0.hidden[$1].flight = 0 }
        case .count(let index, let known): withDeployment(index) { $0.count($1, known: known) }
        case .gate(let answer): answerGate(answer)
        case .wait(let seconds): cluster.now = cluster.now + .seconds(seconds)
        case .wish(let replicas): cluster.wish = replicas
        case .describe(let revision): cluster.describe(Self.name(revision))
        case .breakSpec: cluster.describe(nil)
        case .operate(let kind, let revision): cluster.operate(kind, Self.target(kind, revision))
        case .pauseSpec(let isPaused): cluster.isPaused = isPaused
        case .strip: editService { $0.selection = .none }
        case .selectAll: editService { $0.selection = .all }
        case .stripRecord: editService { $0.record = nil }
        case .select(let revision): editService { $0.selection = .revision(Self.name(revision)) }
        case .deleteService:
            isServiceEdited = true
            cluster.now = cluster.now + .milliseconds(1)
            cluster.replaceService(nil)
        case .deleteDeployment(let index):
            areReplicasEdited = true
            withDeployment(index) { $0.remove($1) }
        case .scale(let index, let replicas):
            areReplicasEdited = true
            withDeployment(index) { $0.edit($1, replicas: replicas) }
        case .mend(let revision): cluster.scenario.fates[revision % Scenario.names.count] = .good
        }
    }

    private static func name(_ index: Int) -> String { Scenario.names[abs(index) % Scenario.names.count] }

    private static func target(_ kind: MigrationOperation.Kind, _ revision: Int) -> String? {
        kind == .promote || kind == .rollback ? name(revision) : nil
    }

    private mutating func withDeployment(_ index: Int, _ change: (inout ModelCluster, Int) -> Void) {
        guard !cluster.deployments.isEmpty else { return }
        change(&cluster, abs(index) % cluster.deployments.count)
    }

    private mutating func editService(_ change: (inout LiveService) -> Void) {
        guard var service = cluster.service else { return }
        change(&service)
        isServiceEdited = true
        cluster.now = cluster.now + .milliseconds(1)
        cluster.replaceService(service)
        cluster.meddle()
    }

    mutating func runPods() {
        for index in cluster.deployments.indices {
            cluster.end(index)
            cluster.control(index)
            cluster.schedule(index)
            cluster.load(index, all: true)
        }
    }

    // MARK: The operator

    /// Everything is seen, decided and written, without a fault.
    mutating func step() {
        leaders[0].sync(cluster, .all)
        reconcile(0)
        while leaders[0].next < leaders[0].pending.count, violation == nil { write(0, .none) }
    }

    private mutating func reconcile(_ leader: Int) {
        cluster.keepSnapshot()
        // To look takes time: no two looks are of the same moment.
        cluster.now = cluster.now + .milliseconds(1)
        var world = leaders[leader].observed(cluster)
        var plan = decide(world)
        if plan.needsFreshLook {
            guard interrupt(leader) else { return }
            world = fresh(leader)
            plan = decide(world)
            checkWayBack(plan, world)
            if leader == 0 { violation = violation ?? Invariants.quota(plan.actions, world) }
        }
        leaders[leader].look = world
        leaders[leader].pending = plan.actions
        leaders[leader].next = 0
        leaders[leader].follow(plan.gate, at: cluster.now)
        guard leader == 0 else { return }
        lastActions = plan.actions
        lastPlan = plan
        if plan.actions.isEmpty, let record = plan.record { cluster.remember(record) }
    }

    private func decide(_ world: ObservedMigration) -> MigrationPlan {
        guard let bug else { return MigrationPlanner.plan(world) }
        var bent = world
        bug.distort(&bent)
        var plan = MigrationPlanner.plan(bent)
        bug.distort(&plan.actions, world)
        plan.needsFreshLook = plan.needsFreshLook || !plan.actions.isEmpty
        return plan
    }

    private func fresh(_ leader: Int) -> ObservedMigration {
        var reader = leaders[leader]
        reader.sync(cluster, .all)
        return reader.observed(cluster)
    }

    private mutating func write(_ leader: Int, _ fault: Event.Fault) {
        guard leaders[leader].next < leaders[leader].pending.count else { return }
        let action = leaders[leader].pending[leaders[leader].next]
        guard interrupt(leader) else { return }
        leaders[leader].next += 1
        let isDone = fault != .refused && carryOut(action, leader)
        if !isDone || fault == .lostAnswer { leaders[leader].pending = [] }
        afterCall()
    }

    private mutating func carryOut(_ action: MigrationAction, _ leader: Int) -> Bool {
        let before = cluster
        guard cluster.apply(action), let look = leaders[leader].look else { return false }
        let invariants = Invariants(
            before: before, look: look, isOld: leader > 0, isServiceEdited: isServiceEdited,
            areReplicasEdited: areReplicasEdited)
        violation = violation ?? invariants.check(action)
        if case .writeLive(let write) = action {
            // Until we write the selector ourselves, what it says is not ours.
            if write.selection != before.service?.selection ?? .none { isServiceEdited = false }
            cluster.decided(at: look.now)
            violation = violation ?? Invariants.gates(write, look, genuine: genuine)
            for arrow in write.transitions {
                taken |= 1 << UInt128(Coverage.index[arrow] ?? 127)
            }
        }
        return true
    }

    /// Whatever has to happen just before a call; false when the call is not made.
    private mutating func interrupt(_ leader: Int) -> Bool {
        calls += 1
        guard let interruption, interruption.call == calls, leader == 0 else { return true }
        switch interruption.kind {
        case .refused:
            leaders[0].pending = []
            return false
        case .crashBefore:
            crash()
            return false
        case .delayed:
            loseLease()
            return false
        case .event(let event):
            self.interruption = nil
            play(event)
            return true
        case .lostAnswer, .crashAfter: return true
        }
    }

    private mutating func afterCall() {
        guard let interruption, interruption.call == calls else { return }
        switch interruption.kind {
        case .lostAnswer: leaders[0].pending = []
        case .crashAfter: crash()
        default: break
        }
    }

    private mutating func crash() { leaders[0] = ModelLeader(cluster) }

    /// What the old leader was about to write may still arrive.
    private mutating func loseLease() { leaders = [ModelLeader(cluster), leaders[0]] }

    // MARK: Gates

    private mutating func answerGate(_ answer: Event.Answer) {
        guard let gate = leaders[0].gate else { return }
        var result = GateResult(gate: gate, outcome: .passed, message: answer.rawValue, observedAt: cluster.now)
        switch answer {
        case .passed: genuine.append(gate)
        case .failed: result.outcome = .failed
        case .inconclusive: result.outcome = .inconclusive
        case .cancelled: result.outcome = .cancelled
        case .stalePass: result.gate.attempt -= 1
        case .earlyPass: result.observedAt = cluster.now - .seconds(100_000)
        case .strangersPass: result.gate.revision = gate.revision == "a" ? "b" : "a"
        }
        leaders[0].results.append(result)
        if leaders[0].results.count > 4 { leaders[0].results.removeFirst() }
    }

    // MARK: 3

    /// What leads back when the revision that is left is well must lead back when it is not.
    private mutating func checkWayBack(_ plan: MigrationPlan, _ world: ObservedMigration) {
        guard let record = world.service?.record,
            let index = world.deployments.firstIndex(where: { $0.revision == record.active })
        else { return }
        let isBack = record.step == .switchingBack
        guard isBack || record.step == .analysing || record.step == .holding else { return }
        guard leadsBack(plan, record) else {
            if isBack, isWayOpen(plan, world, record) {
                fail(3, "revision \(record.previous ?? "") is not gone back to")
            }
            return
        }
        var sick = world
        sick.deployments[index].ready = 0
        if !leadsBack(decide(sick), record) { fail(3, "going back depends on revision \(record.active)") }
    }

    private func isWayOpen(_ plan: MigrationPlan, _ world: ObservedMigration, _ record: MigrationRecord) -> Bool {
        guard let previous = world.deployment(record.previous), min(previous.ready, previous.replicas) > 0,
            !world.isPaused
        else {
            return false
        }
        // A plan that records something, or marks what a lost selector is put back to, is followed by another at once.
        let isFirst = plan.actions.contains { action in
            switch action {
            case .writeLive: true
            case .scale(let write):
                plan.actions.count == 1 && world.service?.selection == Selection.none && write.revision == record.active
                    && write.claim == record.selectedEpoch
            default: false
            }
        }
        if isFirst { return false }
        let isStopped = record.pause?.reason == .asked || record.pause?.reason == .spec
        return !isStopped && plan.record?.step == .switchingBack
    }

    private func leadsBack(_ plan: MigrationPlan, _ record: MigrationRecord) -> Bool {
        plan.actions.contains { action in
            switch action {
            case .scale(let write): record.step == .switchingBack && write.revision == record.previous
            case .writeLive(let write):
                write.transitions.contains { $0.to == .switchingBack } || write.record.active == record.previous
                    || record.step == .switchingBack && write.selection.includes(record.previous ?? "")
            default: false
            }
        }
    }

    mutating func fail(_ invariant: Int, _ message: String) {
        violation = violation ?? Violation(invariant: invariant, message: message)
    }

    /// A number for the state that the run is in, for counting distinct ones.
    var fingerprint: Int {
        var hasher = Hasher()
        let record = cluster.service?.record
        hasher.combine(record?.step)
        hasher.combine(record?.mode)
        hasher.combine(record?.pause?.reason)
        hasher.combine(cluster.service?.selection)
        hasher.combine(record?.target)
        hasher.combine(cluster.wish)
        hasher.combine(cluster.desired)
        hasher.combine(cluster.room)
        for deployment in cluster.deployments {
            hasher.combine(deployment.revision)
            hasher.combine(deployment.replicas)
            hasher.combine(deployment.pods)
            hasher.combine(deployment.ready)
        }
        hasher.combine(leaders[0].pending.count - leaders[0].next)
        return hasher.finalize()
    }
}

/// The rows of the transition table by their number.
public enum Coverage {
    static let index = Dictionary(uniqueKeysWithValues: TransitionTable.all.enumerated().map { ($1, $0) })

    public static let count = TransitionTable.all.count

    public static func missing(_ taken: UInt128) -> [Transition] {
        TransitionTable.all.enumerated().filter { taken & (1 << UInt128($0.offset)) == 0 }.map(\.element)
    }
}
