public import Base
internal import KubeCore

/// A bearer token in a file that others rotate, such as a service account's.
///
/// The file is read again after a minute, and after a 401. While it cannot be read, the last token is used: it may
/// well be valid still, and the server will say.
public actor TokenFile: CredentialSource {
    private let path: String
    private let clock: any Clock<Duration>
    private let refreshInterval: Duration
    private var token: Redacted<String>
    private var age: RequestStopwatch

    /// Reads the file, which must hold a token now.
    public init(
        path: String, refreshInterval: Duration = .seconds(60), clock: any Clock<Duration> = MonotonicClock()
    ) throws(ConfigurationError) {
        try self.init(path: path, field: nil, refreshInterval: refreshInterval, clock: clock)
    }

    /// - Parameter field: where the path was given, for errors.
    init(
        path: String, field: ConfigurationField?, refreshInterval: Duration = .seconds(60),
        clock: any Clock<Duration> = MonotonicClock()
    ) throws(ConfigurationError) {
        self.path = path
        self.clock = clock
        self.refreshInterval = refreshInterval
        do throws(ConfigurationError) {
            token = try Self.read(path)
        } catch {
            throw field?.error(error.description) ?? error
        }
        age = RequestStopwatch(clock)
    }

    public func credentials() async throws(KubeError) -> Credentials {
        if age.elapsed() >= refreshInterval { await reread() }
        return .bearer(token)
    }

    public func refresh(rejected: Credentials) async throws(KubeError) -> Bool {
        await reread()
        return .bearer(token) != rejected
    }

    private func reread() async {
        // Set first, so that requests that come meanwhile do not read too.
        age = RequestStopwatch(clock)
        let path = path
        let result = await DedicatedThread.run { () -> Result<Redacted<String>, ConfigurationError> in
            do throws(ConfigurationError) {
                return .success(try Self.read(path))
            } catch {
                return .failure(error)
            }
        }
        if case .success(let token) = result { self.token = token }
    }

    private static func read(_ path: String) throws(ConfigurationError) -> Redacted<String> {
        guard let bytes = try ConfigurationFile.read(path, maxBytes: 1 << 20) else {
            throw ConfigurationError(source: path, "no such file")
        }
        let token = String(decoding: bytes, as: UTF8.self).trimmedOfBlanks
        guard !token.isEmpty else { throw ConfigurationError(source: path, "the file holds no token") }
        let field = ConfigurationField(source: path, value: .null)
        try UserSettings.checkHeaderValue(token, field)
        return Redacted(token)
    }
}
