/// Pods as an API server sends them, 3.5 kB each; the same ones every time.
enum PodGenerator {
    /// A page of a PodList. `next` is the token of the page after it, empty for the last.
    static func page(_ pods: Range<Int>, next: String) -> [UInt8] {
        let items = pods.map { pod($0) }.joined(separator: ",")
        let metadata = #"{"resourceVersion":"900000","continue":"\#(next)"}"#
        return Array(#"{"kind":"PodList","apiVersion":"v1","metadata":\#(metadata),"items":[\#(items)]}"#.utf8)
    }

    /// A line of a watch.
    static func event(_ index: Int) -> [UInt8] {
        Array((#"{"type":"MODIFIED","object":"# + pod(index % 500, version: 1_000_000 + index) + "}\n").utf8)
    }

    private static func pod(_ index: Int, version: Int? = nil) -> String {
        let cluster = "r1-\(index / 3)"
        let name = "\(cluster)-5d9c7b8f64-\(suffix(index))"
        let time = #""2026-03-0\#(index % 9 + 1)T10:\#(10 + index % 50):07Z""#
        return """
            {"kind":"Pod","apiVersion":"v1","metadata":{"name":"\(name)","generateName":"\(cluster)-5d9c7b8f64-",\
            "namespace":"team-\(index % 20)","uid":"\(uid(index))","resourceVersion":"\(version ?? 100_000 + index)",\
            "creationTimestamp":\(time),"labels":{"app.kubernetes.io/managed-by":"deepseek-operator",\
            "app.kubernetes.io/name":"deepseek","pod-template-hash":"5d9c7b8f64",\
            "serving.deepseek.io/cluster":"\(cluster)","serving.deepseek.io/revision":"5d9c7b8f64"},\
            "ownerReferences":[{"apiVersion":"apps/v1","kind":"ReplicaSet","name":"\(cluster)-5d9c7b8f64",\
            "uid":"\(uid(index / 3 + 1_000_000))","controller":true,"blockOwnerDeletion":true}],\
            "managedFields":[\(managedFields(index, time))]},"spec":\(spec(index)),"status":\(status(index, time))}
            """
    }

    private static func managedFields(_ index: Int, _ time: String) -> String {
        """
        {"manager":"kube-controller-manager","operation":"Update","apiVersion":"v1","time":\(time),\
        "fieldsType":"FieldsV1","fieldsV1":{"f:metadata":{"f:generateName":{},"f:labels":{".":{},\
        "f:pod-template-hash":{},"f:serving.deepseek.io/cluster":{}},"f:ownerReferences":{".":{},\
        "k:{\\"uid\\":\\"\(uid(index / 3 + 1_000_000))\\"}":{}}},"f:spec":{"f:containers":{"k:{\\"name\\":\\"engine\\"}":\
        {".":{},"f:args":{},"f:image":{},"f:imagePullPolicy":{},"f:name":{},"f:resources":{".":{},"f:limits":{".":{},\
        "f:nvidia.com/gpu":{}}}}},"f:dnsPolicy":{},"f:restartPolicy":{},"f:schedulerName":{}}}}
        """
    }

    private static func spec(_ index: Int) -> String {
        """
        {"volumes":[{"name":"dshm","emptyDir":{"medium":"Memory","sizeLimit":"16Gi"}},{"name":"kube-api-access",\
        "projected":{"sources":[{"serviceAccountToken":{"expirationSeconds":3607,"path":"token"}}],"defaultMode":420}}],\
        "containers":[{"name":"engine","image":"vllm/vllm-openai:v0.33.0","args":["--model","deepseek-ai/DeepSeek-R1",\
        "--served-model-name","deepseek-r1","--tensor-parallel-size","8","--max-model-len","32768"],\
        "ports":[{"name":"http","containerPort":8000,"protocol":"TCP"}],"resources":{"limits":{"cpu":"16",\
        "memory":"128Gi","nvidia.com/gpu":"8"},"requests":{"cpu":"16","memory":"128Gi","nvidia.com/gpu":"8"}},\
        "volumeMounts":[{"name":"dshm","mountPath":"/dev/shm"}],"readinessProbe":{"httpGet":{"path":"/health",\
        "port":"http","scheme":"HTTP"},"timeoutSeconds":1,"periodSeconds":5,"successThreshold":1,"failureThreshold":3},\
        "terminationMessagePath":"/dev/termination-log","imagePullPolicy":"IfNotPresent"}],"restartPolicy":"Always",\
        "terminationGracePeriodSeconds":330,"dnsPolicy":"ClusterFirst","nodeName":"gpu-\(index % 400)",\
        "schedulerName":"default-scheduler","tolerations":[{"key":"nvidia.com/gpu","operator":"Exists",\
        "effect":"NoSchedule"}],"priority":0,"enableServiceLinks":true}
        """
    }

    private static func status(_ index: Int, _ time: String) -> String {
        let conditions = ["Initialized", "Ready", "ContainersReady", "PodScheduled"].map {
            #"{"type":"\#($0)","status":"True","lastProbeTime":null,"lastTransitionTime":\#(time)}"#
        }
        return """
            {"phase":"Running","conditions":[\(conditions.joined(separator: ","))],"hostIP":"10.0.0.7",\
            "podIP":"10.1.\(index / 250 % 250).\(index % 250)","startTime":\(time),"containerStatuses":[{"name":"engine",\
            "state":{"running":{"startedAt":\(time)}},"lastState":{},"ready":true,"restartCount":0,\
            "image":"vllm/vllm-openai:v0.33.0","containerID":"containerd://\(uid(index))","started":true}],\
            "qosClass":"Guaranteed"}
            """
    }

    private static func uid(_ index: Int) -> String { "6f1c2a40-3b7e-4d55-9a10-\(100_000_000_000 + index)" }

    private static func suffix(_ index: Int) -> String { String(index + 20_000, radix: 36) }
}
