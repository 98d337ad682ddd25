import Autoscaling
import DeepSeekAPI
import HTTPTransport
import KubeClient
import KubeCore
import TestSupport
import Testing

@testable import Operator

/// What the memory's ConfigMap may be, and what becomes of it.
@Suite struct ScalingStoreTests {
    private static let cluster = StoredScalingTests.cluster(replicas: 3)

    private static func stored() -> StoredScaling {
        var state = AutoscalerState()
        state.isScaledToZero = true
        return StoredScaling(state, PodStarts(), nil, now: StoredScalingTests.start)
    }

    /// A ConfigMap as the server has it.
    private static func object(_ state: String, owner: String = "uid") -> FakeResponse {
        let owners =
            #"[{"apiVersion":"serving.deepseek.io/v1alpha1","kind":"DeepSeekCluster","name":"r1","uid":"\#(owner)","controller":true}]"#
        let text = JSONValue.string(state).jsonText
        return .json(
            #"{"metadata":{"name":"r1-autoscaling","namespace":"default","uid":"7","ownerReferences":\#(owners)},"data":{"state":\#(text)}}"#
        )
    }

    private static func store(_ answers: FakeResponse...) -> (ScalingStore, FakeTransport) {
        let transport = FakeTransport(answers: answers)
        let configuration = ClientConfiguration(server: "https://host", userAgent: "test/1")
        let client = KubeClient(configuration: configuration, transport: transport, retryPolicy: .none)
        return (ScalingStore(client: client), transport)
    }

    // MARK: - Reading

    @Test func whatWasStoredComesBack() async throws {
        let text = try JSONValue(encoding: Self.stored()).jsonText
        let (store, _) = Self.store(Self.object(text))
        guard case .stored(let found, let uid) = try await store.load(Self.cluster) else {
            Issue.record("not found")
            return
        }
        #expect(found == Self.stored() && uid == "7")
    }

    @Test func nothingIsThereAtFirst() async throws {
        let (store, _) = Self.store(.failure(404, reason: "NotFound"))
        guard case .absent = try await store.load(Self.cluster) else {
            Issue.record("something is there")
            return
        }
    }

    /// Garbage, another version, and more than we would ever write.
    @Test(arguments: [("", 1), ("{", 1), (#"{"version":99}"#, 1), ("[", 300_000)])
    func whatIsNotOursIsOverwritten(text: String, times: Int) async throws {
        let (store, _) = Self.store(Self.object(String(repeating: text, count: times)))
        guard case .unreadable(_, let uid) = try await store.load(Self.cluster) else {
            Issue.record("it was taken")
            return
        }
        #expect(uid == "7")
    }

    @Test func anothersObjectAndAMissingRightAreNoMemory() async throws {
        for answer in [Self.object("{}", owner: "other"), .failure(403, reason: "Forbidden")] {
            let (store, _) = Self.store(answer)
            guard case .unavailable = try await store.load(Self.cluster) else {
                Issue.record("it is available")
                return
            }
        }
    }

    /// Nothing may be decided without the windows that may be there.
    @Test func aServerThatDoesNotAnswerIsAskedAgain() async {
        for code in [429, 500, 503] {
            let (store, _) = Self.store(.failure(code, reason: "InternalError"))
            await #expect(throws: KubeError.self) { _ = try await store.load(Self.cluster) }
        }
    }

    // MARK: - Writing

    @Test func theFirstWriteMakesTheObjectAndLaterOnesNameIt() async throws {
        let (store, transport) = Self.store(Self.object("{}"), Self.object("{}"))
        guard case .saved(let uid) = try await store.save(Self.stored(), of: Self.cluster, uid: nil),
            case .saved = try await store.save(Self.stored(), of: Self.cluster, uid: uid)
        else {
            Issue.record("not saved")
            return
        }
        #expect(transport.requests.map(\.method) == ["POST", "PATCH"])
        let bodies = try transport.requests.map { try JSONValue(parsing: $0.body ?? []) }
        #expect(bodies[0][path: "metadata", "uid"] == nil && bodies[1][path: "metadata", "uid"] == "7")
        for body in bodies {
            #expect(body[path: "metadata", "ownerReferences"]?[0]?["uid"] == "uid")
            let text = try #require(body[path: "data", "state"]?.stringValue)
            #expect(try JSONValue(parsing: Array(text.utf8)).decoded(as: StoredScaling.self) == Self.stored())
        }
    }

    @Test func anObjectThatCameMeanwhileIsOursOrLeftAlone() async throws {
        // A body is read once: each answer is one of its own.
        func exists() -> FakeResponse { .failure(409, reason: "AlreadyExists") }
        let (ours, _) = Self.store(exists(), Self.object("{}"), Self.object("{}"))
        guard case .saved(let uid) = try await ours.save(Self.stored(), of: Self.cluster, uid: nil) else {
            Issue.record("not saved")
            return
        }
        #expect(uid == "7")
        let (theirs, transport) = Self.store(exists(), Self.object("{}", owner: "other"))
        guard case .unavailable = try await theirs.save(Self.stored(), of: Self.cluster, uid: nil) else {
            Issue.record("taken over")
            return
        }
        #expect(transport.requests.map(\.method) == ["POST", "GET"])
    }
}
