import KubeCore

/// What happened, and to which object. Equal occurrences make up one series.
struct EventOccurrence: Hashable, Sendable {
    var regarding: EventSubject
    var type: EventType
    var reason: String
    var action: String
    var note: String

    /// Cuts the texts to the lengths that the API accepts (pkg/apis/core/validation/events.go).
    init(_ type: EventType, reason: String, action: String, note: String, regarding: EventSubject) {
        self.regarding = regarding
        self.type = type
        self.reason = reason.cut(toBytes: 128)
        self.action = action.cut(toBytes: 128)
        self.note = note.cut(toBytes: 1024)
    }
}

/// The object that events are about.
struct EventSubject: Hashable, Sendable {
    var apiVersion: String
    var kind: String
    var namespace: String?
    var name: String
    var uid: String?

    init<Object: KubernetesObject>(_ object: Object) {
        apiVersion = Object.resourceType.apiVersion
        kind = Object.resourceType.kind
        namespace = object.metadata.namespace
        name = object.metadata.name
        uid = object.metadata.uid
    }

    /// Where events about this object live: the API accepts no other place.
    var eventNamespace: String { namespace ?? "default" }

    /// A fresh name for an event: `<object>.<hex>`, or `<kind>.<hex>` where the object's name, as of an RBAC role, is no
    /// DNS subdomain and so cannot be part of one.
    func makeEventName() -> String {
        // Of one length always, so that a name is cut at one place always.
        let digits = String(UInt64.random(in: .min ... .max), radix: 16)
        let suffix = "." + String(repeating: "0", count: 16 - digits.utf8.count) + digits
        let isSubdomain = name.utf8.first.map(Self.isAlphanumeric) ?? false && name.utf8.allSatisfy(Self.isSubdomain)
        var prefix = (isSubdomain ? name : kind.lowercased()).cut(toBytes: 253 - suffix.utf8.count)
        while let last = prefix.utf8.last, !Self.isAlphanumeric(last) { prefix.removeLast() }
        return prefix + suffix
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    private static func isSubdomain(_ byte: UInt8) -> Bool {
        isAlphanumeric(byte) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
    }
}

extension String {
    /// The longest prefix of at most `limit` bytes of UTF-8 that cuts no character's code apart.
    func cut(toBytes limit: Int) -> String {
        guard utf8.count > limit else { return self }
        var end = utf8.index(startIndex, offsetBy: limit)
        while end.samePosition(in: unicodeScalars) == nil { end = utf8.index(before: end) }
        return String(self[..<end])
    }
}
