import DeepSeekAPI
import KubeClient
import KubeCore
import Operator
import TestSupport
import Testing

/// From `kubectl apply` to served, scaled pods and back.
@Suite struct SpineTests {
    @Test(arguments: Backend.available)
    func anAppliedClusterServesIsShownScaledAndDeleted(backend: Backend) async throws {
        let scene = try await Scene(backend, "spine")
        try await scene.withOperator {
            try await scene.apply(minimalSpec)
            try await scene.kubectl("wait", "--for=condition=Ready", "--timeout=60s", "dsc/r1")
            let table = try await scene.kubectl("get", "dsc")
            #expect(table.contains("PHASE") && table.contains("Ready") && table.contains("deepseek-r1"))
            #expect(try await scene.kubectl("describe", "dsc", "r1").contains("Accepted"))
            #expect(try await scene.kubectl("get", "dsc", "r1", "-o", "yaml").contains("activeRevision"))

            try await scene.kubectl("scale", "dsc/r1", "--replicas=3")
            try await scene.waitUntilReady(replicas: 3)
            #expect(try await scene.clusters.getScale("r1").status?.replicas == 3)
            let endpoints = try await scene.kubectl(
                "get", "endpoints", "r1", "-o", "jsonpath={.subsets[*].addresses[*].ip}")
            #expect(endpoints.split(separator: " ").count == 3)

            try await scene.kubectl("delete", "dsc", "r1", "--wait=true")
            try await eventually("everything is gone") {
                let left = try await scene.kubectl(
                    "get", "deploy,svc,pods,controllerrevisions", "-l", "serving.deepseek.io/cluster=r1", "-o", "name")
                return left.isEmpty
            }
        }
    }

    @Test(arguments: Backend.available)
    func explainIsAManual(backend: Backend) async throws {
        let scene = try await Scene(backend, "explain")
        // A server publishes a definition's schema a moment after it serves the kind.
        try await eventually("explain knows the fields") {
            let result = try await scene.cluster.kubectl("explain", "deepseekcluster.spec.autoscaling.minReplicas")
            return result.isSuccess && result.output.contains("minReplicas")
        }
        let text = try await scene.kubectl("explain", "deepseekcluster.spec")
        #expect(text.contains("autoscaling") && text.contains("DESCRIPTION"))
    }

    @Test(arguments: Backend.available)
    func reconcilesAndRestartsChangeNothing(backend: Backend) async throws {
        let scene = try await Scene(backend, "quiet")
        let before = try await scene.withOperator {
            try await scene.apply(minimalSpec)
            try await scene.waitUntilReady(replicas: 1)
            for round in 1...10 { try await scene.kubectl("annotate", "dsc/r1", "--overwrite", "round=\(round)") }
            return try await scene.fingerprint()
        }
        // As of a newer version.
        let otherRenderer: ClusterPlanner.Renderer = { _, _ in ["spec": ["containers": []]] }
        let after = try await scene.withOperator(render: otherRenderer) {
            try await scene.kubectl("scale", "dsc/r1", "--replicas=1")
            try await scene.kubectl("annotate", "dsc/r1", "--overwrite", "round=11")
            try await Task.sleep(for: .seconds(2))
            return try await scene.fingerprint()
        }
        #expect(before == after)
        #expect(before.count == 5)
    }

    @Test(arguments: Backend.available)
    func aNewVersionTakesOverWhenItIsReady(backend: Backend) async throws {
        let scene = try await Scene(backend, "version")
        try await scene.withOperator {
            // Pods on paper tell nobody what they have in flight, and are waited for.
            let spec =
                minimalSpec + "\nmigration: {scaleDownDelaySeconds: 0}\npods: {drainSeconds: 1, preStopSeconds: 0}"
            try await scene.apply(spec)
            try await scene.waitUntilReady(replicas: 1)
            let blue = try #require(try await scene.status().activeRevision)
            try await scene.apply(spec.replacing("name: deepseek-r1", with: "name: deepseek-r1\n  version: '2'"))
            let status = try await scene.wait(for: "the new revision") {
                $0.activeRevision != blue && $0.conditions?[type: "Ready"]?.status == .true
            }
            #expect(status.history?.map(\.revision) == [status.activeRevision ?? "", blue])
            try await eventually("the old Deployment is gone") {
                try await scene.deployments.getIfExists("r1-\(blue)") == nil
            }
        }
    }

    @Test(arguments: Backend.available)
    func driftIsRepairedAndForeignFieldsStay(backend: Backend) async throws {
        let scene = try await Scene(backend, "drift")
        try await scene.withOperator {
            try await scene.apply(minimalSpec)
            try await scene.waitUntilReady(replicas: 1)
            let name = "r1-\(try await scene.status().activeRevision ?? "")"
            try await scene.kubectl("label", "deploy/\(name)", "team=ours")
            try await scene.kubectl("scale", "deploy/\(name)", "--replicas=5")
            let patch = #"{"spec":{"selector":{"serving.deepseek.io/revision":"wrong"}}}"#
            try await scene.kubectl("patch", "svc/r1", "--type=merge", "-p", patch)
            try await eventually("the drift is repaired") {
                let deployment = try await scene.deployments.get(name)
                let service = try await Api<Service>(scene.client, namespace: scene.namespace).get("r1")
                return deployment.spec.replicas == 1
                    && "r1-\(service.spec?.selector?["serving.deepseek.io/revision"] ?? "")" == name
            }
            #expect(try await scene.deployments.get(name).metadata.labels?["team"] == "ours")
        }
    }

    @Test(arguments: Backend.available)
    func anObjectOfSomebodyElseIsNotTaken(backend: Backend) async throws {
        let scene = try await Scene(backend, "conflict")
        let service = "{apiVersion: v1, kind: Service, metadata: {name: r1}, spec: {ports: [{port: 80}]}}"
        try await scene.kubectl("apply", "-f", "-", input: service)
        try await scene.withOperator {
            try await scene.apply(minimalSpec)
            try await scene.wait(for: "the conflict is told") {
                $0.conditions?[type: "Degraded"]?.reason == "NameConflict"
            }
            let service = try await Api<Service>(scene.client, namespace: scene.namespace).get("r1")
            #expect(service.metadata.ownerReferences == nil)
        }
    }

    @Test(arguments: Backend.available)
    func whatIsNotSupportedYetIsNamed(backend: Backend) async throws {
        let scene = try await Scene(backend, "unsupported")
        try await scene.withOperator {
            try await scene.apply(minimalSpec + "\nmonitoring: {podMonitor: true}")
            let status = try await scene.wait(for: "the refusal") {
                $0.conditions?[type: "Accepted"]?.status == .false
            }
            let accepted = status.conditions?[type: "Accepted"]
            #expect(accepted?.reason == "Unsupported")
            #expect(accepted?.message.contains("spec.monitoring.podMonitor") == true)
        }
    }

    @Test(arguments: Backend.available)
    func aBrokenImageIsTold(backend: Backend) async throws {
        let scene = try await Scene(backend, "broken")
        try await scene.withOperator {
            try await scene.apply(minimalSpec.replacing("vllm/vllm-openai:v0.33.0", with: "broken:1"))
            let status = try await scene.wait(for: "the trouble is told") {
                $0.conditions?[type: "Degraded"]?.status == .true
            }
            #expect(status.conditions?[type: "Degraded"]?.reason == "ImagePullFailed")
            #expect(status.phase == .degraded)
        }
    }
}
