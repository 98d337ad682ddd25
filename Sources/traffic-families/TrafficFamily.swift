import Base
import Glibc
import TrafficModel

/// A family of made traffic: a seed gives its own rates, and arrivals by chance around them.
struct TrafficFamily: Sendable {
    var name: String
    /// Rates as multiples of the mean, a second each.
    var rates: @Sendable (inout SplitMix64) -> [Double]

    /// - Parameters:
    ///   - mean: requests a second.
    ///   - restlessness: how far a second's arrivals are off their rate, as a share of the mean; 0 leaves chance alone.
    func trace(seed: UInt64, mean: Double, restlessness: Double) -> TrafficTrace {
        var random = SplitMix64(seed: seed)
        let rates = rates(&random)
        let scale = mean * Double(rates.count) / max(rates.reduce(0, +), 1e-9)
        // Requests that come together: a variance as many times that of single ones.
        let batch = max(restlessness * restlessness * mean, 1)
        return TrafficTrace(
            seconds: rates.map { rate in
                let expected = max(rate, 0) * scale / batch
                return TrafficSecond(
                    requests: batch * Double(random.poisson(expected)), promptTokens: 1155, generatedTokens: 211)
            })
    }
}

extension TrafficFamily {
    /// Those that the forecast was developed on.
    static let developed = [
        TrafficFamily(name: "ramp") { random in
            let base = 1.0
            let top = base * random.between(2, 6)
            return line([
                (0, base), (1200, base), (Int(random.between(600, 3600)), top), (Int(random.between(600, 2400)), top),
                (Int(random.between(600, 3600)), base), (1200, base),
            ])
        },
        TrafficFamily(name: "walk") { random in
            walk(seconds: 14_400, minutes: random.between(20, 120), deviation: random.between(0.3, 0.6), &random)
        },
        TrafficFamily(name: "day") { random in
            let amplitude = random.between(0.4, 0.8)
            let period = random.between(4, 24) * 3600
            let drift = walk(seconds: Int(2 * period), minutes: 60, deviation: 0.05, &random)
            return drift.enumerated().map { $1 * (1 - amplitude * cos(2 * .pi * Double($0) / period)) }
        },
        TrafficFamily(name: "office") { random in
            let night = random.between(0.1, 0.4)
            let rise = Int(random.between(900, 3600))
            let lunch = random.between(0.6, 0.9)
            return (0..<3).flatMap { _ in
                let height = random.between(0.9, 1.1)
                return line([
                    (0, night), (28_800 - rise, night), (rise, height), (12_000, height), (1200, height * lunch),
                    (2400, height * lunch), (1200, height), (18_000, height), (rise, night), (22_800 - rise, night),
                ])
            }
        },
        TrafficFamily(name: "restless") { random in
            let slow = walk(seconds: 10_800, minutes: 60, deviation: random.between(0.1, 0.3), &random)
            let fast = walk(
                seconds: 10_800, minutes: random.between(1, 5), deviation: random.between(0.05, 0.2), &random)
            return zip(slow, fast).map { $0 * $1 }
        },
    ]

    /// Those that it was only judged on.
    static let heldOut = [
        TrafficFamily(name: "sawtooth") { random in
            (0..<4).flatMap { _ in
                line([(0, 1), (Int(random.between(1200, 4800)), random.between(2, 5)), (120, 1), (600, 1)])
            }
        },
        TrafficFamily(name: "waves") { random in
            let parts = (0..<3).map { _ in
                (period: random.between(1200, 7200), height: random.between(0.1, 0.3), phase: random.between(0, 6))
            }
            return (0..<14_400).map { second in
                parts.reduce(1) { $0 + $1.height * sin($1.phase + 2 * .pi * Double(second) / $1.period) }
            }
        },
        TrafficFamily(name: "slopes") { random in
            var points = [(0, 1.0)]
            for _ in 0..<12 { points.append((Int(random.between(300, 2400)), random.between(0.3, 2))) }
            return line(points)
        },
        TrafficFamily(name: "launch") { random in
            let growth = random.between(900, 2700)
            let decay = random.between(1800, 7200)
            return (0..<14_400).map { second in
                let time = Double(second) - 1800
                if time < 0 { return 1 }
                let peak = 4 * growth
                return time < peak ? min(exp(time / growth * 0.35), 4.06) : 1 + 3.06 * exp((peak - time) / decay)
            }
        },
        TrafficFamily(name: "two-peaks") { random in
            let second = random.between(0.5, 1.2)
            return (0..<3).flatMap { _ in
                line([
                    (0, 0.3), (21_600, 0.3), (5400, 1.2), (7200, 1), (10_800, 0.8), (7200, 1.2 * second), (7200, 1),
                    (12_600, 0.3), (14_400, 0.3),
                ])
            }
        },
        TrafficFamily(name: "gusts") { random in
            var rates = walk(seconds: 14_400, minutes: 40, deviation: 0.25, &random)
            for _ in 0..<10 {
                let start = Int(random.between(0, 14_000))
                let height = random.between(1.3, 3)
                for second in start..<min(start + Int(random.between(20, 900)), rates.count) { rates[second] *= height }
            }
            return rates
        },
    ]

    /// Straight lines; each point with the seconds since the one before it.
    private static func line(_ points: [(after: Int, rate: Double)]) -> [Double] {
        zip(points, points.dropFirst()).flatMap { from, to in
            (0..<to.after).map { from.rate + (to.rate - from.rate) * Double($0) / Double(to.after) }
        }
    }

    /// exp of an Ornstein-Uhlenbeck process that forgets within so many minutes.
    private static func walk(
        seconds: Int, minutes: Double, deviation: Double, _ random: inout SplitMix64
    ) -> [Double] {
        let keep = exp(-1 / (minutes * 60))
        var value = deviation * random.normal()
        return (0..<seconds).map { _ in
            value = value * keep + deviation * (1 - keep * keep).squareRoot() * random.normal()
            return exp(value)
        }
    }
}

extension SplitMix64 {
    fileprivate mutating func between(_ low: Double, _ high: Double) -> Double { low + (high - low) * unit() }
}
