import Base
import PodModel

/// The traffic of now and how the pods bear it.
final class Traffic: Sendable {
    /// One moment of it. Rates are requests a second.
    struct Reading: Sendable {
        var offeredRPS = 0.0
        var servedRPS = 0.0
        /// By pod uid.
        var loads: [String: PodLoad] = [:]
    }

    private struct State {
        // A pod bears a little more than the 180 requests a second that the resource asks for.
        var spread = TrafficSpread(profile: ServingProfile(requestsPerSecond: 220, queueLimit: 200))
        var offeredRPS = TrafficCurve.rate(at: .zero)
    }

    private let state = Lock(State())

    var reading: Reading {
        state.withLock {
            Reading(offeredRPS: $0.offeredRPS, servedRPS: $0.spread.servedRPS, loads: $0.spread.loads)
        }
    }

    /// Lets the time of one step pass.
    func advance(to elapsed: Duration, for step: Duration, readyPods: [String]) {
        state.withLock { state in
            state.offeredRPS = TrafficCurve.rate(at: elapsed)
            state.spread.advance(offeredRPS: state.offeredRPS, readyPods: readyPods, for: step)
        }
    }

    /// What the drain of a pod waits for.
    func requestsInFlight(atPod uid: String) -> Int {
        state.withLock { $0.spread.requestsInFlight(atPod: uid) }
    }
}
