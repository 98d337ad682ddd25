/// autoscaling/v1 Scale: what a scale subresource answers.
public struct Scale: Codable, Sendable, Equatable {
    public var metadata: ObjectMeta
    public var spec: Spec?
    public var status: Status?

    public struct Spec: Codable, Sendable, Equatable {
        /// Go leaves a zero out.
        public var replicas: Int?
    }

    public struct Status: Codable, Sendable, Equatable {
        public var replicas: Int?
        public var selector: String?
    }
}
