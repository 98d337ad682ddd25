public import KubeCore

/// Something that goes wrong on purpose.
public struct Fault: Sendable {
    /// Which requests; what is nil matches any.
    public struct Matcher: Sendable {
        public var verb: String?
        public var resource: String?
        public var subresource: String?
        public var name: String?
        /// The start of the client's `User-Agent`.
        public var userAgent: String?

        public init(
            verb: String? = nil, resource: String? = nil, subresource: String? = nil, name: String? = nil,
            userAgent: String? = nil
        ) {
            self.verb = verb
            self.resource = resource
            self.subresource = subresource
            self.name = name
            self.userAgent = userAgent
        }

        func matches(_ attributes: RequestAttributes, userAgent agent: String) -> Bool {
            (verb ?? attributes.verb) == attributes.verb && (resource ?? attributes.resource) == attributes.resource
                && (subresource ?? attributes.subresource) == attributes.subresource
                && (name ?? attributes.name) == attributes.name && agent.hasPrefix(userAgent ?? "")
        }
    }

    /// Which of the matching requests, counted from 1.
    public enum Occurrence: Sendable, Equatable {
        case every
        case first(Int)
        case nth(Int)
        /// Each with this probability, drawn from the plan's seed.
        case probability(Double)
    }

    /// What happens.
    public enum Effect: Sendable {
        /// The answer is this failure, and nothing else happens.
        case failure(Status)
        /// The request waits before it is carried out.
        case delay(Duration)
        /// The request is carried out, and the connection cut after so many bytes of the body. With 0 the client
        /// cannot know whether its write happened.
        case cut(afterBytes: Int)
        /// Every event of a watch comes twice.
        case duplicateEvents
        /// Every event of a watch comes this much later.
        case lateEvents(Duration)
    }

    public var matcher: Matcher
    public var occurrence: Occurrence
    public var effect: Effect

    public init(_ matcher: Matcher = Matcher(), _ occurrence: Occurrence = .every, _ effect: Effect) {
        self.matcher = matcher
        self.occurrence = occurrence
        self.effect = effect
    }
}

extension Fault.Effect {
    /// 409: the object was changed meanwhile.
    public static var conflict: Fault.Effect {
        .failure(Status(code: 409, reason: "Conflict", message: "the object has been modified (injected)"))
    }

    /// 410: the resource version is too old.
    public static var expired: Fault.Effect {
        .failure(Status(code: 410, reason: "Expired", message: "too old resource version (injected)"))
    }

    /// 429 with Retry-After.
    public static func tooManyRequests(retryAfterSeconds: Int) -> Fault.Effect {
        .failure(.tooManyRequests("too many requests (injected)", retryAfterSeconds: retryAfterSeconds))
    }

    /// A failure of the server, 500...599.
    public static func serverError(_ code: Int = 500) -> Fault.Effect {
        let reasons = [503: "ServiceUnavailable", 504: "Timeout"]
        return .failure(Status(code: code, reason: reasons[code] ?? "InternalError", message: "injected failure"))
    }
}
