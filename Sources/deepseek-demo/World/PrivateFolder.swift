import FoundationEssentials
import Glibc

/// A new folder for temporary files that only its owner may enter, removed with all in it when the last reference goes.
final class PrivateFolder: Sendable {
    struct CannotCreate: Error, CustomStringConvertible {
        let parent: String
        let code: Int32

        var description: String { "cannot make a folder in \(parent): \(String(cString: strerror(code)))" }
    }

    let path: String

    /// Makes `$TMPDIR/<prefix>.XXXXXX`. Errors: `CannotCreate`.
    init(prefix: String) throws(CannotCreate) {
        let parent = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var template = Array("\(parent)/\(prefix).XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw CannotCreate(parent: parent, code: errno) }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        // What cannot be removed is left to the system's own cleaning: there is nobody left to tell.
        try? FileManager.default.removeItem(atPath: path)
    }
}
