import KubeCore

/// What the API server checks of a pod's spec: the rules that a template of ours can break.
enum PodValidation {
    static func errors(spec: JSONValue, path: String) -> [FieldError] {
        var errors: [FieldError] = []
        let containers = spec["containers"]?.arrayValue ?? []
        if containers.isEmpty { errors.append(.required("\(path).containers")) }
        let volumes = Set((spec["volumes"]?.arrayValue ?? []).compactMap { $0["name"]?.stringValue })
        var names: Set<String> = []
        for list in ["containers", "initContainers"] {
            for (index, container) in (spec[list]?.arrayValue ?? []).enumerated() {
                let path = "\(path).\(list)[\(index)]"
                errors += self.errors(container: container, path: path, volumes: volumes)
                let name = container["name"]?.stringValue ?? ""
                if !name.isEmpty, !names.insert(name).inserted {
                    errors.append(.duplicate("\(path).name", .string(name)))
                }
            }
        }
        if let policy = spec["restartPolicy"], !["Always", "OnFailure", "Never"].contains(policy) {
            errors.append(.unsupported("\(path).restartPolicy", policy, ["Always", "OnFailure", "Never"]))
        }
        if let grace = spec["terminationGracePeriodSeconds"]?.intValue, grace < 0 {
            errors.append(
                .invalid("\(path).terminationGracePeriodSeconds", .int(grace), "must be greater than or equal to 0"))
        }
        return errors
    }

    private static func errors(container: JSONValue, path: String, volumes: Set<String>) -> [FieldError] {
        var errors: [FieldError] = []
        let name = container["name"]?.stringValue ?? ""
        if name.isEmpty {
            errors.append(.required("\(path).name"))
        } else if let objection = NameRule.label.objection(to: name) {
            errors.append(.invalid("\(path).name", .string(name), objection))
        }
        if container["image"]?.stringValue ?? "" == "" { errors.append(.required("\(path).image")) }
        for (index, port) in (container["ports"]?.arrayValue ?? []).enumerated() {
            let number = port["containerPort"]?.intValue ?? 0
            if !(1...65535).contains(number) {
                errors.append(
                    .invalid(
                        "\(path).ports[\(index)].containerPort", .int(number), "must be between 1 and 65535, inclusive")
                )
            }
        }
        for (index, mount) in (container["volumeMounts"]?.arrayValue ?? []).enumerated() {
            let volume = mount["name"]?.stringValue ?? ""
            if !volumes.contains(volume) {
                errors.append(
                    FieldError(
                        kind: .invalid, field: "\(path).volumeMounts[\(index)].name",
                        message: "Not found: \(JSONValue.string(volume).jsonText)"))
            }
        }
        return errors + resourceErrors(container["resources"] ?? [:], path: "\(path).resources")
    }

    private static func resourceErrors(_ resources: JSONValue, path: String) -> [FieldError] {
        (resources["requests"]?.objectValue ?? [:]).sorted { $0.key < $1.key }.compactMap { name, request in
            guard let limit = resources["limits"]?[name]?.stringValue, let most = Quantity(limit),
                let text = request.stringValue, let wanted = Quantity(text)
            else { return nil }
            if name.contains("/"), wanted != most {
                return .invalid("\(path).requests", .string(text), "must be equal to \(name) limit of \(limit)")
            }
            return wanted > most
                ? .invalid("\(path).requests", .string(text), "must be less than or equal to \(name) limit of \(limit)")
                : nil
        }
    }
}
