internal import FoundationEssentials
internal import Glibc

/// Files that a configuration is read from.
enum ConfigurationFile {
    /// - Returns: the bytes, or `nil` when there is no such file.
    /// - Throws: when it cannot be read, or is longer than `maxBytes`.
    static func read(_ path: String, maxBytes: Int = 16 << 20) throws(ConfigurationError) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            let code = errno
            if code == ENOENT || code == ENOTDIR { return nil }
            throw ConfigurationError(source: path, "cannot be opened: \(String(cString: strerror(code)))")
        }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count == 0 { return bytes }
            guard count > 0 else {
                let code = errno
                if code == EINTR { continue }
                throw ConfigurationError(source: path, "cannot be read: \(String(cString: strerror(code)))")
            }
            bytes += buffer[..<count]
            guard bytes.count <= maxBytes else {
                throw ConfigurationError(source: path, "is longer than \(maxBytes) bytes")
            }
        }
    }

    /// `path`, taken from `directory` when it is relative.
    static func resolve(_ path: String, in directory: String) -> String {
        path.hasPrefix("/") || directory.isEmpty ? path : "\(directory)/\(path)"
    }

    /// The directory of the file at `path`.
    static func directory(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}
