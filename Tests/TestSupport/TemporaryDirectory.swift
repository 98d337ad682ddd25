internal import FoundationEssentials

/// A directory that is removed with its last reference.
public final class TemporaryDirectory: Sendable {
    public let path: String

    public init() throws {
        let path = FileManager.default.temporaryDirectory.path + "/test-\(UInt64.random(in: 0 ... .max))"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        self.path = path
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// Writes a file, replacing one of the name, and returns its path.
    @discardableResult
    public func write(_ name: String, _ text: String, permissions: Int = 0o600) throws -> String {
        let file = "\(path)/\(name)"
        let directory = file.prefix(upTo: file.lastIndex(of: "/") ?? file.endIndex)
        try FileManager.default.createDirectory(atPath: String(directory), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: URL(filePath: file), options: .atomic)
        try FileManager.default.setAttributes([.posixPermissions: permissions], ofItemAtPath: file)
        return file
    }
}
