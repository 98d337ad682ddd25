import KubeCore

/// Services: defaults and rules. The address is given by the cluster, which knows the ones that are taken.
struct ServiceStrategy: ResourceStrategy {
    var nameRule: NameRule { .serviceName }

    func applyDefaults(_ object: inout JSONValue) {
        object.change("spec") { spec in
            spec.fill(["type": "ClusterIP", "sessionAffinity": "None"])
            spec.changeEach("ports") { port in
                port.fill(["protocol": "TCP"])
                if let number = port["port"] { port.fill(["targetPort": number]) }
            }
            guard spec["type"] != "ExternalName" else { return }
            spec.fill([
                "internalTrafficPolicy": "Cluster", "ipFamilies": ["IPv4"], "ipFamilyPolicy": "SingleStack",
            ])
        }
    }

    func prepareForCreate(_ object: inout JSONValue) { object["status"] = ["loadBalancer": [:]] }

    /// An update that leaves the address out keeps it.
    func prepareForUpdate(_ object: inout JSONValue, live: JSONValue) {
        guard object["spec"]?["type"] != "ExternalName" else { return }
        for field in ["clusterIP", "clusterIPs"] where object["spec"]?[field] == nil {
            object[path: "spec", field] = live["spec"]?[field]
        }
    }

    func validate(_ object: JSONValue) -> [FieldError] {
        let spec = object["spec"] ?? [:]
        let types: [JSONValue] = ["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"]
        let type = spec["type"] ?? "ClusterIP"
        guard types.contains(type) else { return [.unsupported("spec.type", type, types)] }
        let ports = spec["ports"]?.arrayValue ?? []
        if ports.isEmpty, type != "ExternalName", spec["clusterIP"] != "None" { return [.required("spec.ports")] }
        return ports.enumerated().flatMap { index, port in Self.errors(port, index, of: ports) }
    }

    private static func errors(_ port: JSONValue, _ index: Int, of ports: [JSONValue]) -> [FieldError] {
        var errors: [FieldError] = []
        let path = "spec.ports[\(index)]"
        let name = port["name"]?.stringValue ?? ""
        if ports.count > 1, name.isEmpty { errors.append(.required("\(path).name")) }
        if !name.isEmpty, ports[..<index].contains(where: { $0["name"] == port["name"] }) {
            errors.append(.duplicate("\(path).name", .string(name)))
        }
        let number = port["port"]?.intValue ?? 0
        if !(1...65535).contains(number) {
            errors.append(.invalid("\(path).port", .int(number), "must be between 1 and 65535, inclusive"))
        }
        return errors
    }

    func validateUpdate(_ object: JSONValue, live: JSONValue) -> [FieldError] {
        let old = live["spec"]?["clusterIP"]?.stringValue ?? ""
        let new = object["spec"]?["clusterIP"]
        guard !old.isEmpty, object["spec"]?["type"] != "ExternalName", new?.stringValue != old else { return [] }
        return [.invalid("spec.clusterIPs[0]", new ?? .null, "may not change once set")]
    }
}
