import FoundationEssentials
import KubeCore
import Testing

@testable import Autoscaling

@Suite struct ForecastTests {
    static let start = Timestamp(seconds: 1_767_225_600)
    static let horizon = Duration.seconds(300)

    /// A forecaster that has seen this load, thousandths, every five seconds.
    static func forecaster(_ seconds: Int, _ load: (Int) -> Double) -> LoadForecaster {
        var forecaster = LoadForecaster()
        for second in stride(from: 0, through: seconds, by: 5) {
            forecaster.observe(Int64(load(second)), at: start + .seconds(second), horizon: horizon)
        }
        return forecaster
    }

    static func forecast(_ seconds: Int, _ load: (Int) -> Double) -> LoadForecast? {
        forecaster(seconds, load).forecast(at: start + .seconds(seconds), horizon: horizon)
    }

    @Test func aSteadyLoadStays() throws {
        let forecast = try #require(Self.forecast(3600) { _ in 100_000 })
        #expect(forecast.expected == 100_000)
        #expect(forecast.upper < 102_000)
    }

    @Test func aRampIsFollowedToTheHorizon() throws {
        // 100 at first, and after ten minutes 10 more each minute, for ten.
        let forecast = try #require(Self.forecast(1200) { 100_000 + max(0, Double($0 - 600)) * 1000 / 6 })
        #expect((230_000...270_000).contains(forecast.expected), "\(forecast)")
    }

    @Test func aFallingLoadIsExpectedToBeAsHighAsNow() throws {
        let forecast = try #require(Self.forecast(1200) { 300_000 - Double($0) * 100 })
        #expect((175_000...185_000).contains(forecast.expected), "\(forecast)")
    }

    /// One sample ten times as high as the rest, at any time in the last ten minutes.
    @Test(arguments: [0, 5, 30, 120, 600])
    func aSpikeDoesNotFlingTheForecast(ago: Int) throws {
        let forecast = try #require(Self.forecast(3600) { $0 == 3600 - ago ? 1_000_000 : 100_000 })
        #expect(forecast.expected < 160_000, "\(forecast)")
    }

    /// The load doubles; the metric, a mean over a minute, climbs for a minute. After ten seconds it is known where to.
    @Test func aJumpIsSeenBeforeTheMetricShowsIt() throws {
        let forecast = try #require(Self.forecast(1810) { 100_000 * (1 + min(max(Double($0 - 1800) / 60, 0), 1)) })
        #expect((190_000...210_000).contains(forecast.expected), "\(forecast)")
    }

    /// The load grows fourfold. Half of what was missing is asked for on top, for the queue that grows until pods are ready,
    /// and for a minute more; then what there is is enough: a jump does not go on, and says nothing of forecasts.
    @Test(arguments: [(15, 550), (60, 550), (300, 550), (400, 550), (430, 400), (900, 400)])
    func aJumpAsksForItsQueueOnTop(after: Int, upper: Double) throws {
        let forecast = try #require(Self.forecast(1800 + after, Self.jump))
        #expect((0.95...1.05).contains(Double(forecast.upper) / (upper * 1000)), "\(forecast)")
        #expect((0.95...1.05).contains(Double(forecast.expected) / 400_000), "\(forecast)")
    }

    /// A metric that was away for two minutes comes back as a jump, and the pods are there. Half of them were: half of the
    /// rest is missing.
    @Test(arguments: [(400_000, 400), (250_000, 475), (0, 550)])
    func whatIsServedIsNotMissing(served: Double, upper: Double) throws {
        var forecaster = LoadForecaster()
        for second in stride(from: 0, through: 1860, by: 5) {
            let time = Self.start + .seconds(second)
            forecaster.observe(Int64(Self.jump(second)), at: time, horizon: Self.horizon, served: served)
        }
        let forecast = try #require(forecaster.forecast(at: Self.start + .seconds(1860), horizon: Self.horizon))
        #expect((0.95...1.05).contains(Double(forecast.upper) / (upper * 1000)), "\(forecast)")
    }

    /// As a mean over a minute shows it.
    private static func jump(_ second: Int) -> Double { 100_000 * (1 + 3 * min(max(Double(second - 1800) / 60, 0), 1)) }

    @Test func aJumpIsRememberedOverARestart() throws {
        let forecaster = Self.forecaster(1900, Self.jump)
        let stored = try JSONEncoder().encode(forecaster)
        let restored = try JSONDecoder().decode(LoadForecaster.self, from: stored)
        #expect(restored.surge == forecaster.surge && restored.surge != nil)
        let now = Self.start + .seconds(1900)
        #expect(
            restored.forecast(at: now, horizon: Self.horizon) == forecaster.forecast(at: now, horizon: Self.horizon))
    }

    /// What nobody can have stored so.
    @Test(arguments: [#""milli":-1"#, #""milli":1e300"#, #""until":9223372036854775807"#, #""second":"now""#])
    func aBadMemoryOfAJumpIsLeftOut(field: String) throws {
        var stored = try JSONValue(encoding: Self.forecaster(1900, Self.jump))
        var surge = try #require(stored["surge"]?.objectValue)
        surge.merge(try #require(JSONValue(parsing: Array("{\(field)}".utf8)).objectValue)) { $1 }
        stored["surge"] = .object(surge)
        let restored = try JSONDecoder().decode(LoadForecaster.self, from: Data(stored.serialized()))
        #expect(restored.surge == nil)
        #expect(restored.forecast(at: Self.start + .seconds(1900), horizon: Self.horizon) != nil)
    }

    /// Growth that goes on is a ramp, however steep: it is followed.
    @Test func aRampIsNoJump() throws {
        let forecast = try #require(Self.forecast(2100) { 100_000 * (1 + max(Double($0 - 1800) / 60, 0)) })
        #expect(forecast.expected > 700_000, "\(forecast)")
    }

    @Test func whatIsOldOrNewIsNoForecast() {
        let forecaster = Self.forecaster(3600) { _ in 1000 }
        #expect(forecaster.forecast(at: Self.start + .seconds(3600 + 301), horizon: Self.horizon) == nil)
        #expect(LoadForecaster().forecast(at: Self.start, horizon: Self.horizon) == nil)
        #expect(Self.forecast(60) { _ in 1000 } == nil)
    }

    /// Four days that double in half an hour from eight on; on the fifth the forecast knows it before it begins.
    @Test func aSeasonIsKnownAfterSomeDays() throws {
        let day = 86_400
        func load(_ second: Int) -> Double {
            let hour = Double(second % day) / 3600
            return 100_000 * (1 + min(max((hour - 8) * 2, 0), 1) - min(max((hour - 18) * 2, 0), 1))
        }
        let before = try #require(Self.forecast(4 * day + 28_800, load))
        #expect(before.expected > 105_000 && before.method == "season", "\(before)")
        let night = try #require(Self.forecast(4 * day + 10_000, load))
        #expect(night.upper < 110_000, "\(night)")
    }

    /// Samples twice, out of order or not at all for minutes change little.
    @Test func oddSamplingIsBorne() throws {
        var forecaster = LoadForecaster()
        for second in stride(from: 0, through: 3600, by: 5) where !(2000..<2300).contains(second) {
            let time = Self.start + .seconds(second)
            forecaster.observe(100_000, at: time, horizon: Self.horizon)
            forecaster.observe(100_000, at: time, horizon: Self.horizon)
            if second % 100 == 0 { forecaster.observe(900_000, at: time - .seconds(600), horizon: Self.horizon) }
        }
        let forecast = try #require(forecaster.forecast(at: Self.start + .seconds(3600), horizon: Self.horizon))
        #expect(forecast.expected == 100_000)
    }

    @Test(arguments: [-7200, -90, 90, 7200])
    func aClockThatWasSetMovesWhatIsKnown(jump: Int) throws {
        var forecaster = Self.forecaster(3600) { _ in 100_000 }
        let now = Self.start + .seconds(3600 + jump)
        forecaster.shift(by: .seconds(jump))
        #expect(forecaster.forecast(at: now, horizon: Self.horizon)?.expected == 100_000)
    }
}
