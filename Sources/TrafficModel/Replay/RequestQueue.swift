/// Requests that wait for a place in a batch, in order of arrival, a second's arrivals at a time.
struct RequestQueue {
    struct Cohort {
        var second: Int
        var traffic: TrafficSecond
        /// Seconds of a pod's time that each request costs.
        var cost: Double
    }

    private var cohorts: [Cohort] = []
    private var first = 0

    var requests: Double { cohorts[first...].reduce(0) { $0 + $1.traffic.requests } }

    mutating func add(_ cohort: Cohort) {
        if cohort.traffic.requests > 0 { cohorts.append(cohort) }
    }

    /// Takes what `budget` seconds of pods' time serve; `served` gets each cohort with the requests of it that were.
    /// Returns the seconds that were used.
    mutating func serve(budget: Double, _ served: (Cohort, Double) -> Void) -> Double {
        var left = budget
        while first < cohorts.count, left > 0 {
            let cohort = cohorts[first]
            let affordable = left / cohort.cost
            guard affordable < cohort.traffic.requests else {
                left -= cohort.traffic.requests * cohort.cost
                served(cohort, cohort.traffic.requests)
                first += 1
                continue
            }
            cohorts[first].traffic.requests -= affordable
            served(cohort, affordable)
            left = 0
        }
        compact()
        return budget - max(left, 0)
    }

    /// Takes out those that came before `second`: their clients gave up.
    mutating func giveUp(before second: Int) -> Double {
        var lost = 0.0
        while first < cohorts.count, cohorts[first].second < second {
            lost += cohorts[first].traffic.requests
            first += 1
        }
        compact()
        return lost
    }

    /// Frees what was served, now and then, so that a queue is not moved with every second.
    private mutating func compact() {
        guard first > 1024, first * 2 > cohorts.count else { return }
        cohorts.removeFirst(first)
        first = 0
    }
}
