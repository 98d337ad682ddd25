internal import KubeCore

extension MigrationRecord {
    /// The annotation's text: JSON, its keys sorted, so that equal records give equal texts.
    public var annotation: String {
        get throws { String(decoding: try JSONValue(encoding: self).serialized(), as: UTF8.self) }
    }

    /// Reads an annotation. Errors: what is not JSON, or not a record.
    public init(annotation: String) throws {
        self = try JSONValue(parsing: annotation).decoded()
    }
}
