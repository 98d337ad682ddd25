import Base
import KubeCore
import KubeRuntime
import Testing

@Suite struct StoreTests {
    let store: Store<Widget>
    let writer: StoreWriter<Widget>

    init() { (store, writer) = Store.make(indexes: [.ownerUID, .label("app")]) }

    func list(_ widgets: [Widget]) -> [String] {
        describe(writer.apply([.initStarted] + widgets.map { .initApplied($0) } + [.initDone]))
    }

    @Test func aListIsShownWholeOrNotAtAll() {
        _ = writer.apply([.initStarted, .initApplied(Widget("a"))])
        #expect(store.count == 0)
        #expect(!store.isSynchronized)
        #expect(describe(writer.apply([.initDone])) == ["added a"])
        #expect(store[key("a")] == Widget("a"))
        #expect(store.isSynchronized)
    }

    @Test func whatALaterListLacksWasDeletedMeanwhile() {
        _ = list([Widget("a"), Widget("b")])
        _ = writer.apply([.initStarted])
        #expect(store.count == 2, "the old content stays until the list is complete")
        #expect(describe(writer.apply([.initApplied(Widget("b")), .initDone])) == ["deleted a"])
        #expect(store[key("a")] == nil)
    }

    @Test func aListThatWasBrokenOffDoesNotCount() {
        _ = list([Widget("a")])
        _ = writer.apply([.initStarted, .initApplied(Widget("ghost"))])
        #expect(list([Widget("a")]) == [])
        #expect(store[key("ghost")] == nil)
    }

    @Test func aNamesakeIsADeletionAndAnAddition() {
        _ = list([Widget("a", uid: "1")])
        #expect(list([Widget("a", uid: "2", version: 9)]) == ["deleted a", "added a"])
        #expect(describe(writer.apply([.applied(Widget("a", uid: "3", version: 12))])) == ["deleted a", "added a"])
    }

    @Test func duplicatesAreNotReported() {
        let event = WatcherEvent.applied(Widget("a", version: 5))
        #expect(describe(writer.apply([event, event])) == ["added a"])
        #expect(
            describe(writer.apply([.deleted(Widget("a", version: 6)), .deleted(Widget("a", version: 6))])) == [
                "deleted a"
            ])
    }

    @Test func lateEventsAreNotReported() {
        _ = writer.apply([.applied(Widget("a", version: 10))])
        #expect(describe(writer.apply([.applied(Widget("a", version: 9))])) == [])
        #expect(store[key("a")]?.metadata.resourceVersion == "10")
        _ = writer.apply([.deleted(Widget("a", version: 11))])
        #expect(describe(writer.apply([.applied(Widget("a", version: 10))])) == [], "a deleted uid never returns")
        _ = writer.apply([.applied(Widget("a", uid: "new", version: 12))])
        #expect(describe(writer.apply([.deleted(Widget("a", version: 11))])) == [], "the deletion of its predecessor")
        #expect(store[key("a")]?.metadata.uid == "new")
    }

    @Test func versionsThatAreNoNumbersCountAsNewer() {
        var opaque = Widget("a")
        opaque.metadata.resourceVersion = "x9"
        _ = writer.apply([.applied(Widget("a", version: 10))])
        #expect(describe(writer.apply([.applied(opaque)])) == ["updated a"])
    }

    /// Random events against a plain recomputation of what the indexes must say.
    @Test func indexesAlwaysAgreeWithTheObjects() {
        let seed = UInt64.random(in: 0 ..< .max)
        var random = SplitMix64(seed: seed)
        for version in 1...500 {
            let app = ["x", "y", nil].randomElement(using: &random) ?? nil
            var widget = Widget("w\(Int.random(in: 0..<6, using: &random))", labels: app.map { ["app": $0] })
            widget.metadata.uid = "uid-\(version / 50)"
            widget.metadata.resourceVersion = String(version)
            let owner = OwnerReference(
                apiVersion: "v1", kind: "Owner", name: "o", uid: ["1", "2"].randomElement(using: &random) ?? "1")
            widget.metadata.ownerReferences = [owner]
            _ = writer.apply([Int.random(in: 0..<4, using: &random) == 0 ? .deleted(widget) : .applied(widget)])
            for value in ["x", "y"] {
                let expected = store.objects.filter { $0.metadata.labels?["app"] == value }.map(\.metadata.name)
                    .sorted()
                #expect(store.objects(label: "app", value: value).map(\.metadata.name) == expected, "seed \(seed)")
            }
            for uid in ["1", "2"] {
                let expected = store.objects.filter { $0.metadata.ownerReferences?.first?.uid == uid }.count
                #expect(store.objects(ownedBy: uid).count == expected, "seed \(seed)")
            }
        }
    }
}

func describe(_ changes: [StoreChange<Widget>]) -> [String] {
    changes.map { change in
        switch change {
        case .added(let object, _): "added \(object.metadata.name)"
        case .updated(_, let object): "updated \(object.metadata.name)"
        case .deleted(let object): "deleted \(object.metadata.name)"
        }
    }
}
