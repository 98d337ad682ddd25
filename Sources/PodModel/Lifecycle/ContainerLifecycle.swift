import KubeCore

/// One container's steps: created, running, started, ready, ended, restarted.
struct ContainerLifecycle {
    struct Step {
        var status: JSONValue
        var wakeAt: Timestamp?
        var events: [PodEvent] = []
    }

    let container: ContainerView
    let behavior: PodBehavior
    let restartPolicy: RestartPolicy
    let podStart: Timestamp
    let now: Timestamp

    func next(_ status: JSONValue) -> Step {
        if let terminated = status["state"]?["terminated"] { return afterEnd(status, terminated) }
        if let started = PodView.time(status[path: "state", "running", "startedAt"]) {
            return whileRunning(status, since: started)
        }
        if status[path: "state", "waiting", "reason"]?.stringValue == "CrashLoopBackOff" {
            return afterBackOff(status)
        }
        return beforeStart(status)
    }

    // MARK: Waiting

    private func beforeStart(_ status: JSONValue) -> Step {
        switch ImagePull(behavior: behavior, since: podStart).state(at: now) {
        case .pulling(let until):
            return Step(status: status, wakeAt: until)
        case .pulled:
            return start(status, event: .normal("Pulled", "Successfully pulled image \"\(container.image)\""))
        case .failed(let until):
            let message = "failed to pull and unpack image \"\(container.image)\": not found"
            let event = PodEvent.warning("Failed", "Failed to pull image \"\(container.image)\": \(message)")
            return waiting(status, "ErrImagePull", message, until, event)
        case .backingOff(let until):
            let message = "Back-off pulling image \"\(container.image)\""
            return waiting(status, "ImagePullBackOff", message, until, .normal("BackOff", message))
        }
    }

    private func waiting(
        _ status: JSONValue, _ reason: String, _ message: String, _ until: Timestamp, _ event: PodEvent
    ) -> Step {
        guard status[path: "state", "waiting", "reason"]?.stringValue != reason else {
            return Step(status: status, wakeAt: until)
        }
        var status = status
        status["state"] = ["waiting": ["reason": .string(reason), "message": .string(message)]]
        return Step(status: status, wakeAt: until, events: [event])
    }

    private func start(_ status: JSONValue, event: PodEvent?) -> Step {
        var status = status
        status["state"] = ["running": ["startedAt": .string(now.description)]]
        status["imageID"] = .string(container.image)
        status["containerID"] = .string("simulated://\(container.name)-\(status["restartCount"]?.intValue ?? 0)")
        status["started"] = .bool(container.startupProbe == nil)
        status["ready"] = false
        let started = PodEvent.normal("Started", "Started container \(container.name)")
        var step = whileRunning(status, since: Timestamp(seconds: now.seconds))
        step.events = [event, started].compactMap { $0 } + step.events
        return step
    }

    // MARK: Running

    private func whileRunning(_ status: JSONValue, since started: Timestamp) -> Step {
        let elapsed = now.since(started)
        let restarts = status["restartCount"]?.intValue ?? 0
        let exit = behavior.exit.flatMap { rule in rule.times.map { restarts < $0 } ?? true ? rule : nil }
        if let exit, elapsed >= exit.after {
            return end(status, started: started, code: exit.code, reason: exit.reason)
        }
        let startup = startupProbe
        if let failure = startup.failsAt, elapsed >= failure {
            let event = PodEvent.normal(
                "Killing", "Container \(container.name) failed startup probe, will be restarted")
            return end(status, started: started, code: 137, reason: "Error", event: event)
        }
        let isStarted = startup.succeedsAt.map { elapsed >= $0 } ?? false
        let readyAt = startup.succeedsAt.map(readiness)
        let isReady = readyAt.map { elapsed >= $0 && (container.readinessProbe == nil || behavior.passesReadiness) }
        var status = status
        status["started"] = .bool(isStarted)
        status["ready"] = .bool(isReady ?? false)
        let moments = [exit?.after, startup.failsAt, startup.succeedsAt, readyAt].compactMap { $0 }
        return Step(status: status, wakeAt: moments.filter { $0 > elapsed }.min().map { started + $0 })
    }

    /// When the startup probe decides, counted from the container's start. Without one, a container counts as started
    /// from its first moment.
    private var startupProbe: (succeedsAt: Duration?, failsAt: Duration?) {
        guard let probe = container.startupProbe else { return (.zero, nil) }
        let succeeds = probe.firstRun(atOrAfter: behavior.loadTime)
        return succeeds < probe.budget ? (succeeds, nil) : (nil, probe.budget)
    }

    /// When the readiness probe first succeeds. Without one the container is ready as soon as it counts as started,
    /// loaded or not: that is what Kubernetes does, and why a template without probes serves errors.
    private func readiness(started: Duration) -> Duration {
        guard let probe = container.readinessProbe else { return started }
        return probe.firstRun(atOrAfter: max(started, behavior.loadTime))
    }

    // MARK: Ended

    private func end(
        _ status: JSONValue, started: Timestamp, code: Int64, reason: String, event: PodEvent? = nil
    ) -> Step {
        var status = status
        status["state"] = ["terminated": .terminated(code: code, reason: reason, started: started, now: now)]
        status["started"] = false
        status["ready"] = false
        return Step(status: status, wakeAt: now, events: event.map { [$0] } ?? [])
    }

    private func afterEnd(_ status: JSONValue, _ terminated: JSONValue) -> Step {
        let failed = terminated["exitCode"]?.intValue != 0
        guard restartPolicy == .always || (restartPolicy == .onFailure && failed) else { return Step(status: status) }
        var status = status
        status["lastState"] = ["terminated": terminated]
        let delay = RestartBackOff.delay(status)
        if delay == .zero { return restart(status) }
        let message = "back-off \(delay.components.seconds)s restarting failed container=\(container.name)"
        status["state"] = ["waiting": ["reason": "CrashLoopBackOff", "message": .string(message)]]
        let event = PodEvent.warning("BackOff", "Back-off restarting failed container \(container.name)")
        return Step(status: status, wakeAt: restartTime(status), events: [event])
    }

    private func afterBackOff(_ status: JSONValue) -> Step {
        let time = restartTime(status)
        return now >= time ? restart(status) : Step(status: status, wakeAt: time)
    }

    private func restartTime(_ status: JSONValue) -> Timestamp {
        let ended = PodView.time(status[path: "lastState", "terminated", "finishedAt"]) ?? now
        return ended + RestartBackOff.delay(status)
    }

    private func restart(_ status: JSONValue) -> Step {
        var status = status
        status["restartCount"] = JSONValue((status["restartCount"]?.intValue ?? 0) &+ 1)
        return start(status, event: nil)
    }
}
