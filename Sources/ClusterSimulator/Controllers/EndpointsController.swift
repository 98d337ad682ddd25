import KubeCore
import PodModel

/// Writes the Endpoints and EndpointSlices of Services that have a selector.
final class EndpointsController: SimulatedController {
    private let mirrors: Mirrors
    private let writer: ObjectWriter
    private var selectors = SelectorIndex()
    private static let component = "endpointslice-controller.k8s.io"
    private static let sliceSize = 100

    init(_ mirrors: Mirrors, _ writer: ObjectWriter) {
        self.mirrors = mirrors
        self.writer = writer
    }

    let watches: [ResourceType] = [.services, .pods, .endpoints, .endpointSlices]

    func keys(for change: ObjectChange) -> [NamespacedName] {
        switch change.type {
        case .services:
            selectors.set(change.name, selector: change.new.flatMap(Self.selector))
            return [change.name]
        case .pods:
            let states = [change.old, change.new].compactMap { $0 }
            if states.count == 2, Self.face(states[0]) == Self.face(states[1]) { return [] }
            let keys = states.flatMap { selectors.matching($0.metaLabels, namespace: change.name.namespace) }
            return Set(keys).sorted()
        case .endpoints:
            return change.new == nil ? [change.name] : []
        default:
            guard change.new == nil, let service = change.old?.metaLabels["kubernetes.io/service-name"] else {
                return []
            }
            return [NamespacedName(namespace: change.name.namespace, name: service)]
        }
    }

    /// What endpoints show of a pod: all other changes of it are no news here.
    private static func face(_ pod: JSONValue) -> [JSONValue?] {
        let view = PodView(pod)
        return [
            pod[path: "metadata", "labels"], view.podIP.map(JSONValue.string), .bool(view.isReady),
            .bool(pod.metaIsDeleting), .bool(view.isTerminal),
        ]
    }

    private static func selector(_ service: JSONValue) -> [String: String]? {
        let selector = (service[path: "spec", "selector"]?.objectValue ?? [:]).compactMapValues(\.stringValue)
        let isExternal = service[path: "spec", "type"]?.stringValue == "ExternalName"
        return selector.isEmpty || isExternal ? nil : selector
    }

    func reconcile(_ key: NamespacedName, now: Timestamp) throws(Status) -> Timestamp? {
        guard let service = mirrors[.services][key], !service.metaIsDeleting, let selector = Self.selector(service)
        else { return nil }
        let publishesAll = service[path: "spec", "publishNotReadyAddresses"]?.boolValue ?? false
        let pods = mirrors[.pods].matching(selector, namespace: key.namespace).map(PodView.init)
            .filter { $0.podIP != nil && !$0.isTerminal }
        try writeEndpoints(service, pods, publishesAll)
        try writeSlices(service, pods, publishesAll)
        return nil
    }

    // MARK: Endpoints

    private func writeEndpoints(_ service: JSONValue, _ pods: [PodView], _ publishesAll: Bool) throws(Status) {
        let serving = pods.filter { publishesAll || !$0.isBeingDeleted }
        let groups = Dictionary(grouping: serving) { Self.ports(service, $0) }
        let subsets = groups.map { ports, pods -> JSONValue in
            var subset: JSONValue = [:]
            let ready = pods.filter { publishesAll || $0.isReady }.map(Self.address)
            let notReady = pods.filter { !publishesAll && !$0.isReady }.map(Self.address)
            if !ready.isEmpty { subset["addresses"] = .array(ready) }
            if !notReady.isEmpty { subset["notReadyAddresses"] = .array(notReady) }
            if !ports.isEmpty { subset["ports"] = .array(ports) }
            return subset
        }.sorted { $0.serialized().lexicographicallyPrecedes($1.serialized()) }
        var object: JSONValue =
            mirrors[.endpoints][service.metaKey] ?? [
                "apiVersion": "v1", "kind": "Endpoints",
                "metadata": ["name": .string(service.metaName), "namespace": .string(service.metaNamespace)],
            ]
        let isNew = object.metaUID.isEmpty
        let labels = service[path: "metadata", "labels"] ?? .object([:])
        guard isNew || object["subsets"]?.arrayValue ?? [] != subsets || object.metaLabels != service.metaLabels else {
            return
        }
        object["subsets"] = .array(subsets)
        object[path: "metadata", "labels"] = labels
        if isNew { try writer.create(.endpoints, object) } else { try writer.update(.endpoints, object) }
    }

    private static func address(_ pod: PodView) -> JSONValue {
        var address: JSONValue = ["ip": .string(pod.podIP ?? ""), "targetRef": target(pod)]
        address["nodeName"] = pod.nodeName.map(JSONValue.string)
        return address
    }

    private static func target(_ pod: PodView) -> JSONValue {
        [
            "kind": "Pod", "namespace": .string(pod.namespace), "name": .string(pod.name), "uid": .string(pod.uid),
        ]
    }

    /// The service's ports as this pod has them: named target ports differ from pod to pod.
    private static func ports(_ service: JSONValue, _ pod: PodView) -> [JSONValue] {
        (service[path: "spec", "ports"]?.arrayValue ?? []).compactMap { port in
            var number = port["targetPort"]?.intValue ?? port["port"]?.intValue
            if let name = port["targetPort"]?.stringValue {
                let all = pod.containers.flatMap { $0.json["ports"]?.arrayValue ?? [] }
                number = all.first { $0["name"]?.stringValue == name }?["containerPort"]?.intValue
            }
            guard let number else { return nil }
            var result: JSONValue = ["port": .int(number), "protocol": port["protocol"] ?? "TCP"]
            result["name"] = port["name"]
            return result
        }
    }

    // MARK: EndpointSlices

    private func writeSlices(_ service: JSONValue, _ pods: [PodView], _ publishesAll: Bool) throws(Status) {
        let groups = Dictionary(grouping: pods) { Self.ports(service, $0) }
        let wanted = groups.flatMap { ports, pods in
            stride(from: 0, to: pods.count, by: Self.sliceSize).map { start -> JSONValue in
                let end = min(start + Self.sliceSize, pods.count)
                return Self.slice(service, ports, pods[start..<end].map { Self.endpoint($0, publishesAll) })
            }
        }.sorted { $0.serialized().lexicographicallyPrecedes($1.serialized()) }
        let slices = wanted.isEmpty ? [Self.slice(service, [], [])] : wanted
        let existing = mirrors[.endpointSlices]
            .matching(["kubernetes.io/service-name": service.metaName], namespace: service.metaNamespace)
            .filter { $0.metaLabels["endpointslice.kubernetes.io/managed-by"] == Self.component }
        for (index, slice) in slices.enumerated() {
            guard index < existing.count else {
                try writer.create(.endpointSlices, slice)
                continue
            }
            var object = existing[index]
            let isSame = object["endpoints"]?.arrayValue ?? [] == slice["endpoints"]?.arrayValue ?? []
            guard !isSame || object["ports"]?.arrayValue ?? [] != slice["ports"]?.arrayValue ?? [] else { continue }
            object["endpoints"] = slice["endpoints"]
            object["ports"] = slice["ports"]
            try writer.update(.endpointSlices, object)
        }
        for surplus in existing.dropFirst(slices.count) { try writer.delete(.endpointSlices, surplus) }
    }

    private static func slice(_ service: JSONValue, _ ports: [JSONValue], _ endpoints: [JSONValue]) -> JSONValue {
        [
            "apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "addressType": "IPv4",
            "metadata": [
                "generateName": .string(service.metaName + "-"), "namespace": .string(service.metaNamespace),
                "labels": [
                    "kubernetes.io/service-name": .string(service.metaName),
                    "endpointslice.kubernetes.io/managed-by": .string(component),
                ],
                "ownerReferences": [service.controllerReference(.services)],
            ],
            "endpoints": .array(endpoints), "ports": .array(ports),
        ]
    }

    private static func endpoint(_ pod: PodView, _ publishesAll: Bool) -> JSONValue {
        var endpoint: JSONValue = [
            "addresses": [.string(pod.podIP ?? "")], "targetRef": target(pod),
            "conditions": [
                "ready": .bool(publishesAll || (pod.isReady && !pod.isBeingDeleted)), "serving": .bool(pod.isReady),
                "terminating": .bool(pod.isBeingDeleted),
            ],
        ]
        endpoint["nodeName"] = pod.nodeName.map(JSONValue.string)
        return endpoint
    }
}

/// Which selectors match a set of labels, without trying them all.
///
/// Each selector is filed under the one of its pairs that the fewest others use, so that pairs which everything
/// carries do not pile up.
struct SelectorIndex {
    private struct Pair: Hashable {
        var namespace: String
        var key: String
        var value: String
    }

    private var selectors: [NamespacedName: (selector: [String: String], pair: Pair)] = [:]
    private var byPair: [Pair: Set<NamespacedName>] = [:]
    private var uses: [Pair: Int] = [:]

    /// Files a selector of equalities under the name of its object; nil takes it out.
    mutating func set(_ name: NamespacedName, selector: [String: String]?) {
        if let old = selectors.removeValue(forKey: name) {
            byPair[old.pair]?.remove(name)
            for pair in Self.pairs(old.selector, name.namespace) { uses[pair, default: 1] -= 1 }
        }
        guard let selector else { return }
        let pairs = Self.pairs(selector, name.namespace)
        guard let rarest = pairs.min(by: { (uses[$0] ?? 0, $0.key) < (uses[$1] ?? 0, $1.key) }) else { return }
        for pair in pairs { uses[pair, default: 0] += 1 }
        selectors[name] = (selector, rarest)
        byPair[rarest, default: []].insert(name)
    }

    func matching(_ labels: [String: String], namespace: String) -> [NamespacedName] {
        labels.flatMap { byPair[Pair(namespace: namespace, key: $0.key, value: $0.value)] ?? [] }.filter { name in
            selectors[name]?.selector.allSatisfy { labels[$0.key] == $0.value } ?? false
        }
    }

    private static func pairs(_ labels: [String: String], _ namespace: String) -> [Pair] {
        labels.map { Pair(namespace: namespace, key: $0.key, value: $0.value) }
    }
}
