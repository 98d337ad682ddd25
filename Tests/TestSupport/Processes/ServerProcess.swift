internal import Base
internal import FoundationEssentials
internal import Glibc

/// A server that a test runs. It dies with the test process, also when that crashes.
public final class ServerProcess: Sendable {
    private let child: ChildProcess
    private let ended = Latch()
    private let status = Lock<Int32>(0)

    public var pid: Int32 { child.id }
    public var isRunning: Bool { !ended.isOpen }

    private init(_ child: ChildProcess) { self.child = child }

    /// Starts it. The kernel sends the signal of a parent's death when the thread that started the child ends, so that
    /// thread stays until the child is gone.
    ///
    /// - Parameter log: the file that takes its output, from its beginning; `.err` takes its errors.
    public static func start(
        _ program: String, _ arguments: [String], environment: [String: String] = [:], log: String
    ) async throws -> ServerProcess {
        let assignments = environment.map { "\($0.key)=\($0.value)" }
        return try await withCheckedThrowingContinuation { continuation in
            _ = DedicatedThread {
                do {
                    let child = try ChildProcess(
                        "setpriv", ["--pdeathsig", "KILL", "env"] + assignments + [program] + arguments, output: log,
                        errors: "\(log).err")
                    let process = ServerProcess(child)
                    continuation.resume(returning: process)
                    var status: Int32 = 0
                    while waitpid(child.id, &status, 0) == -1, errno == EINTR {}
                    process.status.withLock { [status] in $0 = status }
                    process.ended.open()
                } catch {
                    continuation.resume(throwing: error)
                }
            }
        }
    }

    public func send(_ signal: Int32) { if isRunning { _ = Glibc.kill(pid, signal) } }

    /// Waits until it is gone. 0 is success; otherwise the wait status.
    @discardableResult
    public func exited() async throws -> Int32 {
        try await ended.wait()
        return status.withLock { $0 }
    }

    /// Ends it at once and waits until it is gone.
    public func kill() async throws {
        send(SIGKILL)
        try await exited()
    }
}

/// What a program that ran to its end said.
public struct CommandResult: Sendable {
    public var isSuccess: Bool
    public var output: String
    public var errors: String
}

/// Runs a program to its end. It is killed after `timeout`.
public func run(
    _ program: String, _ arguments: [String], environment: [String: String] = [:], input: String = "",
    timeout: Duration = .seconds(60)
) async throws -> CommandResult {
    let folder = try TemporaryFolder()
    let assignments = environment.map { "\($0.key)=\($0.value)" }
    let command = ["-s", "KILL", "\(timeout.components.seconds)", "env"] + assignments + [program] + arguments
    let process = try ChildProcess(
        "timeout", command, input: try folder.write("in", input), output: folder.path("out"),
        errors: folder.path("err"))
    let status = await process.wait()
    return CommandResult(
        isSuccess: status == 0, output: try folder.read("out"), errors: try folder.read("err"))
}

extension TemporaryFolder {
    public func path(_ name: String) -> String { path + "/" + name }

    @discardableResult
    public func write(_ name: String, _ text: String) throws -> String {
        try text.write(toFile: path(name), atomically: true, encoding: .utf8)
        return path(name)
    }

    public func read(_ name: String) throws -> String {
        String(decoding: try Data(contentsOf: URL(filePath: path(name))), as: UTF8.self)
    }
}
