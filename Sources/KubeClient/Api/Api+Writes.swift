internal import HTTPTransport
public import KubeCore

extension Api {
    /// Creates an object. `apiVersion` and `kind` are filled in where `object` has none.
    public func create(
        _ object: some Encodable & Sendable, options: WriteOptions = WriteOptions()
    ) async throws(KubeError) -> Object {
        try checkNamespace()
        let body = try body(object, apiVersion: type.apiVersion, kind: type.kind)
        return try await send(writing("POST", collectionPath, body, options.query), as: Object.self)
    }

    /// Replaces an object by `object`, which must carry all of it; with a resourceVersion, only that state of it.
    public func replace(
        _ name: String, with object: some Encodable & Sendable, options: WriteOptions = WriteOptions()
    ) async throws(KubeError) -> Object {
        try await replace(name, subresource: nil, with: object, options)
    }

    public func patch(
        _ name: String, _ patch: Patch, options: WriteOptions = WriteOptions()
    ) async throws(KubeError) -> Object {
        try await self.patch(name, subresource: nil, patch, options, as: Object.self)
    }

    /// Deletes an object. Conflicts when a precondition in `options` does not hold.
    @discardableResult
    public func delete(
        _ name: String, options: DeleteOptions = DeleteOptions()
    ) async throws(KubeError) -> Deletion<Object> {
        let request = writing("DELETE", try path(name), options.body, [])
        let body = try await client.send(request).body
        let kind = try AnswerDecoder.decode(body, as: AnswerKind.self)
        if kind.kind == "Status" { return .deleted }
        return .pending(try AnswerDecoder.decode(body, as: Object.self))
    }
}

/// The status subresource.
extension Api {
    public func getStatus(_ name: String) async throws(KubeError) -> Object {
        try await send(KubeRequest(path: try path(name, subresource: "status")), as: Object.self)
    }

    /// Replaces the status; everything else in `object` but its resourceVersion is ignored.
    public func replaceStatus(
        _ name: String, with object: some Encodable & Sendable, options: WriteOptions = WriteOptions()
    ) async throws(KubeError) -> Object {
        try await replace(name, subresource: "status", with: object, options)
    }

    public func patchStatus(
        _ name: String, _ patch: Patch, options: WriteOptions = WriteOptions()
    ) async throws(KubeError) -> Object {
        try await self.patch(name, subresource: "status", patch, options, as: Object.self)
    }
}

/// The scale subresource.
extension Api {
    public func getScale(_ name: String) async throws(KubeError) -> Scale {
        try await send(KubeRequest(path: try path(name, subresource: "scale")), as: Scale.self)
    }

    public func replaceScale(
        _ name: String, with scale: Scale, options: WriteOptions = WriteOptions()
    ) async throws(KubeError) -> Scale {
        let body = try body(scale, apiVersion: "autoscaling/v1", kind: "Scale")
        let path = try path(name, subresource: "scale")
        return try await send(writing("PUT", path, body, options.query), as: Scale.self)
    }

    public func patchScale(
        _ name: String, _ patch: Patch, options: WriteOptions = WriteOptions()
    ) async throws(KubeError) -> Scale {
        try await self.patch(name, subresource: "scale", patch, options, as: Scale.self)
    }
}

/// Subresources that are only created, and answer with a Status.
extension Api {
    /// Creates `object` as a subresource: a pod's `binding` or `eviction`. `object` names its own kind.
    public func createSubresource(
        _ subresource: String, of name: String, _ object: JSONValue, options: WriteOptions = WriteOptions()
    ) async throws(KubeError) {
        let path = try path(name, subresource: subresource)
        _ = try await client.send(writing("POST", path, object, options.query))
    }
}

/// Only enough of an answer to tell a Status from an object.
private struct AnswerKind: Decodable {
    let kind: String?
}

extension Api {
    private func replace(
        _ name: String, subresource: String?, with object: some Encodable & Sendable, _ options: WriteOptions
    ) async throws(KubeError) -> Object {
        let body = try body(object, apiVersion: type.apiVersion, kind: type.kind)
        let path = try path(name, subresource: subresource)
        return try await send(writing("PUT", path, body, options.query), as: Object.self)
    }

    private func patch<Answer: Decodable>(
        _ name: String, subresource: String?, _ patch: Patch, _ options: WriteOptions, as answer: Answer.Type
    ) async throws(KubeError) -> Answer {
        var request = writing("PATCH", try path(name, subresource: subresource), patch.body, patch.query(options))
        request.headers["Content-Type"] = patch.contentType
        return try await send(request, as: answer)
    }

    private func writing(
        _ method: String, _ path: [String], _ body: JSONValue, _ query: [KubeRequest.QueryItem]
    ) -> KubeRequest {
        KubeRequest(
            method: method, path: path, query: query, headers: ["Content-Type": "application/json"],
            body: body.serialized())
    }

    private func body(
        _ object: some Encodable, apiVersion: String, kind: String
    ) throws(KubeError) -> JSONValue {
        do {
            var json = try JSONValue(encoding: object)
            json["apiVersion"] = json["apiVersion"] ?? .string(apiVersion)
            json["kind"] = json["kind"] ?? .string(kind)
            return json
        } catch {
            throw .invalidRequest("cannot write \(Swift.type(of: object)) as JSON: \(error)")
        }
    }
}
