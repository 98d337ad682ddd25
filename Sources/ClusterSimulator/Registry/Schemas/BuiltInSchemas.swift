import KubeCore

/// The types of the built-in kinds, read from a compact table.
///
/// The notation, a line a type: `name[^] field[*]:type ...`, where `*` marks a required field and `^` a struct or map
/// that has one owner as a whole. Types: `s` string, `i` integer, `n` number, `b` boolean, `q` quantity, `x` int or
/// string, `t` time, `u` micro time, `o` anything, `@name` another type, `<type>` a map, and `[type]` a list. After a
/// list, `{key,…}` makes it a map by these keys, `{}` a set, and `~key` (or `~` alone, for scalars) is its merge key
/// in strategic merge patches.
enum BuiltInSchemas {
    /// The schema of a kind, such as `apps.v1.Deployment`.
    static func schema(_ name: String) -> Schema? { all[name] }

    static let objectMeta = all["meta.ObjectMeta"] ?? .any

    private static let all: [String: Schema] = {
        var reader = Reader(text)
        return reader.readAll()
    }()

    private struct Reader {
        var lines: [String: Substring] = [:]
        var known: [String: Schema] = [:]

        init(_ text: String) {
            for line in text.split(separator: "\n") {
                guard let space = line.firstIndex(of: " ") else { continue }
                lines[String(line[..<space].filter { $0 != "^" })] = line
            }
        }

        mutating func readAll() -> [String: Schema] {
            for name in lines.keys { _ = type(named: name) }
            return known
        }

        private mutating func type(named name: String) -> Schema {
            if let schema = known[name] { return schema }
            guard let line = lines[name] else { return .any }
            let words = line.split(separator: " ")
            var properties: [String: Schema] = [:]
            var required: [String] = []
            for word in words.dropFirst() {
                guard let colon = word.firstIndex(of: ":") else { continue }
                let field = String(word[..<colon].filter { $0 != "*" })
                if word[..<colon].hasSuffix("*") { required.append(field) }
                var notation = word[word.index(after: colon)...]
                properties[field] = type(&notation)
            }
            let schema = Schema(
                .object, properties: properties, required: required, isAtomic: words[0].hasSuffix("^"))
            known[name] = schema
            return schema
        }

        private mutating func type(_ notation: inout Substring) -> Schema {
            switch notation.popFirst() {
            case "s": return Schema(.string)
            case "i": return Schema(.integer)
            case "n": return Schema(.number)
            case "b": return Schema(.boolean)
            case "q": return Schema(.quantity)
            case "x": return Schema(.intOrString)
            case "t": return Schema(.time)
            case "u": return Schema(.microTime)
            case "@":
                let name = notation.prefix { !"]>".contains($0) }
                notation = notation.dropFirst(name.count)
                return type(named: String(name))
            case "<": return map(&notation)
            case "[": return list(&notation)
            default: return .any
            }
        }

        private mutating func map(_ notation: inout Substring) -> Schema {
            let values = type(&notation)
            notation.removeFirst()
            let isAtomic = notation.first == "^"
            if isAtomic { notation.removeFirst() }
            return Schema(.object, values: values, isAtomic: isAtomic)
        }

        private mutating func list(_ notation: inout Substring) -> Schema {
            let items = type(&notation)
            notation.removeFirst()
            var listType = Schema.ListType.atomic
            if notation.first == "{" {
                let keys = notation.dropFirst().prefix { $0 != "}" }
                notation = notation.dropFirst(keys.count + 2)
                listType = keys.isEmpty ? .set : .map(keys: keys.split(separator: ",").map(String.init))
            }
            var strategy = Schema.PatchStrategy.replace
            if notation.first == "~" {
                let key = notation.dropFirst().prefix { $0 != "]" && $0 != ">" }
                notation = notation.dropFirst(key.count + 1)
                strategy = key.isEmpty ? .mergeValues : .merge(key: String(key))
            }
            return Schema(.array, items: items, listType: listType, patchStrategy: strategy)
        }
    }
}
