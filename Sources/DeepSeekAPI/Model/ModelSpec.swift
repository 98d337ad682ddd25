/// What is served.
public struct ModelSpec: Sendable, Hashable, Codable {
    public enum Precision: String, Sendable, Hashable, Codable, CaseIterable {
        case auto, bfloat16, float16, fp8
    }

    public var name: String
    public var version: String?
    /// Tokens.
    public var contextLength: Int?
    public var precision: Precision?
    public var source: ModelSource?

    public init(name: String, source: ModelSource? = nil) {
        self.name = name
        self.source = source
    }

    public var resolvedPrecision: Precision { precision ?? .auto }
}

extension ModelSpec: SchemaProviding {
    public static let schema = Schema.object(
        "The model: its name for clients, its version and where the weights are.",
        [
            "name": .string("What clients send as \"model\", such as deepseek-r1-distill-qwen-7b.", length: 1...253),
            "version": .string(
                "Free text that says which version this is, such as 2025-09. A change makes a new revision.",
                length: 0...63),
            "contextLength": .integer(
                "Tokens of prompt and answer together. Absent: what the model's configuration says.", 1...16_777_216),
            "precision": .choice(
                Precision.self, "Number format of weights and activations; auto takes the model's own.", default: .auto),
            "source": ModelSource.schema,
        ],
        required: ["name"])
}
