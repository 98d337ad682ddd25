import DeepSeekAPI
import FoundationEssentials
import KubeCore
import YAML

/// Files of the repository, found from where this file is.
enum Fixtures {
    static let root = #filePath.split(separator: "/").dropLast(3).reduce("") { "\($0)/\($1)" }

    static func text(_ path: String) throws -> String {
        try String(contentsOfFile: "\(root)/\(path)", encoding: .utf8)
    }

    static func resource(_ name: String) throws -> JSONValue {
        try YAML.parse(text("Tests/Fixtures/resources/\(name).yaml"))
    }

    /// A resource of Tests/Fixtures/bad-resources.
    static func badResource(_ file: String) throws -> JSONValue {
        try YAML.parse(text("Tests/Fixtures/bad-resources/\(file)"))
    }

    /// The names of the files in a folder, sorted.
    static func files(in folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: "\(root)/\(folder)").sorted()
    }
}

/// A resource that is valid, changed as a test wants.
func cluster(_ change: (inout JSONValue) -> Void = { _ in }) throws -> DeepSeekCluster {
    var value = try Fixtures.resource("minimal")
    change(&value)
    return try value.decoded()
}
