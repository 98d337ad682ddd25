/// A number that only grows.
public struct Counter: Sendable {
    let table: SeriesTable<Double>

    /// Adds `amount` to the series with these label values. A negative amount or NaN is ignored: counters never fall.
    public func increment(_ labels: [String] = [], by amount: Double = 1) {
        guard amount >= 0 else { return }
        table.update(labels) { $0 += amount }
    }

    /// The present value; 0 for a series that does not exist.
    public func value(_ labels: [String] = []) -> Double { table.value(labels) ?? 0 }

    /// Forgets a series, once what it speaks of is gone.
    public func remove(_ labels: [String]) { table.remove(labels) }
}
