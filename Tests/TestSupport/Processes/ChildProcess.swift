import Base
import FoundationEssentials
public import Glibc

/// A program that a test runs. `wait()` once; a test that starts one that does not end by itself terminates it first.
public struct ChildProcess: Sendable {
    public struct Failure: Error, CustomStringConvertible {
        public let description: String
    }

    public let id: pid_t

    /// The path of a program on $PATH; nil where it is not installed.
    public static func path(of program: String) -> String? {
        guard let path = getenv("PATH") else { return nil }
        return String(cString: path).split(separator: ":").map { "\($0)/\(program)" }.first { access($0, X_OK) == 0 }
    }

    /// Starts a program found on $PATH. Its streams are files; `/dev/null` unless given.
    public init(
        _ program: String, _ arguments: [String], input: String = "/dev/null", output: String = "/dev/null",
        errors: String = "/dev/null"
    ) throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, input, O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        posix_spawn_file_actions_addopen(&actions, 2, errors, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        var argv: [UnsafeMutablePointer<CChar>?] = ([program] + arguments).map { strdup($0) } + [nil]
        defer { for argument in argv { free(argument) } }
        var id = pid_t()
        let status = posix_spawnp(&id, program, &actions, nil, &argv, environ)
        guard status == 0 else {
            throw Failure(description: "\(program) could not be started: \(String(cString: strerror(status)))")
        }
        self.id = id
    }

    /// Asks the program to end.
    public func terminate() { kill(id, SIGTERM) }

    /// Waits for its end, on a thread of its own. 0 is success; otherwise the wait status.
    public func wait() async -> Int32 {
        let id = id
        return await DedicatedThread.run {
            var status: Int32 = 0
            while waitpid(id, &status, 0) == -1, errno == EINTR {}
            return status
        }
    }
}

/// A new empty folder under $TMPDIR, removed with all in it when the last reference goes.
public final class TemporaryFolder: Sendable {
    public let path: String

    public init() throws {
        let parent = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var template = Array("\(parent)/test.XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            throw ChildProcess.Failure(description: "no temporary folder: \(String(cString: strerror(errno)))")
        }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        // Best effort: what cannot be removed is left to the system's own cleaning.
        try? FileManager.default.removeItem(atPath: path)
    }
}
