extension LabelSelector {
    /// Reads the form of the `labelSelector` query parameter: `a=b,c!=d,e in (f,g),h notin (i),j,!k`. Nil when it is
    /// malformed; an empty text selects everything.
    public init?(parsing text: String) {
        self.init()
        guard text.contains(where: { $0 != " " }) else { return }
        var requirements: [Requirement] = []
        for part in Self.parts(of: text) {
            guard let requirement = Self.requirement(part) else { return nil }
            requirements.append(requirement)
        }
        matchExpressions = requirements
    }

    /// The text cut at the commas that are not within parentheses.
    private static func parts(of text: String) -> [Substring] {
        var isInList = false
        return text.split(omittingEmptySubsequences: false) { character in
            if character == "(" || character == ")" { isInList = character == "(" }
            return character == "," && !isInList
        }
    }

    private static func requirement(_ part: Substring) -> Requirement? {
        if let open = part.firstIndex(of: "(") {
            let words = part[..<open].split(separator: " ")
            let list = part[part.index(after: open)...].split(separator: ")", omittingEmptySubsequences: false)
            guard words.count == 2, list.count == 2, list[1].allSatisfy({ $0 == " " }) else { return nil }
            let values = list[0].split(separator: ",", omittingEmptySubsequences: false)
            switch words[1] {
            case "in": return make(words[0], .in, values)
            case "notin": return make(words[0], .notIn, values)
            default: return nil
            }
        }
        if let sign = part.firstIndex(of: "=") {
            let isNegative = part[..<sign].hasSuffix("!")
            let value = part[part.index(after: sign)...]
            return make(
                part[..<sign].dropLast(isNegative ? 1 : 0), isNegative ? .notIn : .in,
                [!isNegative && value.hasPrefix("=") ? value.dropFirst() : value])
        }
        let word = trimmed(part)
        return word.hasPrefix("!") ? make(word.dropFirst(), .doesNotExist, nil) : make(word, .exists, nil)
    }

    private static func make(_ key: Substring, _ kind: Requirement.Operator, _ values: [Substring]?) -> Requirement? {
        let key = trimmed(key)
        let values = values?.map(trimmed)
        func isSyntax(_ text: Substring, _ others: String) -> Bool {
            text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || others.contains($0)) }
        }
        guard !key.isEmpty, isSyntax(key, "-_./"), (values ?? []).allSatisfy({ isSyntax($0, "-_.") }) else {
            return nil
        }
        return Requirement(key: String(key), operator: kind, values: values?.map(String.init))
    }

    private static func trimmed(_ text: Substring) -> Substring {
        let text = text.drop { $0 == " " }
        return text.prefix(text.count - text.reversed().prefix { $0 == " " }.count)
    }
}
