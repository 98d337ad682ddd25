import Base
import HTTPTransport
import KubeCore
import MetricSources
import Testing

@Suite struct PrometheusSourceTests {
    let endpoint = PrometheusEndpoint(url: "http://prometheus:9090/")

    func read(_ body: String, status: Int = 200) async throws -> MetricResult {
        try await PrometheusSource(endpoint, query: "q", transport: ScriptedTransport(status: status, body)).read()
    }

    func failure(_ body: String, status: Int = 200) async throws -> String {
        let error = await #expect(throws: MetricSourceError.self) { _ = try await read(body, status: status) }
        return "\(try #require(error))"
    }

    func value(_ text: String) async throws -> Result<Int64, InvalidSample> {
        let body = #"{"status":"success","data":{"resultType":"scalar","result":[1.5,"\#(text)"]}}"#
        return try #require(try await read(body).samples.first).value
    }

    // MARK: - Requests

    @Test func aQueryIsAFormPostWithTheServersOwnTimeout() async throws {
        let transport = ScriptedTransport(#"{"status":"success","data":{"resultType":"vector","result":[]}}"#)
        var endpoint = PrometheusEndpoint(url: "https://p/prefix//", timeout: .milliseconds(2500), maxResponseBytes: 99)
        endpoint.tls.serverName = "inner"
        let query = #"sum(rate(x{a="b"}[1m])) > 1 & ü"#
        _ = try await PrometheusSource(endpoint, query: query, transport: transport).read()
        let request = try #require(transport.requests.first)
        #expect(request.method == "POST")
        #expect(request.url == "https://p/prefix/api/v1/query")
        #expect(request.headers["Content-Type"] == "application/x-www-form-urlencoded")
        #expect(request.headers["Authorization"] == nil)
        #expect(
            String(decoding: request.body ?? [], as: UTF8.self)
                == "query=sum%28rate%28x%7Ba%3D%22b%22%7D%5B1m%5D%29%29%20%3E%201%20%26%20%C3%BC&timeout=2500ms")
        #expect(request.timeout == .milliseconds(2500))
        #expect(request.maxResponseBytes == 99)
        #expect(request.tls.serverName == "inner")
    }

    @Test(arguments: [
        (PrometheusEndpoint.Authorization.bearer(Redacted("t0ken")), "Bearer t0ken"),
        (.basic(username: "u", password: Redacted("p:w")), "Basic dTpwOnc="),
    ])
    func credentialsGoIntoTheHeader(authorization: PrometheusEndpoint.Authorization, header: String) async throws {
        let transport = ScriptedTransport(#"{"status":"success","data":{"resultType":"vector","result":[]}}"#)
        let endpoint = PrometheusEndpoint(url: "http://p", authorization: authorization)
        _ = try await PrometheusSource(endpoint, query: "q", transport: transport).read()
        #expect(transport.requests.first?.headers["Authorization"] == header)
        #expect(!"\(endpoint)".contains("t0ken") && !"\(endpoint)".contains("p:w"))
    }

    @Test(arguments: [
        (PrometheusEndpoint(url: "prometheus:9090"), "http://"),
        (PrometheusEndpoint(url: "http://user:s3cret@p"), "authSecretRef"),
        (PrometheusEndpoint(url: "http://p?x=1"), "base URL"),
        (PrometheusEndpoint(url: "http://p#x"), "base URL"),
        (PrometheusEndpoint(url: "http://p", authorization: .bearer(Redacted("s3cret\r\nX: y"))), "bearer token"),
        (PrometheusEndpoint(url: "http://p", authorization: .bearer(Redacted(""))), "bearer token"),
        (
            PrometheusEndpoint(url: "http://p", authorization: .basic(username: "a:b", password: Redacted("s3cret"))),
            "colon"
        ),
    ])
    func aBadEndpointIsNamedAndNothingIsSent(endpoint: PrometheusEndpoint, hint: String) async throws {
        let transport = ScriptedTransport("")
        let error = await #expect(throws: MetricSourceError.self) {
            _ = try await PrometheusSource(endpoint, query: "q", transport: transport).read()
        }
        let message = "\(try #require(error))"
        #expect(message.contains(hint))
        #expect(!message.contains("s3cret"))
        #expect(transport.requests.isEmpty)
    }

    // MARK: - Results

    @Test func aVectorGivesASampleForEachSeries() async throws {
        let result = try await read(
            """
            {"status":"success","warnings":["slow"],"data":{"resultType":"vector","result":[
              {"metric":{"pod":"a"},"value":[1435781451.781,"1.5"]},{"metric":{},"value":[1435781452,"-2"]}]}}
            """)
        #expect(result.samples.map(\.value) == [.success(1500), .success(-2000)])
        #expect(
            result.samples.map(\.timestamp) == [
                Timestamp(nanoseconds: 1_435_781_451_781_000_000), Timestamp(seconds: 1_435_781_452),
            ])
        #expect(result.warnings == ["slow"])
    }

    @Test func anEmptyVectorIsEmpty() async throws {
        let result = try await read(#"{"status":"success","data":{"resultType":"vector","result":[]}}"#)
        #expect(result.isEmpty)
    }

    @Test func aRangeGivesTheLastSampleWithItsOwnTime() async throws {
        let result = try await read(
            #"{"status":"success","data":{"resultType":"matrix","result":[{"metric":{},"values":[[1,"1"],[2,"7"]]}]}}"#)
        #expect(result.samples == [MetricSample(value: .success(7000), timestamp: Timestamp(seconds: 2))])
    }

    @Test(
        arguments: [
            ("540", 540_000), ("540.0000000000001", 540_000), ("539.9999999999999", 540_000), ("0.0004999", 0),
            ("0.0005", 1), ("-0.0005", -1), ("-0", 0), ("0", 0), ("1e3", 1_000_000), ("1.5E-2", 15), ("5e-4", 1),
            ("5e-324", 0), ("+7", 7000), (".5", 500), ("5.", 5000), ("000.001", 1), ("0.10", 100),
            ("9223372036854775.807", Int64.max), ("-9223372036854775.807", -Int64.max),
            ("12345678901234.567", 12_345_678_901_234_567),
        ] as [(String, Int64)])
    func decimalsAreReadWithoutRoundingThroughADouble(text: String, milli: Int64) async throws {
        #expect(try await value(text) == .success(milli))
    }

    @Test(arguments: [
        ("NaN", InvalidSample.notANumber), ("+Inf", .infinite(isNegative: false)),
        ("-Inf", .infinite(isNegative: true)),
        ("9223372036854775.8075", .outOfRange("9223372036854775.8075")),
        ("9223372036854775.808", .outOfRange("9223372036854775.808")), ("1e300", .outOfRange("1e300")),
        ("", .malformed("")), ("abc", .malformed("abc")), ("1x", .malformed("1x")), ("1e", .malformed("1e")),
        (".", .malformed(".")), ("-", .malformed("-")), ("0x10", .malformed("0x10")), (" 1", .malformed(" 1")),
        ("1e99999999999999999999", .malformed("1e99999999999999999999")),
    ])
    func whatIsNoNumberOfThousandthsIsTyped(text: String, problem: InvalidSample) async throws {
        #expect(try await value(text) == .failure(problem))
    }

    /// 301 digits, as Prometheus writes 1e300.
    @Test func aVeryLongNumberIsOutOfRange() async throws {
        guard case .failure(.outOfRange(let text)) = try await value("1" + String(repeating: "0", count: 300)) else {
            Issue.record("expected out of range")
            return
        }
        #expect(text.count == 41)
    }

    // MARK: - Errors

    @Test(arguments: [
        (400, #"{"status":"error","errorType":"bad_data","error":"parse error: unexpected end"}"#, "parse error"),
        (422, #"{"status":"error","errorType":"execution","error":"many-to-many"}"#, "execution: many-to-many"),
        (503, #"{"status":"error","errorType":"timeout","error":"query timed out"}"#, "timed out"),
        (200, #"{"status":"error","errorType":"internal","error":"boom"}"#, "boom"),
        (302, "", "redirect"), (401, "no", "authSecretRef"), (403, "{}", "authSecretRef"),
        (404, "<html>", "prometheus.url"), (500, "", "gave no reason"),
        (200, "<html>", "not JSON"), (200, "", "not JSON"), (200, "[]", "gave no reason"),
        (200, #"{"status":"success"}"#, "resultType"),
        (200, #"{"status":"success","data":{"resultType":"string","result":[1,"a"]}}"#, "must be numbers"),
        (200, #"{"status":"success","data":{"resultType":"scalar","result":[1]}}"#, "pair"),
        (200, #"{"status":"success","data":{"resultType":"scalar","result":["1","2"]}}"#, "pair"),
        (200, #"{"status":"success","data":{"resultType":"scalar","result":[1e300,"2"]}}"#, "time"),
        (200, #"{"status":"success","data":{"resultType":"vector","result":{}}}"#, "not a list"),
        (
            200, #"{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"histogram":[1,{}]}]}}"#,
            "histogram"
        ),
    ])
    func badAnswersAreExplained(status: Int, body: String, hint: String) async throws {
        #expect(try await failure(body, status: status).contains(hint))
    }

    @Test func aLongErrorIsCut() async throws {
        let long = String(repeating: "x", count: 10_000)
        #expect(try await failure(#"{"status":"error","error":"\#(long)"}"#, status: 400).count < 400)
    }

    @Test func transportErrorsKeepTheirCause() async throws {
        let transport = ScriptedTransport { _ throws(TransportError) in throw TransportError(.timeout, "took too long")
        }
        let error = await #expect(throws: MetricSourceError.self) {
            _ = try await PrometheusSource(endpoint, query: "q", transport: transport).read()
        }
        guard case .transport(let cause) = error else {
            Issue.record("expected a transport error, got \(String(describing: error))")
            return
        }
        #expect(cause.kind == .timeout)
    }

    // MARK: - The samples' own time

    /// Answers two questions: `q` with a vector at the time of asking, `t` with `times`.
    private func read(times: String) async throws -> MetricResult {
        let transport = ScriptedTransport { request throws(TransportError) in
            let isTime = String(decoding: request.body ?? [], as: UTF8.self).hasPrefix("query=t&")
            let vector = isTime ? times : #"[{"metric":{},"value":[1800000000,"540"]}]"#
            let body = #"{"status":"success","data":{"resultType":"vector","result":\#(vector)}}"#
            return HTTPResponse(status: 200, body: Array(body.utf8))
        }
        return try await PrometheusSource(endpoint, query: "q", timestampQuery: "t", transport: transport).read()
    }

    @Test func aSecondQueryGivesTheTimeTheOldestCounts() async throws {
        let times = #"[{"value":[1800000000,"1799999990.5"]},{"value":[1800000000,"1799999000"]}]"#
        let result = try await read(times: times)
        #expect(result.samples.map(\.value) == [.success(540_000)])
        #expect(result.samples.map(\.timestamp) == [Timestamp(seconds: 1_799_999_000)])
    }

    @Test(arguments: [
        ("[]", "has no result"), (#"[{"value":[1,"NaN"]}]"#, "no time"), (#"[{"value":[1,"-5"]}]"#, "no time"),
        (#"[{"value":[1,"1799999990500000"]}]"#, "must be in seconds"), (#"[{"value":[1,"1e300"]}]"#, "no time"),
    ])
    func aTimeThatIsNoneIsAFailure(times: String, hint: String) async throws {
        let error = await #expect(throws: MetricSourceError.self) { _ = try await read(times: times) }
        #expect("\(try #require(error))".contains(hint))
    }

    @Test func questionsWithAndWithoutATimeAreDifferent() {
        let transport = ScriptedTransport("")
        let plain = PrometheusSource(endpoint, query: "q", transport: transport)
        let timed = PrometheusSource(endpoint, query: "q", timestampQuery: "t", transport: transport)
        #expect(plain.identity != timed.identity)
    }

    @Test(arguments: [
        "rps", " rps ", "job:rps:sum", #"rps{a="b"}"#, #"{__name__="rps"}"#, #"rps{a="}",b=~'[^"]+'}"#,
        #"rps{a="\"}"}"#,
        "rps{a=`\\`}", "nano", "rps{}",
    ])
    func aSelectorIsAskedForItsTime(query: String) {
        #expect(PromQLSelector(query)?.timestampQuery == "timestamp(\(query))")
    }

    @Test(arguments: [
        "", "  ", "1", "1.5", "NaN", "inf", "sum(rps)", "rate(rps[1m])", "rps[1m]", "rps offset 5m", "rps + rps",
        "-rps",
        "rps{", #"rps{a="b}"#, #"rps{a="b"} > 1"#, "rps @ 1", "rps{}{}", "\"rps\"",
    ])
    func whatIsComputedHasNoTimeOfItsOwn(query: String) { #expect(PromQLSelector(query) == nil) }
}
