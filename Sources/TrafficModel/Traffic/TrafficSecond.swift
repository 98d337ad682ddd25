/// The requests that arrive in one second.
public struct TrafficSecond: Sendable, Hashable {
    /// How many; a fraction where a trace is scaled.
    public var requests: Double
    /// Tokens of the mean prompt.
    public var promptTokens: Double
    /// Tokens of the mean answer.
    public var generatedTokens: Double

    public init(requests: Double = 0, promptTokens: Double = 0, generatedTokens: Double = 0) {
        self.requests = requests
        self.promptTokens = promptTokens
        self.generatedTokens = generatedTokens
    }
}
