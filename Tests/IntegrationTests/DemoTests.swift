import FoundationEssentials
import TestSupport
import Testing

/// The demo as it was built, without a terminal.
@Suite struct DemoTests {
    /// It is built next to the tests.
    private static func demo() throws -> String {
        let tests = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        return tests.split(separator: "/").dropLast().reduce(into: "") { $0 += "/" + $1 } + "/deepseek-demo"
    }

    @Test func followsTheLoadAndEndsByItself() async throws {
        let result = try await run(try Self.demo(), ["--duration", "35"], timeout: .seconds(120))
        #expect(result.isSuccess, "\(result.errors)")
        let lines = result.output.split(separator: "\n")
        let first = lines.firstIndex { $0.contains("desired=1 ") }
        let last = lines.lastIndex { $0.contains("desired=3 ready=3") }
        #expect(try #require(first, "\(result.output)") < (try #require(last, "\(result.output)")))
        #expect(!lines.contains { $0.contains("error: ") }, "\(result.output)")
        #expect(lines.contains { $0.contains("kubectl --kubeconfig /") })
        #expect(lines.last?.hasPrefix("desired replicas: 1 -> ") == true)
    }

    @Test(arguments: [
        (["--duration", "0"], "--duration: '0' is not valid; expected a time above 0 such as 60, 90s or 5m"),
        (["--duration=-5"], "--duration: '-5' is not valid; expected a time above 0 such as 60, 90s or 5m"),
        (["--duration"], "--duration needs a value"),
        (["--dration", "5"], "unknown flag --dration"),
        (["now"], "unexpected argument 'now'"),
    ])
    func refusesBadFlags(arguments: [String], message: String) async throws {
        let result = try await run(try Self.demo(), arguments)
        #expect(!result.isSuccess)
        #expect(result.output.isEmpty)
        #expect(result.errors.hasPrefix("deepseek-demo: \(message)"), "\(result.errors)")
    }
}
