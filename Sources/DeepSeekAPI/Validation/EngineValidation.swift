import KubeCore

func checkEngine(_ engine: EngineSpec, _ check: inout FieldCheck) {
    check.nonEmpty("image", engine.image)
    if engine.image?.contains(where: \.isWhitespace) == true {
        check.report("image", .invalid, "must be an image reference, without spaces")
    }
    check.range("port", engine.port, 1...65535)
    for (field, degree) in [
        ("tensorParallel", engine.tensorParallel), ("pipelineParallel", engine.pipelineParallel),
        ("dataParallel", engine.dataParallel),
    ] { check.range(field, degree, 1...1024) }
    check.range("nodesPerReplica", engine.nodesPerReplica, 1...64)
    check.range("gpusPerPod", engine.gpusPerPod, 0...64)
    check.range("maxConcurrentSequences", engine.maxConcurrentSequences, 1...65536)
    check.range("gpuMemoryUtilizationPercent", engine.gpuMemoryUtilizationPercent, 1...100)
    checkDivision(engine, &check)
    if engine.command != nil, !engine.type.takesCommand {
        check.report("command", .forbidden, "command is for the engines custom and torchrun; use args to add flags")
    }
    check.uniqueNames("env", (engine.env ?? []).map { $0["name"]?.stringValue }, of: "name")
    check.uniqueNames(
        "volumeMounts", (engine.volumeMounts ?? []).map { $0["mountPath"]?.stringValue }, of: "mountPath")
}

private func checkDivision(_ engine: EngineSpec, _ check: inout FieldCheck) {
    let degrees = [engine.resolvedTensorParallel, engine.resolvedPipelineParallel, engine.resolvedDataParallel]
    let nodes = engine.resolvedNodesPerReplica
    guard degrees.allSatisfy((1...1024).contains), (1...64).contains(nodes) else { return }
    let gpus = engine.gpusPerReplica
    if gpus % nodes != 0 {
        check.report(
            "nodesPerReplica", .invalid,
            "tensorParallel x pipelineParallel x dataParallel (\(gpus)) must be divisible by nodesPerReplica (\(nodes))"
        )
    } else if engine.gpusPerPod == nil, gpus / nodes > 64 {
        check.report("tensorParallel", .invalid, "\(gpus / nodes) GPUs in a pod; at most 64 are possible")
    }
}

// MARK: - Pods

/// Labels that say which pods belong together: the operator alone sets them.
private func isReserved(_ label: String) -> Bool {
    label.hasPrefix("serving.deepseek.io/")
        || ["app.kubernetes.io/managed-by", "app.kubernetes.io/name", "app.kubernetes.io/instance"].contains(label)
}

/// Names of volumes and init containers that the operator uses itself.
private let reservedVolumes: Set<String> = ["model", "model-cache", "shared-memory"]

func checkPods(_ pods: PodsSpec, _ check: inout FieldCheck) {
    checkResources(pods, &check)
    check.labels("nodeSelector", pods.nodeSelector)
    check.labels("labels", pods.labels)
    for label in (pods.labels ?? [:]).keys.sorted() where isReserved(label) {
        check.report("labels[\(label)]", .forbidden, "the operator sets this label itself")
    }
    check.annotations("annotations", pods.annotations)
    for (field, name) in [
        ("priorityClassName", pods.priorityClassName), ("runtimeClassName", pods.runtimeClassName),
        ("serviceAccountName", pods.serviceAccountName), ("schedulerName", pods.schedulerName),
    ] { check.objectName(field, name) }
    check.uniqueNames("imagePullSecrets", (pods.imagePullSecrets ?? []).map { $0["name"]?.stringValue }, of: "name")
    check.uniqueNames("initContainers", (pods.initContainers ?? []).map { $0["name"]?.stringValue }, of: "name")
    checkVolumes(pods, &check)
    checkTimes(pods, &check)
}

private func checkResources(_ pods: PodsSpec, _ check: inout FieldCheck) {
    if !NameSyntax.isQualifiedName(pods.resolvedGPUResourceName) {
        check.report("gpuResourceName", .invalid, "must be the name of a resource, such as nvidia.com/gpu")
    }
    for section in ["requests", "limits"] {
        for (name, amount) in (pods.resources?[section]?.objectValue ?? [:]).sorted(by: { $0.key < $1.key }) {
            let field = "resources.\(section)[\(name)]"
            if name == pods.resolvedGPUResourceName {
                check.report(field, .forbidden, "GPUs are added from the engine; set engine.gpusPerPod instead")
            }
            guard let quantity = (try? amount.decoded(as: QuantityText.self))?.quantity, quantity.nanos >= 0 else {
                check.report(field, .invalid, "must be a quantity of 0 or more, such as 4, 500m or 32Gi")
                continue
            }
            if section == "requests",
                let limit = (try? pods.resources?["limits"]?[name]?.decoded(as: QuantityText.self))?.quantity,
                quantity > limit
            {
                check.report(field, .invalid, "\(quantity) must not be above the limit, \(limit)")
            }
        }
    }
    if let size = pods.sharedMemory, (size.quantity?.nanos ?? 0) <= 0 {
        check.report("sharedMemory", .invalid, "'\(size)' must be a quantity above 0, such as 16Gi")
    }
}

private func checkVolumes(_ pods: PodsSpec, _ check: inout FieldCheck) {
    let names = (pods.volumes ?? []).map { $0["name"]?.stringValue }
    check.uniqueNames("volumes", names, of: "name")
    for (index, name) in names.enumerated() {
        guard let name, reservedVolumes.contains(name) else { continue }
        check.report(
            "volumes[\(index)].name", .forbidden, "the operator has a volume \(name) of its own; choose another name")
    }
    if let cache = pods.modelCache?.objectValue, !cache.isEmpty, cache.count != 1 || cache["name"] != nil {
        check.report(
            "modelCache", .invalid, "must be exactly one volume source, such as persistentVolumeClaim or emptyDir")
    }
}

private func checkTimes(_ pods: PodsSpec, _ check: inout FieldCheck) {
    check.range("startupSeconds", pods.startupSeconds, 10...86400)
    check.range("preStopSeconds", pods.preStopSeconds, 0...3600)
    check.range("drainSeconds", pods.drainSeconds, 0...86400)
}

/// Mounts name volumes that exist, and do not hide the operator's own.
func checkMounts(_ spec: DeepSeekClusterSpec, _ check: inout FieldCheck) {
    let volumes = Set((spec.pods?.volumes ?? []).compactMap { $0["name"]?.stringValue }).union(reservedVolumes)
    for (index, mount) in (spec.engine.volumeMounts ?? []).enumerated() {
        let field = "engine.volumeMounts[\(index)]"
        if let name = mount["name"]?.stringValue, !volumes.contains(name) {
            check.report(field + ".name", .invalid, "there is no volume \(name) in pods.volumes")
        }
        if let path = mount["mountPath"]?.stringValue, ["/dev/shm", "/models", "/cache"].contains(path) {
            check.report(field + ".mountPath", .forbidden, "\(path) is the operator's own mount; choose another path")
        }
    }
}
