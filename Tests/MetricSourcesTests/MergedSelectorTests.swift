import Testing

@testable import MetricSources

@Suite struct MergedSelectorTests {
    // MARK: - What can be merged

    /// The shape and the values as `metric|label=value|…`.
    @Test(arguments: [
        (#"rps{a="1"}"#, "rps|a=1"), (#" job:rps:sum { b = 'x' , a = `y` , } "#, "job:rps:sum|a=y|b=x"),
        (#"rps{a="\"\\\n\r\t'"}"#, "rps|a=\"\\\n\r\t'"), (#"rps{a='\'"'}"#, #"rps|a='""#),
        (#"rps{a=`\n`}"#, #"rps|a=\n"#),
        ("rps{a=`x\ny`}", "rps|a=x\ny"), (#"rps{a="深度求索 é }"}"#, "rps|a=深度求索 é }"), ("rps{\n\ta=\"1\"\n}\n", "rps|a=1"),
        (#"rps{inf="1"}"#, "rps|inf=1"), (#"infra{_0="1"}"#, "infra|_0=1"),
    ])
    func aSelectorIsRead(query: String, expected: String) throws {
        let selector = try #require(EqualitySelector(query))
        let labels = zip(selector.shape.labels, selector.values).map { "\($0)=\(String(decoding: $1, as: UTF8.self))" }
        #expect(([selector.shape.metric] + labels).joined(separator: "|") == expected)
    }

    @Test(arguments: [
        // No label, no name, or the name as a label.
        "", "rps", "rps{}", #"{a="1"}"#, #"{__name__="rps",a="1"}"#, #"rps{__name__="rps",a="1"}"#, #"{"rps",a="1"}"#,
        // A label that is named twice, an empty value, other matchers.
        #"rps{a="1",a="2"}"#, #"rps{a="1",a="1"}"#, #"rps{a=""}"#, #"rps{a="1",b=""}"#, #"rps{a=~"1"}"#,
        #"rps{a!="1"}"#,
        #"rps{a!~"1"}"#, #"rps{a="1",b=~"2"}"#,
        // What Prometheus refuses, or another server reads in another way.
        #"rps{a="1"#, #"rps{a="1}"#, #"rps{a="1" b="2"}"#, #"rps{,a="1"}"#, #"rps{a="1",,}"#, #"rps{a:b="1"}"#,
        #"rps{0="1"}"#,
        #"rps{a=1}"#, #"rps{a="\'"}"#, #"rps{a="\x41"}"#, #"rps{a="\u0041"}"#, #"rps{a="\101"}"#, #"rps{a="\q"}"#,
        #"rps{a="\"#,
        "rps{a=\"x\ny\"}", "rps{a='x\ry'}", "rps{a=`x\ry`}", "rps\u{0B}{a=\"1\"}", #"NaN{a="1"}"#, #"inf{a="1"}"#,
        #"1{a="1"}"#,
        #"rps{"a"="1"}"#, #"rps{ä="1"}"#,
        // More than a selector.
        #"rps{a="1"}[1m]"#, #"rps{a="1"} offset 5m"#, #"rps{a="1"} @ 1"#, #"rps{a="1"} > 1"#, #"sum(rps{a="1"})"#,
        #"rps{a="1"} # comment"#, #"rps{a="1"}{b="1"}"#, #"-rps{a="1"}"#,
    ])
    func whatIsNotUnderstoodIsLeftAlone(query: String) { #expect(EqualitySelector(query) == nil) }

    @Test func onlyTheSelectorsOwnTimeIsMerged() {
        func isMergeable(_ query: String, _ times: String?) -> Bool {
            let source = PrometheusSource(
                PrometheusEndpoint(url: "http://p"), query: query, timestampQuery: times,
                transport: ScriptedTransport(""))
            return MergeableQuestion(source) != nil
        }
        #expect(isMergeable(#"rps{a="1"}"#, nil))
        #expect(isMergeable(#"rps{a="1"}"#, #"timestamp(rps{a="1"})"#))
        #expect(!isMergeable(#"rps{a="1"}"#, #"timestamp(rps{a="2"})"#))
        #expect(!isMergeable(#"rps{a="1"}"#, "push_time_seconds"))
        #expect(!isMergeable("rps{a=\"\u{E9}\"}", "timestamp(rps{a=\"e\u{301}\"})"))
    }

    // MARK: - Merging

    private func merged(_ queries: [String], _ limits: MergedSelector.Limits = .init()) throws -> MergedSelector {
        let selectors = try queries.map { try #require(EqualitySelector($0)) }
        var merged = MergedSelector(selectors[0], limits: limits)
        for selector in selectors.dropFirst() {
            let isTaken = merged.add(selector)
            #expect(isTaken)
        }
        return merged
    }

    @Test(arguments: [
        ([#"rps{a="1"}"#, #"rps{a='1'}"#], #"rps{a="1"}"#),
        ([#"rps{a="1"}"#, #"rps{a="2"}"#, #"rps{a="3"}"#], #"rps{a=~"1|2|3"}"#),
        ([#"rps{ns="x",a="1"}"#, #"rps{a="2",ns="x"}"#], #"rps{a=~"1|2",ns="x"}"#),
        ([#"rps{ns="x",a="1"}"#, #"rps{ns="y",a="2"}"#], #"rps{a=~"1|2",ns=~"x|y"}"#),
        ([#"rps{a="deepseek-v3.1"}"#, #"rps{a="(a|b)*"}"#], #"rps{a=~"deepseek-v3\\.1|\\(a\\|b\\)\\*"}"#),
        ([#"rps{a="\\\""}"#, "rps{a=`[^$]{1}+?\n`}"], #"rps{a=~"\\\\\"|\\[\\^\\$\\]\\{1\\}\\+\\?\n"}"#),
        // One character to Swift, a backslash and an accent to Prometheus.
        ([#"rps{a="1"}"#, "rps{a=`\\\u{301}`}"], "rps{a=~\"1|\\\\\\\\\u{301}\"}"),
        ([#"rps{a="深度"}"#, #"rps{a="a b"}"#], #"rps{a=~"深度|a b"}"#),
    ])
    func valuesBecomeAnAlternation(queries: [String], expected: String) throws {
        let merged = try merged(queries)
        #expect(merged.query == expected)
        #expect(merged.timestampQuery == "timestamp(\(expected))")
    }

    @Test func otherShapesAreNotTakenAlong() throws {
        var merged = try merged([#"rps{a="1"}"#])
        for query in [#"tps{a="2"}"#, #"rps{b="2"}"#, #"rps{a="2",b="2"}"#] {
            let isTaken = merged.add(try #require(EqualitySelector(query)))
            #expect(!isTaken)
        }
        #expect(merged.query == #"rps{a="1"}"#)
    }

    @Test func aSeriesIsOfWhoNamedItsLabels() throws {
        let merged = try merged([#"rps{a="1",b="x"}"#, #"rps{a="2",b="y"}"#, "rps{a=\"\u{E9}\",b=\"x\"}"])
        func combination(_ labels: [String: String]) -> [Int]? { merged.combination { labels[$0] } }
        #expect(merged.combinations == [[0, 0], [1, 1], [2, 0]])
        #expect(combination(["a": "2", "b": "y", "pod": "p"]) == [1, 1])
        #expect(combination(["a": "2", "b": "x"]) == [1, 0], "a combination that nobody asked for")
        #expect(combination(["a": "3", "b": "x"]) == nil)
        #expect(combination(["a": "1"]) == nil)
        #expect(combination(["a": "e\u{301}", "b": "x"]) == nil, "other bytes are another value")
    }

    @Test func aQueryIsBounded() throws {
        func count(_ limits: MergedSelector.Limits = .init(), _ query: (Int) -> String) throws -> Int {
            var merged = MergedSelector(try #require(EqualitySelector(query(0))), limits: limits)
            for index in 1..<2000 { _ = merged.add(try #require(EqualitySelector(query(index)))) }
            return merged.combinations.count
        }
        #expect(try count { "rps{a=\"\($0)\"}" } == 250)
        #expect(try count { "rps{a=\"\($0)\",b=\"\($0)\"}" } == 31, "31 x 31 combinations")
        #expect(try count { "rps{a=\"\($0)\",b=\"\($0 % 4)\"}" } == 250)
        #expect(try count(.init(maxResponseBytes: 64 << 10)) { "rps{a=\"\($0)\"}" } == 64)
        #expect(try count(.init(maxResponseBytes: 0)) { "rps{a=\"\($0)\"}" } == 1)
        let long = String(repeating: "深", count: 100)
        #expect(try count { "rps{a=\"\(long)\($0)\"}" } == 36, "900 bytes of a form each")
        #expect(try count { $0 == 0 ? "rps{a=\"\(String(repeating: "深", count: 10_000))\"}" : "rps{a=\"1\"}" } == 1)
    }
}
