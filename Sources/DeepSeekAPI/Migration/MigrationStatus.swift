public import KubeCore

/// Where a migration stands.
public struct MigrationStatus: Sendable, Hashable, Codable {
    public var step: String?
    public var since: Timestamp?
    public var deadline: Timestamp?
    public var waitingFor: String?

    public init() {}
}

extension MigrationStatus: SchemaProviding {
    public static let schema = Schema.object(
        "Where the migration stands.",
        [
            "step": .string("What is being done.", length: 0...63),
            "since": .time("Since when."),
            "deadline": .time("Until when."),
            "waitingFor": .string("What it waits for.", length: 0...1024),
        ])
}

/// How the operation of `spec.operation` went.
public struct OperationStatus: Sendable, Hashable, Codable {
    public enum Phase: String, Sendable, Hashable, Codable, CaseIterable {
        case running = "Running"
        case succeeded = "Succeeded"
        case failed = "Failed"
        case skipped = "Skipped"
    }

    public var id: String
    public var phase: Phase?
    public var message: String?
    public var completedAt: Timestamp?

    public init(id: String) { self.id = id }
}

extension OperationStatus: SchemaProviding {
    public static let schema = Schema.object(
        "How the operation went.",
        [
            "id": .string("Its id.", length: 1...63),
            "phase": .choice(Phase.self, "Its state."),
            "message": .string("The reason, in words.", length: 0...1024),
            "completedAt": .time("When it ended."),
        ], required: ["id"])
}
