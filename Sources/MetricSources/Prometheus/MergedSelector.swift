/// Selectors of one shape that are asked together: `rps{namespace="a",cluster=~"1|2|3"}` for three of them.
///
/// Each label on which they differ becomes an alternation of its values, so that the answer may hold combinations that
/// nobody asked for, which are dropped. That one rule serves selectors that differ in one label and those that differ in
/// several; `Limits.combinations` bounds what it may cost. A value is matched whole and byte by byte, as by `=`: Prometheus
/// anchors an expression at both ends, and every character with a meaning is escaped. An answer's series has every label
/// that the selectors name, for they match no empty value, so that each series tells whose it is.
struct MergedSelector {
    /// What one query may hold.
    struct Limits: Sendable {
        /// Below 256, up to where Prometheus looks an alternation's values up instead of trying each series.
        var selectors = 250
        /// The product of the numbers of values of all labels. As many series may be in the answer, or a few times that.
        var combinations = 1000
        /// The values' UTF-8 as a form's field. Servers take a megabyte or more, proxies before them often 64 kB.
        var bytes = 32 << 10

        /// Room for 1 KiB of answer for each combination; a series usually takes a quarter of that.
        init(maxResponseBytes: Int = .max) { combinations = max(1, min(combinations, maxResponseBytes >> 10)) }
    }

    /// A selector's values, by their places in `values`.
    typealias Combination = [Int]

    /// The values of one label, each once, in the order in which they came.
    private struct ValueSet {
        var list: [EqualitySelector.LabelValue] = []
        var indices: [EqualitySelector.LabelValue: Int] = [:]

        mutating func add(_ value: EqualitySelector.LabelValue) -> Int {
            if let index = indices[value] { return index }
            indices[value] = list.count
            list.append(value)
            return list.count - 1
        }
    }

    let shape: EqualitySelector.Shape
    /// Of each selector, in the order in which they were added.
    private(set) var combinations: [Combination] = []
    private var values: [ValueSet]
    private var bytes = 0
    private let limits: Limits

    /// - Parameter first: it is taken whatever the limits say.
    init(_ first: EqualitySelector, limits: Limits) {
        shape = first.shape
        values = Array(repeating: ValueSet(), count: first.values.count)
        self.limits = limits
        insert(first)
    }

    /// - Returns: false when the limits leave no room for it, or it is of another shape. Another one may still fit.
    mutating func add(_ selector: EqualitySelector) -> Bool {
        guard combinations.count < limits.selectors, selector.shape == shape else { return false }
        var product = 1
        for (value, known) in zip(selector.values, values) {
            product *= known.list.count + (known.indices[value] == nil ? 1 : 0)
            guard product <= limits.combinations else { return false }
        }
        guard bytes + newBytes(selector) <= limits.bytes else { return false }
        insert(selector)
        return true
    }

    private mutating func insert(_ selector: EqualitySelector) {
        bytes += newBytes(selector)
        combinations.append(values.indices.map { values[$0].add(selector.values[$0]) })
    }

    /// What a selector's new values add to the form.
    private func newBytes(_ selector: EqualitySelector) -> Int {
        zip(selector.values, values).reduce(0) { sum, pair in
            pair.1.indices[pair.0] == nil
                ? sum + PrometheusSource.formEncoded(Self.expression(pair.0) + "|").utf8.count : sum
        }
    }

    // MARK: - The question

    var query: String {
        let matchers = zip(shape.labels, values).map { label, values in
            guard values.list.count > 1 else { return "\(label)=\(Self.quoted(Self.text(values.list[0])))" }
            return "\(label)=~\(Self.quoted(values.list.map(Self.expression).joined(separator: "|")))"
        }
        return "\(shape.metric){\(matchers.joined(separator: ","))}"
    }

    /// The times of the samples. The function drops the metric's name, which is the same for all, and keeps the labels.
    var timestampQuery: String { PromQLSelector.timestampQuery(of: query) }

    private static func text(_ value: EqualitySelector.LabelValue) -> String { String(decoding: value, as: UTF8.self) }

    /// An RE2 expression that matches the value and nothing else.
    private static func expression(_ value: EqualitySelector.LabelValue) -> String {
        escaped(text(value), #"\.+*?()|[]{}^$"#) { "\\\($0)" }
    }

    /// A PromQL string.
    private static func quoted(_ text: String) -> String {
        let inner = escaped(text, "\\\"\n\r") { character in
            switch character {
            case "\n": "\\n"
            case "\r": "\\r"
            default: "\\\(character)"
            }
        }
        return "\"\(inner)\""
    }

    /// By code point: in a `Character` a backslash may be one with the accent that follows it.
    private static func escaped(_ text: String, _ special: String, _ escape: (Unicode.Scalar) -> String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            if special.unicodeScalars.contains(scalar) {
                result += escape(scalar)
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    // MARK: - The answer

    /// Whose a series is, by its labels. nil: it is none that this question can have found.
    func combination(_ label: (String) -> String?) -> Combination? {
        var combination: Combination = []
        for (name, values) in zip(shape.labels, values) {
            guard let value = label(name), let index = values.indices[Array(value.utf8)] else { return nil }
            combination.append(index)
        }
        return combination
    }
}
