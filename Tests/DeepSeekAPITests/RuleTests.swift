import Base
import DeepSeekAPI
import FoundationEssentials
import Glibc
import KubeCore
import TestSupport
import Testing

/// The CRD's rules, evaluated by a CEL library, against the operator's own validation.
///
/// Needs Python with the library, which scripts/setup.sh installs; without it the tests are skipped, but not where `CI`
/// is set.
@Suite(.enabled(if: CELRules.isHere || CELRules.isCI, "needs the folder of scripts/setup.sh's tools first on PATH"))
struct RuleTests {
    /// What CEL refuses, validation refuses with one error that says the same; what CEL cannot know is left to it.
    @Test
    func validationAgreesWithTheRulesOnBadResources() async throws {
        let expectations = ValidationTests.expectations.filter { $0.refusedBy != "schema" }
        let resources = try expectations.map { try Fixtures.badResource($0.file) }
        let judged = try await CELRules.judge(resources)
        for (expected, broken) in zip(expectations, judged.verdicts) {
            #expect(broken.count == (expected.refusedBy == "cel" ? 1 : 0), "\(expected.file): \(broken)")
            let message = try #require(expected.message)
            #expect(broken.allSatisfy { $0.message.contains(message) }, "\(expected.file): \(broken)")
        }
        #expect(!judged.messages.isEmpty)
        #expect(Set(judged.verdicts.joined().map(\.message)) == Set(judged.messages), "every rule is broken once")
    }

    @Test
    func goodResourcesBreakNoRule() async throws {
        let minimal = try Fixtures.resource("minimal")
        let resources = ValidationTests.good.map { minimal.applying(mergePatch: ["spec": $0.spec]) }
        let judged = try await CELRules.judge(resources)
        for (good, broken) in zip(ValidationTests.good, judged.verdicts) { #expect(broken == [], "\(good.name)") }
    }

    /// Resources that differ only in what the rules look at: both refuse the same ones, and name the same fields.
    @Test(arguments: [UInt64.random(in: 0...UInt64.max)])
    func validationAgreesWithTheRulesOnAnyResource(seed: UInt64) async throws {
        var generator = SplitMix64(seed: seed)
        let resources = (0..<500).map { _ in Mutation.resource(using: &generator) }
        let judged = try await CELRules.judge(resources)
        for (resource, broken) in zip(resources, judged.verdicts) {
            // What a mode of the autoscaler does not allow is not in the rules.
            let fields = validate(try resource.decoded())
                .filter { $0.kind != .forbidden || !$0.field.hasPrefix("spec.autoscaling") }.map(\.field)
            // A rule names the field that it is about, or the object that holds it.
            let unexplained = fields.filter { field in !broken.contains { field.hasPrefix($0.field) } }
            let missed = broken.filter { rule in !fields.contains { $0.hasPrefix(rule.field) } }
            #expect(unexplained == [] && missed == [], "\(fields), \(broken): \(resource.jsonText)")
        }
        let refused = judged.verdicts.count { !$0.isEmpty }
        #expect((50...450).contains(refused), "mutations of one kind only: \(refused) of 500 refused")
    }
}

/// What Tests/python/judge.py says; outside of the suite, whose own trait cannot refer to its members.
enum CELRules {
    struct Broken: Decodable, Hashable {
        /// As the API server names it.
        var field: String
        var message: String
    }

    struct Judgement: Decodable {
        /// The message of every rule.
        var messages: [String]
        /// What each resource breaks.
        var verdicts: [[Broken]]
    }

    static let isCI = getenv("CI") != nil
    /// setup.sh installs Python's packages and kubectl in one folder.
    static let isHere = ChildProcess.path(of: "python3").map { access("\($0.dropLast(7))kubectl", X_OK) == 0 } ?? false

    static func judge(_ resources: [JSONValue]) async throws -> Judgement {
        let folder = try TemporaryFolder()
        let (input, output, errors) = ("\(folder.path)/in", "\(folder.path)/out", "\(folder.path)/err")
        try Data(resources.map { $0.jsonText + "\n" }.joined().utf8).write(to: URL(filePath: input))
        let script = "\(Fixtures.root)/Tests/python/judge.py"
        let process = try ChildProcess(
            "timeout", ["120", "python3", script], input: input, output: output, errors: errors)
        let status = await process.wait()
        let complaint = try String(contentsOfFile: errors, encoding: .utf8)
        try #require(status == 0, "\(complaint)")
        let judgement: Judgement = try JSONValue(parsing: [UInt8](Data(contentsOf: URL(filePath: output)))).decoded()
        try #require(judgement.verdicts.count == resources.count)
        return judgement
    }
}
