import Base
import FoundationEssentials
import KubeCore
import TestSupport
import Testing

/// Where the Python environment with both packages is; nil when it is not on $PATH.
private enum PythonTools {
    static let folder = ChildProcess.path(of: "json-merge-patch").map { String($0.dropLast("/json-merge-patch".count)) }
}

/// Compares patches with PyPI's jsonpatch and json-merge-patch. Skipped where they are not installed, but not in CI.
@Suite(
    .enabled(
        if: PythonTools.folder != nil || ProcessInfo.processInfo.environment["CI"] != nil,
        "json-merge-patch is not on $PATH: run make setup"), .timeLimit(.minutes(2)))
struct PatchComparisonTests {
    @Test func patchesGiveWhatThePythonPackagesGive() async throws {
        let tools = try #require(PythonTools.folder, "json-merge-patch is not on $PATH: run make setup")
        let seed = UInt64.random(in: 0 ... .max)
        var generator = SplitMix64(seed: seed)
        let cases = (0..<2000).map { $0 % 2 == 0 ? Case.merge(using: &generator) : Case.json(using: &generator) }
        let folder = try TemporaryFolder()
        try cases.map { $0.json.jsonText + "\n" }.joined()
            .write(toFile: folder.path + "/cases", atomically: false, encoding: .utf8)
        let root = #filePath.split(separator: "/").dropLast(3).reduce("") { "\($0)/\($1)" }
        let python = try ChildProcess(
            "\(tools)/python3",
            ["\(root)/Tests/python/apply_patches.py", "\(folder.path)/cases", "\(folder.path)/results"],
            errors: "\(folder.path)/errors")
        let status = await python.wait()
        let errors = try String(contentsOfFile: folder.path + "/errors", encoding: .utf8)
        #expect(status == 0, "\(errors)")
        let results = try String(contentsOfFile: folder.path + "/results", encoding: .utf8)
            .split(separator: "\n").map { try JSONValue(parsing: String($0)) }
        #expect(results.count == cases.count)
        #expect(results.contains { $0["error"] != nil } && results.contains { $0["error"] == nil })
        for (example, result) in zip(cases, results) {
            #expect(example.result == result["document"], "seed \(seed): \(example.json.jsonText), \(result.jsonText)")
        }
    }

    /// One patch and the document that it is for.
    private struct Case {
        var json: JSONValue
        /// The document that KubeCore makes of it; nil when the patch does not fit.
        var result: JSONValue?

        static func merge(using generator: inout SplitMix64) -> Case {
            let document = JSONValue.random(depth: 4, using: &generator)
            // Half the patches are made of the document, so that they meet its members.
            let other = JSONValue.random(depth: 4, using: &generator)
            let patch = Bool.random(using: &generator) ? other : other.mergePatch(to: document) ?? other
            return Case(
                json: ["document": document, "mergePatch": patch], result: document.applying(mergePatch: patch))
        }

        /// Operations that mostly fit what those before them left.
        static func json(using generator: inout SplitMix64) -> Case {
            let document = JSONValue.object([
                "a": .random(depth: 4, using: &generator), "b": .random(depth: 3, using: &generator),
                "c": .array((0..<3).map { _ in .random(depth: 2, using: &generator) }),
            ])
            var operations: [JSONPatch.Operation] = []
            var current: JSONValue? = document
            while let now = current, operations.count < 8 {
                let operation = now.randomOperation(using: &generator)
                operations.append(operation)
                current = try? now.applying(jsonPatch: JSONPatch([operation]))
            }
            let patch = JSONPatch(operations)
            return Case(
                json: ["document": document, "jsonPatch": patch.json],
                result: try? document.applying(jsonPatch: patch))
        }
    }
}

extension JSONValue {
    fileprivate func randomOperation(using generator: inout SplitMix64) -> JSONPatch.Operation {
        let path = JSONPointer(tokens: randomPath(using: &generator))
        let from = JSONPointer(tokens: randomPath(using: &generator))
        switch Int.random(in: 0..<6, using: &generator) {
        case 0: return .add(path, .random(depth: 2, using: &generator))
        case 1: return .remove(path)
        case 2: return .replace(path, .random(depth: 2, using: &generator))
        // The Python package does not refuse to move an element of an array into itself.
        case 3 where !path.tokens.starts(with: from.tokens): return .move(from: from, to: path)
        case 3, 4: return .copy(from: from, to: path)
        default: return .test(path, value(at: path.tokens[...]) ?? "no such value")
        }
    }

    /// A path to something that exists, or into a container where nothing is yet. Never the whole document.
    ///
    /// Never an index into a text either: the Python package takes texts for lists of characters.
    private func randomPath(using generator: inout SplitMix64) -> [String] {
        var path: [String] = []
        var value = self
        repeat {
            switch value {
            case .object(let members):
                let key = members.keys.sorted().randomElement(using: &generator)
                let token = Int.random(in: 0..<6, using: &generator) == 0 ? "new" : key ?? "new"
                path.append(token)
                value = members[token] ?? .null
            case .array(let elements):
                let index = Int.random(in: 0...(elements.count + 1), using: &generator)
                path.append(index > elements.count ? "-" : String(index))
                value = index < elements.count ? elements[index] : .null
            default: return path
            }
        } while Int.random(in: 0..<3, using: &generator) > 0
        return path
    }

    private func value(at path: ArraySlice<String>) -> JSONValue? {
        guard let token = path.first else { return self }
        switch self {
        case .array(let elements):
            guard let index = Int(token), index < elements.count else { return nil }
            return elements[index].value(at: path.dropFirst())
        default: return self[token]?.value(at: path.dropFirst())
        }
    }
}
