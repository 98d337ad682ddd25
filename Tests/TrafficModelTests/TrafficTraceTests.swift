import Testing
import TrafficModel

@Suite struct TrafficTraceTests {
    @Test func arrivalsAreGatheredBySecond() throws {
        let trace = try TrafficTrace(
            csv: "TIMESTAMP,ContextTokens,GeneratedTokens\r\n2023-11-16 18:15:46.6805900,374,44\r\n"
                + "2023-11-16 18:15:47.1,626,156\r\n2023-11-16 18:15:48.9951690,396,109\r\n")
        #expect(
            trace.seconds == [
                TrafficSecond(requests: 2, promptTokens: 500, generatedTokens: 100), TrafficSecond(),
                TrafficSecond(requests: 1, promptTokens: 396, generatedTokens: 109),
            ])
    }

    @Test func ratesMayLeaveOutQuietSecondsAndTokens() throws {
        let trace = try TrafficTrace(csv: "second,requests\n1,2.5\n3,1\n", promptTokens: 10, generatedTokens: 5)
        let some = TrafficSecond(requests: 2.5, promptTokens: 10, generatedTokens: 5)
        let one = TrafficSecond(requests: 1, promptTokens: 10, generatedTokens: 5)
        #expect(trace.seconds == [TrafficSecond(), some, TrafficSecond(), one])
        let tokens = try TrafficTrace(csv: "second,requests,promptTokens,generatedTokens\n0,1,7,8\n")
        #expect(tokens.seconds == [TrafficSecond(requests: 1, promptTokens: 7, generatedTokens: 8)])
    }

    @Test(
        arguments: [
            ("", 1, "there is no traffic"), ("a,b\n1,2\n", 1, "the header should begin"),
            ("second,requests\n", 1, "there is no traffic"),
            ("second,requests\n0,1\n\n2,x\n", 4, "requests: 'x' is no number"),
            ("second,requests\n0,-1\n", 2, "requests: '-1'"), ("second,requests\n0,nan\n", 2, "requests: 'nan'"),
            ("second,requests\n0\n", 2, "it should have a second"),
            ("second,requests\n1e9,1\n", 2, "it is more than a year"),
            ("TIMESTAMP,ContextTokens,GeneratedTokens\nnoon,1,2\n", 2, "'noon' is no time"),
            ("TIMESTAMP,C,G\n2023-11-16 18:15:46,1,2\n2023-11-16 18:15:45,1,2\n", 3, "the times are not in order"),
            ("TIMESTAMP,C,G\n2023-11-16 18:15:46,1\n", 2, "it should have a time"),
        ] as [(String, Int, String)])
    func whatIsNoTraceIsToldWithItsLine(csv: String, line: Int, problem: String) throws {
        let error = try #require(throws: TraceError.self) { try TrafficTrace(csv: csv) }
        #expect(error.line == line)
        #expect(error.problem.hasPrefix(problem), "\(error)")
    }

    @Test func scalingMultipliesRequestsOnly() {
        let trace = TrafficTrace(seconds: [TrafficSecond(requests: 2, promptTokens: 10, generatedTokens: 5)])
        #expect(trace.scaled(by: 1.5).seconds == [TrafficSecond(requests: 3, promptTokens: 10, generatedTokens: 5)])
        #expect(trace.scaled(by: .nan).requests == 0)
        #expect(trace.scaled(by: -1).requests == 0)
    }
}
