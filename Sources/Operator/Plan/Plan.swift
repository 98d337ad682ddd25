public import DeepSeekAPI

/// What one look at a cluster leads to.
public struct Plan: Sendable {
    /// One write, and what to tell people once it is done.
    public struct Step: Sendable, Equatable {
        public var action: Action
        public var note: Note?
    }

    /// In order.
    public var steps: [Step] = []
    public var status: DeepSeekClusterStatus
    /// What is wrong, to be told once as long as it lasts.
    public var warnings: [Note] = []

    public init(status: DeepSeekClusterStatus) { self.status = status }

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
