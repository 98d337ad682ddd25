import Base
import KubeCore

/// One watch over HTTP: turns history into lines, with bookmarks, time-out and the end that history forces.
final class WatchSession: Sendable {
    private struct Progress {
        /// Nil once the watch is over.
        var position: Int64?
        /// Lines to be sent before anything else.
        var initial: [UInt8] = []
        var sentColumns = false
    }

    private let cluster: SimulatedCluster
    private let target: RequestTarget
    private let filter: ObjectFilter
    private let table: TableRequest?
    private let wantsMetadata: Bool
    private let wantsBookmarks: Bool
    private let wakeUp = WakeUp()
    private let waiter: Int
    private let timeLeft: @Sendable () -> Duration
    private let progress: Lock<Progress>

    /// How long a watch lasts that names no time: what a server picks at random between 30 and 60 minutes.
    private static let defaultTimeout: Duration = .seconds(45 * 60)
    private static let longestTimeout: Int64 = 24 * 3600
    /// Events read from history at a time, so that a chunk stays small.
    private static let batch = 500

    init(_ cluster: SimulatedCluster, _ request: APIRequest, _ target: RequestTarget) throws(Status) {
        try ListOptions.check(request, offersStreamingLists: cluster.configuration.offersStreamingLists)
        self.cluster = cluster
        self.target = target
        filter = try ObjectFilter(request, target.definition)
        table = TableRequest(request)
        wantsMetadata = request.wantsMetadata
        wantsBookmarks = request.flag("allowWatchBookmarks")
        timeLeft = Self.countdown(try Self.timeout(request), cluster.configuration.clock)
        let waiter = ObjectTable.Waiter(
            namespace: target.namespace, name: target.name ?? filter.name, wakeUp: wakeUp)
        let start = try WatchStart(request, cluster.configuration)
        let (id, position, objects) = cluster.withState { state in
            let table = state.table(target.definition)
            let objects = start.sendsObjects ? table.ordered(namespace: target.namespace) : []
            return (table.addWaiter(waiter), start.resourceVersion ?? state.resourceVersion, objects)
        }
        self.waiter = id
        progress = Lock(Progress(position: position))
        sendInitial(objects.filter(isSelected), start, position)
    }

    deinit {
        cluster.withState { $0.table(target.definition).removeWaiter(waiter) }
    }

    private func sendInitial(_ objects: [StoredObject], _ start: WatchStart, _ position: Int64) {
        progress.withLock { progress in
            for object in objects { progress.initial += line(.added, object, &progress) }
            if start.endsWithBookmark { progress.initial += bookmark(position, endsInitial: true) }
        }
    }

    /// 0 is none; a day is the most, as what sleeps must not overflow. Errors: 400.
    private static func timeout(_ request: APIRequest) throws(Status) -> Duration {
        guard let text = request.parameter("timeoutSeconds"), !text.isEmpty else { return defaultTimeout }
        guard let seconds = Int64(text) else {
            throw Status.badRequest("timeoutSeconds must be a number of seconds, not \(text)")
        }
        return seconds == 0 ? defaultTimeout : .seconds(max(0, min(seconds, longestTimeout)))
    }

    private static func countdown<C: Clock>(
        _ duration: Duration, _ clock: C
    ) -> @Sendable () -> Duration where C.Duration == Duration {
        let end = clock.now.advanced(by: duration)
        return { clock.now.duration(to: end) }
    }

    // MARK: Reading

    /// The next lines; nil at the end.
    func next() async -> [UInt8]? {
        while !Task.isCancelled {
            guard let chunk = read() else { return nil }
            if !chunk.isEmpty { return chunk }
            let left = timeLeft()
            guard left > .zero else { return nil }
            let pause = wantsBookmarks ? min(left, cluster.configuration.bookmarkInterval) : left
            if await waitForChange(atMost: pause) { continue }
            if wantsBookmarks, timeLeft() > .zero { return currentBookmark() }
        }
        return nil
    }

    /// What history has since the last call; empty when nothing, nil when the watch is over.
    private func read() -> [UInt8]? {
        progress.withLock { progress in
            if !progress.initial.isEmpty {
                defer { progress.initial = [] }
                return progress.initial
            }
            guard let position = progress.position else { return nil }
            let (entries, newest, compacted) = cluster.withState { state in
                let history = state.table(target.definition).history
                return (
                    history.entries(after: position, limit: Self.batch), state.resourceVersion,
                    history.compactedThrough
                )
            }
            guard let entries else {
                progress.position = nil
                return errorLine(.tooOld(position, compacted))
            }
            let isAll = entries.count < Self.batch
            progress.position = isAll ? max(position, newest) : entries.last?.object.resourceVersion
            var chunk: [UInt8] = []
            for entry in entries { chunk += lines(entry, &progress) }
            return chunk
        }
    }

    private func isSelected(_ object: StoredObject) -> Bool {
        (target.namespace == nil || object.name.namespace == target.namespace)
            && (target.name == nil || object.name.name == target.name) && filter.matches(object)
    }

    /// An object that leaves the selection is deleted for this watch, one that enters it is added.
    private func lines(_ entry: EventHistory.Entry, _ progress: inout Progress) -> [UInt8] {
        let before = entry.previous.map(isSelected) ?? false
        let after = entry.kind != .deleted && isSelected(entry.object)
        switch (before, after) {
        case (false, false): return []
        case (false, true): return line(.added, entry.object, &progress)
        case (true, true): return line(.modified, entry.object, &progress)
        case (true, false): return line(.deleted, entry.object, &progress)
        }
    }

    /// Waits for a change; false when the time is up first.
    private func waitForChange(atMost duration: Duration) async -> Bool {
        let clock = cluster.configuration.clock
        return await withTaskGroup(of: Bool.self) { group in
            group.addTask { [wakeUp] in
                await wakeUp.wait()
                return true
            }
            group.addTask {
                // Cancelled when the change comes first.
                try? await clock.sleep(for: duration)
                return false
            }
            let isChange = await group.next() ?? false
            group.cancelAll()
            // A change that came while the sleep ended must not be lost: the next read finds it in history.
            return isChange
        }
    }

    // MARK: Lines

    private func line(_ kind: ObjectEvent.Kind, _ object: StoredObject, _ progress: inout Progress) -> [UInt8] {
        if wantsMetadata { return Self.line(kind.rawValue, object.value.partialMetadata.serialized()) }
        guard let table else { return Self.line(kind.rawValue, target.definition.bytes(of: object)) }
        let rows = [target.definition.fromStorage(object.value)]
        let json = table.table(
            of: rows, target.definition, ListPage(resourceVersion: object.resourceVersion), now: cluster.now,
            withColumns: !progress.sentColumns)
        progress.sentColumns = true
        return Self.line(kind.rawValue, json.serialized())
    }

    private func currentBookmark() -> [UInt8] {
        bookmark(progress.withLock { $0.position ?? 0 }, endsInitial: false)
    }

    private func bookmark(_ position: Int64, endsInitial: Bool) -> [UInt8] {
        var object: JSONValue = [
            "kind": .string(target.definition.type.kind), "apiVersion": .string(target.definition.type.apiVersion),
            "metadata": ["resourceVersion": .string(String(position)), "creationTimestamp": nil],
        ]
        if endsInitial { object[path: "metadata", "annotations"] = ["k8s.io/initial-events-end": "true"] }
        return Self.line("BOOKMARK", object.serialized())
    }

    private func errorLine(_ status: Status) -> [UInt8] { Self.line("ERROR", status.json.serialized()) }

    private static func line(_ type: String, _ object: [UInt8]) -> [UInt8] {
        Array("{\"type\":\"\(type)\",\"object\":".utf8) + object + Array("}\n".utf8)
    }
}

/// From where a watch begins.
struct WatchStart {
    /// Nil is now.
    var resourceVersion: Int64?
    /// Whether the objects of now come first, as ADDED.
    var sendsObjects: Bool
    /// Whether a bookmark marks the end of these.
    var endsWithBookmark: Bool

    /// Errors: 400, 422.
    init(_ request: APIRequest, _ configuration: SimulatedCluster.Configuration) throws(Status) {
        let text = request.parameter("resourceVersion") ?? ""
        let wantsInitial = configuration.offersStreamingLists && request.flag("sendInitialEvents")
        if request.parameter("sendInitialEvents") != nil, configuration.offersStreamingLists,
            request.parameter("resourceVersionMatch") != "NotOlderThan"
        {
            throw Status(
                code: 422, reason: "Invalid",
                message: "ListOptions.meta.k8s.io \"\" is invalid: resourceVersionMatch: Forbidden: sendInitialEvents "
                    + "requires setting resourceVersionMatch to NotOlderThan")
        }
        endsWithBookmark = wantsInitial && request.flag("allowWatchBookmarks")
        if wantsInitial || text.isEmpty || text == "0" {
            let skips = request.parameter("sendInitialEvents") == "false" && configuration.offersStreamingLists
            sendsObjects = !skips
            return
        }
        guard let version = Int64(text), version >= 0 else {
            throw Status.badRequest("resourceVersion: Invalid value: \"\(text)\"")
        }
        resourceVersion = version
        sendsObjects = false
    }
}

extension SimulatedCluster {
    func watchObjects(_ request: APIRequest, _ target: RequestTarget) throws(Status) -> APIResponse {
        let session = try WatchSession(self, request, target)
        return APIResponse(
            status: 200, headers: [(name: "Content-Type", value: "application/json")],
            body: .stream(ByteStream { await session.next() }))
    }
}
