public import KubeCore

/// All that is remembered of a cluster's migrations, kept in an annotation of the live Service and written together with
/// its selector.
///
/// Every time in it is absolute and in whole seconds, as it is stored; deadlines are rounded up.
public struct MigrationRecord: Sendable, Hashable, Codable {
    /// Grows with every change of the selector and with every retirement.
    public var epoch: Int64 = 0
    /// The epoch that began when `active` was selected. Its Deployment is claimed for it.
    public var selectedEpoch: Int64 = 0
    /// The revision that serves. While two are selected (`Selection.all`), the one that is the way back.
    public var active: String
    public var step = Step.stable
    /// When the step began.
    public var since: Timestamp
    /// When the step ends by itself; nil when it waits without bound, for a person or since nothing is under way.
    public var deadline: Timestamp?
    public var mode = Mode.blueGreen
    /// The revision that is to become active, or has become active in this migration. nil when none is under way.
    public var target: String?
    /// Whether clients may still have requests in flight on `target` from before: it was on its way out when it was
    /// wanted again.
    public var targetServed = false
    /// The revision that was active before the switch, while it is kept as the way back.
    public var previous: String?
    /// Replicas that were wished for when `ScalingUp` or `Replacing` began: load that grows later cannot put the
    /// switch off for ever.
    public var size = 0
    /// The number of the latest run of a gate; the first of a record is a time in nanoseconds.
    public var attempt = 0
    /// Whether a person said Promote.
    public var isApproved = false
    /// Whether a person said PromoteFull.
    public var skipsGates = false
    public var pause: Pause?
    /// When `active` became active.
    public var switchedAt: Timestamp?
    /// The revision that a person rolled back to, in place of the one that spec describes.
    public var pinned: String?
    /// The revision that spec describes and that is not tried (again) until spec describes another or a person says
    /// Retry.
    public var held: String?
    /// The latest rejections, the latest first, one a revision.
    public var rejected: [Rejection] = []
    /// Revisions whose Deployments go, in the order of their retirement.
    public var retiring: [Retirement] = []
    /// The latest operation that was carried out or refused.
    public var operation: OperationReceipt?
    /// The ids of earlier operations, the latest first.
    public var operationIDs: [String] = []
    /// When a person last said Restart: goes into the pod template of `active`.
    public var restart: Restart?

    public init(active: String, since: Timestamp) {
        self.active = active
        self.since = since.wholeSeconds
    }

    /// How the next revision takes over.
    public enum Mode: String, Sendable, Hashable, Codable, CaseIterable {
        /// Beside the old one, by one write of the selector.
        case blueGreen = "BlueGreen"
        /// Replica by replica.
        case inPlace = "InPlace"
    }

    /// What the live Service should select.
    public var selection: Selection {
        step == .replacing || step == .restoring ? .all : .revision(active)
    }

    public func isRetiring(_ revision: String) -> Bool { retiring.contains { $0.revision == revision } }

    /// Limits that keep the annotation small.
    static let rejectionLimit = 10
    static let operationLimit = 20
}

/// A migration that stands still. Its deadlines are moved by as long as it stood when it goes on.
public struct Pause: Sendable, Hashable, Codable {
    public enum Reason: String, Sendable, Hashable, Codable, CaseIterable {
        /// A person said Pause.
        case asked = "PausedByOperation"
        /// `spec.paused`.
        case spec = "PausedBySpec"
        /// A gate had no data; a person says Retry, Promote or Abort.
        case inconclusive = "GateInconclusive"
        /// A gate gave no answer in its time.
        case gateTimedOut = "GateTimedOut"
        /// The revision to go back to has no ready pod, and has had its time.
        case wayBackBlocked = "WayBackBlocked"
    }

    public var reason: Reason
    public var message: String
    public var since: Timestamp
}

/// Why a revision was given up.
public struct Rejection: Sendable, Hashable, Codable {
    public enum Reason: String, Sendable, Hashable, Codable, CaseIterable {
        case insufficientCapacity = "InsufficientCapacity"
        case progressDeadlineExceeded = "ProgressDeadlineExceeded"
        case warmUpFailed = "WarmUpFailed"
        case analysisFailed = "AnalysisFailed"
        /// It stopped serving after it had taken over.
        case unavailable = "UnavailableAfterPromotion"
        case aborted = "Aborted"
        case rolledBack = "RolledBack"
    }

    public var revision: String
    public var reason: Reason
    public var message: String
    public var at: Timestamp

    public init(revision: String, reason: Reason, message: String, at: Timestamp) {
        self.revision = revision
        self.reason = reason
        self.message = message
        self.at = at
    }
}

/// A revision whose Deployment is to be deleted.
public struct Retirement: Sendable, Hashable, Codable {
    public var revision: String
    /// The epoch that recording it began. A Deployment with a claim above it was taken back into use.
    public var epoch: Int64
    public var at: Timestamp
    /// When requests in flight keep it no longer.
    public var drainBy: Timestamp
    /// Whether clients may have reached it: then it may be gone back to, too, while it is still up.
    public var served: Bool
}

/// What became of an operation.
public struct OperationReceipt: Sendable, Hashable, Codable {
    public enum Phase: String, Sendable, Hashable, Codable, CaseIterable {
        case running = "Running"
        case succeeded = "Succeeded"
        case failed = "Failed"
        /// It was there when the resource was created, as when Git is replayed.
        case skipped = "Skipped"
    }

    public var id: String
    public var kind: MigrationOperation.Kind
    public var phase: Phase
    public var message: String
    public var completedAt: Timestamp?
}

/// A restart of a revision's pods.
public struct Restart: Sendable, Hashable, Codable {
    public var revision: String
    public var at: Timestamp
}

extension Timestamp {
    /// This time without its fraction of a second.
    var wholeSeconds: Timestamp { Timestamp(seconds: seconds) }

    /// The first whole second that is not before this time.
    var roundedUp: Timestamp { self == wholeSeconds ? self : wholeSeconds + .seconds(1) }

    /// The first whole second at or after `seconds` from this time. No seconds are none: that is now, and has passed.
    func deadline(after seconds: Int) -> Timestamp {
        seconds > 0 ? roundedUp + .seconds(seconds) : wholeSeconds
    }
}
