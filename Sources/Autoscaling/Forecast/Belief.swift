
struct Belief: Sendable, Hashable, Codable {
    var came = Tuning.prior
    var expected = Tuning.prior
    var share: Double { min(max(came / expected, 0), Tuning.mostShare) }
    mutating func add(level: Double, line: Double, came: Double) {
        let base = max(level, came / 10, 1)
        let x = min(max((line - level) / base, -1), 1)
        let y = min(max((came - level) / base, -1), 1)
        let keep = 1 - Tuning.beliefMemory
        self.came = self.came * keep + x * y + Tuning.prior * (1 - keep)
        expected = expected * keep + x * x + Tuning.prior * (1 - keep)
    }
}
