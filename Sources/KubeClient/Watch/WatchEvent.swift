public import KubeCore

/// One line of a watch.
public enum WatchEvent<Object: Decodable & Sendable>: Sendable {
    case added(Object)
    case modified(Object)
    /// With the object's last state.
    case deleted(Object)
    case bookmark(WatchBookmark)
    /// The watch cannot go on; nothing follows. ``KubeCore/Status/isExpired`` means: list again.
    case error(Status)
}

/// How far a watch has come, without an object that changed.
public struct WatchBookmark: Sendable, Hashable {
    public let resourceVersion: String
    /// With this bookmark all objects that existed at the beginning have been sent.
    public let isInitialEventsEnd: Bool

    public init(resourceVersion: String, isInitialEventsEnd: Bool = false) {
        self.resourceVersion = resourceVersion
        self.isInitialEventsEnd = isInitialEventsEnd
    }
}

extension WatchEvent: Decodable {
    private enum CodingKeys: String, CodingKey { case type, object }

    /// Only as much of an object as a bookmark has.
    private struct Versioned: Decodable {
        struct Metadata: Decodable {
            let resourceVersion: String
            let annotations: [String: String]?
        }
        let metadata: Metadata
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        switch try container.decode(String.self, forKey: .type) {
        case "ADDED": self = .added(try container.decode(Object.self, forKey: .object))
        case "MODIFIED": self = .modified(try container.decode(Object.self, forKey: .object))
        case "DELETED": self = .deleted(try container.decode(Object.self, forKey: .object))
        case "ERROR": self = .error(try container.decode(Status.self, forKey: .object))
        case "BOOKMARK":
            let metadata = try container.decode(Versioned.self, forKey: .object).metadata
            self = .bookmark(
                WatchBookmark(
                    resourceVersion: metadata.resourceVersion,
                    isInitialEventsEnd: metadata.annotations?["k8s.io/initial-events-end"] == "true"))
        case let type:
            throw DecodingError.dataCorruptedError(
                forKey: .type, in: container, debugDescription: "\"\(type)\" is no type of watch event")
        }
    }
}
