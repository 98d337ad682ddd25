/// What kubelet asks an engine.
public struct EngineProbes: Sendable, Hashable {
    /// The HTTP path that answers 200 once the model is loaded; nil when only the port can be asked.
    public var startup: String?
    /// The HTTP path that answers 200 while the engine takes requests; nil for the port alone.
    public var readiness: String?
    /// The HTTP path that answers while the process is alive, cheap enough to ask often; nil for the port alone.
    public var liveness: String?
    /// Seconds that the answer to `startup` may take.
    public var startupTimeout = 5
    /// Environment variables without which the paths would not answer so.
    public var environment: [String: String] = [:]

    /// One path for everything.
    init(_ path: String?) {
        startup = path
        readiness = path
        liveness = path
    }
}
