import KubeCore
import PodModel
import Testing

@Suite struct LoadTests {
    private let profile = ServingProfile(requestsPerSecond: 200, maxConcurrent: 100, slowdown: 1, queueLimit: 50)

    @Test func aProfileServesItsRate() {
        #expect(abs(profile.capacity - 200) < 1e-6)
        #expect(abs(profile.latency(inFlight: 0) - 0.25) < 1e-9)
        #expect(abs(profile.latency(inFlight: 100) - 0.5) < 1e-9)
    }

    @Test(arguments: [0.0, 1, 50, 100, 180, 199, 200])
    func belowItsCapacityAPodObeysLittlesLaw(rate: Double) {
        var load = PodLoad()
        load.advance(offeredRPS: rate, for: .seconds(1), profile: profile)
        #expect(load.servedRPS == rate)
        #expect(load.refusedRPS == 0)
        #expect(abs(load.running - rate * profile.latency(inFlight: load.running)) < 1e-6)
        #expect(abs(load.gpuUtilization - rate / 200) < 1e-9)
    }

    @Test func aboveItsCapacityItQueuesAndThenRefuses() {
        var load = PodLoad()
        load.advance(offeredRPS: 240, for: .seconds(1), profile: profile)
        #expect(abs(load.waiting - 40) < 1e-6)
        #expect(load.refusedRPS == 0)
        load.advance(offeredRPS: 240, for: .seconds(1), profile: profile)
        #expect(abs(load.waiting - 50) < 1e-6)
        #expect(abs(load.refusedRPS - 30) < 1e-6)
        #expect(load.gpuUtilization == 1)
        #expect(load.requestsInFlight == 150)
    }

    @Test(arguments: [Double.nan, .infinity, -5])
    func numbersFromOutsideCountAsNoLoad(rate: Double) {
        var load = PodLoad()
        load.advance(offeredRPS: rate, for: .seconds(1), profile: profile)
        #expect(load.servedRPS == 0)
        #expect(load.requestsInFlight == 0)
    }

    @Test func trafficMovesToThePodsThatAreReadyAndDrainsFromTheOthers() {
        var spread = TrafficSpread(profile: profile)
        spread.advance(offeredRPS: 300, readyPods: ["a", "b"], for: .seconds(1))
        #expect(abs(spread.servedRPS - 300) < 1e-6)
        #expect(spread.requestsInFlight(atPod: "b") > 0)
        spread.advance(offeredRPS: 150, readyPods: ["a"], for: .milliseconds(100))
        #expect(spread.requestsInFlight(atPod: "b") > 0, "what runs ends no faster than the engine is")
        spread.advance(offeredRPS: 150, readyPods: ["a"], for: .seconds(1))
        #expect(spread.requestsInFlight(atPod: "b") == 0)
        spread.advance(offeredRPS: 150, readyPods: [String](), for: .seconds(1))
        #expect(spread.unservedRPS == 150)
    }
}
