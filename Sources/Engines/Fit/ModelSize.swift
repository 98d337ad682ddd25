internal import DeepSeekAPI

/// What a model needs of GPU memory, from its name: the published configurations of DeepSeek's models.
struct ModelSize {
    /// Parameters, in thousand millions.
    var billions: Double
    /// Bytes of a parameter as published.
    var nativeBytes: Double = 2
    /// Bytes of KV cache for one token at two bytes a number, over all layers; nil when it is not known.
    var cacheBytesPerToken: Double?
    /// Whether every GPU of a tensor-parallel group holds the whole cache, as with latent attention (MLA).
    var isCacheReplicated = false

    /// Nil for a model that nobody here knows. The weights' place may say what the name does not.
    init?(_ model: ModelSpec) {
        let source = model.source
        let places = [
            model.name, source?.huggingFace?.repository, source?.pvc?.path, source?.oci?.image, source?.s3?.uri,
            source?.hostPath?.path,
        ]
        guard let known = places.lazy.compactMap({ $0.flatMap(Self.named) }).first else { return nil }
        self = known
    }

    private init(billions: Double, nativeBytes: Double = 2, cache: Double? = nil, replicated: Bool = false) {
        self.billions = billions
        self.nativeBytes = nativeBytes
        cacheBytesPerToken = cache
        isCacheReplicated = replicated
    }

    private static func named(_ text: String) -> ModelSize? {
        let text = text.lowercased()
        guard text.contains("deepseek") || text.contains("distill"), !requantized.contains(where: text.contains) else {
            return nil
        }
        guard let size = known.first(where: { $0.words.allSatisfy(text.contains) })?.size else { return nil }
        // A size in the name that is not this one: somebody's own model.
        let named = text.split { !($0.isLetter || $0.isNumber || $0 == ".") }
            .filter { $0.last == "b" }.compactMap { Double($0.dropLast()) }
        return named.allSatisfy { abs($0 - size.billions) < 0.2 * size.billions } ? size : nil
    }

    /// Weights in formats whose size the precision does not tell.
    private static let requantized = ["awq", "gptq", "int4", "int8", "w4a16", "w8a8", "fp4", "gguf", "bit"]

    /// The first that fits counts. Bytes of cache: 2 (K and V) x layers x KV heads x head size x 2, and for latent
    /// attention layers x (512 + 64) x 2, from each model's config.json.
    private static let known: [(words: [String], size: ModelSize)] = [
        (["distill", "1.5b"], ModelSize(billions: 1.78, cache: 28672)),
        (["distill", "14b"], ModelSize(billions: 14.8, cache: 196_608)),
        (["distill", "32b"], ModelSize(billions: 32.8, cache: 262_144)),
        (["distill", "70b"], ModelSize(billions: 70.6, cache: 327_680)),
        (["qwen3", "8b"], ModelSize(billions: 8.19, cache: 147_456)),
        (["distill", "8b"], ModelSize(billions: 8.03, cache: 131_072)),
        (["distill", "7b"], ModelSize(billions: 7.62, cache: 57344)),
        (["v2-lite"], ModelSize(billions: 15.7, cache: 31104, replicated: true)),
        (["coder-v2"], ModelSize(billions: 236, cache: 69120, replicated: true)),
        (["deepseek-v2"], ModelSize(billions: 236, cache: 69120, replicated: true)),
        (["deepseek-v3"], ModelSize(billions: 671, nativeBytes: 1, cache: 70272, replicated: true)),
        (["deepseek-r1"], ModelSize(billions: 671, nativeBytes: 1, cache: 70272, replicated: true)),
    ]
}
