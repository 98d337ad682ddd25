import CYAML

/// The events of libyaml's parser as Swift values. The buffer must outlive the stream.
struct EventStream: ~Copyable {
    enum Event {
        case streamStart, streamEnd, documentStart, documentEnd
        case scalar(Scalar)
        case alias(String)
        case sequenceStart(NodeProperties)
        case sequenceEnd
        case mappingStart(NodeProperties)
        case mappingEnd
    }

    /// What may stand before any node.
    struct NodeProperties {
        var anchor: String?
        var tag: String?
    }

    struct Scalar {
        var properties: NodeProperties
        var text: String
        /// Written without quotes and not as a block.
        var isPlain: Bool
    }

    /// libyaml keeps pointers into its parser, so that it must not move.
    private let parser: UnsafeMutablePointer<yaml_parser_t>
    private let input: UnsafeBufferPointer<UInt8>

    init(_ input: UnsafeBufferPointer<UInt8>) throws(YAMLError) {
        self.input = input
        parser = .allocate(capacity: 1)
        guard yaml_parser_initialize(parser) == 1 else {
            parser.deallocate()
            throw YAMLError("out of memory", at: .start)
        }
        yaml_parser_set_input_string(parser, input.baseAddress, input.count)
    }

    deinit {
        yaml_parser_delete(parser)
        parser.deallocate()
    }

    /// The next event and where it starts. After `.streamEnd` there is none.
    borrowing func next() throws(YAMLError) -> (event: Event, position: Position) {
        var event = yaml_event_t()
        guard yaml_parser_parse(parser, &event) == 1 else { throw problem() }
        defer { yaml_event_delete(&event) }
        return (Self.convert(event), Position(event.start_mark))
    }

    private static func convert(_ event: yaml_event_t) -> Event {
        switch event.type {
        case YAML_STREAM_START_EVENT: return .streamStart
        case YAML_DOCUMENT_START_EVENT: return .documentStart
        case YAML_DOCUMENT_END_EVENT: return .documentEnd
        case YAML_ALIAS_EVENT: return .alias(string(event.data.alias.anchor) ?? "")
        case YAML_SCALAR_EVENT: return .scalar(Scalar(event))
        case YAML_SEQUENCE_START_EVENT:
            let start = event.data.sequence_start
            return .sequenceStart(NodeProperties(anchor: string(start.anchor), tag: string(start.tag)))
        case YAML_SEQUENCE_END_EVENT: return .sequenceEnd
        case YAML_MAPPING_START_EVENT:
            let start = event.data.mapping_start
            return .mappingStart(NodeProperties(anchor: string(start.anchor), tag: string(start.tag)))
        case YAML_MAPPING_END_EVENT: return .mappingEnd
        default: return .streamEnd
        }
    }

    fileprivate static func string(_ bytes: UnsafePointer<yaml_char_t>?) -> String? {
        bytes.map { String(cString: $0) }
    }

    private borrowing func problem() -> YAMLError {
        let state = parser.pointee
        if state.error == YAML_MEMORY_ERROR { return YAMLError("out of memory", at: .start) }
        let message = state.problem.map { String(cString: $0) } ?? "cannot be read"
        // The reader, which checks characters, knows an offset; scanner and parser know a mark.
        if state.error == YAML_READER_ERROR { return YAMLError(message, at: position(ofByte: state.problem_offset)) }
        guard let context = state.context else { return YAMLError(message, at: Position(state.problem_mark)) }
        return YAMLError("\(message) \(String(cString: context))", at: Position(state.problem_mark))
    }

    private borrowing func position(ofByte offset: Int) -> Position {
        var position = Position.start
        for byte in input.prefix(offset) {
            if byte == UInt8(ascii: "\n") {
                position = Position(line: position.line + 1, column: 1)
            } else if byte & 0xC0 != 0x80 {
                position.column += 1
            }
        }
        return position
    }
}

extension EventStream.Scalar {
    fileprivate init(_ event: yaml_event_t) {
        let scalar = event.data.scalar
        properties = EventStream.NodeProperties(
            anchor: EventStream.string(scalar.anchor), tag: EventStream.string(scalar.tag))
        text = String(decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self)
        isPlain = scalar.style == YAML_PLAIN_SCALAR_STYLE
    }
}

extension Position {
    init(_ mark: yaml_mark_t) {
        self.init(line: mark.line + 1, column: mark.column + 1)
    }
}
