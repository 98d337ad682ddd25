import Base
import KubeCore
import Testing

@Suite struct ValueTests {
    @Test(arguments: [
        ("180", 180_000), ("500m", 500), ("0", 0), ("1.5", 1500), ("-2", -2000), ("32Gi", 34_359_738_368_000),
        ("1e3", 1_000_000), ("1E3", 1_000_000), ("1k", 1_000_000), ("100u", 1), ("1n", 1), (".5", 500), ("5.", 5000),
        ("+3", 3000), ("0.0001", 1), ("1Ki", 1_024_000), ("1e-3", 1), ("-100u", -1),
    ])
    func quantitiesInThousandthsAreRoundedUp(text: String, milli: Int64) {
        #expect(Quantity(text)?.milliValue == milli)
        #expect(Quantity(text)?.description == text)
    }

    @Test(arguments: [
        "", "m", "1.2.3", "1kk", "0x10", "1 ", " 1", "1e", "1e1000", "--1", "NaN", "9999999999999999999E", "1ki",
    ])
    func otherTextIsNoQuantity(text: String) {
        #expect(Quantity(text) == nil)
    }

    @Test func quantitiesCompareByValue() throws {
        let half = try #require(Quantity("500m"))
        #expect(half == Quantity("0.5"))
        #expect(half < (try #require(Quantity("1"))))
        #expect(Quantity("9223372036854775807")?.value == .max)
        #expect(Quantity("9223372036854775807")?.milliValue == nil)
        #expect(Quantity(milli: 1500).description == "1500m")
        #expect(Quantity(milli: 180_000).description == "180")
    }

    @Test(arguments: [
        ("1970-01-01T00:00:00Z", 0), ("2026-01-01T00:00:00Z", 1_767_225_600), ("2000-02-29T23:59:59Z", 951_868_799),
        ("1969-12-31T23:59:59Z", -1), ("2026-01-01T08:00:00+08:00", 1_767_225_600),
        ("2026-01-01T00:00:00.999999Z", 1_767_225_600),
    ])
    func timesAreReadInAnyOffset(text: String, seconds: Int64) {
        #expect(Timestamp(text)?.seconds == seconds)
    }

    @Test(arguments: [
        "", "2026", "2026-13-01T00:00:00Z", "2026-01-01", "2026-01-01T24:00:00Z", "2026-01-01T00:00:00",
        "2026-01-01T00:00:00.Z", "3000-01-01T00:00:00Z",
    ])
    func otherTextIsNoTime(text: String) {
        #expect(Timestamp(text) == nil)
    }

    @Test func timesRoundTrip() {
        let seed = UInt64.random(in: 0 ... .max)
        var generator = SplitMix64(seed: seed)
        for _ in 0..<2000 {
            let time = Timestamp(seconds: Int64.random(in: -9_000_000_000...9_000_000_000, using: &generator))
            #expect(Timestamp(time.description) == time, "seed \(seed)")
        }
        #expect(Timestamp(nanoseconds: 1_500_000).microTime == "1970-01-01T00:00:00.001500Z")
        #expect((Timestamp(seconds: 10) + .seconds(5)).since(Timestamp(seconds: 3)) == .seconds(12))
        #expect((Timestamp(nanoseconds: .max) + .seconds(5)).nanoseconds == .max)
    }

    @Test func aConditionKeepsItsTransitionTimeWhileItsStatusStays() {
        var conditions: [Condition] = []
        let start = Timestamp(seconds: 100)
        conditions.set(Condition(type: "Ready", status: .false, reason: "A", message: ""), now: start)
        conditions.set(Condition(type: "Ready", status: .false, reason: "B", message: ""), now: start + .seconds(5))
        #expect(conditions[type: "Ready"]?.lastTransitionTime == start)
        conditions.set(Condition(type: "Ready", status: .true, reason: "C", message: ""), now: start + .seconds(9))
        #expect(conditions[type: "Ready"]?.lastTransitionTime == start + .seconds(9))
        #expect(conditions.count == 1)
    }

    @Test func selectorsMatchAsTheServerDoes() {
        let selector = LabelSelector(
            matchLabels: ["a": "1"],
            matchExpressions: [
                .init(key: "b", operator: .in, values: ["x", "y"]), .init(key: "c", operator: .doesNotExist),
            ])
        #expect(selector.matches(["a": "1", "b": "x"]))
        #expect(!selector.matches(["a": "1", "b": "z"]))
        #expect(!selector.matches(["a": "1", "b": "x", "c": ""]))
        #expect(LabelSelector(matchExpressions: [.init(key: "b", operator: .notIn, values: ["x"])]).matches([:]))
        #expect(selector.queryText == "!c,a=1,b in (x,y)")
    }
}
