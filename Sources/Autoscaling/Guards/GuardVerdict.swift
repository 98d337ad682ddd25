internal import KubeCore

/// What all guards together ask for at one tick.
///
/// A guard that is exceeded asks for one step more than there is, once in the time that a pod takes to be ready: until the
/// pods of the last step serve, nobody knows whether they are enough. In between it keeps what there is, as it does where
/// the load would exceed it with a step less. It never asks for fewer.
struct GuardVerdict {
    private(set) var traces: [GuardTrace] = []
    private(set) var events: [AutoscalerEvent] = []
    /// The least that the guards ask for; nil when none of them has a say.
    private(set) var floor: Int32?
    /// Why more is asked for than there is.
    private(set) var reason: String?

    private let observation: Observation

    init(_ guards: [LoadGuard], _ observation: Observation, lastStep: Timestamp?) {
        self.observation = observation
        let current = observation.specReplicas
        guard !guards.isEmpty, current > 0 else { return }
        let step = Self.step(of: current)
        let mayStep = lastStep.map { observation.now.since($0) >= observation.coldStart } ?? true
        for (index, guardLimit) in guards.enumerated() {
            let readings = observation.guardReadings
            let reading = index < readings.count ? readings[index] : .failed("it was not read")
            let load = load(guardLimit, reading)
            guard load.isKept(without: step, of: current) else { continue }
            let isStep = load.isExceeded && mayStep
            floor = max(floor ?? 0, isStep ? current.addingClamped(step) : current)
            if isStep, reason == nil, let value = load.value {
                let limit = Quantity(milli: guardLimit.maxMilli)
                reason = "guard \(guardLimit.name) at \(Quantity(milli: value)), above \(limit)"
            }
        }
    }

    /// One pod, or a tenth of many.
    static func step(of replicas: Int32) -> Int32 { max(1, replicas / 10) }

    /// A guard's load, set against its limit.
    private struct Load {
        /// As it counts now, thousandths; nil where it could not be read.
        var value: Int64?
        /// The load times the replicas that share it, thousandths; 0 where there is nothing.
        var total: Double
        var limit: Double
        var isExceeded = false

        /// Whether the replicas must not get fewer by a step. A load that cannot be read keeps them.
        func isKept(without step: Int32, of current: Int32) -> Bool {
            guard value != nil else { return total > 0 }
            return isExceeded || total > limit * Double(current - step)
        }
    }

    private mutating func load(_ guardLimit: LoadGuard, _ reading: GuardReading) -> Load {
        var trace = GuardTrace(name: guardLimit.name, maxMilli: guardLimit.maxMilli)
        var load = Load(value: nil, total: 0, limit: Double(guardLimit.maxMilli))
        let current = Double(observation.specReplicas)
        switch reading {
        case .shared(let sum, let pods) where pods > 0:
            // Pods that could not be read are taken to be like the others.
            load.total = Double(sum) / Double(pods) * Double(max(observation.readyReplicas, pods))
            set(load.total / max(current, Double(observation.readyReplicas)), &load, &trace)
        case .whole(let milli):
            load.total = Double(milli) * current
            set(Double(milli), &load, &trace)
        case .shared, .none:
            break
        case .failed(let cause):
            trace.failure = cause
            load.total = .infinity
            events.append(
                AutoscalerEvent(
                    type: .warning, reason: "FailedGetGuardMetric",
                    message: "guard \(guardLimit.name) cannot be read, and keeps the replicas from falling: \(cause)"))
        }
        traces.append(trace)
        return load
    }

    private func set(_ value: Double, _ load: inout Load, _ trace: inout GuardTrace) {
        load.value = Int64(exactly: value.rounded(.up)) ?? .max
        load.isExceeded = value > load.limit
        trace.valueMilli = load.value
        trace.isExceeded = load.isExceeded
    }
}

extension Int32 {
    fileprivate func addingClamped(_ other: Int32) -> Int32 { Int32(clamping: Int64(self) + Int64(other)) }
}
