import DeepSeekAPI
import KubeCore
import Testing
import YAML

/// Tests/Fixtures/bad-resources: each file is one resource, expected.yaml says what is wrong with it.
struct ValidationTests {
    struct Expectation: Decodable, Sendable, CustomTestStringConvertible {
        var file: String
        var refusedBy: String
        var field: String
        var message: String?

        var testDescription: String { file }
    }

    static let expectations: [Expectation] =
        (try? YAML.parse(Fixtures.text("Tests/Fixtures/bad-resources/expected.yaml")).decoded()) ?? []

    @Test
    func everyFileHasAnExpectation() throws {
        let files = try Fixtures.files(in: "Tests/Fixtures/bad-resources").filter { $0 != "expected.yaml" }
        #expect(files == Self.expectations.map(\.file).sorted())
        #expect(files.count >= 40)
    }

    @Test(arguments: expectations)
    func aBadResourceIsRefusedByTheFieldsName(expected: Expectation) throws {
        let resource = try Fixtures.badResource(expected.file)
        guard let message = expected.message else {
            let error = #expect(throws: DecodingError.self) { try resource.decoded(as: DeepSeekCluster.self) }
            #expect(error.map(Self.field) == expected.field)
            return
        }
        let cluster: DeepSeekCluster = try resource.decoded()
        let isUnsupported = expected.refusedBy == "unsupported"
        let errors = isUnsupported ? unsupportedYet(cluster) : validate(cluster)
        #expect(errors.map(\.field) == [expected.field])
        #expect(errors.allSatisfy { $0.message.contains(message) }, "\(errors)")
        #expect(errors.allSatisfy { ($0.kind == .unsupported) == isUnsupported })
        if isUnsupported { #expect(validate(cluster) == []) }
    }

    private static func field(of error: DecodingError) -> String {
        let (context, key): (DecodingError.Context, (any CodingKey)?) =
            switch error {
            case .keyNotFound(let key, let context): (context, key)
            case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
                (context, nil)
            @unknown default: (.init(codingPath: [], debugDescription: ""), nil)
            }
        let path = context.codingPath + (key.map { [$0] } ?? [])
        return path.reduce("") { text, key in
            if let index = key.intValue {
                "\(text)[\(index)]"
            } else {
                text.isEmpty ? key.stringValue : "\(text).\(key.stringValue)"
            }
        }
    }

    struct Good: Decodable, Sendable, CustomTestStringConvertible {
        var name: String
        var spec: JSONValue

        var testDescription: String { name }
    }

    static let good: [Good] =
        (try? YAML.parse(Fixtures.text("Tests/Fixtures/good-resources/patches.yaml")).decoded()) ?? []

    @Test(arguments: good)
    func aGoodResourceIsNotRefused(good: Good) throws {
        let cluster = try cluster { $0["spec"] = $0["spec"]?.applying(mergePatch: good.spec) }
        #expect(validate(cluster) == [])
    }

    @Test
    func theFilesWereRead() { #expect(Self.good.count > 20 && Self.expectations.count > 40) }

    @Test
    func aMinimalResourceIsSupported() throws {
        #expect(unsupportedYet(try cluster()) == [])
    }

    /// What says in other words what happens anyway is no reason to refuse.
    @Test
    func defaultsAreSupported() throws {
        let cluster = try cluster {
            $0[path: "spec", "migration"] = [
                "strategy": "BlueGreen", "autoPromote": true, "autoPromoteAfterSeconds": 0, "previewReplicas": 1,
                "capacityWaitSeconds": 3600, "scaleDownDelaySeconds": 300, "onInsufficientCapacity": "Wait",
                "progressDeadlineSeconds": 60, "analysis": [:], "warmUp": ["requests": 0],
            ]
            $0[path: "spec", "monitoring"] = ["podMonitor": false, "dashboards": false, "alerts": [:]]
            $0[path: "spec", "engine", "nodesPerReplica"] = 1
        }
        #expect(unsupportedYet(cluster) == [])
        #expect(validate(cluster) == [])
    }

    @Test(arguments: [
        ("0 8 * * 1-5", nil), ("*/5 0,12 1-15/2 JAN-mar sun", nil), ("59 23 31 12 7", nil),
        ("60 * * * *", "'60' is no minute"), ("* * 0 * *", "'0' is no day of month"),
        ("* * * 13 *", "'13' is no month"),
        ("* * * * 8", "'8' is no day of week"), ("5-1 * * * *", "'5-1' is no minute"),
        ("*/0 * * * *", "'*/0' is no minute"),
        ("+1 * * * *", "'+1' is no minute"), ("1,, * * * *", "'1,,' is no minute"), ("- * * * *", "'-' is no minute"),
        ("/ * * * *", "'/' is no minute"), ("@daily", "must have five fields"), ("", "must have five fields"),
        ("99999999999999999999 * * * *", "is no minute"),
    ])
    func cronFields(text: String, problem: String?) throws {
        let cluster = try cluster {
            $0[path: "spec", "autoscaling"] = [
                "maxReplicas": 2, "source": ["externalMetrics": [:]],
                "metrics": [
                    [
                        "type": "External",
                        "external": ["metric": ["name": "rps"], "target": ["type": "Value", "value": "1"]],
                    ]
                ],
                "schedules": [["name": "a", "start": .string(text), "end": "0 0 * * *", "minReplicas": 1]],
            ]
        }
        let errors = validate(cluster)
        #expect(errors.map(\.field) == (problem == nil ? [] : ["spec.autoscaling.schedules[0].start"]))
        if let problem { #expect(errors.first?.message.contains(problem) == true, "\(errors)") }
    }

    /// No number from outside may trap, however large.
    @Test(arguments: [Int.max, Int.min, 1 << 40])
    func hugeNumbersAreRefusedAndNotComputedWith(number: Int) throws {
        let value = JSONValue(number)
        let cluster = try cluster {
            $0[path: "spec", "engine"] = [
                "type": "vllm", "image": "a", "tensorParallel": value, "pipelineParallel": value, "dataParallel": value,
                "nodesPerReplica": value, "gpusPerPod": value,
            ]
            $0[path: "spec", "pods"] = ["startupSeconds": value, "preStopSeconds": value, "drainSeconds": value]
        }
        #expect(validate(cluster).count == 8)
        _ = cluster.spec.engine.resolvedGPUsPerPod
        _ = cluster.spec.resolvedPods.terminationGracePeriodSeconds
        _ = cluster.spec.resolvedProgressDeadlineSeconds
        _ = unsupportedYet(cluster)
        _ = try RevisionInputs(cluster.spec).hash
    }
}
