/// The syntax of names, labels and annotations, as in apimachinery's `validation`.
enum NameSyntax {
    /// RFC 1035: a letter, then letters, digits and `-`, not at the end; at most 63.
    static func isDNS1035Label(_ name: String) -> Bool {
        isDNS1123Label(name) && name.utf8.first.map(isLowerLetter) == true
    }

    /// Lower-case letters, digits and `-`, not at either end; at most 63.
    static func isDNS1123Label(_ name: String) -> Bool {
        guard (1...63).contains(name.utf8.count), let first = name.utf8.first, let last = name.utf8.last else {
            return false
        }
        guard first != UInt8(ascii: "-"), last != UInt8(ascii: "-") else { return false }
        return name.utf8.allSatisfy { isLowerLetter($0) || isDigit($0) || $0 == UInt8(ascii: "-") }
    }

    /// Labels of RFC 1123 with points between them; at most 253.
    static func isDNSSubdomain(_ name: String) -> Bool {
        name.utf8.count <= 253
            && name.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { isDNS1123Label(String($0)) }
    }

    /// `name` or `prefix/name`, as keys of labels and annotations are.
    static func isQualifiedName(_ key: String) -> Bool {
        let parts = key.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let name = parts.last, !name.isEmpty, isLabelValue(String(name)) else { return false }
        return parts.count == 1 || isDNSSubdomain(String(parts[0]))
    }

    /// Empty, or letters, digits, `-`, `_` and `.` with a letter or digit at either end; at most 63.
    static func isLabelValue(_ value: String) -> Bool {
        guard let first = value.utf8.first, let last = value.utf8.last else { return true }
        guard value.utf8.count <= 63, isAlphanumeric(first), isAlphanumeric(last) else { return false }
        return value.utf8.allSatisfy { isAlphanumeric($0) || "-_.".utf8.contains($0) }
    }

    private static func isLowerLetter(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte) }
    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        isLowerLetter(byte) || isDigit(byte) || (0x41...0x5A).contains(byte)
    }
}

extension FieldCheck {
    mutating func labels(_ field: String, _ labels: [String: String]?) {
        for (key, value) in (labels ?? [:]).sorted(by: { $0.key < $1.key }) {
            let path = "\(field)[\(key)]"
            if !NameSyntax.isQualifiedName(key) {
                report(path, .invalid, "a key must be name or prefix/name, of letters, digits, '-', '_' and '.'")
            }
            if !NameSyntax.isLabelValue(value) {
                report(path, .invalid, "a value must have at most 63 letters, digits, '-', '_' and '.'")
            }
        }
    }

    mutating func annotations(_ field: String, _ annotations: [String: String]?) {
        for key in (annotations ?? [:]).keys.sorted() where !NameSyntax.isQualifiedName(key) {
            report(
                "\(field)[\(key)]", .invalid, "a key must be name or prefix/name, of letters, digits, '-', '_' and '.'")
        }
    }

    /// The name of another object, where there is one; empty means absent.
    mutating func objectName(_ field: String, _ name: String?) {
        guard let name, !name.isEmpty, !NameSyntax.isDNSSubdomain(name) else { return }
        report(field, .invalid, "'\(name)' must be the name of an object: a-z, 0-9, '-' and '.'")
    }
}
