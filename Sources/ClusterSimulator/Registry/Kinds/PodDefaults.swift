import KubeCore

/// The defaults of a pod's spec, in pods and in templates.
enum PodDefaults {
    static func apply(toSpec spec: inout JSONValue) {
        spec.fill(["restartPolicy": "Always", "dnsPolicy": "ClusterFirst", "schedulerName": "default-scheduler"])
        spec.fill(["terminationGracePeriodSeconds": 30, "securityContext": [:]])
        if let account = spec["serviceAccountName"] { spec["serviceAccount"] = account }
        for list in ["containers", "initContainers", "ephemeralContainers"] { spec.changeEach(list, container) }
        spec.changeEach("volumes", volume)
    }

    private static func container(_ container: inout JSONValue) {
        container.fill([
            "terminationMessagePath": "/dev/termination-log", "terminationMessagePolicy": "File", "resources": [:],
            "imagePullPolicy": .string(pullPolicy(container["image"]?.stringValue ?? "")),
        ])
        container.changeEach("ports") { $0.fill(["protocol": "TCP"]) }
        for name in ["livenessProbe", "readinessProbe", "startupProbe"] { container.change(name, probe) }
        container.change("lifecycle") { lifecycle in
            for name in ["postStart", "preStop"] { lifecycle.change(name, handler) }
        }
        container.changeEach("env") { variable in
            variable.change("valueFrom") { $0.change("fieldRef") { $0.fill(["apiVersion": "v1"]) } }
        }
    }

    /// An image without a tag, or with `latest`, is always pulled.
    private static func pullPolicy(_ image: String) -> String {
        if image.contains("@") { return "IfNotPresent" }
        let name = image.split(separator: "/").last ?? ""
        guard let colon = name.lastIndex(of: ":") else { return "Always" }
        return name[name.index(after: colon)...] == "latest" ? "Always" : "IfNotPresent"
    }

    private static func probe(_ probe: inout JSONValue) {
        probe.fill(["timeoutSeconds": 1, "periodSeconds": 10, "successThreshold": 1, "failureThreshold": 3])
        handler(&probe)
        probe.change("grpc") { $0.fill(["service": ""]) }
    }

    private static func handler(_ handler: inout JSONValue) {
        handler.change("httpGet") { $0.fill(["scheme": "HTTP", "path": "/"]) }
    }

    /// Requests that are absent are the limits: in pods only, a template stays as it was written.
    static func fillRequests(ofSpec spec: inout JSONValue) {
        for list in ["containers", "initContainers"] {
            spec.changeEach(list) { $0.change("resources", requestsFromLimits) }
        }
    }

    private static func requestsFromLimits(_ resources: inout JSONValue) {
        guard let limits = resources["limits"]?.objectValue else { return }
        var requests = resources["requests"] ?? [:]
        for (name, limit) in limits where requests[name] == nil { requests[name] = limit }
        if !requests.isBare { resources["requests"] = requests }
    }

    private static func volume(_ volume: inout JSONValue) {
        if volume.objectValue?.keys.allSatisfy({ $0 == "name" }) == true { volume["emptyDir"] = [:] }
        for name in ["configMap", "secret", "downwardAPI", "projected"] {
            volume.change(name) { $0.fill(["defaultMode": 420]) }
        }
        volume.change("hostPath") { $0.fill(["type": ""]) }
    }
}

// MARK: - Filling in

extension JSONValue {
    /// Sets the members that are missing.
    mutating func fill(_ defaults: [String: JSONValue]) {
        for (name, value) in defaults where self[name] == nil { self[name] = value }
    }

    /// Changes a member that is there.
    mutating func change(_ name: String, _ body: (inout JSONValue) -> Void) {
        guard var value = self[name] else { return }
        body(&value)
        self[name] = value
    }

    /// Changes every element of a list that is there.
    mutating func changeEach(_ name: String, _ body: (inout JSONValue) -> Void) {
        guard var elements = self[name]?.arrayValue else { return }
        for index in elements.indices { body(&elements[index]) }
        self[name] = .array(elements)
    }
}
