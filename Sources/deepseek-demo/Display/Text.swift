import KubeCore

/// Numbers and columns as they are shown.
enum Text {
    /// `  12.3s`
    static func seconds(_ duration: Duration) -> String {
        let tenths = Int64((duration.inSeconds * 10).rounded(.down))
        return padded("\(tenths / 10).\(tenths % 10)s", left: 7)
    }

    static func rounded(_ number: Double) -> String { String(Int64(number.rounded())) }

    /// The text cut or filled with blanks on its right to a number of characters.
    static func fitted(_ text: String, _ width: Int) -> String {
        let count = text.count
        if count > width { return String(text.prefix(max(0, width - 1))) + (width > 0 ? "…" : "") }
        return text + String(repeating: " ", count: width - count)
    }

    /// The text filled with blanks on its left.
    static func padded(_ text: String, left width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }
}
