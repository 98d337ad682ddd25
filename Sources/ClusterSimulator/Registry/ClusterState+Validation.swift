import KubeCore

extension ClusterState {
    /// Errors: 422 with every fault of the object.
    func validate(_ definition: ResourceDefinition, _ object: JSONValue, live: JSONValue?) throws(Status) {
        var errors = Self.metadataErrors(definition, object, live: live)
        errors += definition.isCustom ? SchemaValidator.errors(of: object, live: live, definition.schema) : []
        errors += definition.strategy.validate(object)
        if let live { errors += definition.strategy.validateUpdate(object, live: live) }
        if !errors.isEmpty { throw definition.invalid(object.metadataText("name"), errors) }
    }

    private static func metadataErrors(
        _ definition: ResourceDefinition, _ object: JSONValue, live: JSONValue?
    ) -> [FieldError] {
        var errors: [FieldError] = []
        let name = object.metadataText("name")
        if name.isEmpty {
            errors.append(.required("metadata.name", "name or generateName is required"))
        } else if live == nil, let objection = definition.strategy.nameRule.objection(to: name) {
            errors.append(.invalid("metadata.name", .string(name), objection))
        }
        errors += labelErrors(object)
        errors += annotationErrors(object)
        errors += ownerErrors(object)
        if let live, live.isBeingDeleted {
            let added = object.finalizers.filter { !live.finalizers.contains($0) }
            if !added.isEmpty {
                errors.append(
                    .forbidden(
                        "metadata.finalizers",
                        "no new finalizers can be added if the object is being deleted, found new finalizers "
                            + "\(JSONValue(added).jsonText)"))
            }
        }
        return errors
    }

    private static func labelErrors(_ object: JSONValue) -> [FieldError] {
        object.labels.sorted { $0.key < $1.key }.flatMap { key, value -> [FieldError] in
            var errors: [FieldError] = []
            if !LabelSyntax.isKey(key) {
                errors.append(.invalid("metadata.labels", .string(key), LabelSyntax.keyText))
            }
            if !LabelSyntax.isValue(value) {
                errors.append(.invalid("metadata.labels", .string(value), LabelSyntax.valueText))
            }
            return errors
        }
    }

    private static let mostAnnotationBytes = 256 * 1024

    private static func annotationErrors(_ object: JSONValue) -> [FieldError] {
        let annotations = object["metadata"]?["annotations"]?.objectValue ?? [:]
        var errors = annotations.keys.sorted().filter { !LabelSyntax.isKey($0.lowercased()) }.map { key in
            FieldError.invalid("metadata.annotations", .string(key), LabelSyntax.keyText)
        }
        let size = annotations.reduce(0) { $0 + $1.key.utf8.count + ($1.value.stringValue?.utf8.count ?? 0) }
        if size > mostAnnotationBytes {
            errors.append(.tooLong("metadata.annotations", most: Int64(mostAnnotationBytes)))
        }
        return errors
    }

    private static func ownerErrors(_ object: JSONValue) -> [FieldError] {
        let owners = object["metadata"]?["ownerReferences"]?.arrayValue ?? []
        var errors: [FieldError] = []
        for owner in owners {
            for field in ["apiVersion", "kind", "name", "uid"] where owner[field]?.stringValue ?? "" == "" {
                errors.append(.invalid("metadata.ownerReferences.\(field)", "", "\(field) must not be empty"))
            }
        }
        if owners.filter({ $0["controller"] == true }).count > 1 {
            errors.append(
                .invalid(
                    "metadata.ownerReferences", .array(owners), "Only one reference can have Controller set to true"))
        }
        return errors
    }
}

/// Which texts labels may be.
enum LabelSyntax {
    static let keyText =
        "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an "
        + "alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is "
        + "'([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"
    static let valueText =
        "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start "
        + "and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for "
        + "validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"

    static func isKey(_ key: String) -> Bool {
        let parts = key.split(separator: "/", omittingEmptySubsequences: false)
        guard let name = parts.last, parts.count <= 2, !name.isEmpty else { return false }
        let isPrefixFine = parts.count == 1 || NameRule.subdomain.objection(to: String(parts[0])) == nil
        return isPrefixFine && isValue(String(name))
    }

    static func isValue(_ value: String) -> Bool {
        func isAlphanumeric(_ byte: UInt8) -> Bool {
            (0x61...0x7A).contains(byte) || (0x41...0x5A).contains(byte) || (0x30...0x39).contains(byte)
        }
        guard let first = value.utf8.first, let last = value.utf8.last else { return true }
        return value.utf8.count <= 63 && isAlphanumeric(first) && isAlphanumeric(last)
            && value.utf8.allSatisfy { isAlphanumeric($0) || $0 == 0x2D || $0 == 0x2E || $0 == 0x5F }
    }
}
