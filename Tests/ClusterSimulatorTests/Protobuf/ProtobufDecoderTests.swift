import FoundationEssentials
import KubeCore
import Testing

@testable import ClusterSimulator

@Suite struct ProtobufDecoderTests {
    typealias Encoder = ProtobufEncoder

    /// What `kubectl create deployment d1 --image=nginx --replicas=2 --port=80` of 1.37 sends.
    static let kubectlsDeployment =
        "azhzAAoVCgdhcHBzL3YxEgpEZXBsb3ltZW50ErQBCh0KAmQxEgAaACIAKgAyADgAQgBaCQoDYXBwEgJkMRKEAQgCEgsKCQoDYXBwEgJkMRpr"
        + "ChsKABIAGgAiACoAMgA4AEIAWgkKA2FwcBICZDESTBIuCgVuZ2lueBIFbmdpbngqADIKCgAQABhQIgAqAEIAagByAIABAIgBAJABAKIBABoA"
        + "MgBCAEoAUgBYAGAAaACCAQCKAQCaAQDCAQAiAgoAKAA4ABoMCAAQABgAIAAoADgAGgAiAA=="

    @Test func readsWhatKubectlSends() throws {
        let bytes = try #require(Data(base64Encoded: Self.kubectlsDeployment))
        #expect(
            try ProtobufBody.json(Array(bytes)) == [
                "apiVersion": "apps/v1", "kind": "Deployment",
                "metadata": ["name": "d1", "labels": ["app": "d1"]],
                "spec": [
                    "replicas": 2, "selector": ["matchLabels": ["app": "d1"]], "strategy": [:],
                    "template": [
                        "metadata": ["labels": ["app": "d1"]],
                        "spec": [
                            "containers": [
                                [
                                    "name": "nginx", "image": "nginx", "resources": [:],
                                    "ports": [["containerPort": 80]],
                                ]
                            ]
                        ],
                    ],
                ],
                "status": [:],
            ])
    }

    // MARK: The table

    @Test(arguments: ProtobufMessages.all.keys.sorted())
    func everyFieldSurvives(name: String) throws {
        let message = ProtobufMessages.message(named: name)
        #expect(!message.isEmpty)
        let object = Self.example(message)
        let bytes = Encoder.encode(object, message)
        #expect(try ProtobufDecoder.object(bytes[...], message) == object)
    }

    /// Every field set, to something that is not zero. It would never end if a message contained itself.
    private static func example(_ message: ProtobufMessages.Message) -> JSONValue {
        var object: [String: JSONValue] = [:]
        for (number, field) in message {
            let value = example(field.type, number)
            if let name = field.name {
                object[name] = value
            } else {
                object.merge(value.objectValue ?? [:]) { own, _ in own }
            }
        }
        return .object(object)
    }

    private static func example(_ type: ProtobufMessages.FieldType, _ number: UInt64) -> JSONValue {
        switch type {
        case .string: "text \(number)"
        case .bytes: "AAH/"
        case .int32: .int(-Int64(number))
        case .int64: .int(.min + Int64(number))
        case .boolean: true
        case .quantity: "\(number)500m"
        case .intOrString: number % 2 == 0 ? .int(Int64(number)) : "\(number)%"
        case .time: "2026-01-02T03:04:05Z"
        case .microTime: "1969-12-31T23:59:59.000006Z"
        case .json: ["f:\(number)": [:]]
        case .strings: ["a", ""]
        case .message(let name): example(ProtobufMessages.message(named: name))
        case .list(let element): [example(element, number), example(element, number + 1)]
        case .map(let values): ["a": example(values, number), "b.c/d": example(values, number + 1)]
        }
    }

    // MARK: Zero values, repetition, unknown fields

    private static func decode(_ bytes: [UInt8], as name: String) throws -> JSONValue {
        try ProtobufDecoder.object(bytes[...], ProtobufMessages.message(named: name))
    }

    @Test func zerosStayWhereGoKeepsThem() throws {
        let zeros = Encoder.field(1, 0) + Encoder.field(5, 0)
        #expect(try Self.decode(zeros, as: "apps.v1.DeploymentSpec") == ["replicas": 0])
        #expect(try Self.decode(Encoder.field(1, text: ""), as: "core.v1.Container") == ["name": ""])
        #expect(try Self.decode(Encoder.field(8, []), as: "meta.ObjectMeta") == [:])
    }

    @Test func partsOfAMessageAddUpAndTheLastScalarCounts() throws {
        let parts =
            Encoder.field(1, Encoder.field(1, text: "first") + Encoder.field(14, text: "f1"))
            + Encoder.field(1, Encoder.field(14, text: "f2") + Encoder.field(1, text: "last"))
        #expect(
            try Self.decode(parts, as: "core.v1.ConfigMap") == [
                "metadata": ["name": "last", "finalizers": ["f1", "f2"]]
            ])
        let takenBack = Encoder.field(1, text: "a") + Encoder.field(1, text: "")
        #expect(try Self.decode(takenBack, as: "meta.ObjectMeta") == [:])
    }

    @Test func packedNumbersAreNumbers() throws {
        let message: ProtobufMessages.Message = [
            3: .init(name: "values", type: .list(.int32), isKept: false)
        ]
        let packed = Encoder.field(3, Encoder.varint(1) + Encoder.varint(300)) + Encoder.field(3, 7)
        #expect(try ProtobufDecoder.object(packed[...], message) == ["values": [1, 300, 7]])
    }

    @Test func unknownFieldsAreSkipped() throws {
        let groups =
            Encoder.varint(500 << 3 | 3) + Encoder.varint(7 << 3 | 3) + Encoder.field(9, 1)
            + Encoder.varint(7 << 3 | 4) + Encoder.varint(500 << 3 | 4)
        let fixed: [UInt8] =
            Encoder.varint(501 << 3 | 1) + [1, 2, 3, 4, 5, 6, 7, 8] + Encoder.varint(502 << 3 | 5)
            + [1, 2, 3, 4]
        let unknown = Encoder.field(503, 1) + Encoder.field(504, text: "x") + groups + fixed
        let bytes = unknown + Encoder.field(1, text: "n") + unknown
        #expect(try Self.decode(bytes, as: "meta.ObjectMeta") == ["name": "n"])
    }

    @Test func aMapsEntryMayLeaveOutItsSides() throws {
        let entries = Encoder.field(11, []) + Encoder.field(11, Encoder.field(1, text: "a"))
        #expect(try Self.decode(entries, as: "meta.ObjectMeta") == ["labels": ["": "", "a": ""]])
    }

    // MARK: Malformed bytes

    @Test(
        arguments: [
            ("a cut number", [0x38, 0x80]), ("a number of 65 bits", [0x38] + Array(repeating: 0xFF, count: 9) + [0x02]),
            ("a number without end", [0x38] + Array(repeating: 0xFF, count: 20)), ("a cut string", [0x0A, 2, 0x61]),
            ("a length beyond Int", [0x0A] + Array(repeating: 0xFF, count: 9) + [0x01]), ("field zero", [0x02, 0]),
            ("wire type six", [0x0E]), ("wire type seven", [0x0F]), ("a number for a string", [0x08, 1]),
            ("a string for a number", [0x3A, 1, 0x61]), ("a group's end", [0xFC, 0x7C]),
            ("an open group", [0xFB, 0x7C]),
            ("a cut fixed number", [0xFD, 0x7C, 1, 2]),
            ("a time beyond 64 bits", [0x42, 10, 0x08] + Array(repeating: 0xFF, count: 8) + [0x7F]),
            ("JSON that is none", Encoder.field(17, Encoder.field(7, Encoder.field(1, text: "{")))),
        ] as [(String, [UInt8])])
    func malformedBytesAreRefused(what: String, bytes: [UInt8]) {
        #expect(throws: ProtobufError.self, "\(what)") { try Self.decode(bytes, as: "meta.ObjectMeta") }
    }

    @Test func aMillionOpenGroupsAreNoRecursion() {
        let bytes = Array(repeating: [0xFB, 0x7C] as [UInt8], count: 1_000_000).flatMap { $0 }
        #expect(throws: ProtobufError.self) { try Self.decode(bytes, as: "meta.ObjectMeta") }
    }
}
