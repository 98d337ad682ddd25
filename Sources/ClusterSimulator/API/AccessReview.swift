import KubeCore

/// Answers to access reviews: everybody may do everything. Who may do what is not simulated.
enum AccessReview {
    static func answer(_ review: JSONValue, _ definition: ResourceDefinition, _ user: UserInfo) -> JSONValue {
        var answer = review
        answer["kind"] = .string(definition.type.kind)
        answer["apiVersion"] = .string(definition.type.apiVersion)
        answer["metadata"] = answer["metadata"] ?? [:]
        switch definition.type.kind {
        case "SelfSubjectReview":
            answer["status"] = ["userInfo": ["username": .string(user.name), "groups": JSONValue(user.groups)]]
        case "SelfSubjectRulesReview":
            let all: JSONValue = ["verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]]
            answer["status"] = ["resourceRules": [all], "nonResourceRules": [], "incomplete": false]
        default: answer["status"] = ["allowed": true, "reason": "the simulator allows everything"]
        }
        return answer
    }
}
