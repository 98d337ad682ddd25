import KubeCore

/// Which behaviour a container has: the default, then the first image rule that fits, then the pod's annotations.
///
/// Annotations begin with `simulation.deepseek.io/`; durations are in seconds, with fractions:
///
/// | annotation | means |
/// |---|---|
/// | `pull-seconds` | time to pull the image |
/// | `image-broken` | `true`: the image cannot be pulled |
/// | `load-seconds` | time from start to loaded |
/// | `crash-after-seconds` | the container exits with code 1 this long after its start |
/// | `oom-after-seconds` | the container is OOMKilled this long after its start |
/// | `exit-times` | the two above happen only this many times |
/// | `ready` | `false`: the readiness probe fails |
/// | `pre-stop-seconds` | run time of a preStop hook other than `sleep` |
/// | `drain-seconds` | time after preStop until nothing is in flight |
///
/// A value that cannot be read is ignored: annotations are anybody's to write, and a kubelet has nobody to tell.
public struct BehaviorRules: Sendable, Hashable {
    /// The behaviour of every image that contains `imagePart`.
    public struct ImageRule: Sendable, Hashable {
        public var imagePart: String
        public var behavior: PodBehavior

        public init(imagePart: String, behavior: PodBehavior) {
            self.imagePart = imagePart
            self.behavior = behavior
        }
    }

    public static let annotationPrefix = "simulation.deepseek.io/"

    public var `default`: PodBehavior
    public var images: [ImageRule]

    public init(default: PodBehavior = PodBehavior(), images: [ImageRule] = []) {
        self.default = `default`
        self.images = images
    }

    /// The behaviour of one container of a pod.
    public func behavior(of container: ContainerView, in pod: PodView) -> PodBehavior {
        var behavior = images.first { container.image.contains($0.imagePart) }?.behavior ?? `default`
        func text(_ key: String) -> String? { pod.annotation(Self.annotationPrefix + key) }
        func seconds(_ key: String) -> Duration? { text(key).flatMap(Self.duration) }
        behavior.pullTime = seconds("pull-seconds") ?? behavior.pullTime
        behavior.loadTime = seconds("load-seconds") ?? behavior.loadTime
        behavior.preStopTime = seconds("pre-stop-seconds") ?? behavior.preStopTime
        behavior.drainTime = seconds("drain-seconds") ?? behavior.drainTime
        behavior.imageIsBroken = text("image-broken").flatMap(Bool.init) ?? behavior.imageIsBroken
        behavior.passesReadiness = text("ready").flatMap(Bool.init) ?? behavior.passesReadiness
        let times = text("exit-times").flatMap { Int64($0) }
        if let after = seconds("oom-after-seconds") {
            behavior.exit = .outOfMemory(after: after, times: times)
        } else if let after = seconds("crash-after-seconds") {
            behavior.exit = .crash(after: after, times: times)
        }
        return behavior
    }

    /// Seconds as text, from 0 to a year.
    private static func duration(_ text: String) -> Duration? {
        guard let seconds = Double(text), (0...31_536_000).contains(seconds) else { return nil }
        return .seconds(seconds)
    }
}
