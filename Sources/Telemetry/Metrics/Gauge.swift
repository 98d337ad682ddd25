/// A number that goes up and down.
public struct Gauge: Sendable {
    let table: SeriesTable<Double>

    public func set(_ value: Double, _ labels: [String] = []) {
        table.update(labels) { $0 = value }
    }

    /// Adds `amount`, which may be negative.
    public func add(_ amount: Double, _ labels: [String] = []) {
        table.update(labels) { $0 += amount }
    }

    /// The present value; nil for a series that does not exist.
    public func value(_ labels: [String] = []) -> Double? { table.value(labels) }

    /// Forgets a series, once what it speaks of is gone.
    public func remove(_ labels: [String]) { table.remove(labels) }
}
