// ClusterSimulator: a Kubernetes API server in memory, for trying and testing.
//
//   API/              the seam to a transport: APIRequest in, APIResponse out; Status answers
//   Protobuf/         bodies in protobuf, as kubectl and other Go clients send them, turned into JSON
//   Store/            SimulatedCluster: objects, resource versions, watch history; ObjectStore for callers in-process
//   Registry/         the built-in kinds: schemas, defaults, validation, what a write may change
//   Patch/            merge, JSON, strategic merge and server-side apply patches; field ownership
//   CustomResources/  definitions, structural schemas, pruning, defaults, validation, scale
//   Discovery/        what the server says of itself: groups, resources, OpenAPI, version
//   Tables/           the rows that `kubectl get` prints
//   Controllers/      what the controller manager and the kubelets would do
//   Serving/          HTTP, authentication, faults
