public import KubeCore

extension Api {
    /// Lists one page; all objects when `options` has no limit.
    public func list(_ options: ListOptions = ListOptions()) async throws(KubeError) -> ObjectList<Object> {
        try await send(KubeRequest(path: collectionPath, query: options.query), as: ObjectList<Object>.self)
    }

    /// Lists everything in pages, as one consistent state.
    ///
    /// When the server forgets that state before the last page (410), all is listed again at once, without pages.
    ///
    /// - Parameter pageSize: the most objects in one answer.
    public func listAll(
        _ options: ListOptions = ListOptions(), pageSize: Int = 500
    ) async throws(KubeError) -> ObjectList<Object> {
        var page = options
        page.limit = pageSize
        var all = try await list(page)
        while let token = all.metadata.continue, !token.isEmpty {
            // The token stands for the resource version, and the server refuses both together.
            page.continueToken = token
            page.resourceVersion = nil
            page.resourceVersionMatch = nil
            do throws(KubeError) {
                let next = try await list(page)
                all.items += next.items
                all.metadata = next.metadata
            } catch {
                guard error.isExpired else { throw error }
                var whole = options
                whole.limit = nil
                return try await list(whole)
            }
        }
        return all
    }
}
