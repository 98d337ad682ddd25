import Base
import KubeCore
import Telemetry

/// A picture that is drawn anew several times a second, on the terminal's second screen.
final class TerminalDisplay: Display {
    let period = Duration.milliseconds(500)

    private let kubeconfig: String
    private let journal: Journal
    private let output = FileDescriptorSink(1)
    private let chart = Lock(TrafficChart())

    init(kubeconfig: String, journal: Journal) {
        self.kubeconfig = kubeconfig
        self.journal = journal
        // The second screen, without a cursor and without wrapping of long lines.
        write("\u{1B}[?1049h\u{1B}[?25l\u{1B}[?7l\u{1B}[2J")
    }

    func close() { write("\u{1B}[?7h\u{1B}[?25h\u{1B}[?1049l") }

    func show(_ snapshot: Snapshot) {
        let size = Terminal.size
        let picture = chart.withLock { chart in
            chart.append(
                .init(
                    offeredRPS: snapshot.traffic.offeredRPS,
                    readyRPS: Double(snapshot.count(.ready) * DemoResource.targetRPS)))
            return Picture(
                snapshot: snapshot, chart: chart, journal: journal.latest, kubeconfig: kubeconfig,
                columns: size.columns, rows: size.rows)
        }
        // To the top, each line over the old one, and nothing below: no flicker, as nothing is cleared first.
        write("\u{1B}[H" + picture.lines.map { $0 + "\u{1B}[K" }.joined(separator: "\r\n") + "\u{1B}[J")
    }

    private func write(_ text: String) { output.write(Array(text.utf8)) }
}
