import Base
import KubeCore
import KubeRuntime
import Telemetry
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct WatcherTests {
    let clock = ManualClock()
    let events = Recorder<String>()

    /// Runs a watcher over the script beside `body`, and cancels it.
    func watching(
        _ script: [ScriptedSource.Step], _ configuration: WatcherConfiguration = plainConfiguration(),
        _ body: (ScriptedSource) async throws -> Void
    ) async throws {
        let source = ScriptedSource(script)
        let watcher = Watcher(
            source: source, configuration: configuration, clock: clock, log: Logger(level: .error),
            random: { SplitMix64(seed: 1) })
        let task = Task { [events] in
            await watcher.run { for event in $0 { events.record(describe(event)) } }
        }
        try await body(source)
        task.cancel()
        await task.value
    }

    @Test func listsInPagesAndWatchesFromTheListsVersion() async throws {
        let script: [ScriptedSource.Step] = [
            .page(page([Widget("a")], next: "token")), .page(page([Widget("b")])),
            .watch([.applied(Widget("c", version: 11)), .deleted(Widget("a", version: 12))], then: .open),
        ]
        try await watching(script, plainConfiguration(pageSize: 1)) { source in
            let heard = try await events.waitFor(6)
            #expect(heard == ["start", "init a", "init b", "done", "applied c", "deleted a"])
            #expect(
                source.requests.entries == [
                    .list(ListQuery(limit: 1)), .list(ListQuery(limit: 1, continue: "token")),
                    .watch(from: "10", initialEvents: false),
                ])
        }
    }

    @Test func resumesAtOnceFromTheLastEventOrBookmarkWhenTheServerEndsAWatch() async throws {
        let script: [ScriptedSource.Step] = [
            .page(page([])), .watch([.applied(Widget("a", version: 11))], then: .end),
            .watch([.bookmark(resourceVersion: "15", endsInitialList: false)], then: .end),
            .watch([], then: .open),
        ]
        try await watching(script) { source in
            let requests = try await source.requests.waitFor(4)
            #expect(
                requests.dropFirst() == [
                    .watch(from: "10", initialEvents: false), .watch(from: "11", initialEvents: false),
                    .watch(from: "15", initialEvents: false),
                ])
        }
    }

    @Test func resumesAfterABackoffWhenAWatchFails() async throws {
        let script: [ScriptedSource.Step] = [
            .page(page([])), .watch([.applied(Widget("a", version: 11))], then: .failure(.unavailable)),
        ]
        try await watching(script) { source in
            try await source.closedWatches.waitFor(1)
            try await passBackoff(.milliseconds(800))
            #expect(try await source.requests.waitFor(3).last == .watch(from: "11", initialEvents: false))
        }
    }

    @Test func anExpiredWatchListsAgain() async throws {
        let script: [ScriptedSource.Step] = [
            .page(page([Widget("a")])), .watch([.applied(Widget("b", version: 11))], then: .failure(.expired)),
            .page(page([Widget("b", version: 11)], version: "20")), .watch([], then: .open),
        ]
        try await watching(script) { source in
            try await source.closedWatches.waitFor(1)
            try await passBackoff(.milliseconds(800))
            let expected = ["start", "init a", "done", "applied b", "start", "init b", "done"]
            #expect(try await events.waitFor(7) == expected)
            #expect(try await source.requests.waitFor(4).last == .watch(from: "20", initialEvents: false))
        }
    }

    @Test func anExpiredPageTokenAsksForTheWholeListInOnePiece() async throws {
        let script: [ScriptedSource.Step] = [
            .page(page([Widget("a")], next: "token")), .failure(.expired), .page(page([Widget("a"), Widget("b")])),
        ]
        try await watching(script) { source in
            try await source.requests.waitFor(2)
            try await passBackoff(.milliseconds(800))
            #expect(try await source.requests.waitFor(4)[2] == .list(ListQuery()))
            #expect(events.entries == ["start", "init a", "start", "init a", "init b", "done"])
        }
    }

    /// Every list succeeds, and every watch expires at once.
    @Test func aStormOfRelistsSlowsDownAndRecoversAfterAQuietTime() async throws {
        let round: [ScriptedSource.Step] = [.page(page([])), .watch([], then: .failure(.expired))]
        let (live, feed) = AsyncStream<ListWatchEvent<Widget>>.makeStream()
        let script = Array(repeating: round, count: 7).flatMap { $0 } + [.page(page([])), .live(live)] + round
        try await watching(script) { source in
            for (index, delay) in [800, 1600, 3200, 6400, 12_800, 25_600, 30_000].enumerated() {
                try await source.closedWatches.waitFor(index + 1)
                try await passBackoff(.milliseconds(delay))
            }
            try await source.requests.waitFor(16)
            await clock.waitUntilSleeping()
            clock.advance(by: .seconds(121))
            feed.yield(.bookmark(resourceVersion: "11", endsInitialList: false))
            feed.finish()
            // Resumed without delay; the next step is a page, so this watch fails: the first failure after the quiet.
            try await source.requests.waitFor(17)
            try await source.closedWatches.waitFor(9)
            try await passBackoff(.milliseconds(800))
            try await source.requests.waitFor(18)
        }
    }

    @Test func aSilentWatchIsGivenUpAndResumed() async throws {
        let script: [ScriptedSource.Step] = [.page(page([])), .watch([], then: .open), .watch([], then: .open)]
        try await watching(script) { source in
            try await source.requests.waitFor(2)
            await clock.waitUntilSleeping()
            clock.advance(by: .seconds(330))
            try await source.closedWatches.waitFor(1)
            try await passBackoff(.milliseconds(800))
            #expect(try await source.requests.waitFor(3).last == .watch(from: "10", initialEvents: false))
        }
    }

    @Test func cancellationClosesTheWatch() async throws {
        let script: [ScriptedSource.Step] = [.page(page([])), .watch([], then: .open)]
        var opened: ScriptedSource?
        try await watching(script) { source in
            try await source.requests.waitFor(2)
            opened = source
        }
        #expect(opened?.closedWatches.entries == ["10"])
    }

    // MARK: Streaming lists

    @Test func streamsTheInitialListWhereTheServerOffersIt() async throws {
        let script: [ScriptedSource.Step] = [
            .watch(
                [
                    .applied(Widget("a")), .bookmark(resourceVersion: "20", endsInitialList: true),
                    .applied(Widget("b", version: 21)),
                ], then: .end)
        ]
        try await watching(script, streaming) { source in
            let heard = try await events.waitFor(4)
            #expect(heard == ["start", "init a", "done", "applied b"])
            #expect(
                try await source.requests.waitFor(2) == [
                    .watch(from: nil, initialEvents: true), .watch(from: "21", initialEvents: false),
                ])
        }
    }

    @Test func fallsBackAtOnceWhenStreamingListsAreRefused() async throws {
        let script: [ScriptedSource.Step] = [
            .failure(.invalid), .page(page([])), .watch([], then: .failure(.expired)), .page(page([])),
        ]
        try await watching(script, streaming) { source in
            #expect(try await source.requests.waitFor(3)[1] == .list(ListQuery(limit: 500)))
            try await source.closedWatches.waitFor(2)
            try await passBackoff(.milliseconds(800))
            #expect(try await source.requests.waitFor(4)[3] == .list(ListQuery(limit: 500)), "does not ask again")
        }
    }

    @Test func fallsBackWhenAStreamEndsBeforeTheListWasComplete() async throws {
        let script: [ScriptedSource.Step] = [.watch([.applied(Widget("a"))], then: .end), .page(page([Widget("a")]))]
        try await watching(script, streaming) { source in
            try await source.closedWatches.waitFor(1)
            try await passBackoff(.milliseconds(800))
            #expect(try await events.waitFor(5) == ["start", "init a", "start", "init a", "done"])
        }
    }

    private var streaming: WatcherConfiguration {
        var configuration = plainConfiguration()
        configuration.streamsLists = true
        return configuration
    }

    /// Waits until the watcher backs off for exactly this long, and lets the time pass.
    private func passBackoff(_ delay: Duration) async throws {
        let deadline = clock.now.advanced(by: delay)
        try await eventually { clock.nextDeadline == deadline && clock.sleeperCount == 1 }
        clock.advance(by: delay)
    }
}

private func describe(_ event: WatcherEvent<Widget>) -> String {
    switch event {
    case .initStarted: "start"
    case .initApplied(let object): "init \(object.metadata.name)"
    case .initDone: "done"
    case .applied(let object): "applied \(object.metadata.name)"
    case .deleted(let object): "deleted \(object.metadata.name)"
    }
}
