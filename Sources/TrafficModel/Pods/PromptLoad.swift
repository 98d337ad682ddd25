internal import Glibc

/// The prompts that a fleet works at in a second: each pod one at a time, the next one where a pod is free.
struct PromptLoad: Sendable, Hashable {
    /// The time that the prompts take, and what its squares add up to.
    private var work = 0.0
    private var squares = 0.0
    private var prompts = 0.0

    /// - Parameters:
    ///   - prefill: seconds that each of these prompts takes.
    ///   - requests: how many of them in the second.
    mutating func add(_ prefill: Double, requests: Double) {
        prompts += requests
        work += requests * prefill
        squares += requests * prefill * prefill
    }

    /// Seconds that a prompt waits for those before it: an M/G/c queue, by Sakasegawa's approximation ("An approximation
    /// formula L = αρ^β/(1−ρ)", 1977), which for one pod is that of Pollaczek and Khinchine.
    ///
    /// - Parameter pods: at least 1.
    func wait(pods: Int) -> Double {
        guard prompts > 0, work > 0 else { return 0 }
        let pods = Double(max(pods, 1))
        let share = min(work / pods, 0.999)
        let mean = work / prompts
        let variation = squares / prompts / (mean * mean)
        return variation / 2 * pow(share, (2 * (pods + 1)).squareRoot() - 1) / (pods * (1 - share)) * mean
    }
}
