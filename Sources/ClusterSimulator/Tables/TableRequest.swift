import KubeCore

/// A request for rows instead of objects: `Accept: application/json;as=Table;v=v1;g=meta.k8s.io`.
struct TableRequest: Sendable {
    enum Objects: String, Sendable {
        case none = "None"
        case metadata = "Metadata"
        case object = "Object"
    }

    /// What of each object a row carries.
    private var includes: Objects

    /// Nil when the request wants objects.
    init?(_ request: APIRequest) {
        guard request.wantedKind == "Table" else { return nil }
        includes = request.parameter("includeObject").flatMap(Objects.init) ?? .metadata
    }

    func table(
        of objects: [JSONValue], _ definition: ResourceDefinition, _ page: ListPage, now: Timestamp, withColumns: Bool
    ) -> JSONValue {
        let columns = TableColumn.columns(definition)
        var table: JSONValue = [
            "kind": "Table", "apiVersion": "meta.k8s.io/v1", "metadata": page.json,
            "columnDefinitions": withColumns ? .array(columns.map(\.json)) : nil,
        ]
        table["rows"] = .array(
            objects.map { object in
                var row: JSONValue = ["cells": .array(columns.map { $0.cell(object, now) })]
                switch includes {
                case .none: break
                case .object: row["object"] = object
                case .metadata: row["object"] = object.partialMetadata
                }
                return row
            })
        return table
    }
}

/// One column of a table.
struct TableColumn: Sendable {
    var name: String
    var type = "string"
    var format = ""
    var description = ""
    var priority: Int64 = 0
    var cell: @Sendable (JSONValue, Timestamp) -> JSONValue

    var json: JSONValue {
        [
            "name": .string(name), "type": .string(type), "format": .string(format),
            "description": .string(description), "priority": .int(priority),
        ]
    }

    static let name = TableColumn(name: "Name", format: "name") { object, _ in .string(object.metadataText("name")) }

    static let age = TableColumn(name: "Age") { object, now in
        .string(HumanDuration.age(of: object.metadataText("creationTimestamp"), now))
    }

    /// The columns of a resource.
    static func columns(_ definition: ResourceDefinition) -> [TableColumn] {
        if !definition.printerColumns.isEmpty { return [name] + definition.printerColumns.map(custom) }
        return BuiltInColumns.columns(definition.type.groupResource) ?? [name, age]
    }

    private static func custom(_ column: PrinterColumn) -> TableColumn {
        TableColumn(
            name: column.name, type: column.type, format: column.format, description: column.description,
            priority: column.priority
        ) { object, now in
            let values = column.jsonPath.values(in: object)
            guard let value = values.first else { return .null }
            if column.type == "date" {
                return .string(HumanDuration.age(of: value.stringValue ?? "", now))
            }
            if column.type == "string", value.stringValue == nil {
                return value.isNull ? .null : .string(values.map(\.jsonText).joined(separator: ","))
            }
            return value
        }
    }
}

/// Durations as kubectl prints them: `5s`, `3m20s`, `26h`, `12d`, `2y34d`.
enum HumanDuration {
    /// How long ago a time was.
    static func age(of text: String, _ now: Timestamp) -> String {
        guard let then = Timestamp(text) else { return "<unknown>" }
        return self.text(seconds: max(0, now.seconds - then.seconds))
    }

    static func text(seconds: Int64) -> String {
        let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86400)
        func pair(_ large: Int64, _ largeUnit: String, _ small: Int64, _ smallUnit: String) -> String {
            small == 0 ? "\(large)\(largeUnit)" : "\(large)\(largeUnit)\(small)\(smallUnit)"
        }
        if seconds < 120 { return "\(seconds)s" }
        if minutes < 10 { return pair(minutes, "m", seconds % 60, "s") }
        if minutes < 180 { return "\(minutes)m" }
        if hours < 8 { return pair(hours, "h", minutes % 60, "m") }
        if hours < 48 { return "\(hours)h" }
        if days < 8 { return pair(days, "d", hours % 24, "h") }
        if days < 730 { return "\(days)d" }
        let years = days / 365
        return years < 8 ? pair(years, "y", days % 365, "d") : "\(years)y"
    }
}

extension APIRequest {
    /// The kind that `Accept` wants objects turned into, such as `Table` or `PartialObjectMetadata`: the `as` of the
    /// first media type in JSON. Nil for the objects themselves.
    var wantedKind: String? {
        let types = (headers["accept"] ?? "").split(separator: ",").map { type in
            type.split(separator: ";").map { $0.drop { $0 == " " } }
        }
        let json = types.first { $0.first == "application/json" }
        return json?.first { $0.hasPrefix("as=") }.map { String($0.dropFirst(3)) }
    }

    /// Whether it wants metadata only.
    var wantsMetadata: Bool { wantedKind?.hasPrefix("PartialObjectMetadata") == true }
}

extension JSONValue {
    /// A PartialObjectMetadata of an object.
    var partialMetadata: JSONValue {
        ["kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1", "metadata": self["metadata"] ?? [:]]
    }
}
