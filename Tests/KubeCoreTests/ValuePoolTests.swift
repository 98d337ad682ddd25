import KubeCore
import Testing

struct ValuePoolTests {
    private static func pod(_ index: Int) -> Pod {
        let owner = OwnerReference(
            apiVersion: "apps/v1", kind: "ReplicaSet", name: "a-deployment-of-a-model-\(index / 3)",
            uid: "uid-\(index / 3)",
            controller: true)
        var pod = Pod(
            metadata: ObjectMeta(
                name: "pod-\(index)", namespace: "a-namespace-with-a-long-name",
                labels: ["app.kubernetes.io/managed-by": "deepseek-operator", "cluster": "\(index / 3)"],
                annotations: index.isMultiple(of: 2) ? [:] : nil, ownerReferences: [owner]))
        pod.metadata.uid = "\(index)"
        return pod
    }

    /// More objects than there are places, so that some displace others.
    @Test func sharingChangesNothingThatCanBeSeen() {
        var pool = ValuePool()
        for index in 0..<60_000 {
            let pod = Self.pod(index)
            var shared = pod
            shared.share(&pool)
            guard shared == pod else {
                Issue.record("pod \(index) became another one: \(shared)")
                return
            }
        }
    }

    @Test func equalLabelsAreHeldOnce() {
        var pool = ValuePool()
        let storages = (0..<3).map { index in
            var pod = Self.pod(index)
            pod.share(&pool)
            return pod.metadata.labels.map(Self.storage)
        }
        #expect(Set(storages).count == 1)
        #expect(storages[0] != nil)
    }

    @Test func whatHasNotChangedIsHeldTogetherWithWhatWas() {
        var pool = ValuePool()
        var old = Self.pod(1)
        old.share(&pool)
        var new = Self.pod(1)
        new.metadata.annotations = ["changed": "yes"]
        new.metadata.share(with: old.metadata)
        #expect(new.metadata.labels.map(Self.storage) == old.metadata.labels.map(Self.storage))
        #expect(new.metadata.annotations == ["changed": "yes"])
    }

    /// A dictionary is a reference to its storage.
    private static func storage(_ map: [String: String]) -> UInt { unsafeBitCast(map, to: UInt.self) }
}
