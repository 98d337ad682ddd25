internal import Migration

/// One thing that happens in a run. A script of them says all that happened, and can be pasted into a test.
enum Event: Hashable, Sendable {
    /// The leader sees everything, decides, and writes, without a fault.
    case advance
    /// All pods come up, load and end, as far as they can.
    case runPods

    // The operator. Leader 0 holds the lease; leader 1 held it before.
    case sync(Int, ModelLeader.Part)
    case reconcile(Int)
    case write(Int, Fault)
    case crash
    /// Leader 0 loses the lease in the middle of what it does, and another process takes over.
    case loseLease

    // The cluster.
    case control(Int)
    case schedule(Int)
    case load(Int, all: Bool)
    case end(Int)
    case fail(Int, all: Bool)
    case nodes(Int)
    case quota(Int)
    case traffic
    case streamsEnd(Int)
    case count(Int, known: Bool)
    case gate(Answer)
    case wait(Int)

    // People.
    case wish(Int)
    case describe(Int)
    case breakSpec
    case operate(MigrationOperation.Kind, Int)
    case pauseSpec(Bool)
    case strip
    case selectAll
    case stripRecord
    case select(Int)
    case deleteService
    case deleteDeployment(Int)
    case scale(Int, Int)
    case mend(Int)

    enum Fault: String, CaseIterable, Sendable {
        case none
        /// 409, 410, 500, or no connection: the write is not made.
        case refused
        /// The write is made, and the answer is lost.
        case lostAnswer
    }

    enum Answer: String, CaseIterable, Sendable {
        case passed, failed, inconclusive, cancelled
        /// A pass of the run before this one.
        case stalePass
        /// A pass that was measured before the run began.
        case earlyPass
        /// A pass of another revision.
        case strangersPass
    }
}

// MARK: - Text

extension Event: CustomStringConvertible {
    var description: String {
        switch self {
        case .advance: "advance"
        case .runPods: "runPods"
        case .sync(let leader, let part): "sync \(leader) \(part.rawValue)"
        case .reconcile(let leader): "reconcile \(leader)"
        case .write(let leader, let fault): "write \(leader) \(fault.rawValue)"
        case .crash: "crash"
        case .loseLease: "loseLease"
        case .control(let index): "control \(index)"
        case .schedule(let index): "schedule \(index)"
        case .load(let index, let all): "load \(index) \(all)"
        case .end(let index): "end \(index)"
        case .fail(let index, let all): "fail \(index) \(all)"
        case .nodes(let gpus): "nodes \(gpus)"
        case .quota(let gpus): "quota \(gpus)"
        case .traffic: "traffic"
        case .streamsEnd(let index): "streamsEnd \(index)"
        case .count(let index, let known): "count \(index) \(known)"
        case .gate(let answer): "gate \(answer.rawValue)"
        case .wait(let seconds): "wait \(seconds)"
        case .wish(let replicas): "wish \(replicas)"
        case .describe(let revision): "describe \(revision)"
        case .breakSpec: "breakSpec"
        case .operate(let kind, let revision): "operate \(kind.rawValue) \(revision)"
        case .pauseSpec(let isPaused): "pauseSpec \(isPaused)"
        case .strip: "strip"
        case .selectAll: "selectAll"
        case .stripRecord: "stripRecord"
        case .select(let revision): "select \(revision)"
        case .deleteService: "deleteService"
        case .deleteDeployment(let index): "deleteDeployment \(index)"
        case .scale(let index, let replicas): "scale \(index) \(replicas)"
        case .mend(let revision): "mend \(revision)"
        }
    }

    init?(_ text: Substring) {
        let words = text.split(separator: " ").map(String.init)
        func number(_ index: Int) -> Int { words.count > index ? Int(words[index]) ?? 0 : 0 }
        func flag(_ index: Int) -> Bool { words.count > index && words[index] == "true" }
        func word(_ index: Int) -> String { words.count > index ? words[index] : "" }
        switch words.first {
        case "advance": self = .advance
        case "runPods": self = .runPods
        case "sync": self = .sync(number(1), ModelLeader.Part(rawValue: number(2)) ?? .all)
        case "reconcile": self = .reconcile(number(1))
        case "write": self = .write(number(1), Fault(rawValue: word(2)) ?? .none)
        case "crash": self = .crash
        case "loseLease": self = .loseLease
        case "control": self = .control(number(1))
        case "schedule": self = .schedule(number(1))
        case "load": self = .load(number(1), all: flag(2))
        case "end": self = .end(number(1))
        case "fail": self = .fail(number(1), all: flag(2))
        case "nodes": self = .nodes(number(1))
        case "quota": self = .quota(number(1))
        case "traffic": self = .traffic
        case "streamsEnd": self = .streamsEnd(number(1))
        case "count": self = .count(number(1), known: flag(2))
        case "gate": self = .gate(Answer(rawValue: word(1)) ?? .passed)
        case "wait": self = .wait(number(1))
        case "wish": self = .wish(number(1))
        case "describe": self = .describe(number(1))
        case "breakSpec": self = .breakSpec
        case "operate":
            guard let kind = MigrationOperation.Kind(rawValue: word(1)) else { return nil }
            self = .operate(kind, number(2))
        case "pauseSpec": self = .pauseSpec(flag(1))
        case "strip": self = .strip
        case "selectAll": self = .selectAll
        case "stripRecord": self = .stripRecord
        case "select": self = .select(number(1))
        case "deleteService": self = .deleteService
        case "deleteDeployment": self = .deleteDeployment(number(1))
        case "scale": self = .scale(number(1), number(2))
        case "mend": self = .mend(number(1))
        default: return nil
        }
    }
}
