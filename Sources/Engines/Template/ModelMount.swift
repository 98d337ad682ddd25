internal import DeepSeekAPI
internal import KubeCore

/// How the weights come into a pod: a volume, or environment variables with which the engine fetches them.
struct ModelMount {
    /// Where volumes with weights are mounted.
    static let modelPath = "/models"
    /// Where downloaded weights are kept, on `pods.modelCache` or a scratch volume.
    static let cachePath = "/cache"

    var location: ModelLocation
    var volumes: [JSONValue] = []
    var mounts: [JSONValue] = []
    var environment: [JSONValue] = []

    init(_ spec: DeepSeekClusterSpec) {
        let source = spec.model.source
        location = ModelLocation(reference: Self.modelPath, revision: nil)
        if let pvc = source?.pvc {
            mountVolume(["persistentVolumeClaim": ["claimName": .string(pvc.claimName), "readOnly": true]])
            location.reference = Self.path(below: pvc.path)
        } else if let oci = source?.oci {
            mountVolume(["image": ["reference": .string(oci.image)]])
        } else if let hostPath = source?.hostPath {
            mountVolume(["hostPath": ["path": .string(hostPath.path), "type": "Directory"]])
        } else if let huggingFace = source?.huggingFace {
            location = ModelLocation(reference: huggingFace.repository, revision: huggingFace.revision)
            mountCache(spec.pods?.modelCache)
            environment.append(["name": "HF_HOME", "value": .string(Self.cachePath + "/huggingface")])
            if let token = huggingFace.tokenSecretRef {
                environment.append(Self.secret("HF_TOKEN", name: token.name, key: token.key ?? "token"))
            }
        } else if let s3 = source?.s3 {
            location.reference = s3.uri
            mountCache(spec.pods?.modelCache)
            if let credentials = s3.credentialsSecretRef {
                for variable in ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"] {
                    environment.append(Self.secret(variable, name: credentials.name, key: variable))
                }
            }
        }
    }

    private mutating func mountVolume(_ source: JSONValue) {
        var volume = source
        volume["name"] = "model"
        volumes.append(volume)
        mounts.append(["name": "model", "mountPath": .string(Self.modelPath), "readOnly": true])
    }

    private mutating func mountCache(_ source: JSONValue?) {
        var volume = source?.objectValue.flatMap { $0.isEmpty ? nil : JSONValue.object($0) } ?? ["emptyDir": [:]]
        volume["name"] = "model-cache"
        volumes.append(volume)
        mounts.append(["name": "model-cache", "mountPath": .string(Self.cachePath)])
    }

    private static func path(below folder: String?) -> String {
        guard let folder, !folder.isEmpty else { return modelPath }
        return modelPath + "/" + folder.drop { $0 == "/" }
    }

    private static func secret(_ variable: String, name: String, key: String) -> JSONValue {
        [
            "name": .string(variable),
            "valueFrom": ["secretKeyRef": ["name": .string(name), "key": .string(key)]],
        ]
    }
}
