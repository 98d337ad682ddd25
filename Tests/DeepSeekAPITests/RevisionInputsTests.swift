import DeepSeekAPI
import KubeCore
import Testing

struct RevisionInputsTests {
    private func hash(_ patch: JSONValue = [:]) throws -> String {
        try RevisionInputs(cluster { $0["spec"] = $0["spec"]?.applying(mergePatch: patch) }.spec).hash
    }

    /// The hashes name objects in clusters that exist: a change here moves every fleet.
    @Test
    func hashesNeverChange() throws {
        #expect(try hash() == "3ae73f5f5e")
        let complete: DeepSeekCluster = try Fixtures.resource("complete").decoded()
        #expect(try RevisionInputs(complete.spec).hash == "317d0aa313")
    }

    @Test
    func whatDoesNotReachThePodsIsLeftOut() throws {
        let patches: [JSONValue] = [
            ["replicas": 7], ["paused": true], ["service": ["type": "NodePort"]], ["revisionHistoryLimit": 2],
            ["capacity": ["quota": "Ignore"]], ["migration": ["progressDeadlineSeconds": 77]],
            ["monitoring": ["podMonitor": true]], ["gateway": ["a": 1]],
            ["operation": ["id": "1", "type": "Restart"]],
        ]
        for patch in patches { #expect(try hash(patch) == hash(), "\(patch)") }
    }

    /// So that a field which gets a default in a later version moves no fleet.
    @Test
    func writingADefaultDownChangesNothing() throws {
        let patch: JSONValue = [
            "model": ["precision": "auto", "version": ""],
            "engine": [
                "port": 8000, "tensorParallel": 1, "pipelineParallel": 1, "dataParallel": 1, "expertParallel": false,
                "nodesPerReplica": 1, "gpusPerPod": 1, "args": [], "env": [], "volumeMounts": [], "command": [],
                "version": "",
            ],
            "pods": [
                "gpuResourceName": "nvidia.com/gpu", "startupSeconds": 1800, "preStopSeconds": 15, "drainSeconds": 570,
                "sharedMemory": "1Gi", "affinity": [:], "tolerations": [], "labels": [:], "schedulerName": "",
            ],
        ]
        #expect(try hash(patch) == hash())
    }

    @Test
    func whatReachesThePodsChangesTheHash() throws {
        let patches: [JSONValue] = [
            ["model": ["version": "2"]], ["model": ["name": "x"]], ["model": ["contextLength": 1]],
            ["engine": ["image": "vllm:2"]], ["engine": ["args": ["-v"]]], ["engine": ["tensorParallel": 2]],
            ["engine": ["gpusPerPod": 0]], ["engine": ["args": [""]]], ["engine": ["env": [["name": "A"]]]],
            ["pods": ["labels": ["a": "b"]]], ["pods": ["drainSeconds": 571]], ["pods": ["sharedMemory": "2Gi"]],
            ["pods": ["volumes": [["name": "a", "emptyDir": [:]]]]], ["pods": ["affinity": ["a": [:]]]],
        ]
        let hashes = try patches.map(hash) + [hash()]
        #expect(Set(hashes).count == hashes.count)
        #expect(hashes.allSatisfy { $0.count == 10 && $0.allSatisfy("0123456789abcdef".contains) })
    }
}
