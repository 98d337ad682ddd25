/// Samples of chosen metrics from Prometheus' text format (0.0.4), as an engine in a pod writes it.
///
/// The text comes from whatever image a user runs, so it is read with suspicion: lines, labels and samples are bounded,
/// a line of a chosen metric that is malformed is an error, and lines of other metrics are passed over. Never traps,
/// whatever the bytes.
public struct ExpositionText: Sendable {
    /// What a text may have at most.
    public struct Limits: Sendable, Hashable {
        /// Bytes of the whole text.
        public var bytes = 4 << 20
        /// Bytes of one line without its newline.
        public var lineBytes = 16 << 10
        /// Samples of the chosen metrics.
        public var samples = 20_000
        /// Labels of one sample.
        public var labels = 64

        public init() {}
    }

    public struct Sample: Sendable, Hashable {
        public var name: String
        public var labels: [String: String]
        /// NaN and the infinities are values of the format.
        public var value: Double
    }

    /// Why a text was not taken; lines count from 1.
    public struct Malformed: Error, Sendable, Hashable, CustomStringConvertible {
        public var line: Int
        public var reason: String

        public var description: String { line == 0 ? reason : "line \(line): \(reason)" }
    }

    /// In the order of the text.
    public private(set) var samples: [Sample] = []

    /// - Parameter names: the metrics to keep.
    public init(
        parsing bytes: [UInt8], keeping names: Set<String>, limits: Limits = Limits()
    ) throws(Malformed) {
        guard bytes.count <= limits.bytes else {
            throw Malformed(line: 0, reason: "the text has more than \(limits.bytes) bytes")
        }
        var number = 0
        for line in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            number += 1
            guard line.count <= limits.lineBytes else {
                throw Malformed(line: number, reason: "longer than \(limits.lineBytes) bytes")
            }
            var scanner = SampleScanner(line: line, number: number, maxLabels: limits.labels)
            guard let sample = try scanner.sample(keeping: names) else { continue }
            guard samples.count < limits.samples else {
                throw Malformed(line: number, reason: "more than \(limits.samples) samples")
            }
            samples.append(sample)
        }
    }

    /// The samples of a metric.
    public subscript(name: String) -> [Sample] { samples.filter { $0.name == name } }
}

/// Reads one line: `name{label="value",…} value [timestamp]`.
private struct SampleScanner {
    private var rest: ArraySlice<UInt8>
    private let number: Int
    private let maxLabels: Int

    init(line: ArraySlice<UInt8>, number: Int, maxLabels: Int) {
        rest = line
        self.number = number
        self.maxLabels = maxLabels
        if rest.suffix(1).first == UInt8(ascii: "\r") { rest = rest.dropLast() }
    }

    private func malformed(_ reason: String) -> ExpositionText.Malformed { .init(line: number, reason: reason) }

    /// Nil for a comment, an empty line and a metric that is not wanted.
    mutating func sample(keeping names: Set<String>) throws(ExpositionText.Malformed) -> ExpositionText.Sample? {
        skipBlanks()
        guard let first = rest.first, first != UInt8(ascii: "#") else { return nil }
        let name = token { Self.isName($0) || $0 == UInt8(ascii: ":") }
        guard let name, !Self.isDigit(first) else { throw malformed("does not begin with a metric's name") }
        guard names.contains(name) else { return nil }
        skipBlanks()
        let labels = rest.first == UInt8(ascii: "{") ? try labels() : [:]
        skipBlanks()
        guard let value = number(from: word()) else { throw malformed("the value of \(name) is not a number") }
        skipBlanks()
        let timestamp = word()
        guard timestamp.isEmpty || Int64(timestamp) != nil else { throw malformed("the timestamp is not a number") }
        skipBlanks()
        guard rest.isEmpty else { throw malformed("there is something after the timestamp") }
        return ExpositionText.Sample(name: name, labels: labels, value: value)
    }

    private mutating func labels() throws(ExpositionText.Malformed) -> [String: String] {
        var labels: [String: String] = [:]
        rest = rest.dropFirst()
        while true {
            skipBlanks()
            if rest.first == UInt8(ascii: "}") {
                rest = rest.dropFirst()
                return labels
            }
            guard let name = token(Self.isName) else { throw malformed("a label has no name") }
            skipBlanks()
            try expect("=")
            skipBlanks()
            try expect("\"")
            let value = try quoted()
            guard labels.updateValue(value, forKey: name) == nil else { throw malformed("label \(name) twice") }
            guard labels.count <= maxLabels else { throw malformed("more than \(maxLabels) labels") }
            skipBlanks()
            if rest.first == UInt8(ascii: ",") {
                rest = rest.dropFirst()
            } else if rest.first != UInt8(ascii: "}") {
                throw malformed("labels do not end with }")
            }
        }
    }

    /// A label's value after its first quote: `\\`, `\"` and `\n` are the escapes.
    private mutating func quoted() throws(ExpositionText.Malformed) -> String {
        var bytes: [UInt8] = []
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "\""):
                guard let text = String(validating: bytes, as: UTF8.self) else {
                    throw malformed("a label's value is not UTF-8")
                }
                return text
            case UInt8(ascii: "\\"):
                switch rest.popFirst() {
                case UInt8(ascii: "n"): bytes.append(UInt8(ascii: "\n"))
                case .some(let escaped) where escaped == byte || escaped == UInt8(ascii: "\""): bytes.append(escaped)
                default: throw malformed("an escape other than \\\\, \\\" and \\n")
                }
            default: bytes.append(byte)
            }
        }
        throw malformed("a label's value has no end")
    }

    // MARK: Small parts

    private mutating func expect(_ character: Unicode.Scalar) throws(ExpositionText.Malformed) {
        guard rest.popFirst() == UInt8(ascii: character) else { throw malformed("\(character) is missing") }
    }

    private mutating func skipBlanks() { rest = rest.drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") } }

    private mutating func token(_ isPart: (UInt8) -> Bool) -> String? {
        let part = rest.prefix(while: isPart)
        rest = rest[part.endIndex...]
        return part.isEmpty ? nil : String(decoding: part, as: UTF8.self)
    }

    /// What stands before the next blank.
    private mutating func word() -> String {
        token { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\t") } ?? ""
    }

    /// Decimal, as Go writes it. Swift would also read `infinity`, `0x1p3` and `nan(…)`.
    private func number(from text: String) -> Double? {
        switch text {
        case "NaN": return .nan
        case "+Inf", "Inf": return .infinity
        case "-Inf": return -.infinity
        default:
            guard text.utf8.allSatisfy({ Self.isDigit($0) || "+-.eE".utf8.contains($0) }) else { return nil }
            return Double(text)
        }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    private static func isName(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"): true
        default: isDigit(byte)
        }
    }
}
