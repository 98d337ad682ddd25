internal import KubeCore

extension MigrationRecord {
    /// The annotation's text: JSON, its keys sorted, so that equal records give equal texts.
    public var annotation: String {
        get throws { String(decoding: try JSONValue(encoding: self).serialized(), as: UTF8.self) }
    }

    /// Reads an annotation; what an older operator did not know of keeps its default. Errors: what is not JSON, or not a
    /// record.
    public init(annotation: String) throws {
        let stored = try JSONValue(parsing: annotation)
        var record = try JSONValue(encoding: MigrationRecord(active: "", since: Timestamp(seconds: 0)))
        for (key, value) in stored.objectValue ?? [:] { record[key] = value }
        if stored["active"] == nil { record["active"] = nil }
        self = try record.decoded()
    }
}
