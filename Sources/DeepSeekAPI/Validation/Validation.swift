import KubeCore

/// What is wrong with a resource, in the order of its fields; empty when nothing is.
///
/// It repeats the rules of the CRD, since an older API server ignores CEL, and checks what a schema cannot say.
public func validate(_ cluster: DeepSeekCluster) -> [FieldError] {
    var metadata = FieldCheck("metadata")
    checkName(cluster.metadata.name, &metadata)
    var spec = FieldCheck("spec")
    check(cluster.spec, &spec)
    return metadata.errors + spec.errors
}

private func checkName(_ name: String, _ check: inout FieldCheck) {
    if name.utf8.count > DeepSeekCluster.maximumNameLength {
        check.report("name", .invalid, "must have at most \(DeepSeekCluster.maximumNameLength) characters")
    }
    if !NameSyntax.isDNS1035Label(name) {
        check.report("name", .invalid, "must begin with a letter and hold only a-z, 0-9 and - (DNS-1035)")
    }
}

private func check(_ spec: DeepSeekClusterSpec, _ check: inout FieldCheck) {
    check.nested("model", spec.model) { checkModel($0, isSourceRequired: !spec.engine.type.takesCommand, &$1) }
    check.nested("engine", spec.engine) { checkEngine($0, &$1) }
    check.nested("pods", spec.pods) { checkPods($0, &$1) }
    checkMounts(spec, &check)
    check.range("replicas", spec.replicas, 0...100_000)
    check.nested("service", spec.service) { $1.annotations("annotations", $0.annotations) }
    check.range("revisionHistoryLimit", spec.revisionHistoryLimit, 0...100)
    check.nested("autoscaling", spec.autoscaling) { checkAutoscaling($0, &$1) }
    check.nested("migration", spec.migration) { checkMigration($0, &$1) }
    check.nested("operation", spec.operation) { checkOperation($0, &$1) }
}

// MARK: - Model

private func checkModel(_ model: ModelSpec, isSourceRequired: Bool, _ check: inout FieldCheck) {
    check.nonEmpty("name", model.name)
    check.range("contextLength", model.contextLength, 1...16_777_216)
    if isSourceRequired, model.source == nil {
        check.report("source", .required, "name one of pvc, huggingFace, oci, s3, hostPath")
    }
    check.nested("source", model.source) { checkSource($0, &$1) }
}

private func checkSource(_ source: ModelSource, _ check: inout FieldCheck) {
    if source.given.count != 1 {
        let given = source.given.isEmpty ? "none is given" : "given are \(source.given.joined(separator: ", "))"
        check.report("", .invalid, "exactly one of pvc, huggingFace, oci, s3 and hostPath is required; \(given)")
    }
    check.nested("pvc", source.pvc) {
        $1.nonEmpty("claimName", $0.claimName)
        $1.objectName("claimName", $0.claimName)
        if $0.path?.split(separator: "/").contains("..") == true {
            $1.report("path", .invalid, "must not contain '..'")
        }
    }
    check.nested("huggingFace", source.huggingFace) {
        if !isRepository($0.repository) {
            $1.report("repository", .invalid, "must be owner/name, such as deepseek-ai/DeepSeek-R1")
        }
        $1.objectName("tokenSecretRef.name", $0.tokenSecretRef?.name)
    }
    check.nested("oci", source.oci) { $1.nonEmpty("image", $0.image) }
    check.nested("s3", source.s3) {
        let bucket = $0.uri.dropFirst(5).prefix { $0 != "/" }
        if !$0.uri.hasPrefix("s3://") || bucket.isEmpty { $1.report("uri", .invalid, "must be s3://bucket/folder") }
        $1.objectName("credentialsSecretRef.name", $0.credentialsSecretRef?.name)
    }
    check.nested("hostPath", source.hostPath) {
        if !$0.path.hasPrefix("/") { $1.report("path", .invalid, "must be absolute: begin with '/'") }
        if $0.path.split(separator: "/").contains("..") { $1.report("path", .invalid, "must not contain '..'") }
    }
}

private func isRepository(_ text: String) -> Bool {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    return parts.count <= 2
        && parts.allSatisfy { part in
            guard let first = part.first, first.isASCII, first.isLetter || first.isNumber else { return false }
            return part.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "._-".contains($0)) }
        }
}
