import Autoscaling
import Base
import FoundationEssentials
import KubeCore
import Testing

@Suite struct ForecastPropertyTests {
    static let start = Timestamp(seconds: 1_767_225_600)
    static let horizon = Duration.seconds(130)

    /// Two weeks of samples a minute, at a load as high as counts.
    @Test func whatIsStoredIsSmallAndWholeAgain() throws {
        var forecaster = LoadForecaster()
        for minute in 0..<(14 * 1440) {
            forecaster.observe(
                (1 << 43) - Int64(minute % 1440), at: Self.start + .seconds(minute * 60), horizon: .seconds(3600))
        }
        let stored = try JSONEncoder().encode(forecaster)
        #expect(stored.count < 8192)
        // Not in the expectation: a failure would print it all.
        let isEqual = try JSONDecoder().decode(LoadForecaster.self, from: stored) == forecaster
        #expect(isEqual)
    }

    @Test(arguments: [
        "{}", #"{"scores":[]}"#, #"{"spans":{"newest":9223372036854775807,"values":[1],"sum":1,"count":1},"newest":1}"#,
        #"{"spans":{"newest":5,"values":[-9,9223372036854775807],"sum":9223372036854775807,"count":0},"newest":-5}"#,
        #"{"pending":[{"due":9223372036854775807,"loads":[1]}],"quarter":{"number":1,"sum":-1,"count":-1}}"#,
        #"{"pending":[[9223372036854775807,9223372036854775807,1,1,1,1,1,1]],"newest":1767225600}"#,
        #"{"profile":[1,2,3],"newest":-9223372036854775808}"#,
    ])
    func whatCannotHaveBeenStoredIsLeftOut(text: String) throws {
        var forecaster = try JSONDecoder().decode(LoadForecaster.self, from: Data(text.utf8))
        for second in 0..<1000 {
            forecaster.observe(5000, at: Self.start + .seconds(second), horizon: Self.horizon)
        }
        let forecast = forecaster.forecast(at: Self.start + .seconds(1000), horizon: Self.horizon)
        #expect(forecast?.expected == 5000)
    }

    /// Any numbers at any times: nothing traps, and a forecast is a load.
    @Test func extremesDoNotTrap() {
        for seed in (0..<60).map({ _ in UInt64.random(in: 0...(.max)) }) {
            var random = SplitMix64(seed: seed)
            var forecaster = LoadForecaster()
            let extremes: [Int64] = [.min, -1, 0, 1, 1 << 43, .max]
            for _ in 0..<300 {
                let isOdd = Int.random(in: 0..<10, using: &random) == 0
                let second = Int64.random(in: 0...4000, using: &random)
                let time =
                    isOdd
                    ? Timestamp(nanoseconds: .random(in: .min...(.max), using: &random))
                    : Self.start + .seconds(second)
                let load = extremes.randomElement(using: &random) ?? 0
                let horizon = Duration(
                    secondsComponent: isOdd ? .random(in: .min...(.max), using: &random) : 130,
                    attosecondsComponent: 0)
                forecaster.observe(load, at: time, horizon: horizon)
                if isOdd { forecaster.shift(by: horizon) }
                if let forecast = forecaster.forecast(at: time, horizon: horizon) {
                    #expect(forecast.expected >= 0 && forecast.upper >= forecast.expected, "seed \(seed)")
                }
            }
        }
    }
}
