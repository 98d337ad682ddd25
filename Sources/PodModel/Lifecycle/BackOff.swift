import KubeCore

/// The kubelet's pulls of an image: after a failure it waits 10 s, then twice as long each time, at most 300 s.
struct ImagePull {
    enum State: Equatable {
        case pulling(until: Timestamp)
        case pulled
        /// The last attempt failed just now; the status says ErrImagePull until then.
        case failed(until: Timestamp)
        /// The status says ImagePullBackOff until the next attempt.
        case backingOff(until: Timestamp)
    }

    let behavior: PodBehavior
    let since: Timestamp
    /// How long the status shows an attempt's error before it shows the wait.
    static let errorTime: Duration = .seconds(2)

    func state(at now: Timestamp) -> State {
        let firstAttempt = since + behavior.pullTime
        guard now >= firstAttempt else { return .pulling(until: firstAttempt) }
        guard behavior.imageIsBroken else { return .pulled }
        var attempt = firstAttempt
        var delay = RestartBackOff.first
        while true {
            let next = attempt + delay
            if now < attempt + Self.errorTime { return .failed(until: attempt + Self.errorTime) }
            if now < next { return .backingOff(until: next) }
            if delay == RestartBackOff.longest { return Self.steady(now, after: next) }
            attempt = next
            delay = min(delay * 2, RestartBackOff.longest)
        }
    }

    /// The state once attempts come at the longest delay: found by division, for a pod may wait for months.
    private static func steady(_ now: Timestamp, after first: Timestamp) -> State {
        let period = RestartBackOff.longest.clampedNanoseconds
        let periods = now.since(first).clampedNanoseconds / period
        let attempt = first + .nanoseconds(periods * period)
        let errorEnd = attempt + errorTime
        return now < errorEnd ? .failed(until: errorEnd) : .backingOff(until: attempt + RestartBackOff.longest)
    }
}

/// The kubelet's delays before a restart: none the first time, then 10 s, doubled up to 300 s; a run of ten minutes
/// clears them. Only the last run is known from a status, so of an older series only its length counts.
enum RestartBackOff {
    static let first: Duration = .seconds(10)
    static let longest: Duration = .seconds(300)
    private static let clearingRun: Duration = .seconds(600)

    /// The delay before the next start of a container whose `lastState` is filled in.
    static func delay(_ status: JSONValue) -> Duration {
        let restarts = status["restartCount"]?.intValue ?? 0
        guard restarts > 0 else { return .zero }
        let last = status[path: "lastState", "terminated"]
        if let started = PodView.time(last?["startedAt"]), let ended = PodView.time(last?["finishedAt"]),
            ended.since(started) >= clearingRun
        {
            return .zero
        }
        let doublings = min(restarts - 1, 5)
        return min(first * (1 << Int32(clamping: doublings)), longest)
    }
}
