import KubeCore
import Testing

@Suite struct LabelSelectorTests {
    @Test(arguments: [
        ("", ["a": "b"], true), (" ", [:], true), ("a=b", ["a": "b"], true), ("a==b", ["a": "c"], false),
        ("a!=b", [:], true), ("a != b", ["a": "b"], false), ("a in (b, c)", ["a": "c"], true),
        ("a in (b,c),d", ["a": "b"], false), ("a notin (b)", ["a": "c"], true), ("!a", ["a": "b"], false),
        ("! a,b", ["b": ""], true), ("a=", ["a": ""], true), ("x.io/a=b", ["x.io/a": "b"], true),
        (" a = b , c ", ["a": "b", "c": "1"], true),
    ])
    func aQueryIsReadAsTheServerReadsIt(text: String, labels: [String: String], matches: Bool) throws {
        #expect(try #require(LabelSelector(parsing: text)).matches(labels) == matches)
    }

    @Test(arguments: [
        "=b", "a in b", "a in (b", "a (b)", "a in (b) c", "a of (b)", ",", "a,", "a=b=c", "a=(b)", "a b", "!", "a==!b",
        "a in (b))", "ä=b",
    ])
    func whatIsMalformedIsNothing(text: String) { #expect(LabelSelector(parsing: text) == nil) }

    /// What is written as a query is read as the same.
    @Test func aWrittenQueryIsReadBack() throws {
        let selector = LabelSelector(
            matchLabels: ["a": "b"],
            matchExpressions: [
                .init(key: "c", operator: .in, values: ["d", "e"]), .init(key: "f", operator: .notIn, values: ["g"]),
                .init(key: "h", operator: .exists), .init(key: "i", operator: .doesNotExist),
            ])
        let read = try #require(LabelSelector(parsing: selector.queryText))
        for labels in [
            ["a": "b", "c": "d", "h": ""], ["a": "b", "c": "d"], ["a": "b", "c": "e", "f": "g", "h": ""],
            ["a": "b", "c": "e", "h": "", "i": ""], [:],
        ] { #expect(read.matches(labels) == selector.matches(labels)) }
    }
}
