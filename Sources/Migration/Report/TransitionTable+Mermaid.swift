extension TransitionTable {
    /// The table as a Mermaid state diagram, for docs/migration.md.
    ///
    /// Arrows that all steps of the preparation share are drawn once, from the group; an edit of the selector, which
    /// leads from nearly every step to `Draining`, is left to the text.
    public static var mermaid: String {
        let shown = all.filter { $0.trigger != .selectorEdited }
        let shared = shown.filter(isShared)
        var lines = ["stateDiagram-v2", "    [*] --> Stable", "    state Preparing {"]
        lines += arrows(shown.filter { isInside($0) && !isShared($0) }).map { "        \($0)" }
        lines.append("    }")
        lines += arrows(shared, from: "Preparing").map { "    \($0)" }
        lines += arrows(shown.filter { !isInside($0) && !isShared($0) }).map { "    \($0)" }
        return lines.joined(separator: "\n")
    }

    /// Whether every step of the preparation has the same arrow.
    private static func isShared(_ arrow: Transition) -> Bool {
        arrow.from.isPreparing
            && Step.allCases.filter(\.isPreparing).allSatisfy { step in
                all.contains { $0.from == step && $0.trigger == arrow.trigger && $0.to == arrow.to }
            }
    }

    private static func isInside(_ arrow: Transition) -> Bool { arrow.from.isPreparing && arrow.to.isPreparing }

    /// One line for each pair of steps, in the order of the table.
    private static func arrows(_ transitions: [Transition], from group: String? = nil) -> [String] {
        var order: [[String]] = []
        var labels: [[String]: [String]] = [:]
        for arrow in transitions {
            let pair = [group ?? arrow.from.rawValue, arrow.to.rawValue]
            let label = arrow.trigger.rawValue + (arrow.mode.map { " (\($0.rawValue))" } ?? "")
            if labels[pair] == nil { order.append(pair) }
            if !(labels[pair]?.contains(label) ?? false) { labels[pair, default: []].append(label) }
        }
        return order.map { pair in "\(pair[0]) --> \(pair[1]): \((labels[pair] ?? []).joined(separator: ", "))" }
    }
}
