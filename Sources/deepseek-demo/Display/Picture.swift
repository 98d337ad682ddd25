import KubeCore
import PodModel

/// The lines of the terminal's picture.
struct Picture {
    var snapshot: Snapshot
    var chart: TrafficChart
    var journal: [Journal.Entry]
    var kubeconfig: String
    var columns: Int
    var rows: Int

    /// At most `rows` lines; what the operator said gets the room that is left.
    var lines: [String] {
        var lines = [title, ""] + chart.rows(width: columns, height: rows < 30 ? 5 : 8) + [legend, ""]
        lines += bars + [""] + pods + [""]
        lines += [Color.bold("Last decision"), "  " + cut(snapshot.decision ?? "none yet", 2), ""]
        if let migration = snapshot.migration {
            lines += [Color.bold("Migration") + "  " + migration.step, "  " + cut(migration.waitingFor, 2), ""]
        }
        let end = [""] + Invitation.lines(kubeconfig: kubeconfig).map { Color.dim(cut($0, 0)) }
        let room = max(0, rows - lines.count - end.count - 1)
        lines += [Color.bold("Operator")] + journal.suffix(room).map(said)
        return Array((lines + end).prefix(rows))
    }

    private var title: String {
        Color.bold("DeepSeekCluster \(DemoResource.key)") + "  "
            + (snapshot.phase == "Ready" ? Color.green : Color.yellow)(snapshot.phase)
            + Color.dim("  \(Text.seconds(snapshot.elapsed))   Ctrl-C ends")
    }

    private var legend: String {
        Color.blue("  █ ") + "\(Text.rounded(snapshot.traffic.offeredRPS)) requests/s, "
            + "\(Text.rounded(snapshot.traffic.servedRPS)) served"
            + Color.green("   ━ ") + "ready pods x \(DemoResource.targetRPS)"
    }

    private var bars: [String] {
        let desired = snapshot.desired ?? 0
        let others = snapshot.pods.count - snapshot.count(.ready) - snapshot.count(.draining)
        return [
            "desired " + Color.cyan(Self.bar(desired)) + " \(desired)",
            "ready   " + Color.green(Self.bar(snapshot.count(.ready))) + Color.yellow(Self.bar(others, "▒▒▒ "))
                + Color.dim(Self.bar(snapshot.count(.draining), "░░░ ")) + " \(snapshot.count(.ready))",
        ]
    }

    private static func bar(_ count: Int, _ piece: String = "███ ") -> String {
        String(repeating: piece, count: max(0, count))
    }

    private var pods: [String] {
        let header = row("POD", "NODE", "STATE", "AGE", "RPS", "IN FLIGHT")
        return [Color.bold(header)]
            + snapshot.pods.map { pod in
                color(pod.state)(
                    row(
                        pod.name, pod.node, pod.state.rawValue, "\(Int64(pod.age.inSeconds))s",
                        Text.rounded(pod.load.servedRPS), String(pod.load.requestsInFlight)))
            }
    }

    private func row(_ name: String, _ node: String, _ state: String, _ age: String, _ rps: String, _ flight: String)
        -> String
    {
        cut(
            Text.fitted(name, 28) + " " + Text.fitted(node, 7) + " " + Text.fitted(state, 9)
                + Text.padded(age, left: 5) + Text.padded(rps, left: 6) + Text.padded(flight, left: 11), 0)
    }

    private func color(_ state: Snapshot.PodLine.State) -> Color {
        switch state {
        case .ready: .green
        case .draining: .dim
        case .pending, .pulling, .loading: .yellow
        }
    }

    private func said(_ entry: Journal.Entry) -> String {
        Color.dim(Text.seconds(entry.elapsed)) + "  " + cut(entry.text, 9)
    }

    /// The text as far as the line has room for it after `indent` characters.
    private func cut(_ text: String, _ indent: Int) -> String {
        text.count + indent > columns ? Text.fitted(text, max(0, columns - indent)) : text
    }
}
