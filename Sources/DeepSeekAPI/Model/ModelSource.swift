/// Where the weights are: exactly one of these.
public struct ModelSource: Sendable, Hashable, Codable {
    public struct PersistentVolumeClaim: Sendable, Hashable, Codable {
        public var claimName: String
        public var path: String?

        public init(claimName: String, path: String? = nil) {
            self.claimName = claimName
            self.path = path
        }
    }

    public struct HuggingFace: Sendable, Hashable, Codable {
        public var repository: String
        public var revision: String?
        public var tokenSecretRef: SecretKeyReference?

        public init(repository: String, revision: String? = nil, tokenSecretRef: SecretKeyReference? = nil) {
            self.repository = repository
            self.revision = revision
            self.tokenSecretRef = tokenSecretRef
        }
    }

    public struct OCI: Sendable, Hashable, Codable {
        public var image: String
    }

    public struct S3: Sendable, Hashable, Codable {
        public var uri: String
        public var credentialsSecretRef: SecretReference?
    }

    public struct HostPath: Sendable, Hashable, Codable {
        public var path: String
    }

    public var pvc: PersistentVolumeClaim?
    public var huggingFace: HuggingFace?
    public var oci: OCI?
    public var s3: S3?
    public var hostPath: HostPath?

    public init(
        pvc: PersistentVolumeClaim? = nil, huggingFace: HuggingFace? = nil, oci: OCI? = nil, s3: S3? = nil,
        hostPath: HostPath? = nil
    ) {
        self.pvc = pvc
        self.huggingFace = huggingFace
        self.oci = oci
        self.s3 = s3
        self.hostPath = hostPath
    }

    /// The names of the sources that are given.
    var given: [String] {
        let sources = [
            ("pvc", pvc != nil), ("huggingFace", huggingFace != nil), ("oci", oci != nil), ("s3", s3 != nil),
            ("hostPath", hostPath != nil),
        ]
        return sources.filter(\.1).map(\.0)
    }
}

/// A Secret of the same namespace.
public struct SecretReference: Sendable, Hashable, Codable {
    public var name: String

    public init(name: String) { self.name = name }
}

/// One entry of a Secret of the same namespace.
public struct SecretKeyReference: Sendable, Hashable, Codable {
    public var name: String
    public var key: String?

    public init(name: String, key: String? = nil) {
        self.name = name
        self.key = key
    }
}

extension SecretReference: SchemaProviding {
    public static let schema = Schema.object(
        "A Secret of the same namespace.", ["name": .string("Name of the Secret.", length: 1...253)], required: ["name"]
    )
}

extension SecretKeyReference: SchemaProviding {
    public static let schema = Schema.object(
        "One entry of a Secret of the same namespace.",
        [
            "name": .string("Name of the Secret.", length: 1...253),
            "key": .string("Key in the Secret's data.", length: 1...253, default: "token"),
        ],
        required: ["name"])
}

extension ModelSource: SchemaProviding {
    public static let schema = Schema.object(
        "Where the weights are: exactly one of pvc, huggingFace, oci, s3 and hostPath.",
        [
            "pvc": .object(
                "Weights on a PersistentVolumeClaim of the same namespace, mounted read-only.",
                [
                    "claimName": .string("Name of the claim.", length: 1...253),
                    "path": .string("Folder in the volume. Absent: its root.", length: 0...1024),
                ], required: ["claimName"]),
            "huggingFace": .object(
                "Weights that the engine fetches from Hugging Face, into pods.modelCache.",
                [
                    "repository": .string(
                        "Repository, such as deepseek-ai/DeepSeek-R1-Distill-Qwen-7B.", length: 1...200,
                        pattern: "^[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)?$"),
                    "revision": .string(
                        "Commit, tag or branch. Use a commit: with a branch, pods of one revision may differ.",
                        length: 1...100),
                    "tokenSecretRef": SecretKeyReference.schema.described("Access token for gated repositories."),
                ], required: ["repository"]),
            "oci": .object(
                "Weights in an OCI image that is mounted as a volume (Kubernetes 1.31 and later).",
                ["image": .string("Image reference, best with a digest.", length: 1...512)], required: ["image"]),
            "s3": .object(
                "Weights in S3-compatible storage.",
                [
                    "uri": .string("Such as s3://bucket/folder.", length: 6...1024, pattern: "^s3://[^/]+.*$"),
                    "credentialsSecretRef": SecretReference.schema.described(
                        "Secret with AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY."),
                ], required: ["uri"]),
            "hostPath": .object(
                "Weights in a folder of the node. The administrator allows prefixes.",
                ["path": .string("Absolute path.", length: 1...1024, pattern: "^/.*$")], required: ["path"]),
        ],
        rules: [
            Schema.Rule(
                "[has(self.pvc), has(self.huggingFace), has(self.oci), has(self.s3), has(self.hostPath)]"
                    + ".filter(given, given).size() == 1",
                message: "exactly one of pvc, huggingFace, oci, s3 and hostPath is required")
        ])
}
