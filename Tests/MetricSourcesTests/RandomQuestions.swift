import Base

/// Series and questions with few names, labels and values, so that they meet often.
enum RandomQuestions {
    private static let values = [
        "1", "2", "11", "1|2", ".*", "a\\b", "\"", "a\nb", "深度", "[1]", "x y", "(", "+", "^1$", "{2}",
    ]

    static func series(_ random: inout SplitMix64) -> [FakePrometheus.Series] {
        (0..<Int.random(in: 0...60, using: &random)).map { index in
            var labels = [("cluster", values.randomElement(using: &random)!), ("n", "\(index)")]
            if Bool.random(using: &random) { labels.append(("ns", values.randomElement(using: &random)!)) }
            let value = ["1.5", "NaN", "+Inf", "-2", "1e300", "0", nil].randomElement(using: &random)!
            return FakePrometheus.Series(
                ["rps", "tps"].randomElement(using: &random)!, labels, value: value,
                time: Double(Int.random(in: 0...1_800_000_000, using: &random)))
        }
    }

    static func queries(_ random: inout SplitMix64) -> [String] {
        var queries: [String] = []
        for _ in 0..<80 {
            let metric = ["rps", "rps", "tps"].randomElement(using: &random)!
            var matchers = ["cluster=\(quoted(values.randomElement(using: &random)!))"]
            if Bool.random(using: &random) { matchers.append("ns=\(quoted(values.randomElement(using: &random)!))") }
            if Int.random(in: 0..<8, using: &random) == 0 { matchers.append("n=\"\"") }
            if Int.random(in: 0..<8, using: &random) == 0 { matchers = ["cluster=~\"1.*\""] }
            if Int.random(in: 0..<8, using: &random) == 0 { matchers = ["cluster=oops"] }
            queries.append("\(metric){\(matchers.joined(separator: ","))}")
        }
        return Array(Set(queries)).sorted()
    }

    private static func quoted(_ value: String) -> String {
        "\"\(value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n"))\""
    }
}
