import KubeCore
import KubeRuntime
import Testing

@Suite struct FinalizerTests {
    let finalizer = Finalizer("serving.deepseek.io/cleanup")

    func apply(_ patch: JSONPatch?, to widget: Widget) throws -> [String]? {
        guard let patch else { return nil }
        let document = try JSONValue(encoding: widget).applying(jsonPatch: patch)
        return try document.decoded(as: Widget.self).metadata.finalizers
    }

    @Test(arguments: [nil, [], ["other"]] as [[String]?])
    func addsBesideOthers(_ present: [String]?) throws {
        var widget = Widget("a")
        widget.metadata.finalizers = present
        #expect(try apply(finalizer.addition(to: widget.metadata), to: widget) == (present ?? []) + [finalizer.name])
    }

    @Test func addsNothingTwiceAndNothingToAnObjectBeingDeleted() {
        var widget = Widget("a")
        widget.metadata.finalizers = [finalizer.name]
        #expect(finalizer.addition(to: widget.metadata) == nil)
        widget.metadata.finalizers = nil
        widget.metadata.deletionTimestamp = Timestamp(seconds: 1)
        #expect(finalizer.addition(to: widget.metadata) == nil)
        #expect(finalizer.removal(from: widget.metadata) == nil)
    }

    @Test func anAdditionFitsOnlyTheStateThatWasRead() throws {
        let old = Widget("a", version: 1)
        let new = Widget("a", version: 2)
        #expect(throws: JSONPatchError.self) { try apply(finalizer.addition(to: old.metadata), to: new) }
    }

    @Test func removesOnlyItselfAndOnlyFromItsPlace() throws {
        var widget = Widget("a")
        widget.metadata.finalizers = ["x", finalizer.name, "y"]
        let patch = finalizer.removal(from: widget.metadata)
        #expect(try apply(patch, to: widget) == ["x", "y"])
        widget.metadata.finalizers = [finalizer.name, "y"]
        #expect(throws: JSONPatchError.self) { try apply(patch, to: widget) }
        var namesake = Widget("a", uid: "another")
        namesake.metadata.finalizers = ["x", finalizer.name, "y"]
        #expect(throws: JSONPatchError.self) { try apply(patch, to: namesake) }
    }
}
