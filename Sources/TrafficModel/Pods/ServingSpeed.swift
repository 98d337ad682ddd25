/// How fast one pod serves with continuous batching.
///
/// A prompt of p tokens occupies the GPUs for `prefillBase + prefillPerToken × p` seconds, one prompt at a time; every step
/// of a batch of n sequences takes `stepBase + stepPerSequence × n` seconds and gives each of them a token. The defaults are
/// a least-squares fit (of relative errors) to measurements of llama2-70b on two A100 80GB (Splitwise, Patel et al., ISCA
/// 2024; MIT licence): within 7 % for prompts of 128 to 8,192 tokens and within 10 % for batches of 1 to 64.
public struct ServingSpeed: Sendable, Hashable {
    /// Seconds.
    public var prefillBase: Double
    public var prefillPerToken: Double
    public var stepBase: Double
    public var stepPerSequence: Double
    /// Sequences that a pod runs at a time; more wait.
    public var maxConcurrent: Int
    public var gpus: Int

    /// Values that are no times or counts are moved to the nearest that is.
    public init(
        prefillBase: Double = 0.0329, prefillPerToken: Double = 0.000337, stepBase: Double = 0.0594,
        stepPerSequence: Double = 0.000183, maxConcurrent: Int = 64, gpus: Int = 2
    ) {
        func time(_ value: Double, least: Double = 0) -> Double { value.isFinite && value > least ? value : least }
        self.prefillBase = time(prefillBase)
        self.prefillPerToken = time(prefillPerToken)
        self.stepBase = time(stepBase, least: 1e-6)
        self.stepPerSequence = time(stepPerSequence)
        self.maxConcurrent = max(maxConcurrent, 1)
        self.gpus = max(gpus, 0)
    }

    /// Seconds that a prompt occupies the GPUs.
    public func prefill(promptTokens: Double) -> Double { prefillBase + prefillPerToken * promptTokens }

    /// Seconds of one step of a batch.
    public func step(sequences: Double) -> Double { stepBase + stepPerSequence * sequences }

    /// Seconds of a pod's time that a request costs where the batch is full: 1 / this are the requests that a pod serves
    /// in a second. In a second, prefills take λP, and the rest gives n tokens a step: λ = n / (g × step(n) + n × P).
    public func cost(promptTokens: Double, generatedTokens: Double) -> Double {
        let full = Double(maxConcurrent)
        return prefill(promptTokens: promptTokens) + generatedTokens * step(sequences: full) / full
    }

    /// Seconds that a sequence is in a full batch: how long a pod drains.
    public func residence(generatedTokens: Double) -> Double {
        generatedTokens * step(sequences: Double(maxConcurrent))
    }
}
