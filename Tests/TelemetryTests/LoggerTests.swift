import Base
import FoundationEssentials
import Telemetry
import Testing

/// Keeps lines for a test to look at.
final class RecordingSink: LogSink {
    private let recorded = Lock<[String]>([])
    var lines: [String] { recorded.withLock { $0 } }
    func write(_ line: [UInt8]) { recorded.withLock { $0.append(String(decoding: line, as: UTF8.self)) } }
}

@Suite struct LoggerTests {
    let sink = RecordingSink()

    func logger(_ level: LogLevel = .debug, _ format: LogFormat = .text) -> Logger {
        Logger(level: level, format: format, sink: sink, now: { 1_767_225_600_250_000_000 })
    }

    @Test func textHasTimeLevelNameMessageAndFieldsInOrder() {
        let log = logger().named("operator").named("scaling").with(["cluster": "default/r1"])
        log.info("scaled", ["from": 1, "to": 3, "ratio": 1.5, "paused": false, "at": String?.none])
        #expect(
            sink.lines == [
                "2026-01-01T00:00:00.250Z info operator.scaling scaled cluster=default/r1 from=1 to=3 ratio=1.5 "
                    + "paused=false at=null\n"
            ])
    }

    @Test func jsonIsOneObjectWithTypedFields() throws {
        logger(.info, .json).named("a").error(
            "broke\n", error: CancellationError(), ["n": 3, "x": Double.nan, "msg": "mine"])
        let line = try #require(sink.lines.first)
        #expect(
            line == #"{"ts":"2026-01-01T00:00:00.250Z","level":"error","logger":"a","msg":"broke\n","n":3,"x":"nan","#
                + #""msg_":"mine","error":"CancellationError()"}"# + "\n")
    }

    @Test func fieldsGivenAgainReplaceTheEarlierOnes() {
        logger().with(["a": 1, "b": 2]).with(["a": 3]).info("m", ["b": 4])
        #expect(sink.lines == ["2026-01-01T00:00:00.250Z info m a=3 b=4\n"])
    }

    @Test(arguments: LogLevel.allCases, LogLevel.allCases)
    func linesBelowTheLevelAreDroppedAndNotEvaluated(level: LogLevel, line: LogLevel) {
        var evaluated = 0
        func message() -> String {
            evaluated += 1
            return "m"
        }
        logger(level).log(line, message())
        #expect(evaluated == (line >= level ? 1 : 0))
        #expect(sink.lines.count == evaluated)
    }

    @Test(
        arguments: LogFormat.allCases,
        ["a\nb", "\r\n", "\u{1b}[31mred", "\u{2028}", "\u{0}", "\"q\"=\\", "", "\u{85}", "π😀", "a\tb"])
    func aLineNeverSplits(format: LogFormat, text: String) throws {
        logger(.debug, format).named(text).info(text, [text: text, "error": text])
        let line = try #require(sink.lines.first)
        #expect(sink.lines.count == 1)
        #expect(line.hasSuffix("\n"))
        let controls = line.dropLast().unicodeScalars.filter {
            $0.value < 0x20 || (0x7F...0x9F).contains($0.value) || $0.value == 0x2028
        }
        #expect(controls.isEmpty)
        if format == .json {
            let object = try JSONDecoder().decode([String: String].self, from: Data(line.utf8))
            #expect(object["msg"] == text)
            #expect(object["error"] == text)
        }
    }

    @Test(arguments: LogFormat.allCases)
    func longValuesAndLongLinesAreCut(format: LogFormat) throws {
        let long = String(repeating: "é", count: 50_000)
        logger(.debug, format).info(long, ["a": long, "b": long, "c": long, "d": long])
        let line = try #require(sink.lines.first)
        #expect(line.utf8.count < 16 * 1024)
        #expect(line.contains("…(100000 bytes)"))
        #expect(line.contains(format == .text ? "truncated=true" : "\"truncated\":true"))
    }

    @Test func secretsAreRedactedHoweverTheyArePrinted() {
        let token = Redacted("s3cret")
        logger().info("token is \(token)", ["token": token])
        var dumped = ""
        dump([token], to: &dumped)
        let all = sink.lines.joined() + dumped + String(reflecting: token) + String(describing: ["k": token])
        #expect(!all.contains("s3cret"))
        #expect(sink.lines == ["2026-01-01T00:00:00.250Z info token is [redacted] token=[redacted]\n"])
        #expect(token.exposed == "s3cret")
    }

    @Test(arguments: [("INFO", LogLevel.info), ("warn", .warning), ("Warning", .warning), ("error", .error)])
    func levelsAreReadByName(text: String, level: LogLevel) { #expect(LogLevel(text) == level) }

    @Test func anUnknownLevelIsNoLevel() { #expect(LogLevel("loud") == nil) }

    @Test(arguments: [(-1, "1969-12-31T23:59:59.999Z"), (4_102_444_799_999_000_000, "2099-12-31T23:59:59.999Z")])
    func timesAreUTC(nanoseconds: Int64, text: String) {
        Logger(sink: sink, now: { nanoseconds }).info("m")
        #expect(sink.lines == ["\(text) info m\n"])
    }
}
