import KubeCore

/// What a watcher does next, as a pure function of what it heard. `Watcher` executes it.
///
///     empty -> listing -> ... -> listing -> watching -> watching ...
///       |                                    ^   |
///       +-----> streamingList ---------------+   +--(410 Expired)--> empty
///
/// ## Rules
/// - Lists are consistent reads (resourceVersion unset), the first and every later one: a list never shows a state
///   older than what was seen before, whichever API server answers. (client-go starts at resourceVersion=0 and can
///   travel back in time when it changes servers.)
/// - A watch resumes at the last resourceVersion of an event or a bookmark, after any failure but 410.
/// - 410 begins anew with a list. When a page's token expired, the next list is asked for in one piece: paging was too
///   slow for the server's history, and would be again.
/// - A server that refuses sendInitialEvents (400, 422), or ends the stream without having finished the list, is not
///   asked for it again.
struct WatcherStateMachine<Object: KubernetesObject> {
    enum State: Equatable {
        /// Nothing is known.
        case empty
        /// Some pages of a list are here; the next one has this token.
        case listing(continue: String)
        /// A streaming list is arriving.
        case streamingList
        /// In step with the server at this resourceVersion.
        case watching(resourceVersion: String)
    }

    enum Step: Equatable {
        case list(ListQuery)
        /// With a nil resourceVersion it is a streaming list.
        case watch(resourceVersion: String?)
    }

    enum Failure {
        /// 410: the resourceVersion or the page token is too old.
        case expired
        /// 400 or 422: a parameter is refused.
        case refused
        case other
    }

    enum Next: Equatable { case now, afterBackoff }

    private(set) var state = State.empty
    private var pageSize: Int?
    private var streamsLists: Bool
    /// Whether the present watch delivered anything.
    private var heardSomething = false

    init(pageSize: Int?, streamsLists: Bool) {
        self.pageSize = pageSize
        self.streamsLists = streamsLists
    }

    /// The request to make now.
    mutating func start() -> (step: Step, events: [WatcherEvent<Object>]) {
        heardSomething = false
        switch state {
        case .empty, .streamingList:
            if streamsLists {
                state = .streamingList
                return (.watch(resourceVersion: nil), [.initStarted])
            }
            return (.list(ListQuery(limit: pageSize)), [.initStarted])
        case .listing(let token): return (.list(ListQuery(limit: pageSize, continue: token)), [])
        case .watching(let version): return (.watch(resourceVersion: version), [])
        }
    }

    /// A page arrived. Nil when it has no resourceVersion: nothing could be watched from there.
    mutating func received(_ page: ObjectList<Object>) -> [WatcherEvent<Object>]? {
        let objects = page.items.map { WatcherEvent.initApplied($0) }
        if let token = page.metadata.continue, !token.isEmpty {
            state = .listing(continue: token)
            return objects
        }
        guard let version = page.metadata.resourceVersion, !version.isEmpty else {
            state = .empty
            return nil
        }
        state = .watching(resourceVersion: version)
        return objects + [.initDone]
    }

    mutating func received(_ event: ListWatchEvent<Object>) -> [WatcherEvent<Object>] {
        heardSomething = true
        switch (state, event) {
        case (.streamingList, .applied(let object)): return [.initApplied(object)]
        case (.streamingList, .bookmark(let version, endsInitialList: true)):
            state = .watching(resourceVersion: version)
            return [.initDone]
        case (.watching, .applied(let object)):
            advance(to: object.metadata.resourceVersion)
            return [.applied(object)]
        case (.watching, .deleted(let object)):
            advance(to: object.metadata.resourceVersion)
            return [.deleted(object)]
        case (.watching, .bookmark(let version, _)):
            advance(to: version)
            return []
        case (.streamingList, _), (.empty, _), (.listing, _): return []
        }
    }

    /// The server ended the watch. One that never delivered anything counts as a failure.
    mutating func ended() -> Next {
        if state == .streamingList {
            streamsLists = false
            state = .empty
            return .afterBackoff
        }
        return heardSomething ? .now : .afterBackoff
    }

    mutating func failed(_ failure: Failure) -> Next {
        switch (state, failure) {
        case (.streamingList, .refused):
            streamsLists = false
            state = .empty
            return .now
        case (.listing, .expired):
            pageSize = nil
            state = .empty
            return .afterBackoff
        case (.streamingList, _), (.listing, _), (.empty, _), (_, .expired): state = .empty
        case (.watching, _): break
        }
        return .afterBackoff
    }

    private mutating func advance(to version: String?) {
        if let version, !version.isEmpty { state = .watching(resourceVersion: version) }
    }
}
