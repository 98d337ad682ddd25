internal import KubeCore

/// Traffic, second by second.
public struct TrafficTrace: Sendable, Hashable {
    /// The longest trace: a year. A time stamp that is wrong would otherwise ask for all memory.
    public static let maximumSeconds = 366 * 86_400

    public var seconds: [TrafficSecond]

    public init(seconds: [TrafficSecond]) { self.seconds = seconds }

    /// Reads a CSV with a header: `TIMESTAMP,ContextTokens,GeneratedTokens`, one arrival a line in order of time, as the
    /// Azure LLM inference traces have it; or `second,requests[,promptTokens,generatedTokens]`, one second a line, of
    /// which those that are missing have no traffic.
    ///
    /// - Parameters:
    ///   - promptTokens, generatedTokens: of the mean request, where a line of rates does not say.
    public init(csv text: String, promptTokens: Double = 1155, generatedTokens: Double = 211) throws(TraceError) {
        let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        let header = lines.first?.split(separator: ",").map { $0.lowercased() } ?? []
        var builder = Builder()
        for (index, line) in lines.enumerated().dropFirst() where !line.isEmpty {
            let fields = line.split(separator: ",", omittingEmptySubsequences: false)
            switch header.first {
            case "timestamp": try builder.addArrival(fields, line: index + 1)
            case "second":
                try builder.addSecond(
                    fields, line: index + 1,
                    TrafficSecond(
                        promptTokens: promptTokens, generatedTokens: generatedTokens))
            default:
                throw TraceError(
                    line: 1, problem: "the header should begin with TIMESTAMP (arrivals) or second (rates)")
            }
        }
        guard !builder.seconds.isEmpty else { throw TraceError(line: 1, problem: "there is no traffic in it") }
        seconds = builder.seconds
    }

    /// The same traffic, so many times the requests.
    ///
    /// - Parameter factor: 0 or more; anything else counts as 0.
    public func scaled(by factor: Double) -> TrafficTrace {
        let factor = factor.isFinite && factor > 0 ? factor : 0
        var scaled = self
        for index in scaled.seconds.indices { scaled.seconds[index].requests *= factor }
        return scaled
    }

    public var requests: Double { seconds.reduce(0) { $0 + $1.requests } }
}

/// Reads lines into seconds.
private struct Builder {
    var seconds: [TrafficSecond] = []
    private var start: Timestamp?

    mutating func addArrival(_ fields: [Substring], line: Int) throws(TraceError) {
        guard fields.count == 3 else {
            throw TraceError(line: line, problem: "it should have a time, prompt tokens and generated tokens")
        }
        let text = fields[0].replacing(" ", with: "T", maxReplacements: 1)
        guard let time = Timestamp(text.hasSuffix("Z") ? String(text) : "\(text)Z") else {
            throw TraceError(line: line, problem: "'\(fields[0])' is no time such as 2023-11-16 18:15:46.68")
        }
        let start = self.start ?? time
        self.start = start
        guard time >= start else { throw TraceError(line: line, problem: "the times are not in order") }
        let prompt = try Self.number(fields[1], "prompt tokens", line)
        let generated = try Self.number(fields[2], "generated tokens", line)
        try add(
            TrafficSecond(requests: 1, promptTokens: prompt, generatedTokens: generated),
            at: Double(time.since(start).components.seconds), line: line)
    }

    mutating func addSecond(_ fields: [Substring], line: Int, _ mean: TrafficSecond) throws(TraceError) {
        guard fields.count == 2 || fields.count == 4 else {
            throw TraceError(line: line, problem: "it should have a second, requests, and both tokens or neither")
        }
        var second = mean
        second.requests = try Self.number(fields[1], "requests", line)
        if fields.count == 4 {
            second.promptTokens = try Self.number(fields[2], "prompt tokens", line)
            second.generatedTokens = try Self.number(fields[3], "generated tokens", line)
        }
        try add(second, at: try Self.number(fields[0], "second", line).rounded(.down), line: line)
    }

    private mutating func add(_ more: TrafficSecond, at second: Double, line: Int) throws(TraceError) {
        guard second < Double(TrafficTrace.maximumSeconds) else {
            throw TraceError(line: line, problem: "it is more than a year after the first")
        }
        let index = Int(second)
        while seconds.count <= index { seconds.append(TrafficSecond()) }
        let total = seconds[index].requests + more.requests
        guard total > 0 else { return }
        let share = more.requests / total
        seconds[index].promptTokens += (more.promptTokens - seconds[index].promptTokens) * share
        seconds[index].generatedTokens += (more.generatedTokens - seconds[index].generatedTokens) * share
        seconds[index].requests = total
    }

    private static func number(_ field: Substring, _ name: String, _ line: Int) throws(TraceError) -> Double {
        guard let number = Double(field), (0...1e9).contains(number) else {
            throw TraceError(line: line, problem: "\(name): '\(field)' is no number from 0 to 1e9")
        }
        return number
    }
}
