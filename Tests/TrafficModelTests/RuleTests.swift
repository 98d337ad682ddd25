import Testing
import TrafficModel

@Suite struct RuleTests {
    func view(_ second: Int, ready: Int, replicas: Int? = nil, _ history: ArrivalHistory) -> FleetView {
        FleetView(
            second: second, replicas: replicas ?? ready, ready: ready, rate: history.mean(over: 30), history: history)
    }

    func history(_ rates: Double...) -> ArrivalHistory {
        var history = ArrivalHistory(capacity: 60)
        for rate in rates { history.add(rate) }
        return history
    }

    @Test func theMeanIsOverWhatIsKnown() {
        #expect(history().latest == 0 && history().mean(over: 5) == 0)
        #expect(history(1, 2, 6).mean(over: 2) == 4 && history(1, 2, 6).mean(over: 60) == 3)
        var long = ArrivalHistory(capacity: 3)
        for rate in 1...5 { long.add(Double(rate)) }
        #expect(long.mean(over: 60) == 4 && long.latest == 5)
    }

    @Test func knativePanicsAtTwiceTheLoadAndDoesNotShrinkUntilItIsOver() {
        var rule = KPARule(target: 10, bounds: 1...100)
        var history = ArrivalHistory(capacity: 60)
        for _ in 0..<60 { history.add(10) }
        #expect(rule.decide(view(0, ready: 1, history)) == 1)
        for _ in 0..<6 { history.add(40) }
        // 40 in the panic window; 13 in the stable one, which alone would say 2.
        #expect(rule.decide(view(6, ready: 1, history)) == 4)
        for _ in 0..<60 { history.add(10) }
        #expect(rule.decide(view(66, ready: 4, history)) == 4)
        #expect(rule.decide(view(68, ready: 4, history)) == 2)
        #expect(rule.decide(view(70, ready: 2, history)) == 1)
    }

    @Test func knativeStartsInPanicSoThatAnEmptyHistoryShrinksNothing() {
        var rule = KPARule(target: 10, bounds: 1...100)
        #expect(rule.decide(view(0, ready: 8, history(0))) == 8)
        #expect(rule.decide(view(60, ready: 8, history(0))) == 8)
        #expect(rule.decide(view(62, ready: 8, history(0))) == 4)
    }

    @Test func theInstantRuleKeepsWhatItNeeded() {
        var rule = InstantRule(target: 10, bounds: 1...5, holdSeconds: 3)
        let needed = [(0, 35.0), (1, 5.0), (2, 5.0), (3, 5.0), (4, 999.0)].map {
            rule.decide(view($0, ready: 1, history($1)))
        }
        #expect(needed == [4, 4, 4, 1, 5])
    }
}
