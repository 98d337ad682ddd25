internal import FoundationEssentials
internal import Glibc
internal import KubeCore

/// A kubeconfig with one cluster, one user and one context.
enum Kubeconfig {
    /// The YAML text. Every value is written as JSON writes strings, which YAML reads the same.
    static func text(server: String, authorityPEM: String?, token: String?, name: String) -> String {
        let quoted = { (text: String) in String(decoding: JSONValue.string(text).serialized(), as: UTF8.self) }
        let authority = authorityPEM.map {
            "\n    certificate-authority-data: \(quoted(Data($0.utf8).base64EncodedString()))"
        }
        return """
            apiVersion: v1
            kind: Config
            current-context: \(quoted(name))
            clusters:
            - name: \(quoted(name))
              cluster:
                server: \(quoted(server))\(authority ?? "")
            users:
            - name: \(quoted(name))
              user: \(token.map { "{token: \(quoted($0))}" } ?? "{}")
            contexts:
            - name: \(quoted(name))
              context: {cluster: \(quoted(name)), user: \(quoted(name)), namespace: default}

            """
    }

    /// Writes a file that only its owner may read, replacing an older one at once.
    static func write(_ text: String, to path: String) throws(SimulatedAPIServer.FileError) {
        let temporary = path + ".new"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .cannotWrite(path: path, errno: errno) }
        let bytes = Array(text.utf8)
        let written = Glibc.write(descriptor, bytes, bytes.count)
        let code = errno
        close(descriptor)
        guard written == bytes.count else { throw .cannotWrite(path: path, errno: code) }
        guard rename(temporary, path) == 0 else { throw .cannotWrite(path: path, errno: errno) }
    }
}
