import Testing
import TrafficModel

@Suite struct TrafficShapeTests {
    typealias Point = TrafficShape.Point

    @Test func ratesGoInStraightLinesAndJumpWhereTwoPointsMeet() {
        let shape = TrafficShape(
            points: [
                Point(second: 0, rate: 10), Point(second: 4, rate: 30), Point(second: 4, rate: 2),
                Point(second: 6, rate: 2),
            ],
            periods: 2)
        let rates = shape.trace().seconds.map(\.requests)
        #expect(rates == [10, 15, 20, 25, 2, 2, 10, 15, 20, 25, 2, 2])
    }

    @Test func chanceKeepsTheMeanAndTheSeedTheTraffic() {
        for batch in [1.0, 370] {
            var shape = TrafficShape(points: [Point(second: 20_000, rate: 2000)], batch: batch, seed: 7)
            let trace = shape.trace()
            #expect(abs(trace.requests / 20_000 - 2000) < 40)
            let variance = trace.seconds.reduce(0) { $0 + ($1.requests - 2000) * ($1.requests - 2000) } / 20_000
            #expect(abs(variance / (2000 * batch) - 1) < 0.1)
            #expect(trace == shape.trace())
            shape.seed = 8
            #expect(trace != shape.trace())
        }
    }

    @Test func whatIsNoShapeIsNoTraffic() {
        #expect(TrafficShape(points: []).trace().seconds.isEmpty)
        #expect(TrafficShape(points: [Point(second: 0, rate: 1)]).trace().seconds.isEmpty)
        #expect(TrafficShape(points: [Point(second: 5, rate: -1)], periods: -3).trace().requests == 0)
    }
}
