internal import FoundationEssentials
internal import Glibc

/// One run of a credential plugin. Blocks; for a thread of its own.
struct PluginProcess {
    struct Failure: Error, Equatable {
        let message: String
    }

    let settings: ExecSettings
    let executionInfo: String

    private static let maxOutput = 1 << 20

    /// What the program printed before it ended successfully. Its process group is killed when it takes longer.
    func output(within timeout: Duration) -> Result<[UInt8], Failure> {
        do throws(Failure) {
            let deadline = ContinuousClock.now.advanced(by: timeout)
            let (process, descriptor) = try spawn()
            defer { close(descriptor) }
            let output: [UInt8]
            let status: Int32
            do throws(Failure) {
                output = try read(descriptor, until: deadline, timeout)
                status = try wait(process, until: deadline, timeout)
            } catch {
                kill(-process, SIGKILL)
                _ = waitForEnd(process, 0)
                throw error
            }
            try check(status)
            return .success(output)
        } catch {
            return .failure(error)
        }
    }

    private func failure(_ what: String) -> Failure { Failure(message: "the plugin \(settings.command) \(what)") }

    /// The environment of this process with the plugin's own variables over it.
    private var environment: [String] {
        var variables = ProcessInfo.processInfo.environment
        for (name, value) in settings.environment { variables[name] = value }
        variables["KUBERNETES_EXEC_INFO"] = executionInfo
        return variables.map { "\($0.key)=\($0.value)" }
    }

    private func spawn() throws(Failure) -> (pid_t, Int32) {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw failure("cannot be started: no pipe") }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        defer { close(ends[1]) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // This thread blocks all signals; the program must not inherit that, and gets a group to be killed with.
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setpgroup(&attributes, 0)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP))
        var arguments = ([settings.command] + settings.arguments).map { strdup($0) } + [nil]
        var variables = environment.map { strdup($0) } + [nil]
        defer { for text in arguments + variables { free(text) } }
        var process = pid_t()
        let status = posix_spawnp(&process, settings.command, &actions, &attributes, &arguments, &variables)
        guard status == 0 else {
            close(ends[0])
            let hint = settings.installHint.map { "; \($0)" } ?? ""
            throw failure("cannot be started: \(String(cString: strerror(status)))\(hint)")
        }
        return (process, ends[0])
    }

    private func read(
        _ descriptor: Int32, until deadline: ContinuousClock.Instant, _ timeout: Duration
    ) throws(Failure) -> [UInt8] {
        var output: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16384)
        while true {
            var poll = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            let ready = Glibc.poll(&poll, 1, Self.milliseconds(until: deadline))
            guard ready != 0 else { throw failure("did not end within \(timeout)") }
            let count = ready > 0 ? Glibc.read(descriptor, &buffer, buffer.count) : -1
            if count == 0 { return output }
            guard count > 0 else {
                if errno == EINTR { continue }
                throw failure("cannot be read: \(String(cString: strerror(errno)))")
            }
            output += buffer[..<count]
            guard output.count <= Self.maxOutput else { throw failure("printed more than \(Self.maxOutput) bytes") }
        }
    }

    private func wait(
        _ process: pid_t, until deadline: ContinuousClock.Instant, _ timeout: Duration
    ) throws(Failure) -> Int32 {
        while true {
            if let status = waitForEnd(process, WNOHANG) { return status }
            guard ContinuousClock.now < deadline else { throw failure("did not end within \(timeout)") }
            usleep(5000)
        }
    }

    private func check(_ status: Int32) throws(Failure) {
        guard status != 0 else { return }
        let signal = status & 0x7F
        throw failure(signal == 0 ? "failed with exit status \(status >> 8 & 0xFF)" : "was killed by signal \(signal)")
    }

    /// The wait status, or `nil` while the process runs. A process that is gone counts as failed.
    private func waitForEnd(_ process: pid_t, _ options: Int32) -> Int32? {
        var status: Int32 = 0
        while true {
            let result = waitpid(process, &status, options)
            if result == process { return status }
            if result == 0 { return nil }
            if errno != EINTR { return 0xFF00 }
        }
    }

    private static func milliseconds(until deadline: ContinuousClock.Instant) -> Int32 {
        let (seconds, attoseconds) = max(.zero, ContinuousClock.now.duration(to: deadline)).components
        return Int32(min(seconds, 1_000_000) * 1000 + attoseconds / 1_000_000_000_000_000 + 1)
    }
}
