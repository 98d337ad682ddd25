import KubeCore
import Testing
import YAML

/// The expectations are what kubectl 1.32 makes of the same text.
struct ScalarTests {
    static let scalars: [(String, JSONValue)] = [
        ("", .null), ("~", .null), ("null", .null), ("Null", .null), ("NULL", .null), ("nUll", "nUll"),
        ("true", true), ("True", true), ("yes", true), ("on", true), ("y", true), ("Y", true),
        ("FALSE", false), ("no", false), ("off", false), ("n", false), ("nO", "nO"),
        ("0", 0), ("-0", 0), ("-0.0", 0), ("+5", 5), ("-7", -7), ("1_000", 1000), ("1__2", 12), ("_1", "_1"),
        ("0x1F", 31), ("0X1f", 31), ("0x_1F", 31), ("-0xFF", -255), ("0x", "0x"), ("0x+5", "0x+5"), ("+-5", "+-5"),
        ("0o17", 15), ("0O17", 15), ("017", 15), ("0_7", 7), ("08", 8),
        ("0b11", 3), ("0B11", 3), ("-0b11", -3), ("0b", "0b"), ("0b12", "0b12"),
        ("1.5", 1.5), (".5", 0.5), ("-.5", -0.5), ("1.", 1), ("+.5e2", 50), ("1e3", 1000), ("1E-7", 1e-7), ("3.0", 3),
        (".", "."), ("+", "+"), ("1.5e", "1.5e"), ("._5", "._5"), ("1e400", "1e400"), ("1.2.3", "1.2.3"),
        ("9223372036854775807", 9_223_372_036_854_775_807), ("-9223372036854775808", .int(.min)),
        ("9223372036854775808", .double(9_223_372_036_854_775_808)), ("1e20", .double(1e20)),
        ("0xFFFFFFFFFFFFFFFF", .double(18_446_744_073_709_551_616)), ("0x1FFFFFFFFFFFFFFFFF", "0x1FFFFFFFFFFFFFFFFF"),
        ("NaN", "NaN"), ("Infinity", "Infinity"), ("=", "="), ("12:30", "12:30"),
        ("2026-01-01", "2026-01-01"), ("2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z"),
        ("\"3\"", "3"), ("'true'", "true"), ("''", ""), ("'it''s'", "it's"), ("\"a\\tb\\x41\\u00e9\"", "a\tbAé"),
        ("!!str 3", "3"), ("!!int 3", 3), ("!!int \"3\"", 3), ("!!float 3", 3), ("!!null ''", .null), ("! 3", "3"),
        ("!!bool yes", true), ("v0.33", "v0.33"), ("a b", "a b"), ("$(VAR)", "$(VAR)"),
    ]

    @Test(arguments: scalars)
    func plainScalarsMeanWhatKubernetesReads(text: String, expected: JSONValue) throws {
        #expect(try YAML.parse("x: \(text)\n") == ["x": expected])
    }

    @Test(arguments: [
        (".inf", ".inf has no form in JSON"), ("-.INF", "-.INF has no form in JSON"),
        (".nan", ".nan has no form in JSON"),
        ("!!binary aGk=", "the tag !!binary is not supported"), ("!secret x", "the tag !secret is not supported"),
        ("!!int x", "\"x\" is no !!int"), ("!!bool 1", "\"1\" is no !!bool"),
        ("!!set {a}", "the tag !!set is not supported"),
    ])
    func whatHasNoFormInJSONIsAnError(text: String, message: String) {
        #expect(throws: YAMLError.self) { try YAML.parse("x: \(text)\n") }
        do {
            _ = try YAML.parse("x: \(text)\n")
        } catch {
            #expect(error.message == message)
            #expect(error.line == 1 && error.column == 4)
        }
    }

    @Test
    func keysBecomeStrings() throws {
        let value = try YAML.parse("{1: a, 0x10: b, yes: c, 1.5: d, 'null': e, k: f}")
        #expect(value == ["1": "a", "16": "b", "true": "c", "1.5": "d", "null": "e", "k": "f"])
    }
}
