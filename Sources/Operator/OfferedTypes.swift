internal import KubeClient
internal import KubeCore
internal import Telemetry

/// Types whose version differs from server to server.
struct OfferedTypes {
    /// policy/v1 came with 1.21; an older server has v1beta1.
    var disruptionBudget = PodDisruptionBudget.resourceType
    /// autoscaling/v2 came with 1.23; an older server has v2beta2, and v1 cannot name an external metric: nil then.
    var autoscaler: ResourceType?

    init(_ groups: [APIGroup]) {
        func offers(_ type: ResourceType, _ version: String) -> Bool {
            groups.contains { $0.name == type.group && $0.versions.contains { $0.version == version } }
        }
        if !offers(disruptionBudget, disruptionBudget.version) { disruptionBudget.version = "v1beta1" }
        var type = HorizontalPodAutoscaler.resourceType
        guard let version = ["v2", "v2beta2"].first(where: { offers(type, $0) }) else { return }
        type.version = version
        autoscaler = type
    }

    /// Says what an older server lacks.
    func tell(_ log: Logger) {
        if disruptionBudget.version != "v1" { log.info("the server has no policy/v1, policy/v1beta1 is used") }
        if autoscaler == nil {
            log.warning("the server has neither autoscaling/v2 nor v2beta2: no HorizontalPodAutoscaler can be made")
        } else if autoscaler?.version != "v2" {
            log.info("the server has no autoscaling/v2, autoscaling/v2beta2 is used")
        }
    }
}
