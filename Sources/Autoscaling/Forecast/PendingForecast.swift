/// What was expected for a span that is still to come. Loads in the profile's 16 bits: it is stored by the dozen.
struct PendingForecast: Sendable, Hashable {
    /// How many may wait at a time.
    static let most = 32

    /// The span in which it was made, and the one that it is for.
    var made: Int64
    var due: Int64
    /// By method; unknown where a method has nothing to say.
    var methods: [LoadCode]
    /// Of the methods together.
    var combined: LoadCode
    /// The highest until `due` and so long after it as a metric takes to show a change.
    var peak: LoadCode
    /// What the lines said of the present and of `due`.
    var level: LoadCode
    var line: LoadCode
}

extension PendingForecast: Codable {
    /// In a row without names, the methods last.
    init(from decoder: any Decoder) throws {
        var row = try decoder.unkeyedContainer()
        made = try row.decode(Int64.self)
        due = try row.decode(Int64.self)
        combined = try row.decode(LoadCode.self)
        peak = try row.decode(LoadCode.self)
        level = try row.decode(LoadCode.self)
        line = try row.decode(LoadCode.self)
        methods = []
        while !row.isAtEnd { methods.append(try row.decode(LoadCode.self)) }
    }

    func encode(to encoder: any Encoder) throws {
        var row = encoder.unkeyedContainer()
        try row.encode(made)
        try row.encode(due)
        for load in [combined, peak, level, line] + methods { try row.encode(load) }
    }
}
