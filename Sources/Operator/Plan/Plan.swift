public import DeepSeekAPI
public import Migration

/// What one look at a cluster leads to.
public struct Plan: Sendable {
    /// One write, and what to tell people once it is done.
    public struct Step: Sendable, Equatable {
        public var action: Action
        public var notes: [Note] = []
        /// The arrows of the migration that the write follows.
        public var transitions: [Transition] = []

        init(action: Action, note: Note? = nil) {
            self.action = action
            notes = [note].compactMap(\.self)
        }
    }

    /// In order.
    public var steps: [Step] = []
    public var status: DeepSeekClusterStatus
    /// What the migration asks for beside writes: a gate to run, when to look again, whether to look at the server first.
    public var migration: MigrationPlan?
    /// What is wrong, to be told once as long as it lasts.
    public var warnings: [Note] = []

    public init(status: DeepSeekClusterStatus, migration: MigrationPlan? = nil) {
        self.status = status
        self.migration = migration
    }

    /// An event about the cluster.
    public struct Note: Sendable, Hashable {
        public var isWarning: Bool
        public var reason: String
        public var action: String
        public var message: String

        public init(isWarning: Bool = false, reason: String, action: String, message: String) {
            self.isWarning = isWarning
            self.reason = reason
            self.action = action
            self.message = message
        }
    }
}
