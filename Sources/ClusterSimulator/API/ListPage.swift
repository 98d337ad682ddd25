import FoundationEssentials
import KubeCore

/// Where one page of a list stands.
struct ListPage {
    var resourceVersion: Int64
    var continueToken: String?
    var remaining: Int?

    /// `metadata` of the list.
    var json: JSONValue {
        var json: JSONValue = ["resourceVersion": .string(String(resourceVersion))]
        json["continue"] = continueToken.map(JSONValue.string)
        json["remainingItemCount"] = remaining.map { JSONValue($0) }
        return json
    }
}

/// A continue token: which snapshot is paged through, and the last name that was sent.
struct ContinueToken {
    var resourceVersion: Int64
    var last: NamespacedName

    init(resourceVersion: Int64, last: NamespacedName) {
        self.resourceVersion = resourceVersion
        self.last = last
    }

    /// Errors: 400 for a token that this server did not write.
    init(_ text: String) throws(Status) {
        guard let data = Data(base64Encoded: text), let json = try? JSONValue(parsing: Array(data)),
            let version = json["rv"]?.intValue, let name = json["name"]?.stringValue,
            let namespace = json["namespace"]?.stringValue
        else { throw Status.badRequest("continue key is not valid: \(text)") }
        self.init(resourceVersion: version, last: NamespacedName(namespace: namespace, name: name))
    }

    var text: String {
        let json: JSONValue = [
            "rv": .int(resourceVersion), "namespace": .string(last.namespace), "name": .string(last.name),
        ]
        return Data(json.serialized()).base64EncodedString()
    }
}

/// Which answer `resourceVersionMatch` asks a list or watch for.
enum ListOptions {
    /// Errors: 422, worded as the API server's.
    static func check(_ request: APIRequest, offersStreamingLists: Bool) throws(Status) {
        guard let match = request.parameter("resourceVersionMatch"), !match.isEmpty else { return }
        let version = request.parameter("resourceVersion") ?? ""
        let streams = offersStreamingLists && request.parameter("sendInitialEvents") != nil
        let field = "resourceVersionMatch"
        let error: FieldError? =
            if streams {
                nil
            } else if request.flag("watch") {
                .forbidden(field, "\(field) is forbidden for watch")
            } else if version.isEmpty {
                .forbidden(field, "\(field) is forbidden unless resourceVersion is provided")
            } else if !(request.parameter("continue") ?? "").isEmpty {
                .forbidden(field, "\(field) is forbidden when continue is provided")
            } else if !["Exact", "NotOlderThan"].contains(match) {
                .unsupported(field, .string(match), ["Exact", "NotOlderThan"])
            } else if match == "Exact", version == "0" {
                .forbidden(field, "\(field) \"exact\" is forbidden for resourceVersion \"0\"")
            } else {
                nil
            }
        if let error { throw .invalidOptions("ListOptions", [error]) }
    }
}

extension SimulatedCluster {
    func listObjects(_ request: APIRequest, _ target: RequestTarget) throws(Status) -> APIResponse {
        try ListOptions.check(request, offersStreamingLists: configuration.offersStreamingLists)
        let definition = target.definition
        let filter = try ObjectFilter(request, definition)
        let (objects, page) = try withState { (state) throws(Status) in
            try state.page(request, target, filter)
        }
        if let table = TableRequest(request) {
            let items = objects.map { definition.fromStorage($0.value) }
            return APIResponse(json: table.table(of: items, definition, page, now: now, withColumns: true))
        }
        if request.wantsMetadata {
            return APIResponse(
                json: [
                    "kind": "PartialObjectMetadataList", "apiVersion": "meta.k8s.io/v1", "metadata": page.json,
                    "items": .array(objects.map(\.value.partialMetadata)),
                ])
        }
        return APIResponse(bytes: Self.listBytes(objects, page, definition))
    }

    /// A list from the bytes that its objects already have.
    private static func listBytes(
        _ objects: [StoredObject], _ page: ListPage, _ definition: ResourceDefinition
    ) -> [UInt8] {
        let head: JSONValue = [
            "apiVersion": .string(definition.type.apiVersion), "kind": .string(definition.listKind),
            "metadata": page.json,
        ]
        var bytes = Array(head.serialized().dropLast())
        bytes.append(contentsOf: ",\"items\":[".utf8)
        for (index, object) in objects.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            bytes.append(contentsOf: definition.bytes(of: object))
        }
        bytes.append(contentsOf: "]}".utf8)
        return bytes
    }
}

extension ClusterState {
    /// One page of a list. Errors: 400, 410 for what history no longer reaches, 504 for a version to come.
    func page(
        _ request: APIRequest, _ target: RequestTarget, _ filter: ObjectFilter
    ) throws(Status) -> ([StoredObject], ListPage) {
        let limit = Int(request.parameter("limit") ?? "") ?? 0
        let token = try continueToken(request)
        let version = try snapshotVersion(request, token)
        guard let all = table(target.definition).ordered(namespace: target.namespace, at: version) else {
            throw Status.expired(
                "The provided continue parameter is too old to display a consistent list result. You can start a new "
                    + "list without the continue parameter.")
        }
        let rest = token.map { token in all.drop { $0.name <= token.last } } ?? all[...]
        let matching = filter.isEmpty ? Array(rest) : rest.filter(filter.matches)
        guard limit > 0, matching.count > limit else { return (matching, ListPage(resourceVersion: version)) }
        let objects = Array(matching.prefix(limit))
        let last = objects.last?.name ?? NamespacedName(namespace: "", name: "")
        let page = ListPage(
            resourceVersion: version, continueToken: ContinueToken(resourceVersion: version, last: last).text,
            remaining: filter.isEmpty ? matching.count - limit : nil)
        return (objects, page)
    }

    private func continueToken(_ request: APIRequest) throws(Status) -> ContinueToken? {
        guard let text = request.parameter("continue"), !text.isEmpty else { return nil }
        return try ContinueToken(text)
    }

    private func snapshotVersion(_ request: APIRequest, _ token: ContinueToken?) throws(Status) -> Int64 {
        if let token { return token.resourceVersion }
        guard let text = request.parameter("resourceVersion"), !text.isEmpty, text != "0" else {
            return resourceVersion
        }
        guard let wanted = Int64(text), wanted >= 0 else {
            throw Status.badRequest("resourceVersion: Invalid value: \"\(text)\"")
        }
        guard wanted <= resourceVersion else {
            throw Status(
                code: 504, reason: "Timeout",
                message: "Too large resource version: \(wanted), current: \(resourceVersion)",
                details: .init(
                    causes: [.init(reason: "ResourceVersionTooLarge", message: "Too large resource version")],
                    retryAfterSeconds: 1))
        }
        return request.parameter("resourceVersionMatch") == "Exact" ? wanted : resourceVersion
    }
}
