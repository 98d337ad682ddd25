import Base
import Telemetry

/// One line a second, and one for everything that the operator says.
final class PlainDisplay: Display {
    private struct State {
        var lastEntry = 0
        /// The sizes that were wished for, one after the other.
        var sizes: [Int] = []
    }

    let period = Duration.seconds(1)

    private let journal: Journal
    private let output = FileDescriptorSink(1)
    private let state = Lock(State())

    init(kubeconfig: String, journal: Journal) {
        self.journal = journal
        write("Look in from another terminal:")
        for line in Invitation.lines(kubeconfig: kubeconfig) { write("  " + line) }
    }

    func show(_ snapshot: Snapshot) {
        writeJournal()
        if let desired = snapshot.desired {
            state.withLock { if $0.sizes.last != desired { $0.sizes.append(desired) } }
        }
        let pods = Snapshot.PodLine.State.allCases.filter { snapshot.count($0) > 0 }
            .map { "\(snapshot.count($0)) \($0.rawValue)" }
        write(
            "\(Text.seconds(snapshot.elapsed))  rps=\(Text.rounded(snapshot.traffic.offeredRPS))"
                + " served=\(Text.rounded(snapshot.traffic.servedRPS))"
                + " desired=\(snapshot.desired.map(String.init) ?? "-") ready=\(snapshot.readyReplicas)"
                + " phase=\(snapshot.phase)\(snapshot.migration.map { " migration=\($0.step)" } ?? "") pods: \(pods.isEmpty ? "none" : pods.joined(separator: ", "))"
        )
    }

    func close() {
        writeJournal()
        let sizes = state.withLock { $0.sizes }
        write("desired replicas: \(sizes.map(String.init).joined(separator: " -> "))")
    }

    private func writeJournal() {
        let news = state.withLock { state in
            let news = journal.latest.filter { $0.number > state.lastEntry }
            state.lastEntry = news.last?.number ?? state.lastEntry
            return news
        }
        for entry in news { write("\(Text.seconds(entry.elapsed))  \(entry.text)") }
    }

    private func write(_ line: String) { output.write(Array((line + "\n").utf8)) }
}
