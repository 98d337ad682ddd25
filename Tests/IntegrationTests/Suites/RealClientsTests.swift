import FoundationEssentials
import Glibc
import KubeClient
import KubeCore
import TestSupport
import Testing

/// Clients that others wrote, against the simulator and the real server alike.
@Suite struct RealClientsTests {
    /// From the repository's root, where tests are run.
    private static let scripts = "Tests/python/clients"

    @Test(arguments: Backend.available)
    func theOfficialPythonClient(backend: Backend) async throws {
        let scene = try await Scene(backend, "python")
        let result = try await run(
            "python", ["\(Self.scripts)/official_client.py", scene.cluster.kubeconfig, scene.namespace],
            timeout: .seconds(120))
        #expect(result.isSuccess && result.output.hasSuffix("all checks passed\n"), "\(result.output)\(result.errors)")
    }

    /// An informer with finalizers: kopf lists, watches, patches and lets go of what is deleted.
    @Test(arguments: Backend.available)
    func aKopfOperator(backend: Backend) async throws {
        let scene = try await Scene(backend, "kopf")
        let folder = try TemporaryFolder()
        let process = try await ServerProcess.start(
            "kopf", ["run", "--standalone", "--namespace", scene.namespace, "\(Self.scripts)/kopf_operator.py"],
            environment: ["KUBECONFIG": scene.cluster.kubeconfig], log: folder.path("kopf.log"))
        do {
            try await exercise(scene)
        } catch {
            try await process.kill()
            throw ControlPlaneError("\(error)\n\(try folder.read("kopf.log.err").suffix(6000))")
        }
        try await process.kill()
        #expect(try folder.read("kopf.log.err").contains("deleted handler ran for watched"))
    }

    private func exercise(_ scene: Scene) async throws {
        func waitFor(_ annotation: String, _ value: String) async throws {
            try await eventually("kopf wrote \(annotation)=\(value)") {
                let path = "jsonpath={.metadata.annotations.\(annotation)}"
                return try await scene.kubectl("get", "configmap", "watched", "-o", path) == value
            }
        }
        let object =
            "{apiVersion: v1, kind: ConfigMap, metadata: {name: watched, labels: {kopf: 'yes'}}, data: {a: '1'}}"
        try await scene.kubectl("apply", "-f", "-", input: object)
        try await waitFor("created", "seen")
        let finalizers = try await scene.kubectl("get", "cm", "watched", "-o", "jsonpath={.metadata.finalizers[*]}")
        #expect(finalizers == "suite.example.com/kopf")
        try await scene.kubectl("patch", "cm", "watched", "--type=merge", "-p", #"{"data":{"a":"2"}}"#)
        try await waitFor("updated", "2")
        try await scene.kubectl("patch", "cm", "watched", "--type=merge", "-p", #"{"data":{"b":"new"}}"#)
        try await waitFor("field", "new")
        // Returns once the finalizer is off.
        try await scene.kubectl("delete", "cm", "watched", "--wait=true", "--timeout=60s")
    }

    @Test(arguments: Backend.available)
    func kubectlOnWorkloads(backend: Backend) async throws {
        let scene = try await Scene(backend, "kubectl")
        try await scene.kubectl("apply", "-f", "-", input: Self.deployment)
        try await scene.kubectl("rollout", "status", "deploy/web", "--timeout=60s")
        try await scene.kubectl("scale", "deploy/web", "--replicas=2")
        try await scene.kubectl("wait", "deploy/web", "--for=jsonpath={.status.readyReplicas}=2", "--timeout=60s")
        try await scene.kubectl("annotate", "deploy/web", "note=one")
        try await scene.kubectl("label", "deploy/web", "tier=front")
        try await scene.kubectl("set", "image", "deploy/web", "main=image:2")
        try await scene.kubectl("rollout", "status", "deploy/web", "--timeout=60s")
        let image = "jsonpath={.spec.template.spec.containers[0].image}"
        #expect(try await scene.kubectl("get", "deploy/web", "-o", image) == "image:2")
        let wide = try await scene.kubectl("get", "deploy", "--show-labels", "-o", "wide")
        #expect(wide.contains("tier=front") && wide.contains("image:2"))
        #expect(try await scene.kubectl("get", "pods", "-o", "json").contains(#""kind": "Pod""#))
        let diff = try await scene.cluster.kubectl(
            "diff", "-n", scene.namespace, "-f", "-", input: Self.deployment)
        // 1 is how it says that there are differences.
        #expect(!diff.isSuccess && diff.output.contains("-      - image: image:2"), "\(diff)")
        let applied = try await scene.cluster.kubectl(
            "apply", "--server-side", "-n", scene.namespace, "-f", "-", input: Self.deployment)
        #expect(!applied.isSuccess && applied.errors.contains("conflict"), "\(applied)")
        try await scene.kubectl("apply", "--server-side", "--force-conflicts", "-f", "-", input: Self.deployment)
        try await deletions(scene)
    }

    private func deletions(_ scene: Scene) async throws {
        try await scene.kubectl("delete", "deploy/web", "--cascade=orphan")
        let orphans = try await scene.kubectl("get", "rs", "-l", "app=web", "-o", "name")
        #expect(!orphans.isEmpty)
        try await scene.kubectl("delete", "rs", "-l", "app=web", "--cascade=foreground", "--timeout=60s")
        try await eventually("the pods are gone") {
            try await scene.kubectl("get", "pods", "-o", "name").isEmpty
        }
    }

    /// What kubectl makes without a manifest it sends in protobuf.
    @Test(arguments: Backend.available)
    func kubectlWritesProtobuf(backend: Backend) async throws {
        let scene = try await Scene(backend, "protobuf")
        try await scene.kubectl("create", "deployment", "web", "--image=image:1", "--replicas=2", "--port=8000")
        try await scene.kubectl("create", "configmap", "c", "--from-literal=a=1")
        try await scene.kubectl("create", "secret", "generic", "s", "--from-literal=k=v")
        try await scene.kubectl("create", "serviceaccount", "robot")
        try await scene.kubectl("create", "service", "clusterip", "plain", "--tcp=80:8080")
        try await scene.kubectl("expose", "deploy/web", "--port=80", "--target-port=8000", "--name=exposed")
        try await scene.kubectl("run", "one", "--image=image:1", "--labels=a=b", "--env=N=1", "--restart=Never")
        try await scene.kubectl("create", "role", "reader", "--verb=get,list", "--resource=pods")
        try await scene.kubectl("create", "rolebinding", "reads", "--role=reader", "--serviceaccount=x:robot")
        try await scene.kubectl("create", "quota", "few", "--hard=pods=7")
        let token = try await scene.kubectl("create", "token", "robot", "--duration=10m")
        #expect(token.count > 30)
        for (object, path, value) in [
            ("deploy/web", "{.spec.replicas} {.spec.template.spec.containers[0].ports[0].containerPort}", "2 8000"),
            ("cm/c", "{.data.a}", "1"), ("secret/s", "{.data.k}", "dg=="),
            ("svc/plain", "{.spec.ports[0].port} {.spec.ports[0].targetPort}", "80 8080"),
            ("svc/exposed", "{.spec.selector.app} {.spec.ports[0].targetPort}", "web 8000"),
            ("pod/one", "{.metadata.labels.a} {.spec.containers[0].env[0].value} {.spec.restartPolicy}", "b 1 Never"),
            ("role/reader", "{.rules[0].verbs[*]}", "get list"),
            ("rolebinding/reads", "{.subjects[0].namespace} {.roleRef.name}", "x reader"),
            ("quota/few", "{.spec.hard.pods}", "7"),
        ] {
            #expect(try await scene.kubectl("get", object, "-o", "jsonpath=\(path)") == value, "\(object)")
        }
        try await scene.kubectl("delete", "pod/one", "--now", "--timeout=60s")
    }

    @Test(arguments: Backend.available)
    func kubectlOnDefinitions(backend: Backend) async throws {
        let scene = try await Scene(backend, "discovery")
        let resources = try await scene.kubectl("api-resources")
        #expect(resources.contains("deepseekclusters") && resources.contains("deployments"))
        for kind in ["deepseekcluster", "deployment"] {
            try await eventually("explain knows \(kind)") {
                let result = try await scene.cluster.kubectl("explain", kind, "--recursive")
                return result.isSuccess && result.output.contains("replicas")
            }
        }
    }

    /// The changes of an object as `get --watch` prints them.
    @Test(arguments: Backend.available)
    func kubectlWatches(backend: Backend) async throws {
        let scene = try await Scene(backend, "watching")
        let folder = try TemporaryFolder()
        let process = try await ServerProcess.start(
            "kubectl",
            [
                "--kubeconfig", scene.cluster.kubeconfig, "-n", scene.namespace, "get", "dsc", "--watch",
                "--output-watch-events",
            ],
            log: folder.path("watch.log"))
        do {
            try await scene.apply(minimalSpec)
            try await eventually("the watch has begun") { try folder.read("watch.log").contains("r1") }
            try await scene.kubectl("label", "dsc/r1", "a=b")
            try await scene.kubectl("delete", "dsc/r1")
            try await eventually("the deletion is seen") { try folder.read("watch.log").contains("DELETED") }
        } catch {
            try await process.kill()
            throw ControlPlaneError("\(error): \(try folder.read("watch.log"))\(try folder.read("watch.log.err"))")
        }
        try await process.kill()
        let events = try folder.read("watch.log").split(separator: "\n").dropFirst().compactMap {
            $0.split(separator: " ").first
        }
        #expect(events.first == "ADDED" && events.contains("MODIFIED") && events.last == "DELETED", "\(events)")
    }

    private static let deployment = """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: web}
        spec:
          replicas: 1
          selector: {matchLabels: {app: web}}
          template:
            metadata: {labels: {app: web}}
            spec: {containers: [{name: main, image: "image:1"}]}
        """
}
