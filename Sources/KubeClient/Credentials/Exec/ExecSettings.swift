internal import KubeCore

/// How a credential plugin is run: the `exec` of a kubeconfig's user.
struct ExecSettings: Sendable {
    /// `client.authentication.k8s.io/v1` or `/v1beta1`.
    let apiVersion: String
    /// A path, or a name to look up in `PATH`.
    let command: String
    let arguments: [String]
    let environment: [(name: String, value: String)]
    let providesClusterInfo: Bool
    /// How to get the plugin, when it is missing.
    let installHint: String?
    /// For errors.
    let place: String

    private static let versions = ["client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1"]

    init(_ field: ConfigurationField, directory: String) throws(ConfigurationError) {
        try field.checkObject()
        let version = try field["apiVersion"].string() ?? ""
        guard Self.versions.contains(version) else {
            throw field["apiVersion"].error(
                "expected \(Self.versions.joined(separator: " or ")), found \"\(version)\"")
        }
        guard let command = try field["command"].string() else {
            throw field["command"].error("the plugin needs a command")
        }
        let mode = try field["interactiveMode"].string() ?? (version.hasSuffix("/v1beta1") ? "IfAvailable" : "")
        switch mode {
        case "Never", "IfAvailable": break
        case "Always": throw field["interactiveMode"].error("the plugin needs a terminal, and there is none here")
        default: throw field["interactiveMode"].error("expected Never, IfAvailable or Always, found \"\(mode)\"")
        }
        apiVersion = version
        // As in client-go: a name goes by PATH, a relative path by the file's directory.
        self.command = command.contains("/") ? ConfigurationFile.resolve(command, in: directory) : command
        arguments = try field["args"].strings()
        providesClusterInfo = try field["provideClusterInfo"].bool()
        installHint = try field["installHint"].string()
        place = "\(field.source): \(field.path)"
        environment = try Self.environment(field["env"])
        for (text, place) in [(command, "command")] + arguments.map({ ($0, "args") }) where text.contains("\0") {
            throw field[place].error("the text has a zero byte")
        }
    }

    private static func environment(
        _ field: ConfigurationField
    ) throws(ConfigurationError) -> [(name: String, value: String)] {
        var variables: [(name: String, value: String)] = []
        for element in try field.list() {
            guard let name = try element["name"].string(), !name.contains("="), !name.contains("\0") else {
                throw element["name"].error("the variable needs a name without an equals sign")
            }
            let value = try element["value"].string() ?? ""
            guard !value.contains("\0") else { throw element["value"].error("the value has a zero byte") }
            variables.append((name, value))
        }
        return variables
    }
}
