import DeepSeekAPI
import Engines
import KubeCore
import Testing
import YAML

@Suite struct PodTemplateTests {
    private static let model = """
        name: deepseek-r1
        contextLength: 32768
        precision: bfloat16
        source: {pvc: {claimName: models, path: r1-7b}}
        """

    private static func cluster(_ engine: String, model: String = model, pods: String = "{}") throws -> DeepSeekCluster
    {
        let indented = model.split(separator: "\n").map { "    \($0)" }.joined(separator: "\n")
        let text = """
            apiVersion: serving.deepseek.io/v1alpha1
            kind: DeepSeekCluster
            metadata: {name: r1, namespace: default, uid: u1}
            spec:
              model:
            \(indented)
              engine: \(engine)
              pods: \(pods)
            """
        return try YAML.parse(text).decoded()
    }

    private static func render(_ cluster: DeepSeekCluster) -> JSONValue {
        PodTemplateRenderer().render(cluster, labels: ["serving.deepseek.io/cluster": "r1"])
    }

    private static func container(_ cluster: DeepSeekCluster) throws -> JSONValue {
        try #require(render(cluster)[path: "spec", "containers"]?[0])
    }

    private static let options =
        "image: e:1, tensorParallel: 2, maxConcurrentSequences: 16, gpuMemoryUtilizationPercent: 90"

    @Test(arguments: [
        (
            "vllm",
            "vllm serve /models/r1-7b --host 0.0.0.0 --port 8000 --served-model-name deepseek-r1 "
                + "--tensor-parallel-size 2 --pipeline-parallel-size 1 --max-model-len 32768 "
                + "--gpu-memory-utilization 0.9 --max-num-seqs 16 --dtype bfloat16"
        ),
        (
            "sglang",
            "python3 -m sglang.launch_server --model-path /models/r1-7b --host 0.0.0.0 --port 8000 "
                + "--served-model-name deepseek-r1 --tp-size 2 --context-length 32768 "
                + "--mem-fraction-static 0.85 --max-running-requests 16 --dtype bfloat16 --enable-metrics"
        ),
        (
            "tensorrt-llm",
            "trtllm-serve /models/r1-7b --host 0.0.0.0 --port 8000 --tp_size 2 --pp_size 1 --max_seq_len 32768 "
                + "--max_batch_size 16 --kv_cache_free_gpu_memory_fraction 0.9"
        ),
        (
            "torchrun",
            "torchrun --nproc_per_node=2 --nnodes=1 --node_rank=0 main.py --model_path=/models/r1-7b "
                + "--context_length=32768 --batch_size=16 --gpu_memory_utilization=0.9"
        ),
    ])
    func eachEngineHasItsOwnFlags(type: String, command: String) throws {
        let container = try Self.container(try Self.cluster("{type: \(type), \(Self.options)}"))
        let words = (container["command"]?.arrayValue ?? []).compactMap(\.stringValue)
        #expect(words.joined(separator: " ") == command)
        #expect(container[path: "resources", "limits", "nvidia.com/gpu"] == "2")
        #expect(container[path: "resources", "requests", "nvidia.com/gpu"] == "2")
    }

    @Test func aCustomEngineRunsAsItIs() throws {
        let engine = "{type: custom, image: app:1, port: 8000, gpusPerPod: 0, args: [--workers, '4']}"
        let container = try Self.container(try Self.cluster(engine))
        #expect(container["command"] == nil)
        #expect(container["args"] == ["--workers", "4"])
        #expect(container[path: "resources", "limits"] == nil)
        #expect(container[path: "readinessProbe", "tcpSocket", "port"] == "http")
    }

    @Test(arguments: [
        ("{huggingFace: {repository: deepseek-ai/x, revision: abc, tokenSecretRef: {name: hf}}}", "deepseek-ai/x"),
        ("{oci: {image: 'registry/model@sha256:00'}}", "/models"),
        ("{hostPath: {path: /srv/models}}", "/models"),
        ("{s3: {uri: 's3://bucket/r1', credentialsSecretRef: {name: s3}}}", "s3://bucket/r1"),
        ("{pvc: {claimName: models}}", "/models"),
    ])
    func theModelComesFromItsSource(source: String, reference: String) throws {
        let cluster = try Self.cluster("{type: vllm, image: e:1}", model: "name: m\nsource: \(source)")
        let template = Self.render(cluster)
        let container = try #require(template[path: "spec", "containers"]?[0])
        #expect(container["command"]?[2]?.stringValue == reference)
        let mounted = (container["volumeMounts"]?.arrayValue ?? []).compactMap { $0["name"]?.stringValue }
        let volumes = (template[path: "spec", "volumes"]?.arrayValue ?? []).compactMap { $0["name"]?.stringValue }
        #expect(Set(mounted) == Set(volumes))
        #expect(mounted.count == 2)
    }

    @Test func secretsAreOnlyReferredTo() throws {
        let source = "{huggingFace: {repository: a/b, tokenSecretRef: {name: hf, key: k}}}"
        let cluster = try Self.cluster("{type: vllm, image: e:1}", model: "name: m\nsource: \(source)")
        let environment = try #require(try Self.container(cluster)["env"]?.arrayValue)
        #expect(environment.contains(["name": "HF_TOKEN", "valueFrom": ["secretKeyRef": ["name": "hf", "key": "k"]]]))
        #expect(environment.contains(["name": "HF_HOME", "value": "/cache/huggingface"]))
    }

    @Test func theUsersVariablesReplaceOurs() throws {
        let engine = "{type: vllm, image: e:1, env: [{name: HF_HOME, value: /mine}]}"
        let model = "name: m\nsource: {huggingFace: {repository: a/b}}"
        let environment = try Self.container(try Self.cluster(engine, model: model))["env"]
        #expect(environment == [["name": "HF_HOME", "value": "/mine"]])
    }

    @Test func thePodHasTimeToLoadAndToDrain() throws {
        let pods = "{startupSeconds: 605, preStopSeconds: 5, drainSeconds: 60}"
        let template = Self.render(try Self.cluster("{type: vllm, image: e:1}", pods: pods))
        #expect(template[path: "spec", "terminationGracePeriodSeconds"] == 80)
        let container = try #require(template[path: "spec", "containers"]?[0])
        #expect(container[path: "startupProbe", "failureThreshold"] == 61)
        #expect(container[path: "startupProbe", "periodSeconds"] == 10)
        let hook = container[path: "lifecycle", "preStop", "exec", "command"]?[2]?.stringValue ?? ""
        #expect(hook.contains("time.sleep(5)"))
        #expect(hook.contains("+ 60"))
    }

    /// Who cannot tell its requests in flight is watched by its connections; a custom process drains by itself.
    @Test(arguments: [
        ("vllm", "vllm:num_requests_running"), ("sglang", "sglang:num_running_reqs"), ("tensorrt-llm", "/proc/net/tcp"),
        ("torchrun", "/proc/net/tcp"), ("custom", "15"),
    ])
    func everyEngineDrains(type: String, text: String) throws {
        let container = try Self.container(try Self.cluster("{type: \(type), image: e:1}"))
        let hook = container[path: "lifecycle", "preStop", "exec", "command"]?.arrayValue?.last?.stringValue ?? ""
        #expect(hook.contains(text))
    }

    /// Percent becomes the decimal that a person would write: no 0.5700000000000001.
    @Test(arguments: 1...100) func sharesAreExact(percent: Int) throws {
        let engine = "{type: vllm, image: e:1, gpuMemoryUtilizationPercent: \(percent)}"
        let words = try Self.container(try Self.cluster(engine))["command"]?.arrayValue ?? []
        let flag = try #require(words.firstIndex(of: "--gpu-memory-utilization"))
        let digits = percent % 10 == 0 ? "\(percent / 10)" : percent < 10 ? "0\(percent)" : "\(percent)"
        #expect(words[flag + 1] == .string(percent == 100 ? "1" : "0.\(digits)"))
    }

    /// `/ready` exists in SGLang 0.5.20 and later only: with an older image, the pod would never be ready.
    @Test(arguments: [
        ("lmsysorg/sglang:v0.5.23-cu130", "", "/ready", "/ready"), ("lmsysorg/sglang:v0.5.20", "", "/ready", "/ready"),
        ("lmsysorg/sglang:latest", "", "/ready", "/ready"),
        ("lmsysorg/sglang:v0.5.9", "", "/health_generate", "/health"),
        ("own/image:7", "version: '0.5'", "/health_generate", "/health"),
        ("lmsysorg/sglang:v0.4.6.post1", "", "/health_generate", "/health"),
    ])
    func anOlderSGLangIsAskedElsewhere(image: String, version: String, startup: String, readiness: String) throws {
        let engine = "{type: sglang, image: '\(image)', \(version)}"
        let container = try Self.container(try Self.cluster(engine))
        #expect(container[path: "startupProbe", "httpGet", "path"]?.stringValue == startup)
        #expect(container[path: "readinessProbe", "httpGet", "path"]?.stringValue == readiness)
        let cheap: JSONValue = ["name": "SGLANG_ENABLE_HEALTH_ENDPOINT_GENERATION", "value": "false"]
        #expect((container["env"]?.arrayValue ?? []).contains(cheap) == (readiness == "/health"))
    }

    @Test func podSpecFieldsReachThePod() throws {
        let pods = """
            {nodeSelector: {gpu: a100}, tolerations: [{key: gpu, operator: Exists}], priorityClassName: high,
             runtimeClassName: nvidia, serviceAccountName: own, sharedMemory: 16Gi, labels: {team: a},
             annotations: {note: b}, securityContext: {runAsNonRoot: true}, schedulerName: "", gpuResourceName: amd.com/gpu,
             resources: {requests: {cpu: '4', memory: 32Gi}, limits: {memory: 64Gi}}}
            """
        let template = Self.render(try Self.cluster("{type: vllm, image: e:1}", pods: pods))
        let spec = try #require(template["spec"])
        #expect(template[path: "metadata", "labels"] == ["team": "a", "serving.deepseek.io/cluster": "r1"])
        #expect(template[path: "metadata", "annotations"] == ["note": "b"])
        #expect(spec["nodeSelector"] == ["gpu": "a100"])
        #expect(spec["priorityClassName"] == "high")
        #expect(spec["serviceAccountName"] == "own")
        #expect(spec["schedulerName"] == nil)
        #expect(spec["securityContext"] == ["seccompProfile": ["type": "RuntimeDefault"], "runAsNonRoot": true])
        let limits: JSONValue = ["memory": "64Gi", "amd.com/gpu": "1"]
        #expect(spec["containers"]?[0]?[path: "resources", "limits"] == limits)
    }

    @Test func theSameInputsGiveTheSameBytes() throws {
        let cluster = try Self.cluster("{type: sglang, image: e:1}")
        #expect(Self.render(cluster).serialized() == Self.render(cluster).serialized())
    }

    /// Kubernetes' own convention: an empty name is an absent one, and both make the same revision.
    @Test(arguments: ["{}", "{serviceAccountName: ''}"])
    func anEmptyServiceAccountNameIsAnAbsentOne(pods: String) throws {
        let template = Self.render(try Self.cluster("{type: vllm, image: e:1}", pods: pods))
        #expect(template[path: "spec", "serviceAccountName"] == "r1")
    }
}
