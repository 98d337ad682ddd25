import KubeCore

/// Turns the events of a stream into values, without recursion: the nesting of the input costs no stack.
struct DocumentBuilder {
    struct Document {
        var value: JSONValue
        var position: Position
    }

    /// A finished node. `weight` is what it counts against `YAML.maximumExpandedWeight`.
    private struct Node {
        var value: JSONValue
        var weight: Int
    }

    /// A collection whose end has not been seen.
    private struct OpenCollection {
        var anchor: String?
        var weight = 1
        var contents: Contents
    }

    private enum Contents {
        case sequence([JSONValue])
        case mapping(MappingBuilder)
    }

    private var open: [OpenCollection] = []
    private var anchors: [String: Node] = [:]
    private var root: JSONValue?
    private var expandedWeight = 0

    mutating func documents(of stream: borrowing EventStream) throws(YAMLError) -> [Document] {
        var documents: [Document] = []
        var start = Position.start
        while true {
            let (event, position) = try stream.next()
            switch event {
            case .streamStart: break
            case .documentStart:
                start = position
                anchors = [:]
                root = nil
            case .documentEnd: documents.append(Document(value: root ?? .null, position: start))
            case .streamEnd: return documents
            default: try take(event, at: position)
            }
        }
    }

    private mutating func take(_ event: EventStream.Event, at position: Position) throws(YAMLError) {
        switch event {
        case .scalar(let scalar): try take(scalar, at: position)
        case .alias(let name): try add(try expand(name, at: position), at: position)
        case .sequenceStart(let properties):
            try begin(.sequence([]), properties, tag: "seq", at: position)
        case .mappingStart(let properties):
            try begin(.mapping(MappingBuilder()), properties, tag: "map", at: position)
        default: try endCollection(at: position)
        }
    }

    private mutating func take(_ scalar: EventStream.Scalar, at position: Position) throws(YAMLError) {
        if isAwaitingKey, scalar.isPlain, scalar.text == "<<", scalar.properties.tag == nil {
            setKey(.merge)
            return
        }
        let value: JSONValue
        do {
            value = try ScalarResolver.resolve(scalar)
        } catch {
            throw YAMLError(error.message, at: position)
        }
        let node = Node(value: value, weight: 1 + scalar.text.utf8.count)
        if let anchor = scalar.properties.anchor { anchors[anchor] = node }
        try add(node, at: position)
    }

    private mutating func expand(_ name: String, at position: Position) throws(YAMLError) -> Node {
        if open.contains(where: { $0.anchor == name }) {
            throw YAMLError("the alias *\(name) is inside of what it stands for", at: position)
        }
        guard let node = anchors[name] else { throw YAMLError("no anchor &\(name) before this alias", at: position) }
        expandedWeight += node.weight
        if expandedWeight > YAML.maximumExpandedWeight { throw YAMLError("aliases expand to too much", at: position) }
        return node
    }

    private mutating func begin(
        _ contents: Contents, _ properties: EventStream.NodeProperties, tag: String, at position: Position
    ) throws(YAMLError) {
        if isAwaitingKey { throw YAMLError("a key must be a string, not a collection", at: position) }
        if open.count == YAML.maximumDepth {
            throw YAMLError("nested deeper than \(YAML.maximumDepth) levels", at: position)
        }
        do {
            try ScalarResolver.check(tag: properties.tag, is: tag)
        } catch {
            throw YAMLError(error.message, at: position)
        }
        open.append(OpenCollection(anchor: properties.anchor, contents: contents))
    }

    private mutating func endCollection(at position: Position) throws(YAMLError) {
        let collection = open.removeLast()
        let value: JSONValue
        switch collection.contents {
        case .sequence(let elements): value = .array(elements)
        case .mapping(let mapping): value = .object(mapping.resolved)
        }
        let node = Node(value: value, weight: collection.weight)
        if let anchor = collection.anchor { anchors[anchor] = node }
        try add(node, at: position)
    }

    // MARK: Placing a node

    private var isAwaitingKey: Bool {
        if case .mapping(let mapping) = open.last?.contents { mapping.key == nil } else { false }
    }

    private mutating func setKey(_ key: MappingBuilder.Key) {
        guard let collection = open.popLast(), case .mapping(var mapping) = collection.contents else { return }
        mapping.key = key
        open.append(OpenCollection(anchor: collection.anchor, weight: collection.weight, contents: .mapping(mapping)))
    }

    /// Puts a finished node where it belongs: the document's root, a sequence, or a mapping as key or value.
    private mutating func add(_ node: Node, at position: Position) throws(YAMLError) {
        guard var collection = open.popLast() else {
            root = node.value
            return
        }
        collection.weight += node.weight
        // The collection is taken off the stack and its contents out of the enum, so that they are changed in place.
        let contents = collection.contents
        collection.contents = .sequence([])
        switch consume contents {
        case .sequence(var elements):
            elements.append(node.value)
            collection.contents = .sequence(elements)
        case .mapping(var mapping):
            try mapping.add(node.value, at: position)
            collection.contents = .mapping(mapping)
        }
        open.append(collection)
    }
}

extension ScalarResolver.Failure {
    fileprivate var message: String {
        switch self {
        case .unknownTag(let tag): "the tag \(tag) is not supported"
        case .wrongTag(let text, let tag): "\"\(text)\" is no \(tag)"
        case .notJSON(let text): "\(text) has no form in JSON"
        }
    }
}
