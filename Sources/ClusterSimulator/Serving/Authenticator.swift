import KubeCore

/// Bearer-token authentication.
struct Authenticator: Sendable {
    /// Paths that anyone may ask for.
    private static let openPaths = ["/healthz", "/livez", "/readyz", "/version"]

    /// The users by token. Empty: everybody is the administrator.
    let users: [String: UserInfo]
    /// The user of a token that the server itself issued.
    let issued: @Sendable (_ token: String) -> UserInfo?

    /// Who sent the request. Errors: 401 for an unknown token, and for none.
    func user(authorization: String?, path: String) throws(Status) -> UserInfo {
        let words = (authorization ?? "").split(separator: " ", maxSplits: 1)
        if words.count == 2, words[0].lowercased() == "bearer",
            let user = users[String(words[1])] ?? issued(String(words[1]))
        {
            return user
        }
        guard !users.isEmpty else { return .admin }
        if words.isEmpty, Self.openPaths.contains(where: { path == $0 || path.hasPrefix($0 + "/") }) {
            return UserInfo(name: "system:anonymous", groups: ["system:unauthenticated"])
        }
        throw Status(code: 401, reason: "Unauthorized", message: "Unauthorized")
    }
}
