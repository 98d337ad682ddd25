internal import KubeCore
internal import YAML

/// Kubeconfig files, merged: clusters, users and contexts by name.
///
/// ## Guarantees
/// - As in client-go, the first file that has a name, or a current context, wins; relative paths are taken from the
///   directory of the file that has them; missing files of a list are passed over.
/// - Only what a context uses is looked into: a broken user that nobody uses does not hinder.
/// - Errors name file and field, and no values of secret fields.
public struct Kubeconfig: Sendable {
    /// A part of one file, with the directory that its paths start from.
    struct Entry {
        let field: ConfigurationField
        let directory: String
    }

    private(set) var clusters: [String: Entry] = [:]
    private(set) var users: [String: Entry] = [:]
    private(set) var contexts: [String: Entry] = [:]
    /// The context that is used when none is asked for.
    public private(set) var currentContext: String?
    /// The files, for messages.
    let sources: [String]

    /// Reads one text.
    ///
    /// - Parameters:
    ///   - source: the text's name in errors.
    ///   - directory: where its relative paths start.
    public init(parsing text: String, source: String, directory: String) throws(ConfigurationError) {
        sources = [source]
        let root = ConfigurationField(source: source, value: try Self.parse(text, source: source))
        guard root.isSet else { return }
        try root.checkObject()
        if let kind = try root["kind"].string(), kind != "Config" {
            throw root["kind"].error("expected Config, found \(kind)")
        }
        if let version = try root["apiVersion"].string(), version != "v1" {
            throw root["apiVersion"].error("expected v1, found \(version)")
        }
        clusters = try Self.entries(root["clusters"], "cluster", directory)
        users = try Self.entries(root["users"], "user", directory)
        contexts = try Self.entries(root["contexts"], "context", directory)
        currentContext = try root["current-context"].string()
    }

    private init(merging parts: [Kubeconfig]) {
        sources = parts.flatMap(\.sources)
        for part in parts {
            clusters.merge(part.clusters) { first, _ in first }
            users.merge(part.users) { first, _ in first }
            contexts.merge(part.contexts) { first, _ in first }
            currentContext = currentContext ?? part.currentContext
        }
    }

    /// The names of all contexts, sorted.
    public var contextNames: [String] { contexts.keys.sorted() }

    /// Reads one file, which must exist.
    public static func load(path: String) throws(ConfigurationError) -> Kubeconfig {
        guard let config = try loadIfExists(path) else { throw ConfigurationError(source: path, "no such file") }
        return config
    }

    /// Reads and merges a list of files, separated by colons as in `$KUBECONFIG`. At least one must exist.
    public static func load(list: String) throws(ConfigurationError) -> Kubeconfig {
        var parts: [Kubeconfig] = []
        var seen: Set<Substring> = []
        for path in list.split(separator: ":") where seen.insert(path).inserted {
            if let part = try loadIfExists(String(path)) { parts.append(part) }
        }
        guard !parts.isEmpty else { throw ConfigurationError(source: list, "none of these files exists") }
        return Kubeconfig(merging: parts)
    }

    static func loadIfExists(_ path: String) throws(ConfigurationError) -> Kubeconfig? {
        guard let bytes = try ConfigurationFile.read(path) else { return nil }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw ConfigurationError(source: path, "the file is not UTF-8")
        }
        return try Kubeconfig(parsing: text, source: path, directory: ConfigurationFile.directory(of: path))
    }

    private static func parse(_ text: String, source: String) throws(ConfigurationError) -> JSONValue {
        do throws(YAMLError) {
            return try YAML.parse(text)
        } catch {
            throw ConfigurationError(source: source, error.description)
        }
    }

    private static func entries(
        _ list: ConfigurationField, _ content: String, _ directory: String
    ) throws(ConfigurationError) -> [String: Entry] {
        try list.entries(content).mapValues { Entry(field: $0, directory: directory) }
    }
}
