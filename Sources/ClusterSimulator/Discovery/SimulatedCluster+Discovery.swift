import Base
import KubeCore

extension SimulatedCluster {
    /// Answers the paths that are no resource's. Errors: 404, 405.
    func discoveryAnswer(_ path: [String], _ request: APIRequest, _ registry: Registry) throws(Status) -> APIResponse {
        guard request.method == "GET" || request.method == "HEAD" else { throw Status.methodNotAllowed() }
        if path.first == "openapi", let document = openAPI.document(path.dropFirst().joined(separator: "/"), registry) {
            return APIResponse(bytes: document)
        }
        let discovery = Discovery(registry: registry, mounted: mountedGroups.withLock { $0 })
        let json: JSONValue? =
            switch path.count {
            case 1 where path[0] == "version": versionInfo
            case 1 where path[0] == "api": discovery.coreVersions
            case 1 where path[0] == "apis": discovery.groupList
            case 2 where path == ["api", "v1"]: discovery.resources(group: "", version: "v1")
            case 2 where path[0] == "apis": discovery.group(path[1])
            case 3 where path[0] == "apis": discovery.resources(group: path[1], version: path[2])
            default: nil
            }
        if ["healthz", "livez", "readyz"].contains(path.first) {
            return APIResponse(
                status: 200, headers: [(name: "Content-Type", value: "text/plain; charset=utf-8")],
                body: .bytes(Array("ok".utf8)))
        }
        if let json { return APIResponse(json: json) }
        guard path.isEmpty else { throw Status.unknownPath() }
        return APIResponse(json: ["paths": ["/api", "/apis", "/healthz", "/openapi/v2", "/openapi/v3", "/version"]])
    }

    private var versionInfo: JSONValue {
        let numbers = configuration.gitVersion.drop { !$0.isNumber }.split(separator: ".").map(String.init)
        return [
            "major": .string(numbers.first ?? "1"), "minor": .string(numbers.dropFirst().first ?? "0"),
            "gitVersion": .string(configuration.gitVersion), "gitCommit": "", "gitTreeState": "clean",
            "buildDate": "1970-01-01T00:00:00Z", "goVersion": "", "compiler": "", "platform": "linux/amd64",
        ]
    }
}
