/// What moves a migration on.
public enum Trigger: String, Sendable, Hashable, CaseIterable {
    // What spec and people want.
    /// Another revision should be active than is.
    case goalChanged
    /// Another revision should become active than the one that is being made ready.
    case superseded
    /// The revision that is active should stay so after all.
    case abandoned
    case aborted
    /// The revision that was active should be so again.
    case wayBackAsked
    /// A person or the delay let the promotion go on.
    case approved

    // Room.
    case roomFound
    case inPlaceChosen
    case roomMade
    /// There is no room, and no more waiting for it.
    case capacityRefused
    /// There is no room, and the active revision serves nobody.
    case activeIsDead
    case activeRecovered

    // Pods.
    case podsScheduled
    case podsReady
    case deadlineExceeded
    /// The Deployment of the revision that is being made ready was deleted by somebody.
    case previewLost
    /// The revision that took over stopped serving.
    case activeFailed

    // Gates.
    case gatePassed
    /// The gate is not asked for, nobody is there to be judged, or a person said PromoteFull.
    case gateSkipped
    case gateFailed

    // The switch and after.
    /// The selector was written: one revision took over from another.
    case switched
    /// The selector was written: both revisions are selected.
    case bothSelected
    /// The Deployment of the way back is gone.
    case wayBackLost
    case delayOver
    case drained
    /// There is a Deployment that no step accounts for.
    case leftoverFound
    /// Somebody edited the selector, and what it selects serves, while what should be selected does not.
    case selectorEdited
}

/// One arrow of the state machine.
public struct Transition: Sendable, Hashable {
    public var from: Step
    public var trigger: Trigger
    public var to: Step
    /// The only mode in which it applies; nil for both.
    public var mode: MigrationRecord.Mode?

    /// Whether it is taken by writing the selector.
    var selects: Bool { trigger == .switched || trigger == .bothSelected || to == .replacing }

    init(_ from: Step, _ trigger: Trigger, _ to: Step, in mode: MigrationRecord.Mode? = nil) {
        self.from = from
        self.trigger = trigger
        self.to = to
        self.mode = mode
    }
}

/// The whole state machine. Nothing moves but by a row of this table; the picture in docs/migration.md is drawn from it.
public enum TransitionTable {
    public static let all: [Transition] = ends + edits + preparation + promotion + wayBack

    /// Nil when a trigger means nothing in a step.
    static func transition(from step: Step, on trigger: Trigger, mode: MigrationRecord.Mode) -> Transition? {
        byStep[step]?.first { $0.trigger == trigger && ($0.mode == nil || $0.mode == mode) }
    }

    private static let byStep = Dictionary(grouping: all, by: \.from)

    private static let ends = [
        Transition(.stable, .goalChanged, .awaitingCapacity),
        Transition(.stable, .leftoverFound, .draining),
        Transition(.draining, .drained, .stable),
        Transition(.draining, .goalChanged, .awaitingCapacity),
        Transition(.draining, .wayBackAsked, .switchingBack),
    ]

    /// While replicas are exchanged, all are selected, and no edit can add to them.
    private static let edits = Step.allCases.filter { $0 != .replacing && $0 != .restoring }.map {
        Transition($0, .selectorEdited, .draining)
    }

    private static let preparation =
        [
            Transition(.awaitingCapacity, .roomFound, .scheduling),
            Transition(.awaitingCapacity, .inPlaceChosen, .makingRoom),
            Transition(.awaitingCapacity, .activeIsDead, .takingOver),
            Transition(.awaitingCapacity, .capacityRefused, .draining),
            Transition(.makingRoom, .roomMade, .scheduling),
            Transition(.makingRoom, .capacityRefused, .draining),
            Transition(.takingOver, .switched, .draining),
            Transition(.takingOver, .activeRecovered, .awaitingCapacity),
            Transition(.takingOver, .deadlineExceeded, .draining),
            Transition(.scheduling, .podsScheduled, .loading),
            Transition(.scheduling, .inPlaceChosen, .makingRoom),
            Transition(.scheduling, .activeIsDead, .takingOver),
            Transition(.scheduling, .capacityRefused, .draining),
            Transition(.loading, .podsReady, .warmingUp),
            Transition(.loading, .deadlineExceeded, .draining),
            Transition(.warmingUp, .gatePassed, .analysingPreview),
            Transition(.warmingUp, .gateSkipped, .analysingPreview),
            Transition(.warmingUp, .gateFailed, .draining),
            Transition(.analysingPreview, .gatePassed, .awaitingPromotion),
            Transition(.analysingPreview, .gateSkipped, .awaitingPromotion),
            Transition(.analysingPreview, .gateFailed, .draining),
        ]
        + [Step.loading, .warmingUp, .analysingPreview, .awaitingPromotion, .scalingUp].map {
            Transition($0, .previewLost, .scheduling)
        }
        + Step.allCases.filter(\.isPreparing).flatMap {
            [
                Transition($0, .superseded, .awaitingCapacity), Transition($0, .abandoned, .draining),
                Transition($0, .aborted, .draining),
            ]
        }

    private static let promotion = [
        Transition(.awaitingPromotion, .approved, .scalingUp, in: .blueGreen),
        Transition(.awaitingPromotion, .approved, .replacing, in: .inPlace),
        Transition(.awaitingPromotion, .deadlineExceeded, .draining, in: .inPlace),
        Transition(.scalingUp, .switched, .analysing),
        Transition(.scalingUp, .deadlineExceeded, .draining),
        Transition(.replacing, .switched, .analysing),
        Transition(.replacing, .deadlineExceeded, .restoring),
        Transition(.replacing, .superseded, .restoring),
        Transition(.replacing, .abandoned, .restoring),
        Transition(.replacing, .aborted, .restoring),
        Transition(.analysing, .gatePassed, .holding, in: .blueGreen),
        Transition(.analysing, .gateSkipped, .holding, in: .blueGreen),
        Transition(.analysing, .gatePassed, .draining, in: .inPlace),
        Transition(.analysing, .gateSkipped, .draining, in: .inPlace),
        Transition(.analysing, .superseded, .awaitingCapacity),
        Transition(.holding, .delayOver, .draining),
        Transition(.holding, .superseded, .awaitingCapacity),
    ]

    private static let wayBack = [
        Transition(.analysing, .gateFailed, .switchingBack),
        Transition(.analysing, .activeFailed, .switchingBack),
        Transition(.analysing, .wayBackAsked, .switchingBack),
        Transition(.analysing, .aborted, .switchingBack),
        Transition(.holding, .activeFailed, .switchingBack),
        Transition(.holding, .wayBackAsked, .switchingBack),
        Transition(.holding, .aborted, .switchingBack),
        Transition(.switchingBack, .switched, .draining, in: .blueGreen),
        Transition(.switchingBack, .bothSelected, .restoring, in: .inPlace),
        Transition(.switchingBack, .wayBackLost, .awaitingCapacity),
        Transition(.switchingBack, .superseded, .awaitingCapacity),
        Transition(.switchingBack, .abandoned, .draining),
        Transition(.restoring, .switched, .draining),
    ]
}
